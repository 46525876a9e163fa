"""Breaks: where our books and the bank's differ. Each is opened once, and resolved once with a reason."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db, ids
from openhall.base.i18n import N_
from openhall.core import ledger
from openhall.core.payouts import problems, rules
from openhall.core.payouts.actions.accounts import RAIL, lock_rail
from openhall.core.payouts.types import Break, BreakKind, BreakState, Day, State, Step, Way

q = db.load("openhall.core.payouts")

REASON_MAX = 500
# A statement that is not here a day after its date is overdue; what is not booked three days later is missing.
OVERDUE = timedelta(days=2)
LOST = timedelta(days=3)
# Of what has its end, only so much is compared each hour; what is under way is always.
_COMPARED = timedelta(days=60)
ARRIVED = N_("The bank has booked it now.")
_PUT_RIGHT = N_("The bank has put it right.")
_ENDED = N_("The bank has decided on every payout of the first copy.")
_GREW = N_("Still not booked after three days: it counts as missing now.")
_FILLED = N_("The statement that was missing is here now.")
_OPENED = N_("Found by comparing our books with the bank's.")


class _Gap(Struct, frozen=True):
    report: UUID
    booked_on: date
    ours: int
    theirs: int


class _NotBooked(Struct, frozen=True):
    id: UUID
    amount: int
    execution_date: date


class _BookedAfterAll(Struct, frozen=True):
    """`booked` is what all statements say together, below zero; `day` is when it was given back."""

    id: UUID
    day: date
    booked: int


async def open_break(
    conn: db.Conn,
    *,
    kind: BreakKind,
    payout: UUID | None,
    line: UUID | None,
    ours: int | None,
    theirs: int | None,
    day: date | None = None,
    report: UUID | None = None,
    batch: UUID | None = None,
) -> None:
    """Note a difference, once; `day` is the date it is about (today when none is known)."""
    one = ids.new()
    opened = await db.run(
        conn,
        q.open_break,
        id=one,
        rail=RAIL,
        business_date=day or ledger.business_date(clock.now()),
        kind=kind,
        payout=payout,
        line=line,
        report=report,
        batch=batch,
        ours=ours,
        theirs=theirs,
        now=clock.now(),
    )
    if opened:
        await add_step(conn, one, what="opened", reason=_OPENED, resident=None)


async def resolve(conn: db.Conn, *, break_id: UUID, resident: UUID, reason: str) -> None:
    """An operator's word that a difference is explained. It moves no money: that is done where it belongs.

    Refusals: `payouts.break_not_found`, `payouts.exit_first`, `payouts.reason_missing`, `payouts.break_resolved`.
    """
    # Whoever moves payouts holds the rail: what can be ended now still can when it is said.
    await lock_rail(conn)
    found = await find(conn, break_id)
    if needs_an_end(found, await ways(conn, found)):
        raise problems.exit_first()
    reason = clean_reason(reason)
    if not await db.run(conn, q.resolve_break, id=break_id):
        raise problems.break_resolved()
    await add_step(conn, break_id, what="resolved", reason=reason, resident=resident)


async def ways(conn: db.ReadConn, found: Break) -> tuple[Way, ...]:
    """How the payout of a break can be ended now; none when it cannot, or need not."""
    if found.payout is None or found.state is BreakState.RESOLVED:
        return ()
    return rules.ways(found.kind, found.theirs, await db.one(conn, q.payout_state, State, id=found.payout))


def needs_an_end(found: Break, ways: Sequence[Way]) -> bool:
    """Whether resolving it alone would close the only way out. What cannot be written is tried again instead."""
    return bool(ways) and found.kind is not BreakKind.UNWRITABLE


def clean_reason(reason: str) -> str:
    """A reason without spaces around it; `payouts.reason_missing`."""
    reason = reason.strip()
    if not 1 <= len(reason) <= REASON_MAX:
        raise problems.reason_missing()
    return reason


async def settle_by_itself(conn: db.Conn, payouts: Sequence[UUID], reason: str) -> None:
    """What was missed of these payouts is missed no more."""
    await _resolve_all(conn, await db.all(conn, q.waiting_breaks, UUID, ids=db.ids(payouts)), reason)


async def put_right(conn: db.Conn, lines: Sequence[UUID]) -> None:
    """Nothing is amiss in these lines any more: further ones answered them."""
    await _resolve_all(conn, await db.all(conn, q.breaks_of_lines, UUID, lines=db.ids(lines)), _PUT_RIGHT)


async def batches_ended(conn: db.Conn, batches: Sequence[UUID]) -> None:
    """Each payout of these batches has its end: that the bank got the file twice is explained."""
    await _resolve_all(conn, await db.all(conn, q.second_copies, UUID, ids=db.ids(batches)), _ENDED)


async def _resolve_all(conn: db.Conn, breaks: Sequence[UUID], reason: str) -> None:
    for one in breaks:
        await db.run(conn, q.resolve_break, id=one)
        await add_step(conn, one, what="resolved", reason=reason, resident=None)


async def compare_balances(conn: db.Conn, *, account: str, first: date) -> None:
    """A statement begins with the balance at which the one before it ended, or one between them is missing: that is a
    break, which ends by itself when the missing one comes. `first`: the earliest date that something was read of."""
    gaps = await db.all(conn, q.gaps, _Gap, account=account, first=first)
    filled = await db.all(
        conn, q.closed_gaps, UUID, account=account, first=first, gaps=db.ids([gap.report for gap in gaps])
    )
    for one in filled:
        await db.run(conn, q.resolve_break, id=one)
        await add_step(conn, one, what="resolved", reason=_FILLED, resident=None)
    for gap in gaps:
        await open_break(
            conn,
            kind=BreakKind.BALANCE,
            payout=None,
            line=None,
            ours=gap.ours,
            theirs=gap.theirs,
            day=gap.booked_on,
            report=gap.report,
        )


async def reconcile(conn: db.Conn) -> int:
    """Look for what we sent and no statement has booked, and for what statements have booked though it was given back;
    how many of it is new. Of the latter, what statements have put right since is a difference no more. Safe to repeat.
    """
    # Whoever locks payouts holds the rail: nobody waits for another's payouts while holding their own.
    await lock_rail(conn)
    today = ledger.business_date(clock.now())
    found = await db.all(
        conn,
        q.not_booked,
        _NotBooked,
        rail=RAIL,
        today=today,
        since=today - _COMPARED,
        overdue=today - OVERDUE,
        lost=today - LOST,
    )
    for payout in found:
        missing = payout.execution_date <= today - LOST
        if missing:
            await settle_by_itself(conn, [payout.id], _GREW)
        await open_break(
            conn,
            kind=BreakKind.MISSING_THEIRS if missing else BreakKind.LATE,
            payout=payout.id,
            line=None,
            ours=payout.amount,
            theirs=None,
            day=payout.execution_date,
        )
    return len(found) + await _booked_after_all(conn, today)


async def _booked_after_all(conn: db.Conn, today: date) -> int:
    """Money that is in its account again and left the bank as well is there twice: people have to see to it, unless the
    bank takes its booking back."""
    await _resolve_all(conn, await db.all(conn, q.taken_back, UUID, rail=RAIL), _PUT_RIGHT)
    found = await db.all(
        conn,
        q.booked_after_all,
        _BookedAfterAll,
        rail=RAIL,
        zone=ledger.zone().key,
        since=ledger.begins(today - _COMPARED),
        overdue=today - OVERDUE,
    )
    for payout in found:
        await open_break(
            conn,
            kind=BreakKind.CONTRADICTION,
            payout=payout.id,
            line=None,
            ours=0,
            theirs=payout.booked,
            day=payout.day,
        )
    return len(found)


async def add_step(
    conn: db.Conn,
    break_id: UUID,
    *,
    what: str,
    reason: str,
    resident: UUID | None,
    way: Way | None = None,
    asked: Step | None = None,
) -> None:
    """Add to the history of a break. `asked` is the step that this one confirms."""
    await db.run(
        conn,
        q.add_step,
        break_id=break_id,
        what=what,
        way=way,
        reason=reason,
        resident=resident,
        asked_in=asked.number if asked else None,
        asked_by=asked.resident if asked else None,
        now=clock.now(),
    )


async def find(conn: db.ReadConn, break_id: UUID) -> Break:
    """One break; `payouts.break_not_found`."""
    found = await db.maybe(conn, q.break_of, Break, id=break_id)
    if found is None:
        raise problems.break_not_found()
    return found


async def newest(conn: db.ReadConn, *, limit: int) -> list[Break]:
    """Breaks, the open ones first, newest first."""
    return await db.all(conn, q.newest_breaks, Break, limit=limit)


async def history(conn: db.ReadConn, break_id: UUID) -> list[Step]:
    """What was done about a break."""
    return await db.all(conn, q.steps, Step, break_id=break_id)


async def has_statement(conn: db.ReadConn) -> bool:
    """Whether the bank's books were ever compared with ours."""
    return await db.one(conn, q.has_statement, bool)


async def days(conn: db.ReadConn, *, limit: int) -> list[Day]:
    """The newest dates at the bank, ours beside theirs."""
    return await db.all(conn, q.days, Day, limit=limit)
