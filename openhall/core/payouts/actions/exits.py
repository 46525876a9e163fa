"""Exits: payouts that the bank lost or booked wrongly are ended by two operators. One asks, another confirms.

Everything stands in the history of the break that it is about, which is only ever added to.
"""

from collections.abc import Sequence
from uuid import UUID

from openhall.base import db
from openhall.base.i18n import N_
from openhall.core import people
from openhall.core.payouts import problems
from openhall.core.payouts.actions import breaks, hear
from openhall.core.payouts.actions.accounts import lock_rail
from openhall.core.payouts.types import Break, BreakState, Locked, Said, State, Step, Way, Word

q = db.load("openhall.core.payouts")

_ENDED = N_("Two operators have ended the payout.")


def asked_in(steps: Sequence[Step]) -> Step | None:
    """What waits for another operator: the newest step, when it asks."""
    return steps[-1] if steps and steps[-1].what == "asked" else None


async def ask(conn: db.Conn, *, break_id: UUID, resident: UUID, way: str, reason: str) -> None:
    """An operator asks that the payout end this way.

    Refusals: `payouts.break_not_found`, `payouts.break_resolved`, `payouts.exit_impossible`, `payouts.exit_asked`,
    `payouts.reason_missing`.
    """
    found = await _locked(conn, break_id)
    if way not in await breaks.ways(conn, found):
        raise problems.exit_impossible()
    if asked_in(await breaks.history(conn, break_id)):
        raise problems.exit_asked()
    reason = breaks.clean_reason(reason)
    await breaks.add_step(conn, break_id, what="asked", reason=reason, resident=resident, way=Way(way))


async def decline(conn: db.Conn, *, break_id: UUID, resident: UUID, number: int) -> None:
    """An operator says no to what was asked in step `number`, or takes their own asking back.

    Refusals: `payouts.break_not_found`, `payouts.break_resolved`, `payouts.nothing_asked`.
    """
    await _locked(conn, break_id)
    asked = await _asked(conn, break_id, number)
    await breaks.add_step(conn, break_id, what="declined", reason=asked.reason, resident=resident)


async def confirm(conn: db.Conn, *, break_id: UUID, resident: UUID, number: int) -> None:
    """Another operator confirms what was asked in step `number`: the payout ends, and the break with it.

    What somebody asked for who is no operator any more is no longer asked; it can only be declined.

    Refusals: as `decline`, then `payouts.same_person`, `payouts.exit_impossible` (the bank spoke meanwhile),
    `payouts.resent_since` (what they asked about may be paid after all: they have to ask again, knowing that).
    """
    found = await _locked(conn, break_id)
    asked = await _asked(conn, break_id, number)
    if asked.resident is None or not await people.is_operator(conn, asked.resident):
        raise problems.nothing_asked()
    if asked.resident == resident:
        raise problems.same_person()
    if found.payout is None or asked.way not in await breaks.ways(conn, found):
        raise problems.exit_impossible()
    if found.resent_at is not None and found.resent_at >= asked.at:
        raise problems.resent_since()
    (payout,) = await db.all(conn, q.lock_payouts, Locked, ids=db.ids([found.payout]))
    await db.run(conn, q.resolve_break, id=break_id)
    await breaks.add_step(
        conn, break_id, what="resolved", reason=asked.reason, resident=resident, way=asked.way, asked=asked
    )
    await breaks.settle_by_itself(conn, [payout.id], _ENDED)
    said = Said(payout.id, _word(asked.way, payout.state), line=found.line, by_hand=found.kind)
    await hear.hear(conn, [said], currency=payout.currency)


def _word(way: Way | None, state: State) -> Word:
    """Money that left the hall comes back as a return, other money as if the bank had rejected it."""
    if way is Way.SETTLED:
        return Word.SETTLED
    return Word.RETURNED if state is State.SETTLED else Word.REJECTED


async def _locked(conn: db.Conn, break_id: UUID) -> Break:
    """An open break, for this transaction alone. The rail comes first, as for every word on a payout."""
    await lock_rail(conn)
    await db.all(conn, q.lock_break, UUID, id=break_id)
    found = await breaks.find(conn, break_id)
    if found.state is BreakState.RESOLVED:
        raise problems.break_resolved()
    return found


async def _asked(conn: db.Conn, break_id: UUID, number: int) -> Step:
    asked = asked_in(await breaks.history(conn, break_id))
    if asked is None or asked.number != number:
        raise problems.nothing_asked()
    return asked
