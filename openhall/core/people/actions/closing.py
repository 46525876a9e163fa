"""The part of people in closing an account (openhall.core.closing): who may no longer sign in, and who is forgotten."""

from datetime import datetime
from uuid import UUID

from openhall.base import db
from openhall.core.people import problems
from openhall.core.people.actions.audit import record
from openhall.core.people.actions.sessions import end_sessions
from openhall.core.people.types import Act

q = db.load("openhall.core.people")


async def stay_open(conn: db.Conn, resident: UUID) -> None:
    """To be asked by whoever begins something from which money may come later: until the transaction ends the account
    is not closed. Problem `people.session_invalid` when it is already."""
    if await db.maybe(conn, q.share_state, bool, resident=resident):
        raise problems.session_invalid()


async def hold_to_shut(conn: db.Conn, resident: UUID) -> None:
    """Begin to close it: whoever asked `stay_open` is waited for, and nobody freezes or closes it beside us. Problem
    `people.session_invalid` when it is closed already."""
    if await db.maybe(conn, q.lock_to_shut, UUID, resident=resident) is None:
        raise problems.session_invalid()


async def shut(conn: db.Conn, resident: UUID, *, session: UUID, at: datetime) -> None:
    """Nobody signs in any more: sessions, passkeys and PIN end."""
    await record(conn, resident, Act.CLOSED, session)
    await db.run(conn, q.shut, resident=resident, now=at)
    await end_sessions(conn, resident=resident, kept=None)


async def open_again(conn: db.Conn, resident: UUID, *, closed_at: datetime, by: UUID, about: UUID) -> None:
    """The account is there again, with nothing that opened it before but its number or address."""
    await end_sessions(conn, resident=resident, kept=None)
    await db.run(conn, q.open_again, resident=resident, closed_at=closed_at)
    await record(conn, resident, Act.REOPENED, actor=by, about=about)


async def free_number(conn: db.Conn, resident: UUID) -> None:
    """From now on anybody may join with the number, the address or the name of this closed account."""
    await db.run(conn, q.free_number, resident=resident)
    await record(conn, resident, Act.NUMBER_FREED)


async def erase(conn: db.Conn, resident: UUID) -> None:
    """Forget who it was: name, number, address and national id."""
    await db.run(conn, q.erase_identity, resident=resident)
    await db.run(conn, q.erase_resident, resident=resident)
    await record(conn, resident, Act.ERASED)


async def is_resting(conn: db.ReadConn, phone: str) -> bool:
    """Whether this canonical number belongs to an account that was closed and may still be reopened."""
    return await db.one(conn, q.is_resting, bool, phone=phone)


async def note_reopen_asked(conn: db.Conn, resident: UUID, *, by: UUID, about: UUID) -> None:
    """The trail says that an operator asked for the account to be reopened."""
    await record(conn, resident, Act.REOPEN_ASKED, actor=by, about=about)
