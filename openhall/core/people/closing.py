"""What of people stands in the way of closing an account. What ends with it is in `actions.closing`."""

from openhall.base import db
from openhall.base.closing import Closing, Obstacle
from openhall.base.i18n import N_

q = db.load("openhall.core.people")

CLOSING = Closing(
    obstacles=(
        Obstacle(
            code="people.frozen",
            title=N_("Your account is frozen"),
            remedy=N_("Unfreeze it with your passkey, or at the hall."),
            href="/me/freeze",
            query=q.obstacle_frozen,
        ),
        Obstacle(
            code="people.recovery",
            title=N_("Somebody at the hall is moving your account to another number"),
            remedy=N_("Stop it if it was not you, or wait until it is done."),
            href="/me",
            query=q.obstacle_recovery,
        ),
        Obstacle(
            code="people.name_claim",
            title=N_("Your real name is still being asked about"),
            remedy=N_("Wait for the answer, or come to the hall if it takes days."),
            href="/me/real-name",
            query=q.obstacle_name_claim,
        ),
        Obstacle(
            code="people.operator",
            title=N_("You run the hall"),
            remedy=N_("Have yourself taken off the list of operators first."),
            href="/me",
            query=q.obstacle_operator,
        ),
    )
)
