"""The append-only trail of what happened to links."""

from collections.abc import Sequence
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.core.families.types import Happened

q = db.load("openhall.core.families")


async def record(conn: db.Conn, link: UUID, act: Happened, by: UUID | None, note: str | None = None) -> None:
    """One line, in the transaction of the act itself; without `by` the hall did it. `note`: why an operator did it."""
    await db.run(conn, q.record, id=ids.new(), now=clock.now(), link=link, act=act, by=by, note=note)


async def record_many(conn: db.Conn, links: Sequence[UUID], act: Happened) -> None:
    """The same for many that the hall did."""
    if links:
        rows = [{"id": ids.new(), "link": link} for link in links]
        await db.run(conn, q.record_many, rows=db.rows(rows), act=act, now=clock.now())
