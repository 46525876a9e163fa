"""What of merchants stands in the way of closing an account, what ends with it, and what is erased."""

from openhall.base import db
from openhall.base.closing import Closing, Obstacle
from openhall.base.i18n import N_

q = db.load("openhall.city.merchants")

CLOSING = Closing(
    obstacles=(
        Obstacle(
            code="merchants.shifts",
            title=N_("You have an open shift at a till"),
            remedy=N_("Close it at the till."),
            href="/shops",
            query=q.obstacle_shifts,
        ),
        Obstacle(
            code="merchants.shops",
            title=N_("You have open shops: {count}"),
            remedy=N_("Close each of them on its page."),
            href="/shops",
            query=q.obstacle_shops,
        ),
        Obstacle(
            code="merchants.takings",
            title=N_("There are takings in your shops: {amount}"),
            remedy=N_("Send them to your bank."),
            href="/money",
            query=q.obstacle_takings,
        ),
        Obstacle(
            code="merchants.staff",
            title=N_("You work at a shop"),
            remedy=N_("Leave it on its page."),
            href="/shops",
            query=q.obstacle_staff,
        ),
        Obstacle(
            code="merchants.markets",
            title=N_("You manage a market"),
            remedy=N_("Hand it over to somebody else first."),
            href="/markets",
            query=q.obstacle_markets,
        ),
    ),
    ends=(q.end_keys,),
    erases=(q.erase_staff, q.erase_handovers),
)
