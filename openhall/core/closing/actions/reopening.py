"""Taking a closing back: at the hall, by two operators, while the account rests."""

from uuid import UUID

from openhall.base import clock, db
from openhall.core import ledger, people
from openhall.core.closing import problems
from openhall.core.closing.actions import unclaimed
from openhall.core.closing.telling import REOPENED
from openhall.core.closing.types import Case, State

q = db.load("openhall.core.closing")

SEEN_MAX = 200


async def ask(conn: db.Conn, *, operator: UUID, closing: UUID, seen: str) -> None:
    """As the operator before whom the person stands: ask a colleague to reopen it. Asked by another, that one asked
    last.

    Problems, in this order: `closing.seen_missing`, `closing.closing_not_found`, `closing.reopen_own`,
    `closing.rest_over`.
    """
    paper = " ".join(seen.split())[:SEEN_MAX]
    if not paper:
        raise problems.seen_missing()
    found = await _locked(conn, operator, closing)
    await db.run(conn, q.ask_to_reopen, id=closing, by=operator, seen=paper, now=clock.now())
    await people.note_reopen_asked(conn, found.resident, by=operator, about=closing)


async def reopen(conn: db.Conn, *, operator: UUID, closing: UUID) -> None:
    """As the colleague: the account is there again, as empty as it was, and with what came for it meanwhile. It is
    entered by a code to its number, or by the passkey of somebody who never had another way in.

    Problems, in this order: `closing.closing_not_found`, `closing.reopen_own`, `closing.rest_over`,
    `closing.reopen_needs_another`.
    """
    found, now = await _locked(conn, operator, closing), clock.now()
    if found.asked_by is None or found.asked_by == operator:
        raise problems.reopen_needs_another()
    await db.run(conn, q.reopen, id=closing, by=operator, now=now)
    await people.open_again(conn, found.resident, closed_at=found.closed_at, by=operator, about=closing)
    await people.tell(conn, found.resident, REOPENED, at=now)
    await ledger.reopen_account(conn, (await people.resident(conn, found.resident)).wallet)
    await unclaimed.give_back(conn, found.resident)


async def find(conn: db.ReadConn, closing: UUID) -> Case:
    """One closing; Problem `closing.closing_not_found`."""
    found = await db.maybe(conn, q.closing, Case, id=closing)
    if found is None:
        raise problems.closing_not_found()
    return found


async def newest(conn: db.ReadConn, *, address: str | None = None, limit: int) -> list[Case]:
    """The closings of a canonical number or address; without one those that can be taken back, newest first, and then
    the others."""
    return await db.all(conn, q.closings, Case, address=address, limit=limit)


async def _locked(conn: db.Conn, operator: UUID, closing: UUID) -> Case:
    await db.maybe(conn, q.lock_closing, UUID, id=closing)
    found = await find(conn, closing)
    if found.resident == operator:
        raise problems.reopen_own()
    if found.state(clock.now()) not in (State.RESTING, State.ASKED):
        raise problems.rest_over()
    return found
