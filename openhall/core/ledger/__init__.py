"""The ledger: accounts, and the transfers by which all money of the hall moves.

What always holds, and is proven by the checks of this package:
- Every transfer debits one account and credits another by the same amount in the same currency; all balances of a
  currency sum to zero. Balance = credits - debits, in integer minor units.
- An account with a floor never falls below it, and held money counts as spent.
- A transfer id has one answer for ever: posted with one content, or refused for a passing reason.
- A hold is captured, voided or expired at most once, and never for more than it holds.
- Transfers and entries are only ever added. Each carries the business date of the instant it was posted.
"""

from openhall.core.ledger.actions import (
    account,
    accounts_of,
    balance,
    balances,
    close_account,
    closed_among,
    ensure_partitions,
    freeze,
    hold_to_close,
    mark,
    open_account,
    reopen_account,
    statement,
    totals,
    transfer,
    unfreeze,
)
from openhall.core.ledger.calendar import begins, business_date, local, zone
from openhall.core.ledger.calendar import use as use_calendar
from openhall.core.ledger.history import NewAccount, import_transfers, open_accounts
from openhall.core.ledger.posting import MAX_BATCH, expire_holds, fold, post, to_fold
from openhall.core.ledger.problems import of as problem_of
from openhall.core.ledger.types import (
    Account,
    Balance,
    Code,
    Entry,
    Outcome,
    Page,
    Recorded,
    Totals,
    Transfer,
)

__all__ = [
    "MAX_BATCH",
    "Account",
    "Balance",
    "Code",
    "Entry",
    "NewAccount",
    "Outcome",
    "Page",
    "Recorded",
    "Totals",
    "Transfer",
    "account",
    "accounts_of",
    "balance",
    "balances",
    "begins",
    "business_date",
    "close_account",
    "closed_among",
    "ensure_partitions",
    "expire_holds",
    "fold",
    "freeze",
    "hold_to_close",
    "import_transfers",
    "local",
    "mark",
    "open_account",
    "open_accounts",
    "post",
    "problem_of",
    "reopen_account",
    "statement",
    "to_fold",
    "totals",
    "transfer",
    "unfreeze",
    "use_calendar",
    "zone",
]
