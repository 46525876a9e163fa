"""Posting: the one way in which money moves."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg.pq import TransactionStatus

from openhall.base import clock, db, ids
from openhall.core.ledger import calendar, rules
from openhall.core.ledger.rules import Books, Hold, Plan, Record, Sums
from openhall.core.ledger.types import PASSING, Code, Outcome, Transfer

q = db.load("openhall.core.ledger")

# A list longer than this would hold its locks for seconds; the caller splits it.
MAX_BATCH = 10_000
# How often a list is decided anew because another transaction took one of its ids meanwhile.
_TRIES = 5


async def post(conn: db.Conn, transfers: Sequence[Transfer], *, fresh: bool = False) -> list[Outcome]:
    """Post a list of transfers in the caller's transaction; the outcomes are in the same order.

    Every transfer is answered by itself (or together with those it is linked to): a refused one never fails the
    others. Asking again with the same ids is safe. The accounts stay locked until the caller's transaction ends, so
    post once in a transaction, and late. `fresh`: the ids were made in this very transaction, so the first try does
    without looking for earlier answers; one that is not fresh after all is still found.
    """
    if not transfers:
        return []
    if len(transfers) > MAX_BATCH:
        raise ValueError(f"{len(transfers)} transfers at once; {MAX_BATCH} is the most")
    if conn.info.transaction_status is TransactionStatus.IDLE:
        raise RuntimeError("ledger.post needs a transaction: its locks would end with each statement")
    # What is read before the locks may be out of date after them. Where each answer is written down that does no harm:
    # the unique index tells. Anything else, and a list that names holds, is decided on what is read after the locks.
    names_holds = any(transfer.hold is not None for transfer in transfers)
    early = _NOTHING if fresh or names_holds else await _recorded(conn, transfers)
    accounts = await _lock(conn, transfers)
    if not names_holds:
        books = _books(accounts, early)
        plan = rules.decide(transfers, books)
        if _is_final(transfers, plan) and await _written(conn, plan, books):
            return _outcomes(transfers, plan, books)
        accounts = await _lock(conn, transfers)
    for _ in range(_TRIES):
        books = _books(accounts, await _recorded(conn, transfers))
        plan = rules.decide(transfers, books)
        if await _written(conn, plan, books):
            return _outcomes(transfers, plan, books)
        accounts = await _lock(conn, transfers)
    raise RuntimeError("other transactions took ids of this list while it was posted, again and again")


def _is_final(transfers: Sequence[Transfer], plan: Plan) -> bool:
    """Whether no answer can have been changed by what another transaction did before the accounts were locked: each is
    in the journal already or goes into it, and meets its unique index there."""
    if all(code.ok for code in plan.codes):
        return True
    return all(code.ok or code in PASSING for code in plan.codes) and not any(one.linked for one in transfers)


async def fold(conn: db.Conn, account: UUID, *, limit: int | None = None) -> int:
    """Fold the waiting movements of a busy account, at most `limit`, oldest first; returns how many they were."""
    if not await db.maybe(conn, q.lock_account, UUID, id=account):
        return 0
    return await db.one(conn, q.fold, int, account=account, limit=limit)


async def to_fold(conn: db.ReadConn, *, limit: int = 10_000) -> list[UUID]:
    """The busy accounts that have something to fold, in the order of their ids."""
    return await db.all(conn, q.to_fold, UUID, limit=limit)


async def expire_holds(conn: db.Conn, *, limit: int = 500) -> int:
    """Release holds whose time is over, oldest first, at most `limit`; returns how many were released."""
    over = await db.all(conn, q.expired_holds, UUID, now=clock.now(), limit=limit)
    holds = await db.all(conn, q.holds, Hold, ids=db.ids(over))
    outcomes = await post(
        conn,
        [Transfer(ids.new(), kind="expire", hold=hold.id, currency=hold.currency, reason="expired") for hold in holds],
    )
    return sum(outcome.ok for outcome in outcomes)


def _outcomes(transfers: Sequence[Transfer], plan: Plan, books: Books) -> list[Outcome]:
    now, today = books.now, calendar.business_date(books.now)
    outcomes = []
    for transfer, code in zip(transfers, plan.codes, strict=True):
        first = books.records[transfer.id] if code is Code.EXISTS else None
        if isinstance(first, Record):
            outcomes.append(Outcome(transfer.id, code, first.at, first.business_date))
        else:
            outcomes.append(Outcome(transfer.id, code, now, today))
    return outcomes


class _Recorded(Struct):
    records: list[Record]
    holds: list[Hold]
    resolutions: list[tuple[UUID, str]]


class _Raced(Struct):
    """The unique index by which another transaction was seen to be quicker, if one was."""

    by: str | None


_RECORDED = msgspec.json.Decoder(_Recorded)
_NOTHING = _Recorded([], [], [])


async def _lock(conn: db.Conn, transfers: Sequence[Transfer]) -> list[Sums]:
    """Lock what the list may change, and read it. A decision uses the accounts up, so each try calls this anew."""
    named = {transfer.hold for transfer in transfers if transfer.hold is not None}
    holds: dict[UUID, Transfer | Hold] = {}
    if named:
        holds = {transfer.id: transfer for transfer in transfers if transfer.id in named}
        holds |= {hold.id: hold for hold in await db.all(conn, q.holds, Hold, ids=db.ids(named))}
    from_accounts, to_accounts, debited = [], [], []
    for transfer in transfers:
        debit, credit = rules.accounts_of(transfer, holds)
        from_accounts.append(debit)
        to_accounts.append(credit)
        if transfer.hold is None:
            debited.append(debit)
    parameters = {"ids": db.ids(from_accounts + to_accounts), "debited": db.ids(debited)}
    found = await _locked(conn, parameters)
    # A busy account is locked only to pay: what it has received must be in its row first.
    waiting = [sums.id for sums in found if sums.busy and sums.locked]
    for account in waiting:
        await db.one(conn, q.fold, int, account=account, limit=None)
    return await _locked(conn, parameters) if waiting else found


async def _locked(conn: db.Conn, parameters: dict[str, db.Ids]) -> list[Sums]:
    # Not by `db.all`: to check two thousand rows against their type would cost as much as to decide about them.
    cursor = await conn.execute(cast("Any", q.lock_accounts.sql), parameters)
    return [Sums(*row) for row in await cursor.fetchall()]


async def _recorded(conn: db.Conn, transfers: Sequence[Transfer]) -> _Recorded:
    """What the ledger has answered for these ids until now."""
    known = await db.one(
        conn,
        q.recorded,
        str,
        ids=db.ids([transfer.id for transfer in transfers]),
        holds=db.ids({transfer.hold for transfer in transfers if transfer.hold is not None}),
    )
    return _RECORDED.decode(known)


def _books(accounts: list[Sums], known: _Recorded) -> Books:
    return Books(
        accounts={sums.id: sums for sums in accounts},
        records={record.id: record for record in known.records},
        holds={hold.id: hold for hold in known.holds},
        resolutions=dict(known.resolutions),
        # After the locks, so that the times of an account's entries rise with their numbers.
        now=clock.now(),
    )


async def _written(conn: db.Conn, plan: Plan, books: Books) -> bool:
    """Write the plan; false, with nothing written, when another transaction took one of its ids or holds meanwhile."""
    lines, movements = plan.lines, plan.movements
    if not lines:
        return True
    sums = [account for account in books.accounts.values() if account.changed]
    done = [line for line in lines if line.refused is None]
    raced = await db.one(
        conn,
        q.write,
        _Raced,
        now=books.now,
        business_date=calendar.business_date(books.now),
        ids=db.ids([line.id for line in lines]),
        kinds=db.words([line.kind for line in lines]),
        debits=db.ids([line.debit for line in lines]),
        credits=db.ids([line.credit for line in lines]),
        amounts=db.words([line.amount for line in lines]),
        currencies=db.words([line.currency for line in lines]),
        holds=db.ids([line.hold for line in lines]),
        reasons=db.words([line.reason for line in lines]),
        expires_in=db.words([line.expires_in for line in lines]),
        refused=db.words([line.refused for line in lines]),
        debit_entries=db.words([line.debit_entry for line in lines]),
        debit_balances=db.words([line.debit_balance for line in lines]),
        credit_entries=db.words([line.credit_entry for line in lines]),
        credit_balances=db.words([line.credit_balance for line in lines]),
        accounts=db.ids([account.id for account in sums]),
        places=db.words([account.place for account in sums]),
        new_credits=db.words([account.credits for account in sums]),
        new_debits=db.words([account.debits for account in sums]),
        new_pending_credits=db.words([account.pending_credits for account in sums]),
        new_pending_debits=db.words([account.pending_debits for account in sums]),
        new_entries=db.words([account.entries for account in sums]),
        moved_accounts=db.ids([movement.account for movement in movements]),
        moved_transfers=db.ids([movement.transfer for movement in movements]),
        moved_amounts=db.words([movement.amount for movement in movements]),
        moved_pending_credits=db.words([movement.pending_credits for movement in movements]),
        moved_pending_debits=db.words([movement.pending_debits for movement in movements]),
        opened=db.ids([line.id for line in done if line.kind == "pending"]),
        resolved=db.ids([line.hold for line in done if line.hold is not None]),
    )
    return raced.by is None
