"""Rails: the ways for money into and out of the hall, and the wallet's page. So far there is one rail, the bank.

Invariants, kept by the database and proved by `openhall check`:
- a top-up is committed before the bank hears of it, and its id is our reference there and the id of its transfer;
- a succeeded top-up has exactly one ledger transfer of its amount into its wallet, any other top-up has none;
- only the bank's own word ends `processing`: silence is unknown, never "no"; what is final never changes;
- a processing top-up is asked about again until the bank tells, also after a worker was killed;
- a bank's notice is believed only when signed and fresh, and is stored once by the bank's own id of it.
"""

from openhall.core.rails.actions.accounts import bank_accounts, link_bank_account
from openhall.core.rails.actions.notices import read_notice, receive
from openhall.core.rails.actions.settle import advance, sweep
from openhall.core.rails.actions.top_ups import start_top_up, top_up
from openhall.core.rails.calling import Unknown
from openhall.core.rails.ports import Bank, HttpBank
from openhall.core.rails.types import BankAccount, Charge, ChargeState, Notice, TopUp, TopUpState

__all__ = [
    "Bank", "BankAccount", "Charge", "ChargeState", "HttpBank", "Notice", "TopUp", "TopUpState", "Unknown", "advance",
    "bank_accounts", "link_bank_account", "read_notice", "receive", "start_top_up", "sweep", "top_up",
]  # fmt: skip
