"""Giving money back: part of a payment or all of it, never more than was paid, by whoever was paid."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from openhall.base import db, events, ids
from openhall.core import closing, ledger
from openhall.core.payments import actions, offers, problems, rules
from openhall.core.payments.desks import ONLY_OWNERS, Desks
from openhall.core.payments.types import Refund

q = db.load("openhall.core.payments")

REFUNDED = "payment.refunded"
_OLDEST = UUID(int=0)


class _Refundable(Struct, frozen=True):
    id: UUID
    payer: UUID
    payer_masked: str
    wallet: UUID
    payee: UUID
    order_id: UUID
    owner: UUID | None
    account: UUID
    stream: str
    amount: int
    currency: str
    refunded: int


class _Named(Struct, frozen=True):
    id: UUID
    payment: UUID
    name: str


async def refund(
    conn: db.Conn, *, payment: UUID, resident: UUID, amount: int, reason: str, desks: Desks = ONLY_OWNERS
) -> Refund:
    """Give `amount` minor units of a payment back to its payer, from the payee's account; `resident` acts for it.

    Refusals in this order: `payments.payment_not_found` (also for strangers), `payments.refund_not_yours` (for the
    payer too, who may work there), those of the payee's desk, `payments.refund_above_rest` (with `refundable`),
    `payments.refund_without_funds`.
    """
    seen = await actions.payment(conn, id=payment, resident=resident, desks=desks)
    if seen.payer == resident:
        raise problems.refund_not_yours()
    found = await db.one(conn, q.refundable, _Refundable, payment=payment)
    await desks.allow_refund(conn, seen, found.owner, resident, amount)
    if amount > found.amount - found.refunded:
        raise problems.refund_above_rest(refundable=found.amount - found.refunded)
    made = await _move(conn, found, resident, amount, reason)
    await events.publish(conn, [events.Fact(found.stream, REFUNDED, _told(made, found))])
    return made


async def refund_rest(conn: db.Conn, *, payment: UUID, by: UUID, reason: str, desks: Desks | None) -> Refund | None:
    """Give all that is left of a payment back; None when nothing is left. As `refund`; without desks the caller knows
    that `by` may do so."""
    found = await db.one(conn, q.refundable, _Refundable, payment=payment)
    rest = found.amount - found.refunded
    if not rest:
        return None
    if desks is not None:
        return await refund(conn, payment=payment, resident=by, amount=rest, reason=reason, desks=desks)
    made = await _move(conn, found, by, rest, reason)
    await events.publish(conn, [events.Fact(found.stream, REFUNDED, _told(made, found))])
    return made


async def _move(conn: db.Conn, found: _Refundable, by: UUID, amount: int, reason: str) -> Refund:
    # The order's row is locked since it was read, so the accounts are locked after it, as when it was paid.
    if not await db.run(conn, q.give_back, order_id=found.order_id, amount=amount):
        raise problems.refund_above_rest(refundable=found.amount - found.refunded)
    made = ids.new()
    subsidies = await offers.subsidies_of(conn, [found.id])
    shares = _shares(found.amount, found.refunded, amount, subsidies)
    returns = [
        (ids.new(), subsidy, part) for subsidy, part in zip(subsidies, shares.of(subsidies), strict=True) if part
    ]
    # A payer who left is still owed it: it waits for them at the hall.
    outcomes = await closing.bring(conn, _legs(made, found, shares.payer, returns), fresh=True)
    if not all(outcome.ok for outcome in outcomes):
        raise problems.refund_without_funds(
            ledger_code=next(one.code for one in outcomes if one.code != "linked_failed")
        )
    (number,) = await db.all(conn, q.take_receipt_numbers, int, count=1)
    refund = Refund(
        id=made,
        payment=found.id,
        amount=amount,
        currency=found.currency,
        reason=reason,
        receipt_no=rules.receipt_no(outcomes[0].business_date, number),
        business_date=outcomes[0].business_date,
        at=outcomes[0].at,
        refunded_by=by,
        payer_masked=found.payer_masked,
        to_payer=shares.payer,
        of_discount=shares.discount,
        of_bounty=shares.bounty,
    )
    await _write(conn, refund, found.payee)
    if returns:
        rows = [{"id": id_, "refund": made, "subsidy": subsidy.id, "amount": part} for id_, subsidy, part in returns]
        await db.run(conn, q.insert_subsidy_returns, rows=db.rows(rows))
    return refund


async def _write(conn: db.Conn, made: Refund, payee: UUID) -> None:
    await db.run(
        conn,
        q.insert_refund,
        id=made.id,
        payment=made.payment,
        payee=payee,
        amount=made.amount,
        currency=made.currency,
        reason=made.reason,
        refunded_by=made.refunded_by,
        receipt_no=made.receipt_no,
        business_date=made.business_date,
        at=made.at,
    )


def shares_of_rest(*, amount: int, refunded: int, subsidies: Sequence[offers.Subsidy]) -> offers.Shares:
    """To whom it would go if all that is left of a payment of `amount` were given back now."""
    return _shares(amount, refunded, amount - refunded, subsidies)


def _shares(amount: int, refunded: int, more: int, subsidies: Sequence[offers.Subsidy]) -> offers.Shares:
    given = {subsidy.kind: subsidy.amount for subsidy in subsidies}
    return offers.returned(
        amount, discount=given.get("discount", 0), bounty=given.get("bounty", 0), before=refunded, more=more
    )


def _legs(
    refund: UUID, found: _Refundable, to_payer: int, returns: Sequence[tuple[UUID, offers.Subsidy, int]]
) -> list[ledger.Transfer]:
    """The payer's share and those of the budgets, from the payee's account: all of them, or none."""
    chain = [(refund, found.wallet, to_payer, "refund")] if to_payer else []
    chain += [(id_, subsidy.account, part, "subsidy_return") for id_, subsidy, part in returns]
    return [
        ledger.Transfer(
            id=id_,
            debit=found.account,
            credit=credit,
            amount=part,
            currency=found.currency,
            reason=reason,
            linked=place < len(chain),
        )
        for place, (id_, credit, part, reason) in enumerate(chain, start=1)
    ]


def _told(made: Refund, found: _Refundable) -> dict[str, object]:
    """What the watchers of the payee learn."""
    return {
        "id": str(made.id),
        "payment_id": str(made.payment),
        "amount": made.amount,
        "to_payer": made.for_payee().to_payer,
        "currency": made.currency,
        "reason": made.reason,
        "receipt_no": made.receipt_no,
        "at": msgspec.to_builtins(made.at),
        "payer_masked": made.payer_masked,
    }


async def refunds_of(
    conn: db.ReadConn, *, payment: UUID, after: UUID | None = None, limit: int | None = None
) -> list[Refund]:
    """The refunds of a payment, oldest first: all of them, or as many as `limit` after one. Whether the asker may see
    the payment is for the caller to find out."""
    return await db.all(conn, q.refunds_of_payment, Refund, payment=payment, after=after or _OLDEST, limit=limit)


async def refunds_to(conn: db.ReadConn, *, payee: UUID, business_date: date, limit: int) -> list[Refund]:
    """What a payee gave back on one business date, whenever it had been paid; newest first."""
    return await db.all(conn, q.refunds_to, Refund, payee=payee, business_date=business_date, limit=limit)


async def refund_names(conn: db.ReadConn, refunds: list[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """For each of these refunds the payment it belongs to, and by what name its payee was registered."""
    found = await db.all(conn, q.refunds_named, _Named, ids=refunds)
    return {named.id: (named.payment, named.name) for named in found}
