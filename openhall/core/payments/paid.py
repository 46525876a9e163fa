"""What was paid, as it is written down and told: the same for a payment, a charge and a confirmed charge."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from openhall.base import clock, db, events
from openhall.core.payments import offers
from openhall.core.payments.types import Payee, Payer

q = db.load("openhall.core.payments")

SUCCEEDED = "payment.succeeded"


class Paid(Struct, frozen=True, kw_only=True):
    """Money that moved, with its receipt. `fresh`: its order is made with it, and else it waited and is marked.

    `terms` is what offers gave to it, `given` the transfers by which they did.
    """

    id: UUID
    order: UUID
    fresh: bool
    payer: Payer
    payee: Payee
    amount: int
    currency: str
    receipt_no: str
    business_date: date
    at: datetime
    reference: str | None = None
    taken_by: UUID | None = None
    actor: UUID | None = None  # who asked, where it was not the payer
    terms: offers.Terms = offers.NOTHING
    given: Sequence[offers.Given] = ()


async def write(conn: db.Conn, paid: Sequence[Paid]) -> None:
    """The payments and their orders, by one statement."""
    if paid:
        await db.send(conn, q.write_paid, rows=db.rows(map(_row, paid)), now=clock.now())


def told(paid: Paid) -> events.Fact:
    """What the watchers of the payee learn; `reference` is there when the payee gave one."""
    data = {
        "id": str(paid.id),
        "amount": paid.amount,
        "paid": offers.paid(paid.amount, paid.terms),
        "discount": paid.terms.discount.amount if paid.terms.discount else 0,
        "currency": paid.currency,
        "receipt_no": paid.receipt_no,
        "at": msgspec.to_builtins(paid.at),
        "payer_masked": paid.payer.masked,
    }
    if paid.reference is not None:
        data["reference"] = paid.reference
    return events.Fact(paid.payee.stream, SUCCEEDED, data)


def _row(paid: Paid) -> dict[str, Any]:
    payee = paid.payee
    return {
        "id": paid.id,
        "fresh": paid.fresh,
        "order_id": paid.order,
        "payer": paid.payer.resident,
        "payer_masked": paid.payer.masked,
        "payee_kind": payee.kind,
        "payee": payee.id,
        "payee_name": payee.name,
        "account": payee.account,
        "owner": payee.owner,
        "stream": payee.stream,
        "amount": paid.amount,
        "currency": paid.currency,
        "receipt_no": paid.receipt_no,
        "business_date": paid.business_date,
        "at": paid.at,
        "reference": paid.reference,
        "taken_by": paid.taken_by,
    }
