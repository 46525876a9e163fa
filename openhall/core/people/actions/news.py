"""News: a text message that somebody should see who may not be looking at a page."""

from datetime import timedelta

from openhall.base import clock, db, ids, jobs
from openhall.core.people.jobs import deliver_message

q = db.load("openhall.core.people")


async def notify(conn: db.Conn, *, phone: str, text: str, lives: timedelta) -> None:
    """Send `text` to a canonical phone or e-mail address after the commit; when it cannot be sent for so long, it is
    dropped. To an empty one, of somebody who has neither, nothing is sent."""
    if not phone:
        return
    message, now = ids.new(), clock.now()
    await db.run(conn, q.put_message, id=message, phone=phone, text=text, about="news", now=now, expires_at=now + lives)
    await jobs.defer(conn, deliver_message, message=str(message))
