"""Accounts, balances and statements. Moving money is in `posting`."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.core.ledger import posting, problems
from openhall.core.ledger.types import Account, Balance, Entry, Page, Recorded, Totals

q = db.load("openhall.core.ledger")

_MAX_NUMBER = 2**63 - 1
_MAX_PAGE = 200


async def open_account(
    conn: db.Conn,
    *,
    kind: str,
    owner: UUID | None,
    currency: str = "CNY",
    floor: int | None = 0,
    busy: bool = False,
    id: UUID | None = None,  # noqa: A002  the word of the interface
) -> UUID:
    """Open an account; with an `id` it may be asked again. Refusal: `ledger.account_exists_differently`.

    `floor` is the least balance in minor units, at most 0; None means unbounded. A `busy` account is one to which a
    whole city may pay at once.
    """
    if floor is not None and floor > 0:
        raise ValueError("an account opens empty, so its floor is at most 0")
    chosen = id or ids.new()
    wish = {"id": chosen, "kind": kind, "owner": owner, "currency": currency, "floor": floor, "busy": busy}
    if not await db.run(conn, q.insert_account, **wish, now=clock.now()):
        found = await account(conn, chosen)
        if any(getattr(found, name) != value for name, value in wish.items()):
            raise problems.account_exists_differently(account=str(chosen))
    return chosen


async def close_account(conn: db.Conn, account_id: UUID) -> None:
    """Close an empty account for good. Refusals: `ledger.account_not_found`, `ledger.account_not_empty`."""
    found = await db.maybe(conn, q.lock_to_close, Account, id=account_id)
    if found is None:
        raise problems.account_not_found(account=str(account_id))
    if found.closed_at is not None:
        return
    await posting.fold(conn, account_id)
    if not await db.run(conn, q.close_account, id=account_id, now=clock.now()):
        raise problems.account_not_empty(account=str(account_id))


async def hold_to_close(conn: db.Conn, account_id: UUID) -> None:
    """Until the transaction ends nobody moves money of this account; whoever does right now is waited for. To be asked
    before it is looked whether the account may close."""
    await db.maybe(conn, q.lock_to_close, Account, id=account_id)


async def reopen_account(conn: db.Conn, account_id: UUID) -> bool:
    """Take the closing back; whether it was closed."""
    return await db.run(conn, q.reopen_account, id=account_id) == 1


async def closed_among(conn: db.Conn, accounts: Iterable[UUID]) -> set[UUID]:
    """Which of these accounts are closed. The others are not closed before the transaction ends: to be asked right
    before posting what nobody may refuse any more."""
    return set(await db.all(conn, q.closed_among, UUID, ids=db.ids(list(accounts))))


async def freeze(conn: db.Conn, account_id: UUID) -> bool:
    """Let nothing leave the account from the commit on; what comes in still comes in. False: it was frozen already.

    Whoever is taking money from it right now is waited for. A hold that was made before may still be captured.
    """
    return await db.run(conn, q.freeze_account, id=account_id, now=clock.now()) == 1


async def unfreeze(conn: db.Conn, account_id: UUID) -> bool:
    """Take that back; whether it was frozen."""
    return await db.run(conn, q.unfreeze_account, id=account_id) == 1


async def account(conn: db.ReadConn, account_id: UUID) -> Account:
    """One account. Refusal: `ledger.account_not_found`."""
    found = await db.maybe(conn, q.account, Account, id=account_id)
    if found is None:
        raise problems.account_not_found(account=str(account_id))
    return found


async def accounts_of(conn: db.ReadConn, owner: UUID) -> list[Account]:
    """The accounts of an owner, by kind and age."""
    return await db.all(conn, q.accounts_of, Account, owner=owner)


async def balances(conn: db.ReadConn, ids: Iterable[UUID]) -> dict[UUID, Balance]:
    """The balances of the accounts that exist, by id."""
    found = await db.all(conn, q.balances, Balance, ids=list(ids))
    return {balance.id: balance for balance in found}


async def balance(conn: db.ReadConn, account_id: UUID) -> Balance:
    """The balance of one account. Refusal: `ledger.account_not_found`."""
    found = await db.maybe(conn, q.balances, Balance, ids=[account_id])
    if found is None:
        raise problems.account_not_found(account=str(account_id))
    return found


async def transfer(conn: db.ReadConn, transfer_id: UUID) -> Recorded | None:
    """A transfer that happened, and for a hold how it was resolved; None when there is none of that id."""
    return await db.maybe(conn, q.transfer, Recorded, id=transfer_id)


async def statement(
    conn: db.ReadConn, account: UUID, *, cursor: int | None = None, limit: int = 50, month: str | None = None
) -> Page:
    """A page of entries, newest first, each with the balance after it; `month` ("2026-11") counts business dates.
    Refusal: `ledger.month_invalid`.

    The entries of a busy account that wait to be folded stand on top, as they will be numbered; one that commits late
    may still slip in among them. The cost grows with `limit` and with what waits, not with the age of the account.
    """
    limit = max(1, min(limit, _MAX_PAGE))
    first_day, end_day = _days(month)
    found = await db.all(
        conn,
        q.statement,
        Entry,
        account=account,
        before=_MAX_NUMBER if cursor is None else cursor,
        first_day=first_day,
        end_day=end_day,
        limit=limit + 1,
    )
    page = found[:limit]
    return Page(page, page[-1].id if len(found) > limit else None)


async def totals(conn: db.ReadConn, account: UUID, *, month: str) -> Totals:
    """What came into an account and what left it in a month of business dates ("2026-11").

    Refusal: `ledger.month_invalid`.
    """
    first_day, end_day = _days(month)
    return await db.one(conn, q.totals, Totals, account=account, first_day=first_day, end_day=end_day)


async def mark(conn: db.Conn, account_id: UUID) -> int:
    """The number of an account's newest entry: what is posted to it from now on has higher ones, and all up to it is
    committed. The account stays locked until the transaction ends. Refusal: `ledger.account_not_found`.
    """
    await posting.fold(conn, account_id)
    found = await db.maybe(conn, q.last_entry, int, id=account_id)
    if found is None:
        raise problems.account_not_found(account=str(account_id))
    return found


async def ensure_partitions(conn: db.Conn, *, months: int = 13) -> int:
    """Make the monthly partitions of the entries, this month's first; returns how many were missing."""
    return await db.one(conn, q.ensure_partitions, int, first=clock.now().date(), months=months)


def _days(month: str | None) -> tuple[date, date]:
    """The first day of a month and the first of the next; the whole of time for None."""
    if month is None:
        return date.min, date.max
    if re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", month) is None:
        raise problems.month_invalid()
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1)
