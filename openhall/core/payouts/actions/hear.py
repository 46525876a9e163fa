"""The bank's word on payouts: each state change with its transfers and its telling, in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from openhall.base import clock, db, events, ids
from openhall.base.i18n import N_
from openhall.base.telling import Sum
from openhall.core import closing, ledger, messages
from openhall.core.ledger import Transfer
from openhall.core.payouts import rules
from openhall.core.payouts.actions import batches, breaks
from openhall.core.payouts.actions.accounts import rail_accounts
from openhall.core.payouts.rules import Move
from openhall.core.payouts.telling import (
    GIVEN_BACK,
    NOT_ARRIVED,
    STOPPED,
    WALLET_GIVEN_BACK,
    WALLET_NOT_ARRIVED,
    WALLET_STOPPED,
    stream_of,
)
from openhall.core.payouts.types import Accounts, BreakKind, Locked, Said, State, Word

q = db.load("openhall.core.payouts")

STATES = {
    Word.ACCEPTED: State.ACCEPTED,
    Word.SETTLED: State.SETTLED,
    Word.REJECTED: State.REJECTED,
    Word.RETURNED: State.RETURNED,
}
_REJECTED = N_("The bank rejected it; the money is back.")


class RefusedByLedgerError(RuntimeError):
    """The ledger refused to move what the bank has moved: nothing is noted until somebody looks."""


async def hear(conn: db.Conn, *rounds: Sequence[Said], currency: str) -> None:
    """Apply what the bank said of payouts that exist, in rounds with at most one word on each payout.

    What it unsays becomes a break. The rail is locked. Owners are told at the very end: their streams are locked from
    then on, and who withdraws comes to their stream with the shop's account in hand.
    """
    accounts = await rail_accounts(conn, currency=currency)
    heard = [pair for said in rounds for pair in await _apply(conn, said, accounts)]
    if not heard:
        return
    ended = await batches.finish(conn, sorted({payout.batch for payout, _ in heard if payout.batch}))
    back = [(payout, said) for payout, said in heard if said.word in (Word.REJECTED, Word.RETURNED)]
    await messages.tell_all(conn, [_not_arrived(payout, by_hand=said.by_hand) for payout, said in back])
    await events.publish(conn, [_fact(payout, word) for payout, word in heard] + ended)


async def _apply(conn: db.Conn, said: Sequence[Said], accounts: Accounts) -> list[tuple[Locked, Said]]:
    """One round; the payouts that it moved, as they were before."""
    words = {one.payout: one for one in said}
    locked = await db.all(conn, q.lock_payouts, Locked, ids=db.ids(words))
    moves = {payout.id: _move(payout, words[payout.id]) for payout in locked}
    for payout in locked:
        if moves[payout.id] is Move.CONTRADICTION:
            await _contradicted(conn, payout, words[payout.id])
    going = [payout for payout in locked if moves[payout.id] is Move.GO]
    if not going:
        return []
    rows = {payout.id: _row(payout, words[payout.id]) for payout in going}
    await _post(conn, [one for payout in going for one in _transfers(payout, rows[payout.id], accounts)])
    await db.run(conn, q.move_payouts, rows=db.rows(rows.values()))
    gone = [one.id for one in going if words[one.id].word is Word.REJECTED and words[one.id].by_hand is None]
    await breaks.settle_by_itself(conn, gone, _REJECTED)
    return [(payout, words[payout.id]) for payout in going]


def _move(payout: Locked, said: Said) -> Move:
    return rules.means(
        payout.state, said.word, by_hand=said.by_hand is not None, ended_by_hand=payout.by_hand is not None
    )


async def _contradicted(conn: db.Conn, payout: Locked, said: Said) -> None:
    await breaks.open_break(
        conn, kind=BreakKind.CONTRADICTION, payout=payout.id, line=said.line, ours=payout.amount, theirs=None
    )


def _row(payout: Locked, said: Said) -> dict[str, Any]:
    """What changes in the payout's row. Money that came back had arrived, even when nobody told us so before."""
    now = clock.now()
    arrived = said.word in (Word.SETTLED, Word.RETURNED) and payout.state is not State.SETTLED
    back = said.word in (Word.REJECTED, Word.RETURNED)
    return {
        "id": payout.id,
        "state": STATES[said.word],
        "reason_code": said.code,
        "reason": said.reason,
        "by_hand": said.by_hand,
        "settling": ids.new() if arrived else None,
        "giving_back": ids.new() if back else None,
        "accepted_at": now if said.word is not Word.REJECTED else None,
        "settled_at": now if arrived else None,
        "ended_at": now if back else None,
    }


def _transfers(payout: Locked, row: Mapping[str, Any], accounts: Accounts) -> Iterator[Transfer]:
    """Out of the clearing account to the bank, or back to where it came from; for a return both."""
    if row["settling"]:
        yield Transfer(
            id=row["settling"],
            debit=accounts.clearing,
            credit=accounts.bank,
            amount=payout.amount,
            currency=payout.currency,
            reason="withdrawal_settled",
        )
    if row["giving_back"]:
        returned = row["state"] is State.RETURNED
        yield Transfer(
            id=row["giving_back"],
            debit=accounts.bank if returned else accounts.clearing,
            credit=payout.account,
            amount=payout.amount,
            currency=payout.currency,
            reason="withdrawal_returned" if returned else "withdrawal_rejected",
        )


async def _post(conn: db.Conn, transfers: Sequence[Transfer]) -> None:
    for start in range(0, len(transfers), ledger.MAX_BATCH):
        for outcome in await closing.bring(conn, transfers[start : start + ledger.MAX_BATCH], fresh=True):
            if not outcome.ok:
                raise RefusedByLedgerError(f"transfer {outcome.id}: {outcome.code}")


def _not_arrived(payout: Locked, *, by_hand: BreakKind | None) -> messages.Telling:
    if by_hand is BreakKind.FROZEN:
        template = WALLET_STOPPED if payout.shop is None else STOPPED
    elif payout.shop is None:
        template = WALLET_NOT_ARRIVED if by_hand is None else WALLET_GIVEN_BACK
    else:
        template = NOT_ARRIVED if by_hand is None else GIVEN_BACK
    return messages.Telling(
        payout.owner, template, {"amount": Sum(payout.amount, payout.currency), "payout": payout.id}
    )


def _fact(payout: Locked, said: Said) -> events.Fact:
    data = {
        "id": str(payout.id),
        "shop_id": str(payout.shop) if payout.shop else None,
        "amount": payout.amount,
        "currency": payout.currency,
        "state": str(STATES[said.word]),
    }
    if said.code is not None:
        data["reason_code"] = said.code
    if said.by_hand is not None:
        data["by_hand"] = said.by_hand.value
    return events.Fact(stream_of(payout.owner), f"withdrawal.{said.word}", data)


async def payouts_in_batch(conn: db.ReadConn, batch: UUID) -> list[Locked]:
    """Every payout of a batch, by id."""
    return await db.all(conn, q.payouts_in_batch, Locked, batch=batch)
