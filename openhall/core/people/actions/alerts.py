"""Alerts: when residents are warned of what happens to their account."""

from openhall.base import db
from openhall.core.people import rules
from openhall.core.people.actions.telling import tell_new_device
from openhall.core.people.types import Resident, Session

q = db.load("openhall.core.people")


async def warn_of_new_device(conn: db.Conn, resident: Resident, session: Session, device: str | None) -> None:
    """Warn when somebody who has signed in before does so where they never did.

    A browser is known by the token it keeps, `device`. A program keeps none, so each of its sign-ins is a new device.
    """
    key = rules.device_key(device, resident.id) if device else None
    if not await db.one(conn, q.is_new_device, bool, resident=resident.id, session=session.id, device_key=key):
        return
    await tell_new_device(conn, session)
