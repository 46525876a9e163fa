"""Leaving: what is left in the wallet goes back to the cards it came from."""

from typing import Any
from uuid import UUID

from openhall.base import clock, db, ids, jobs
from openhall.core import ledger
from openhall.core.cards import problems, rules
from openhall.core.cards.actions.rail import rail_account
from openhall.core.cards.actions.top_ups import Standing, locked_standing
from openhall.core.cards.jobs import give_card_money_back
from openhall.core.cards.types import Leaving, LeavingRow, Outlook, Part, Source, Sums
from openhall.core.ledger import Transfer

q = db.load("openhall.core.cards")


async def outlook(conn: db.ReadConn, *, resident: UUID, wallet: UUID) -> Outlook:
    """What leaving would do now."""
    standing = await db.one(conn, q.standing, Standing, resident=resident, since=clock.now() - rules.MONTH)
    return await _outlook(conn, resident, wallet, standing)


async def _outlook(conn: db.ReadConn, resident: UUID, wallet: UUID, standing: Standing) -> Outlook:
    sources = await db.all(conn, q.sources, Source, resident=resident)
    balance = await ledger.balance(conn, wallet)
    return rules.spread(balance.available, sources, standing.waiting)


async def leave(conn: db.Conn, *, resident: UUID, wallet: UUID, currency: str) -> Leaving:
    """Set aside what came from cards, and have it given back to them; what came otherwise stays in the wallet.

    A wallet that pays at the same moment wins or loses under the ledger's lock. Refusals, in this order:
    `cards.top_up_under_way`, `cards.nothing_from_cards`, `ledger.debit_account_frozen`, `ledger.insufficient_funds`.
    """
    standing = await locked_standing(conn, resident)
    if standing.waiting:
        raise problems.top_up_under_way()
    now = await _outlook(conn, resident, wallet, standing)
    if not now.shares:
        raise problems.nothing_from_cards()
    leaving_id = ids.new()
    rows = [{"id": ids.new(), "top_up": share.top_up, "amount": share.amount} for share in now.shares]
    whose: dict[str, Any] = {"resident": resident, "wallet": wallet, "currency": currency, "now": clock.now()}
    await db.run(conn, q.add_leaving, id=leaving_id, amount=now.amount, rest=now.rest, **whose)
    await db.run(conn, q.add_refunds, leaving=leaving_id, rows=db.rows(rows), **whose)
    await _set_aside(conn, wallet, currency, rows)
    for row in rows:
        await jobs.defer(conn, give_card_money_back, refund=str(row["id"]))
    return await leaving(conn, resident=resident, leaving_id=leaving_id)


async def _set_aside(conn: db.Conn, wallet: UUID, currency: str, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        taken = await db.run(conn, q.take_back, id=row["top_up"], amount=row["amount"])
        assert taken == 1, "nobody else takes back while this resident is locked"
    rail = await rail_account(conn, currency=currency)
    holds = [
        Transfer(
            id=row["id"],
            debit=wallet,
            credit=rail,
            amount=row["amount"],
            currency=currency,
            kind="pending",
            reason="card_return",
        )
        for row in rows
    ]
    for outcome in await ledger.post(conn, holds):
        if problem := ledger.problem_of(outcome):
            raise problem


async def leaving(conn: db.ReadConn, *, resident: UUID, leaving_id: UUID) -> Leaving:
    """One of the resident's; `cards.leaving_not_found` also for somebody else's."""
    row = await db.maybe(conn, q.leaving, LeavingRow, id=leaving_id, resident=resident)
    if row is None:
        raise problems.leaving_not_found()
    parts = await db.all(conn, q.parts, Part, leaving=leaving_id)
    return Leaving(row.id, row.amount, row.rest, row.currency, row.at, parts)


async def leavings(conn: db.ReadConn, resident: UUID) -> list[LeavingRow]:
    """The resident's last twenty, newest first."""
    return await db.all(conn, q.leavings, LeavingRow, resident=resident)


async def sums(conn: db.ReadConn, wallet: UUID) -> Sums:
    """What a wallet has seen in all, for the statement."""
    return await db.one(conn, q.sums, Sums, wallet=wallet)
