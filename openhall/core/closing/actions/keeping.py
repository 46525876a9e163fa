"""What time does to closed accounts: first the number is free for others, and much later the name is erased."""

from collections.abc import Sequence

from openhall.base import clock, db
from openhall.base.package import Package
from openhall.core import people
from openhall.core.closing.actions.closing import end_all
from openhall.core.closing.types import Rested

q = db.load("openhall.core.closing")


async def free_one(conn: db.Conn, packages: Sequence[Package]) -> bool:
    """Let the number of the next account go whose rest is over; whether there was one.

    What ends with an account ends once more: what somebody began in the moment of its closing, and was of no use since.
    """
    found = await db.maybe(conn, q.take_rested, Rested, now=clock.now())
    if found is None:
        return False
    await end_all(conn, packages, found.resident)
    await people.free_number(conn, found.resident)
    await db.run(conn, q.free, id=found.id, now=clock.now())
    return True


async def erase_one(conn: db.Conn, packages: Sequence[Package]) -> bool:
    """Erase who the next one was, of those whom the law no longer asks for; whether there was one."""
    found = await db.maybe(conn, q.take_kept, Rested, now=clock.now())
    if found is None:
        return False
    for query in (one for package in packages for one in package.closing.erases):
        await db.run(conn, query, resident=found.resident, phone=found.phone or "")
    await people.erase(conn, found.resident)
    await db.run(conn, q.erase, id=found.id, resident=found.resident, now=clock.now())
    return True
