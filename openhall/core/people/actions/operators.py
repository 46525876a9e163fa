"""Operators: residents who run the hall. They are named at its command line, never on a page."""

from uuid import UUID

from openhall.base import clock, db
from openhall.base.errors import not_found
from openhall.core.people import problems
from openhall.core.people.actions.audit import record
from openhall.core.people.types import Act, Level, Visit

q = db.load("openhall.core.people")


async def require_operator(conn: db.ReadConn, resident: UUID) -> None:
    """Problem `hall.not_found` for anybody else: strangers need not know that there is something to find."""
    if not await is_operator(conn, resident):
        raise not_found()


async def require_operator_at(conn: db.ReadConn, visit: Visit, *, level: int) -> None:
    """The same, for a session as sure as that: at level 3 it was opened or raised by a passkey.

    Of the name nothing is asked at that level: whoever may write on the hall's machine knows whom they named, and the
    first operators are named before there is a register to ask.

    Problems, in this order: `hall.not_found`, `people.level_too_low`.
    """
    await require_operator(conn, visit.resident.id)
    has = visit.level if visit.session.strong_at is None else Level.STRONG
    if has < level:
        raise problems.level_too_low(needed=level, has=int(has))


async def is_operator(conn: db.ReadConn, resident: UUID) -> bool:
    """Whether the resident runs the hall."""
    return await db.one(conn, q.is_operator, bool, resident=resident)


async def add_operator(conn: db.Conn, resident: UUID) -> None:
    """Let a resident run the hall. Saying it twice is saying it once. The trail of their account says so."""
    if await db.run(conn, q.add_operator, resident=resident, now=clock.now()):
        await record(conn, resident, Act.OPERATOR_ADDED)


async def remove_operator(conn: db.Conn, resident: UUID) -> bool:
    """Take that back; whether they were one."""
    removed = await db.run(conn, q.remove_operator, resident=resident) == 1
    if removed:
        await record(conn, resident, Act.OPERATOR_REMOVED)
    return removed


async def operators(conn: db.ReadConn) -> list[str]:
    """The canonical phones of those who run the hall."""
    return await db.all(conn, q.operators, str)
