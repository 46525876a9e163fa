"""Operators: residents who run the hall. They are named at its command line, never on a page."""

from uuid import UUID

from openhall.base import clock, db
from openhall.base.errors import not_found

q = db.load("openhall.core.people")


async def require_operator(conn: db.ReadConn, resident: UUID) -> None:
    """Problem `hall.not_found` for anybody else: strangers need not know that there is something to find."""
    if not await is_operator(conn, resident):
        raise not_found()


async def is_operator(conn: db.ReadConn, resident: UUID) -> bool:
    """Whether the resident runs the hall."""
    return await db.one(conn, q.is_operator, bool, resident=resident)


async def add_operator(conn: db.Conn, resident: UUID) -> None:
    """Let a resident run the hall. Saying it twice is saying it once."""
    await db.run(conn, q.add_operator, resident=resident, now=clock.now())


async def remove_operator(conn: db.Conn, resident: UUID) -> bool:
    """Take that back; whether they were one."""
    return await db.run(conn, q.remove_operator, resident=resident) == 1


async def operators(conn: db.ReadConn) -> list[str]:
    """The canonical phones of those who run the hall."""
    return await db.all(conn, q.operators, str)
