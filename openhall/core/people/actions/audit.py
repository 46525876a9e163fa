"""The append-only trail of what happened to a resident's access."""

from uuid import UUID

from openhall.base import clock, db, ids
from openhall.core.people.types import Act

q = db.load("openhall.core.people")


async def record(
    conn: db.Conn,
    resident: UUID,
    act: Act,
    session: UUID | None = None,
    *,
    actor: UUID | None = None,
    about: UUID | None = None,
) -> None:
    """Write one line of the trail, in the transaction of the act itself.

    `actor` did it, where it was not the resident; `about` is the passkey or the recovery that it was about.
    """
    line = {"resident": resident, "session": session, "act": act, "actor": actor, "about": about}
    await db.run(conn, q.record_act, id=ids.new(), now=clock.now(), **line)
