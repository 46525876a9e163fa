"""What residents are told about freezes of their account."""

from datetime import timedelta

from openhall.base.i18n import N_
from openhall.base.telling import Template

FROZEN = Template(
    code="people.frozen",
    version=1,
    module="openhall.core.people",
    category="must",
    title=N_("Your account is frozen"),
    body=N_(
        "Since {at} no money leaves your account. What others pay you still comes in, and you can sign in. To "
        "unfreeze it use your passkey under Me, payment safety, or come to the hall with your identity card. "
        "Questions? Call {help}."
    ),
    short=N_("Your account is frozen: no money leaves it. To unfreeze it use your passkey, or come to the hall."),
    link="/me/freeze",
    safety=True,
)
UNFROZEN = Template(
    code="people.unfrozen",
    version=1,
    module="openhall.core.people",
    category="must",
    title=N_("Your account is no longer frozen"),
    body=N_(
        "On {at} the freeze of your account was lifted: you can pay again. If it was not you, freeze it and "
        "call {help}."
    ),
    short=N_("The freeze of your account was lifted. Not you? Freeze it again, and call {help}."),
    link="/me/freeze",
    safety=True,
    lives=timedelta(days=30),
)
