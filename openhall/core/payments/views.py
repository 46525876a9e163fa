"""A payment as the API and the live streams show it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from openhall.core.payments.paid import Paid
from openhall.core.payments.types import Payment, Refund


class PayeeView(Struct, frozen=True):
    """Who was paid: the registered name at that time."""

    kind: str
    id: UUID
    name: str


class ShopView(Struct, frozen=True):
    """The shop that was paid, by its registered name at that time."""

    id: UUID
    name: str


class PaymentView(Struct, frozen=True):
    """`amount` in minor units of `currency`; `shop` is null when the payee is something else."""

    id: UUID
    state: Literal["succeeded"]
    amount: int
    currency: str
    payee: PayeeView
    shop: ShopView | None
    order_id: UUID
    receipt_no: str
    at: datetime
    refunded: int

    @staticmethod
    def of_paid(paid: Paid) -> "PaymentView":
        payee = PayeeView(paid.payee.kind, paid.payee.id, paid.payee.name)
        return _view(paid.id, paid.order, payee, paid.amount, paid.currency, paid.receipt_no, paid.at, 0)

    @staticmethod
    def of_payment(paid: Payment) -> "PaymentView":
        payee = PayeeView(paid.payee_kind, paid.payee, paid.payee_name)
        return _view(paid.id, paid.order_id, payee, paid.amount, paid.currency, paid.receipt_no, paid.at, paid.refunded)


def _view(
    payment: UUID,
    order: UUID,
    payee: PayeeView,
    amount: int,
    currency: str,
    receipt_no: str,
    at: datetime,
    refunded: int,
) -> PaymentView:
    shop = ShopView(payee.id, payee.name) if payee.kind == "shop" else None
    return PaymentView(payment, "succeeded", amount, currency, payee, shop, order, receipt_no, at, refunded)


class RefundView(Struct, frozen=True):
    """A refund; `amount` in minor units of `currency`."""

    id: UUID
    payment_id: UUID
    state: Literal["succeeded"]
    amount: int
    currency: str
    reason: str
    receipt_no: str
    at: datetime

    @staticmethod
    def of(made: Refund) -> "RefundView":
        return RefundView(
            made.id, made.payment, "succeeded", made.amount, made.currency, made.reason, made.receipt_no, made.at
        )
