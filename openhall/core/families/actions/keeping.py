"""What ends by itself."""

from uuid import UUID

from openhall.base import clock, db
from openhall.core.families.actions import links
from openhall.core.families.actions.trail import record_many
from openhall.core.families.types import Happened

q = db.load("openhall.core.families")

AT_ONCE = 200


async def expire(conn: db.Conn) -> int:
    """End the links and proposals whose time is over, the oldest first; how many. Any number of workers may."""
    over = await db.all(conn, q.expire, UUID, now=clock.now(), limit=AT_ONCE)
    await record_many(conn, over, Happened.EXPIRED)
    for link in over:
        await links.tell_expired(conn, link)
    return len(over)
