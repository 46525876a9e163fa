"""Receipts: a payment, what was given back of it, and who served, as both sides may print it."""

from uuid import UUID

from msgspec import Struct

from openhall.base import db
from openhall.core.payments import actions, refunds
from openhall.core.payments.desks import Desks
from openhall.core.payments.types import Payment, Refund


class Receipt(Struct, frozen=True):
    """`names` are those whom the payee wants to be named, by resident."""

    payment: Payment
    refunds: list[Refund]
    names: dict[UUID, str]


async def receipt(conn: db.ReadConn, *, payment: UUID, resident: UUID, desks: Desks) -> Receipt:
    """The receipt of a payment, for who made it and who acts for its payee, who is told of no red packet; Problem
    `payments.payment_not_found`."""
    paid = await actions.payment(conn, id=payment, resident=resident, desks=desks)
    given = await refunds.refunds_of(conn, payment=paid.id) if paid.refunded else []
    served = {one.refunded_by for one in given} | ({paid.taken_by} if paid.taken_by else set())
    if paid.payer != resident:
        given = [one.for_payee() for one in given]
    return Receipt(paid, given, await desks.names(conn, paid, sorted(served)))
