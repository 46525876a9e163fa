"""Payments: what is to be paid (orders) and the paying of it.

Invariants, kept by the database and proved by `openhall check`:
- a payment is one ledger transfer with its order, its recorded answer and its event, in one transaction;
- an order is paid at most once, and by a payment of exactly its amount;
- a payment never changes: giving money back is a refund of its own, and all of them never exceed it.

Whoever can be paid registers a `PayeeSource` that turns codes into payees; this package knows no shops.
"""

from openhall.core.payments.actions import create_order, payee_names, payment, payments_to, recent, resolve, totals_to
from openhall.core.payments.refunds import REFUNDED, refund, refund_names, refunds_of
from openhall.core.payments.teller import Ask, Teller, answered
from openhall.core.payments.types import NewOrder, Order, Payee, PayeeSource, Payer, Payment, Refund, Totals

__all__ = [
    "REFUNDED", "Ask", "NewOrder", "Order", "Payee", "PayeeSource", "Payer", "Payment", "Refund", "Teller", "Totals",
    "answered", "create_order", "payee_names", "payment", "payments_to", "recent", "refund", "refund_names",
    "refunds_of", "resolve", "totals_to",
]  # fmt: skip
