"""Alerts: text messages that warn residents of what happens to their account."""

from datetime import timedelta

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.i18n import N_
from openhall.core.people import rules
from openhall.core.people.actions.news import notify
from openhall.core.people.actions.telling import tell_new_device
from openhall.core.people.texts import words
from openhall.core.people.types import Resident, Session

q = db.load("openhall.core.people")

# A warning that comes a day late is still worth reading.
LIVES = timedelta(days=1)

PASSKEY_ADDED = N_("{hall}: a passkey ({name}) was added to your account. Was it not you? Call {help} at once.")
PASSKEY_COPIED = N_(
    "{hall}: your passkey ({name}) was used in a way only a copy of it can be, so we switched it off. Remove it under "
    "Me, or call {help}."
)
RECOVERY_OPENED = N_(
    "{hall}: somebody at the hall asks to move your account to another number. Was it not you? Sign in and stop it "
    "under Me, or call {help} now."
)
PHONE_CHANGED = N_(
    "{hall}: your account was moved to another number; this one no longer opens it. Was it not you? Call {help} now."
)


async def warn(conn: db.Conn, settings: Settings, resident: Resident, text: str, **places: str) -> None:
    """Send one of the texts above to the resident's phone after the commit, in their language."""
    language = resident.lang or settings.default_language
    hall = settings.hall_name_zh if language == "zh_CN" else settings.hall_name
    said = words().text(language, text).format(hall=hall, help=settings.help_phone, **places)
    await notify(conn, phone=resident.phone, text=said, lives=LIVES)


async def warn_of_new_device(conn: db.Conn, resident: Resident, session: Session, device: str | None) -> None:
    """Warn when somebody who has signed in before does so where they never did.

    A browser is known by the token it keeps, `device`. A program keeps none, so each of its sign-ins is a new device.
    """
    key = rules.device_key(device, resident.id) if device else None
    if not await db.one(conn, q.is_new_device, bool, resident=resident.id, session=session.id, device_key=key):
        return
    await tell_new_device(conn, session)
