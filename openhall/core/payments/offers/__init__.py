"""Offers: somebody else gives something to a payment, out of a budget, in the transaction of the payment itself.

This package knows no campaigns. Whoever has offers registers an `OfferSource`; whoever knows what payees belong to
registers a `GroupSource`, so that the rules of an offer can name them. A teller asks `Offers` twice for each batch:
`look` with its first questions, which costs nothing when nothing is offered, and `terms` when it knows who pays whom.

Invariants, proved by `openhall check`:
- a subsidy is one ledger transfer of its amount, out of the budget that gave it, to the shop or to the payer;
- what the shop receives is what the payer paid and the discount together;
- of a refund each side gets back its share of what it gave, to the fen.
"""

from openhall.core.payments.offers.desk import Look, Offers, given, legs, write
from openhall.core.payments.offers.records import days_of, subsidies_of, uses
from openhall.core.payments.offers.rules import Shares, paid, returned
from openhall.core.payments.offers.types import (
    NOTHING,
    Due,
    Gift,
    Given,
    Group,
    GroupSource,
    Helper,
    Membership,
    OfferDay,
    OfferSource,
    Subsidy,
    Terms,
    Use,
)

__all__ = [
    "NOTHING", "Due", "Gift", "Given", "Group", "GroupSource", "Helper", "Look", "Membership", "OfferDay",
    "OfferSource", "Offers", "Shares", "Subsidy", "Terms", "Use", "days_of", "given", "legs", "paid", "returned",
    "subsidies_of", "uses", "write",
]  # fmt: skip
