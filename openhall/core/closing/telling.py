"""What residents are told about the closing of their account."""

from datetime import timedelta
from functools import cache

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.i18n import N_, Translations
from openhall.base.telling import Template
from openhall.core import ledger, people
from openhall.core.closing.types import Closed
from openhall.core.people import Resident

REOPENED = Template(
    code="closing.reopened",
    version=1,
    module="openhall.core.closing",
    category="must",
    title=N_("Your account is open again"),
    body=N_(
        "On {at} your account was reopened at the hall. What came for it meanwhile is in your wallet. Passkeys, the "
        "payment PIN and links to your family have to be made anew. If it was not you, freeze it and call {help}."
    ),
    short=N_("Your account was reopened at the hall. Not you? Sign in, freeze it, and call {help}."),
    link="/me",
    safety=True,
)
# An inbox that nobody can open says nothing: the number or the address itself is told.
_GOODBYE = N_("{hall}: your account is closed. Was it not you? Come to the hall with your papers before {day}: {help}")
# A warning that comes a day late is still worth reading.
_LIVES = timedelta(days=1)


@cache
def _words() -> Translations:
    return Translations(["openhall.core.closing"])


async def tell_goodbye(conn: db.Conn, settings: Settings, resident: Resident, closed: Closed) -> None:
    """Tell the number that the account is closed, for somebody else may have done it."""
    language = resident.lang or settings.default_language
    hall = settings.hall_name_zh if language == "zh_CN" else settings.hall_name
    day = ledger.local(closed.rest_until).date().isoformat()
    said = _words().text(language, _GOODBYE).format(hall=hall, day=day, help=settings.help_phone)
    await people.notify(conn, phone=resident.address, text=said, lives=_LIVES)
