"""A payment as the API and the live streams show it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from openhall.core.payments.types import Payee, Payment, Refund


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
    def of(
        payment: UUID, order: UUID, payee: Payee, amount: int, currency: str, receipt_no: str, at: datetime
    ) -> "PaymentView":
        return _view(payment, order, PayeeView(payee.kind, payee.id, payee.name), amount, currency, receipt_no, at, 0)

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


def event_data(view: PaymentView, payer_masked: str, reference: str | None) -> dict[str, Any]:
    """What the watchers of a payee learn of a payment; `reference` is there when the payee gave its order one."""
    data = {
        "id": str(view.id),
        "amount": view.amount,
        "currency": view.currency,
        "receipt_no": view.receipt_no,
        "at": msgspec.to_builtins(view.at),
        "payer_masked": payer_masked,
    }
    return data if reference is None else data | {"reference": reference}
