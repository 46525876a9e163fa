"""Telling residents what happened to their own access.

Messages stand on people, and not the other way round: at its start the hall gives people the way to tell. Without one,
nobody is told.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from openhall.base import db
from openhall.base.i18n import N_
from openhall.base.telling import Tell, Template, Word
from openhall.core.people.texts import BROWSER_ON_SYSTEM, words
from openhall.core.people.types import Session

NEW_DEVICE = Template(
    code="people.new_device",
    version=1,
    module="openhall.core.people",
    category="must",
    title=N_("A new device signed in"),
    body=N_(
        "On {at} somebody signed in to your account with {device}. If that was you, nothing needs to be done. If not, "
        "sign that device out now and call {help}."
    ),
    short=N_("{device} signed in to your account on {at}. Not you? Sign it out in the hall, and call {help}."),
    link="/me/sessions",
    safety=True,
    lives=timedelta(days=30),
)
_UNKNOWN = N_("an unknown device")


class _Way:
    """How this process tells, once it is known."""

    tell: Tell | None = None


def use_teller(tell: Tell) -> None:
    """Tell residents so from now on."""
    _Way.tell = tell


async def tell(conn: db.Conn, resident: UUID, template: Template, /, **facts: Any) -> None:
    """Tell one resident something about their access, in the caller's transaction."""
    if _Way.tell is not None:
        await _Way.tell(conn, resident, template, **facts)


async def tell_new_device(conn: db.Conn, session: Session) -> None:
    """Somebody signed in with a device that this resident never signed in with."""
    browser, on, system = session.device.partition(" on ")
    chinese = words().text("zh_CN", BROWSER_ON_SYSTEM if on else _UNKNOWN)
    device = Word(
        en=session.device or _UNKNOWN,
        zh_CN=chinese.format(browser=browser, system=system) if on else session.device or chinese,
    )
    await tell(conn, session.resident, NEW_DEVICE, device=device, at=session.created_at)
