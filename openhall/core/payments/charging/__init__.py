"""Charging: a shop reads a payer's code and is paid, at once or after the payer's yes; and the way back.

What always holds:
- under one reference a shop charges once: the order of the first charge holds it, paid or not, for ever;
- a charge that is refused moves nothing, holds nothing and leaves the pay code as it was;
- a charge that was reversed is paid by nobody any more, not even when it arrives after its own reversal.

Who may charge for a shop is for the caller to say, by an `Admission`; this package knows no shops.
"""

from openhall.core.payments.charging.counter import SCOPE, Counter
from openhall.core.payments.charging.finding import charge, payee_of
from openhall.core.payments.charging.reversing import REASON, reverse, reverse_reference
from openhall.core.payments.charging.types import Admission, Ask, Charge, Door, Standing, Taker
from openhall.core.payments.charging.views import ChargeView, ReversalView

__all__ = [
    "REASON", "SCOPE", "Admission", "Ask", "Charge", "ChargeView", "Counter", "Door", "ReversalView", "Standing",
    "Taker", "charge", "payee_of", "reverse", "reverse_reference",
]  # fmt: skip
