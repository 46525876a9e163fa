"""The append-only trail of what happened to real names."""

from uuid import UUID

from openhall.base import clock, db, ids
from openhall.core.people.names.types import Act

q = db.load("openhall.core.people.names")


async def record(conn: db.Conn, resident: UUID, act: Act, claim: UUID | None, by: UUID | None = None) -> None:
    """Write one line, in the transaction of the act itself. `by` is the operator, where one did it."""
    await db.run(conn, q.record_name_act, id=ids.new(), now=clock.now(), resident=resident, claim=claim, act=act, by=by)
