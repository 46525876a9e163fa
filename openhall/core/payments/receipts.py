"""Receipts: a payment, what was given back of it, and who served, as both sides may print it."""

from uuid import UUID

from msgspec import Struct

from openhall.base import db, paging
from openhall.core.payments import actions, offers, refunds
from openhall.core.payments.desks import Desks
from openhall.core.payments.types import Payment, Refund

# Shops give back once or twice; a piece of paper has an end, however often somebody gives back a fen.
LINES = 20


class Receipt(Struct, frozen=True):
    """`refunds` are the first ones: `more` follow, which gave back `more_amount` together. `in_the_end` is what the
    payer paid, less all that came back. `names` are those whom the payee wants to be named, by resident."""

    payment: Payment
    refunds: list[Refund]
    more: int
    more_amount: int
    in_the_end: int
    names: dict[UUID, str]


async def receipt(conn: db.ReadConn, *, payment: UUID, resident: UUID, desks: Desks) -> Receipt:
    """The receipt of a payment, for who made it and who acts for its payee, who is told of no red packet; Problem
    `payments.payment_not_found`."""
    paid = await actions.payment(conn, id=payment, resident=resident, desks=desks)
    found = await refunds.refunds_of(conn, payment=paid.id, limit=LINES + 1) if paid.refunded else []
    given, last = paging.cut(found, LINES)
    subsidies = await offers.subsidies_of(conn, [paid.id]) if paid.refunded else []
    back = refunds.shares_given(refunded=paid.refunded, subsidies=subsidies).for_payee()
    served = {one.refunded_by for one in given} | ({paid.taken_by} if paid.taken_by else set())
    if paid.payer != resident:
        given = [one.for_payee() for one in given]
    return Receipt(
        payment=paid,
        refunds=given,
        more=await refunds.count_after(conn, payment=paid.id, after=last) if last else 0,
        more_amount=paid.refunded - sum(one.amount for one in given),
        in_the_end=paid.paid - back.payer,
        names=await desks.names(conn, paid, sorted(served)),
    )
