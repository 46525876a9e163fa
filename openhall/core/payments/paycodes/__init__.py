"""Pay codes: the payer shows eighteen digits, a shop reads them and is paid.

What always holds:
- a code belongs to at most one charge; a retry of that charge gets the same answer, any other charge is refused;
- an online code lives sixty seconds and at most three unused ones of a resident live at a time; an offline code is one
  device's in one half minute;
- neither codes nor device secrets are stored: the database alone pays nothing;
- above its limit a code pays nothing until the payer has said yes on the phone, and then once.

The payer's side is here; the counter calls `consume`, then the ledger or `ask_payers`, and tells the payer by `told`.
"""

from openhall.core.payments.paycodes.consuming import consume, release
from openhall.core.payments.paycodes.facts import ChargeConfirm, ChargeRefused, ChargeSucceeded, stream_of, told
from openhall.core.payments.paycodes.issuing import devices, enrol, issue, revoke
from openhall.core.payments.paycodes.rules import CONFIRM_WITHIN, issuing_limit
from openhall.core.payments.paycodes.types import (
    ChargeState,
    CodeAsk,
    Consumed,
    Device,
    Enrolled,
    NewWaiting,
    PayCode,
    WaitingCharge,
)
from openhall.core.payments.paycodes.waiting import (
    answered_before,
    ask_payers,
    charge_of,
    close,
    close_all_of,
    confirm,
    hold_payees,
    keep,
    next_waiting,
    notices,
    quote,
    refuse,
    refuse_all,
    waiting,
    waiting_for,
    waiting_of,
)

__all__ = [
    "CONFIRM_WITHIN", "ChargeConfirm", "ChargeRefused", "ChargeState", "ChargeSucceeded", "CodeAsk", "Consumed",
    "Device", "Enrolled", "NewWaiting", "PayCode", "WaitingCharge", "answered_before", "ask_payers", "charge_of",
    "close", "close_all_of", "confirm", "consume", "devices", "enrol", "hold_payees", "issue", "issuing_limit",
    "keep", "next_waiting", "notices", "quote", "refuse", "refuse_all", "release", "revoke", "stream_of", "told",
    "waiting", "waiting_for", "waiting_of",
]  # fmt: skip
