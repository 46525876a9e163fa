"""Money that comes for a wallet which was closed meanwhile: nobody can refuse it any more, and it must not get lost."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import structs

from openhall.base import clock, db, ids
from openhall.core import ledger
from openhall.core.closing.types import Owner, Unclaimed, Waiting
from openhall.core.ledger import Outcome, Transfer

q = db.load("openhall.core.closing")


async def bring(conn: db.Conn, transfers: Sequence[Transfer], *, fresh: bool = False) -> list[Outcome]:
    """As `ledger.post`, for money that comes whether its owner is still there or not: what the bank took or sent back,
    a refund, what waited. Of a wallet that was closed meanwhile it goes to the hall's account of unclaimed money
    instead, and is written down; the other wallets stay open until it has been posted.

    Whatever may still be refused asks the ledger itself, which refuses.
    """
    closed = await ledger.closed_among(conn, {one.credit for one in transfers if one.hold is None})
    owners = (
        {one.wallet: one for one in await db.all(conn, q.owners_of, Owner, wallets=db.ids(closed))} if closed else {}
    )
    late = {one.id: owners[one.credit] for one in transfers if one.hold is None and one.credit in owners}
    if not late:
        return await ledger.post(conn, transfers, fresh=fresh)
    accounts = {one.currency: await _account(conn, one.currency) for one in transfers if one.id in late}
    diverted = [structs.replace(one, credit=accounts[one.currency]) if one.id in late else one for one in transfers]
    outcomes = await ledger.post(conn, diverted, fresh=fresh)
    came = [one for one, outcome in zip(diverted, outcomes, strict=True) if one.id in late and outcome.ok]
    rows = [_row(one, late[one.id]) for one in came]
    await db.run(conn, q.put_unclaimed, rows=db.rows(rows), now=clock.now())
    return outcomes


def _row(came: Transfer, owner: Owner) -> dict[str, Any]:
    return {
        "id": came.id,
        "resident": owner.resident,
        "wallet": owner.wallet,
        "amount": came.amount,
        "currency": came.currency,
        "reason": came.reason,
    }


async def give_back(conn: db.Conn, resident: UUID) -> None:
    """What came for this resident while the account was closed goes into the wallet, which is open again."""
    waiting = await db.all(conn, q.lock_unclaimed, Waiting, resident=resident)
    if not waiting:
        return
    legs = [
        Transfer(
            id=ids.new(),
            debit=await _account(conn, one.currency),
            credit=one.wallet,
            amount=one.amount,
            currency=one.currency,
            reason="unclaimed_given",
        )
        for one in waiting
    ]
    rows = [{"id": one.id, "given": leg.id} for one, leg in zip(waiting, legs, strict=True)]
    await db.run(conn, q.give, rows=db.rows(rows), now=clock.now())
    for outcome in await ledger.post(conn, legs, fresh=True):
        # The hall has it, and the wallet is open; if it is refused all the same, nothing of this happens, and it is
        # seen.
        if not outcome.ok:
            raise RuntimeError(f"unclaimed money could not be given back: {outcome.code}")


async def waiting(conn: db.ReadConn, *, resident: UUID | None = None, limit: int) -> list[Unclaimed]:
    """What waits for its owners, or for one of them; newest first."""
    return await db.all(conn, q.unclaimed, Unclaimed, resident=resident, limit=limit)


async def _account(conn: db.Conn, currency: str) -> UUID:
    """The hall's account of it; opened when it is first needed."""
    found = await db.maybe(conn, q.unclaimed_account, UUID, currency=currency)
    if found is not None:
        return found
    await db.all(conn, q.lock_opening, str, currency=currency)
    found = await db.maybe(conn, q.unclaimed_account, UUID, currency=currency)
    if found is not None:
        return found
    # Busy, so that it stands in nobody's way wherever a transaction comes to need it; and its floor keeps it from
    # paying twice.
    opened = await ledger.open_account(
        conn, kind="closing.unclaimed", owner=None, currency=currency, floor=0, busy=True
    )
    await db.run(conn, q.put_unclaimed_account, currency=currency, unclaimed=opened)
    return opened
