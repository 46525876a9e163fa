"""The bank's files in ISO 20022: what they say as values, and those values as files. Pure: no database, no network.

Invariants:
- a file is read whole or refused whole, with a code, a place and a reason; what was read adds up;
- amounts are integers of minor units from the first digit to the last, and equal values give equal bytes;
- nothing is fetched and no entity is known, so a file can do no more than be read.
"""

from openhall.core.rails.iso20022.camt import read_notifications, read_statements
from openhall.core.rails.iso20022.camt_writer import write_notifications, write_statements
from openhall.core.rails.iso20022.pain001 import read_payouts, write_payouts
from openhall.core.rails.iso20022.pain002 import (
    is_duplicate,
    outcome,
    read_status_report,
    status_of,
    write_status_report,
)
from openhall.core.rails.iso20022.refusals import FileRefused, NotWritable, Refusal
from openhall.core.rails.iso20022.types import (
    Account,
    Agent,
    Balance,
    BatchInformation,
    BatchStatus,
    Detail,
    Entry,
    EntryDetails,
    Notification,
    NotificationFile,
    Outcome,
    Payout,
    PayoutBatch,
    Period,
    Reason,
    Statement,
    StatementFile,
    StatusCount,
    StatusReport,
    TransactionStatus,
)

__all__ = [
    "Account", "Agent", "Balance", "BatchInformation", "BatchStatus", "Detail", "Entry", "EntryDetails", "FileRefused",
    "NotWritable", "Notification", "NotificationFile", "Outcome", "Payout", "PayoutBatch", "Period", "Reason",
    "Refusal", "Statement", "StatementFile", "StatusCount", "StatusReport", "TransactionStatus", "is_duplicate",
    "outcome", "read_notifications", "read_payouts", "read_statements", "read_status_report", "status_of",
    "write_notifications", "write_payouts", "write_statements", "write_status_report",
]  # fmt: skip
