"""Posting: the one way in which money moves."""

from collections.abc import Collection, Sequence
from copy import copy
from typing import Any, cast
from uuid import UUID

import msgspec
import psycopg
from msgspec import Struct
from psycopg.pq import TransactionStatus

from openhall.base import clock, db, ids
from openhall.core.ledger import calendar, rules
from openhall.core.ledger.rules import Books, Hold, Plan, Record, Sums
from openhall.core.ledger.types import Code, Outcome, Transfer

q = db.load("openhall.core.ledger")

# A list longer than this would hold its locks for seconds; the caller splits it.
MAX_BATCH = 10_000
# How often a list is decided anew because another transaction took one of its ids meanwhile.
_TRIES = 5
# The unique indexes by which such a race shows; any other violation is a fault of ours and is not retried.
_RACES = {"journal_pkey", "hold_is_resolved_once", "open_holds_pkey"}


async def post(conn: db.Conn, transfers: Sequence[Transfer]) -> list[Outcome]:
    """Post a list of transfers in the caller's transaction; the outcomes are in the same order.

    Every transfer is answered by itself (or together with those it is linked to): a refused one never fails the
    others. Asking again with the same ids is safe. The accounts stay locked until the caller's transaction ends, so
    post once in a transaction, and late.
    """
    if not transfers:
        return []
    if len(transfers) > MAX_BATCH:
        raise ValueError(f"{len(transfers)} transfers at once; {MAX_BATCH} is the most")
    if conn.info.transaction_status is not TransactionStatus.INTRANS:
        raise RuntimeError("ledger.post needs a transaction: its locks would end with each statement")
    accounts = await _lock(conn, transfers)
    for tries_left in reversed(range(_TRIES)):
        books = await _open_books(conn, transfers, accounts)
        plan = rules.decide(transfers, books)
        try:
            if plan.lines:
                # A savepoint: when the write fails, the caller's transaction and its locks live on.
                async with conn.transaction():
                    await _write(conn, plan, books)
            return _outcomes(transfers, plan, books)
        except psycopg.errors.UniqueViolation as taken:
            if taken.diag.constraint_name not in _RACES or not tries_left:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


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
    holds = await db.all(conn, q.holds, Hold, ids=_array(over))
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


_RECORDED = msgspec.json.Decoder(_Recorded)


def _array(values: Collection[UUID | int | str | None]) -> str:
    """Ids, numbers or plain words as the text of a PostgreSQL array, which but for its brackets is written as JSON is.

    Twenty times quicker than psycopg's way with a list of UUIDs. Words must be free of backslashes, as ours are.
    """
    return "{" + msgspec.json.encode(list(values)).decode()[1:-1] + "}"


async def _lock(conn: db.Conn, transfers: Sequence[Transfer]) -> list[Sums]:
    """Lock what the list may change; returns the accounts, of which each try makes its own working copies."""
    named = {transfer.hold for transfer in transfers if transfer.hold is not None}
    holds: dict[UUID, Transfer | Hold] = {}
    if named:
        holds = {transfer.id: transfer for transfer in transfers if transfer.id in named}
        holds |= {hold.id: hold for hold in await db.all(conn, q.holds, Hold, ids=_array(named))}
    from_accounts, to_accounts, debited = [], [], []
    for transfer in transfers:
        debit, credit = rules.accounts_of(transfer, holds)
        from_accounts.append(debit)
        to_accounts.append(credit)
        if transfer.hold is None:
            debited.append(debit)
    parameters = {"ids": _array(from_accounts + to_accounts), "debited": _array(debited)}
    found = await _locked(conn, parameters)
    # A busy account is locked only to pay: what it has received must be in its row first.
    waiting = [sums.id for sums in found if sums.busy and sums.locked]
    for account in waiting:
        await db.one(conn, q.fold, int, account=account, limit=None)
    return await _locked(conn, parameters) if waiting else found


async def _locked(conn: db.Conn, parameters: dict[str, str]) -> list[Sums]:
    # Not by `db.all`: to check two thousand rows against their type would cost as much as to decide about them.
    cursor = await conn.execute(cast("Any", q.lock_accounts.sql), parameters)
    return [Sums(*row) for row in await cursor.fetchall()]


async def _open_books(conn: db.Conn, transfers: Sequence[Transfer], accounts: list[Sums]) -> Books:
    known = await db.one(
        conn,
        q.recorded,
        str,
        ids=_array([transfer.id for transfer in transfers]),
        holds=_array({transfer.hold for transfer in transfers if transfer.hold is not None}),
    )
    recorded = _RECORDED.decode(known)
    return Books(
        accounts={sums.id: sums for sums in map(copy, accounts)},
        records={record.id: record for record in recorded.records},
        holds={hold.id: hold for hold in recorded.holds},
        resolutions=dict(recorded.resolutions),
        # After the locks, so that the times of an account's entries rise with their numbers.
        now=clock.now(),
    )


async def _write(conn: db.Conn, plan: Plan, books: Books) -> None:
    lines = plan.lines
    sums = [account for account in books.accounts.values() if account.changed]
    when = {"now": books.now, "business_date": calendar.business_date(books.now)}
    await db.run(
        conn,
        q.write,
        **when,
        ids=_array([line.id for line in lines]),
        kinds=_array([line.kind for line in lines]),
        debits=_array([line.debit for line in lines]),
        credits=_array([line.credit for line in lines]),
        amounts=_array([line.amount for line in lines]),
        currencies=_array([line.currency for line in lines]),
        holds=_array([line.hold for line in lines]),
        reasons=_array([line.reason for line in lines]),
        expires_in=_array([line.expires_in for line in lines]),
        refused=_array([line.refused for line in lines]),
        debit_entries=_array([line.debit_entry for line in lines]),
        debit_balances=_array([line.debit_balance for line in lines]),
        credit_entries=_array([line.credit_entry for line in lines]),
        credit_balances=_array([line.credit_balance for line in lines]),
        accounts=_array([account.id for account in sums]),
        new_credits=_array([account.credits for account in sums]),
        new_debits=_array([account.debits for account in sums]),
        new_pending_credits=_array([account.pending_credits for account in sums]),
        new_pending_debits=_array([account.pending_debits for account in sums]),
        new_entries=_array([account.entries for account in sums]),
    )
    if plan.movements:
        await db.run(
            conn,
            q.append,
            **when,
            accounts=_array([movement.account for movement in plan.movements]),
            transfers=_array([movement.transfer for movement in plan.movements]),
            amounts=_array([movement.amount for movement in plan.movements]),
            pending_credits=_array([movement.pending_credits for movement in plan.movements]),
            pending_debits=_array([movement.pending_debits for movement in plan.movements]),
        )
    done = [line for line in lines if line.refused is None]
    if opened := [line for line in done if line.kind == "pending"]:
        await db.run(
            conn,
            q.open_holds,
            ids=_array([line.id for line in opened]),
            expires_in=_array([line.expires_in for line in opened]),
            now=books.now,
        )
    if resolved := [line.hold for line in done if line.hold is not None]:
        await db.run(conn, q.resolve_holds, ids=_array(resolved))
