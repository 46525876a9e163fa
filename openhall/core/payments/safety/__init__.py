"""Payment safety: limits, and when a PIN is asked for.

What always holds:
- a resident's day and month are bounded by the ledger, under the lock of their wallet, whichever way money leaves it;
- a limit is lowered at once, and raised only after a fresh proof of who raises it;
- more than small money moves only with the PIN, or with a passkey of the last five minutes.
"""

from openhall.core.payments.safety.guard import Guard, Wish, judge, kept, needs_proof
from openhall.core.payments.safety.payers import Known, ask_payers, spending_of
from openhall.core.payments.safety.rules import code_max, limits_of, room_of
from openhall.core.payments.safety.types import Limits, OwnLimits, Spending

__all__ = [
    "Guard", "Known", "Limits", "OwnLimits", "Spending", "Wish", "ask_payers", "code_max", "judge", "kept", "limits_of",
    "needs_proof", "room_of", "spending_of",
]  # fmt: skip
