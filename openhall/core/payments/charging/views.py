"""Charges and reversals as the API shows them."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from openhall.core.payments import offers
from openhall.core.payments.charging.types import Charge, Standing
from openhall.core.payments.paid import Paid
from openhall.core.payments.paycodes import NewWaiting
from openhall.core.payments.views import PayeeView, ShopView


class ChargeView(Struct, frozen=True):
    """A charge; once it has succeeded, the payment with the same id. `amount` and `refunded` in minor units.

    `paid` is what left the payer's wallet, `discount` what an offer paid instead; null until it has succeeded.

    `receipt_no`, `at` and `payer_masked` are null until it has succeeded; `expires_at` is the end of a payer's time to
    say yes, null when none was asked.
    """

    id: UUID | None
    state: Standing
    amount: int
    currency: str
    payee: PayeeView
    shop: ShopView | None
    order_id: UUID
    reference: str | None
    receipt_no: str | None
    at: datetime | None
    payer_masked: str | None
    expires_at: datetime | None
    refunded: int
    paid: int | None
    discount: int | None

    @staticmethod
    def of_paid(paid: Paid) -> "ChargeView":
        """Just paid."""
        return ChargeView(
            paid.id,
            Standing.SUCCEEDED,
            paid.amount,
            paid.currency,
            *_sides(paid.payee.kind, paid.payee.id, paid.payee.name),
            paid.order,
            paid.reference,
            paid.receipt_no,
            paid.at,
            paid.payer.masked,
            None,
            0,
            offers.paid(paid.amount, paid.terms),
            paid.terms.discount.amount if paid.terms.discount else 0,
        )

    @staticmethod
    def of(charge: Charge) -> "ChargeView":
        """As it is now."""
        return ChargeView(
            charge.id,
            charge.state,
            charge.amount,
            charge.currency,
            *_sides(charge.payee_kind, charge.payee, charge.payee_name),
            charge.order_id,
            charge.reference,
            charge.receipt_no,
            charge.at,
            charge.payer_masked,
            charge.expires_at,
            charge.refunded,
            None if charge.discount is None else charge.amount - charge.discount,
            charge.discount,
        )

    @staticmethod
    def of_new(new: NewWaiting) -> "ChargeView":
        """Just put to its payer."""
        return ChargeView(
            new.charge,
            Standing.REQUIRES_ACTION,
            new.amount,
            new.currency,
            *_sides(new.payee.kind, new.payee.id, new.payee.name),
            new.order,
            new.reference,
            None,
            None,
            None,
            new.expires_at,
            0,
            None,
            None,
        )


def _sides(kind: str, payee: UUID, name: str) -> tuple[PayeeView, ShopView | None]:
    return PayeeView(kind, payee, name), ShopView(payee, name) if kind == "shop" else None


class ReversalView(Struct, frozen=True):
    """How a reversal ended, the same however often it is asked for: `refunded` (it was paid, and all of it was given
    back) or `closed` (nothing was paid, and nothing will be).

    `payment_id` is null for a reference under which nothing had been charged; `refunded` in minor units.
    """

    payment_id: UUID | None
    state: str
    refunded: int
    currency: str
    reference: str | None

    @staticmethod
    def of(charge: Charge) -> "ReversalView":
        state = "refunded" if charge.state is Standing.SUCCEEDED else "closed"
        return ReversalView(charge.id, state, charge.refunded, charge.currency, charge.reference)
