"""Payments: what is to be paid (orders) and the paying of it.

Invariants, kept by the database and proved by `openhall check`:
- a payment is one ledger transfer with its order, its recorded answer and its event, in one transaction;
- an order is paid at most once, and by a payment of exactly its amount;
- an order that is shown is paid before its end, or closed, or expires: one of the three, once;
- a payment never changes: giving money back is a refund of its own, and all of them never exceed it.

Whoever can be paid registers a `PayeeSource` that turns codes into payees; this package knows no shops.
"""

from openhall.core.payments import orders
from openhall.core.payments.actions import (
    create_order,
    hurdle,
    payee_names,
    payment,
    payments_to,
    recent,
    refund_most,
    resolve,
    totals_to,
)
from openhall.core.payments.desks import Desk, Desks, Hurdle
from openhall.core.payments.history import import_payments
from openhall.core.payments.orders import (
    close_order,
    close_orders_of,
    names_an_order,
    order_by_code,
    order_of,
    orders_of,
    payable_refusal,
    show_order,
)
from openhall.core.payments.refunds import (
    REFUNDED,
    refund,
    refund_names,
    refunds_of,
    refunds_to,
    shares_given,
    shares_of_rest,
)
from openhall.core.payments.teller import Ask, Teller, answered
from openhall.core.payments.types import (
    NewOrder,
    Order,
    Payee,
    PayeeSource,
    Payer,
    Payment,
    Refund,
    ShownOrder,
    ShownState,
    Totals,
)

__all__ = [
    "REFUNDED", "Ask", "Desk", "Desks", "Hurdle", "NewOrder", "Order", "Payee", "PayeeSource", "Payer", "Payment",
    "Refund", "ShownOrder", "ShownState", "Teller", "Totals", "answered", "close_order", "close_orders_of",
    "create_order", "hurdle", "import_payments", "names_an_order", "order_by_code", "order_of", "orders", "orders_of",
    "payable_refusal", "payee_names", "payment", "payments_to", "recent", "refund", "refund_most", "refund_names",
    "refunds_of", "refunds_to", "resolve", "shares_given", "shares_of_rest", "show_order", "totals_to",
]  # fmt: skip
