"""What residents are told of a recovery of their account.

Messages go to a resident, and so to the number they have. After the move the old number is nobody's: whoever holds it,
and may be the owner who was robbed of the account, is told by a plain text message, stored for that number.
"""

from datetime import timedelta

from openhall.base import clock, db
from openhall.base.config import Settings
from openhall.base.i18n import N_
from openhall.base.telling import Template
from openhall.core.people.actions.news import notify
from openhall.core.people.actions.telling import tell
from openhall.core.people.texts import words
from openhall.core.people.types import Resident

RECOVERY_OPENED = Template(
    code="people.recovery_opened",
    version=1,
    module="openhall.core.people",
    category="must",
    title=N_("Somebody asks to move your account to another number"),
    body=N_(
        "On {at} somebody at the hall asked to move your account to another number. If it was not you, sign in, stop "
        "it under Me, and call {help} now."
    ),
    short=N_(
        "Somebody at the hall asks to move your account to another number. Not you? Sign in, stop it under Me, and "
        "call {help}."
    ),
    link="/me",
    safety=True,
    lives=timedelta(days=30),
)
ACCOUNT_MOVED = Template(
    code="people.account_moved",
    version=1,
    module="openhall.core.people",
    category="must",
    title=N_("Your account has another number now"),
    body=N_(
        "On {at} your account was moved to this number at the hall. All other devices were signed out, and your "
        "passkeys work again once you have confirmed them. If it was not you, call {help} now."
    ),
    short=N_("Your account was moved to this number; all other devices were signed out. Not you? Call {help}."),
    link="/me/passkeys",
    safety=True,
)
_TO_THE_OLD_NUMBER = N_(
    "{hall}: your account was moved to another number; this one no longer opens it. Was it not you? Call {help} now."
)
# A warning that comes a day late is still worth reading.
_LIVES = timedelta(days=1)


async def tell_of_move(conn: db.Conn, settings: Settings, before: Resident) -> None:
    """The account has another number now: its inbox says so, and the old number or mailbox, of which `before` knows."""
    await tell(conn, before.id, ACCOUNT_MOVED, at=clock.now())
    language = before.lang or settings.default_language
    hall = settings.hall_name_zh if language == "zh_CN" else settings.hall_name
    said = words().text(language, _TO_THE_OLD_NUMBER).format(hall=hall, help=settings.help_phone)
    await notify(conn, phone=before.address, text=said, lives=_LIVES)
