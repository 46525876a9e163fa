"""What ends by itself."""

from uuid import UUID

from openhall.base import clock, db
from openhall.base.config import Settings
from openhall.core import messages
from openhall.core.families.actions import links
from openhall.core.families.actions.trail import record_many
from openhall.core.families.telling import PROPOSED
from openhall.core.families.types import Happened

q = db.load("openhall.core.families")

AT_ONCE = 200


async def tell_proposed(conn: db.Conn, settings: Settings) -> int:
    """Tell those to whom something was proposed, and who were not told yet; how many."""
    waiting = await db.all(conn, q.to_tell, UUID, limit=AT_ONCE)
    if waiting:
        found = [await links.find(conn, link) for link in waiting]
        who = {one.id: await links.full_holder(conn, settings, one) for one in found}
        asked = [(one.id, one.dependant) for one in found if one.dependant is not None]
        told = [messages.Telling(whom, PROPOSED, {"who": who[link], "link": link}) for link, whom in asked]
        await messages.tell_all(conn, told)
        await db.run(conn, q.told, ids=db.ids(waiting), now=clock.now())
    return len(waiting)


async def expire(conn: db.Conn) -> int:
    """End the links and proposals whose time is over, the oldest first; how many. Any number of workers may."""
    over = await db.all(conn, q.expire, UUID, now=clock.now(), limit=AT_ONCE)
    await record_many(conn, over, Happened.EXPIRED)
    for link in over:
        await links.tell_expired(conn, link)
    return len(over)
