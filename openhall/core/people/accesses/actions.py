"""Writing down that somebody looked, and showing it to the person looked at."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.base.looking import Look
from openhall.core.people.accesses.types import Access, Capacity, Looker
from openhall.core.people.actions import residents
from openhall.core.people.types import Resident

q = db.load("openhall.core.people.accesses")

# Who looks at the same again within this time looked once: going back to a page is no news to anybody.
AGAIN = timedelta(minutes=10)
CALLED_MAX = 80


def operator(resident: Resident) -> Looker:
    """This operator. What the residents they look at read of them is what the hall vouches for, found when it is
    written down: the confirmed name, masked, or the masked number, and never a name of their own choice."""
    return Looker(resident.id, Capacity.OPERATOR, "")


async def saw(conn: db.Conn, look: Look, by: Looker, of: Iterable[UUID], *, about: UUID | None = None) -> None:
    """Write down that `by` is shown the data of the residents `of`, in the transaction that reads it, or at the latest
    before it is shown. `about` is what it was seen with: a recovery, a payment. One statement for all of them; what is
    of `by` itself is left out."""
    seen = [{"id": ids.new(), "resident": resident} for resident in dict.fromkeys(of) if resident != by.id]
    if not seen:
        return
    now = clock.now()
    called = by.called
    if by.capacity is Capacity.OPERATOR:
        called = (await residents.vouched(conn, [by.id]))[by.id]
    await db.run(
        conn,
        q.put_accesses,
        rows=db.rows(seen),
        now=now,
        since=now - AGAIN,
        who=by.id,
        capacity=by.capacity,
        called=called[:CALLED_MAX],
        look=look.code,
        about=about,
    )


async def accesses_of(conn: db.ReadConn, *, resident: UUID, before: UUID | None = None, limit: int) -> list[Access]:
    """Who looked at a resident's data, newest first, those older than the access `before`."""
    return await db.all(conn, q.accesses_of, Access, resident=resident, before=before, limit=limit)
