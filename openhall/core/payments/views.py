"""A payment as the API and the live streams show it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from openhall.core import families
from openhall.core.payments import offers
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


class BehalfView(Struct, frozen=True):
    """Who paid (`actor`) out of whose wallet (`subject`)."""

    actor: UUID
    subject: UUID


class PaymentView(Struct, frozen=True):
    """`amount` in minor units of `currency` is what the payee receives; `shop` is null when the payee is no shop.

    `paid` is what left the payer's wallet: the rest, `discount`, came from the offer that `offer` names, and `offer_en`
    for who reads English, where its sponsor said so. `bounty` went into the payer's wallet; only they are told of it.
    When somebody paid for somebody else, `on_behalf` is there for both of them; the payee does not learn of it.
    """

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
    paid: int
    discount: int
    offer: str | None
    offer_en: str | None
    bounty: int
    on_behalf: BehalfView | None

    @staticmethod
    def of_paid(paid: Paid) -> "PaymentView":
        """A payment that was made just now."""
        payee, discount, bounty = paid.payee, paid.terms.discount, paid.terms.bounty
        return PaymentView(
            id=paid.id,
            state="succeeded",
            amount=paid.amount,
            currency=paid.currency,
            payee=PayeeView(payee.kind, payee.id, payee.name),
            shop=ShopView(payee.id, payee.name) if payee.kind == "shop" else None,
            order_id=paid.order,
            receipt_no=paid.receipt_no,
            at=paid.at,
            refunded=0,
            paid=offers.paid(paid.amount, paid.terms),
            discount=discount.amount if discount else 0,
            offer=discount.title if discount else None,
            offer_en=discount.title_en if discount else None,
            bounty=bounty.amount if bounty else 0,
            on_behalf=BehalfView(paid.actor, paid.payer.resident) if paid.actor else None,
        )

    @staticmethod
    def of_payment(
        paid: Payment,
        subsidies: Sequence[offers.Subsidy] = (),
        *,
        mine: bool = False,
        act: families.Act | None = None,
    ) -> "PaymentView":
        """A payment that was made before, with what offers gave to it; `mine`: it is shown to its payer, or to who paid
        on their behalf, by `act`."""
        by_kind = {subsidy.kind: subsidy for subsidy in subsidies}
        discount, bounty = by_kind.get("discount"), by_kind.get("bounty")
        return PaymentView(
            id=paid.id,
            state="succeeded",
            amount=paid.amount,
            currency=paid.currency,
            payee=PayeeView(paid.payee_kind, paid.payee, paid.payee_name),
            shop=ShopView(paid.payee, paid.payee_name) if paid.payee_kind == "shop" else None,
            order_id=paid.order_id,
            receipt_no=paid.receipt_no,
            at=paid.at,
            refunded=paid.refunded,
            paid=paid.paid,
            discount=paid.discount,
            offer=discount.title if discount else None,
            offer_en=discount.title_en if discount else None,
            bounty=bounty.amount if bounty and mine else 0,
            on_behalf=BehalfView(act.actor, act.subject) if act else None,
        )


class RefundView(Struct, frozen=True):
    """A refund; `amount` in minor units of `currency` is what the payee gave back, `to_payer` what of it the payer got:
    the rest went back to the offers that had lowered the price. Of a payment with a red packet, the payee's side is
    told what of it is the payer's, and the payer what is left when the red packet went back out of that."""

    id: UUID
    payment_id: UUID
    state: Literal["succeeded"]
    amount: int
    currency: str
    reason: str
    receipt_no: str
    at: datetime
    to_payer: int

    @staticmethod
    def of(made: Refund) -> "RefundView":
        return RefundView(
            id=made.id,
            payment_id=made.payment,
            state="succeeded",
            amount=made.amount,
            currency=made.currency,
            reason=made.reason,
            receipt_no=made.receipt_no,
            at=made.at,
            to_payer=made.to_payer,
        )
