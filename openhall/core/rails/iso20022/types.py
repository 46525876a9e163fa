"""What the messages say, free of XML. Amounts are minor units; those of statements are signed: money that came is > 0.

Times are as the bank wrote them: one without an offset stays without, it is the bank's local time. Dates are never
converted: a booking date is the day in the bank's books, whatever the clock says elsewhere.
"""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec
from msgspec import Struct


class Account(Struct, frozen=True):
    """A bank account: either an IBAN or any other number of up to 34 characters, never both."""

    iban: str | None = None
    other: str | None = None

    @property
    def number(self) -> str:
        """Whichever of the two it has."""
        return self.iban or self.other or ""


class Agent(Struct, frozen=True):
    """A bank by its BIC, or by its twelve digits in China's clearing system."""

    bic: str | None = None
    cnaps: str | None = None


class Payout(Struct, frozen=True, kw_only=True):
    """One credit transfer. `end_to_end_id` is ours; it comes back in status reports and on statements."""

    end_to_end_id: str
    amount: int
    currency: str
    creditor: str
    creditor_account: Account
    creditor_agent: Agent | None = None
    remittance: str | None = None


class PayoutBatch(Struct, frozen=True, kw_only=True):
    """A pain.001: payouts of one currency from one account. `message_id` is also the id of its only batch.

    `batch_booking` asks for one debit for all of them instead of one each.
    """

    message_id: str
    created_at: datetime
    initiating_party: str
    debtor: str
    debtor_account: Account
    debtor_agent: Agent | None = None
    execution_date: date
    payouts: tuple[Payout, ...]
    batch_booking: bool = False

    @property
    def total(self) -> int:
        """The control sum in minor units."""
        return sum(payout.amount for payout in self.payouts)


class Outcome(StrEnum):
    """What a status code means for money. Whatever is not surely one of the ends is pending, never failed."""

    SETTLED = "settled"
    REJECTED = "rejected"
    PENDING = "pending"


class Reason(Struct, frozen=True):
    """Why something has its status: an external code such as AC04 or the bank's own, and words for people."""

    code: str | None = None
    information: tuple[str, ...] = ()


class StatusCount(Struct, frozen=True):
    """How many transactions have a status, and their sum in major units: the report does not say in which currency."""

    status: str
    count: int
    control_sum: Decimal | None = None


class TransactionStatus(Struct, frozen=True, kw_only=True):
    """What became of one payout. Without a status of its own it has that of its batch, or else of the group."""

    end_to_end_id: str
    status: str | None = None
    reasons: tuple[Reason, ...] = ()
    account_servicer_reference: str | None = None
    amount: int | None = None
    currency: str | None = None


class BatchStatus(Struct, frozen=True, kw_only=True):
    """What became of one batch of the original message, and of the payouts that the bank lists one by one."""

    payment_information_id: str
    status: str | None = None
    reasons: tuple[Reason, ...] = ()
    number_of_transactions: int | None = None
    control_sum: Decimal | None = None
    counts: tuple[StatusCount, ...] = ()
    transactions: tuple[TransactionStatus, ...] = ()


class StatusReport(Struct, frozen=True, kw_only=True):
    """A pain.002: the bank's answer to the pain.001 named `original_message_id`."""

    message_id: str
    created_at: datetime
    original_message_id: str
    original_message_name: str
    status: str | None = None
    reasons: tuple[Reason, ...] = ()
    number_of_transactions: int | None = None
    control_sum: Decimal | None = None
    counts: tuple[StatusCount, ...] = ()
    batches: tuple[BatchStatus, ...] = ()


class Balance(Struct, frozen=True):
    """A booked balance at the beginning or at the end of a statement."""

    amount: int
    date: date


class Period(Struct, frozen=True):
    """What a statement covers, as the bank says it."""

    start: datetime
    end: datetime


class Detail(Struct, frozen=True, kw_only=True):
    """One transaction inside an entry. `amount` is None only when the bank tells the amounts of none of them.

    `returned` marks a payment that came back; the reason is the bank's code for it, such as AC04. Debtor and creditor
    are as the bank says them: of a payment that came back, mostly those of the first way.
    """

    amount: int | None
    end_to_end_id: str | None = None
    instruction_id: str | None = None
    transaction_id: str | None = None
    message_id: str | None = None
    payment_information_id: str | None = None
    account_servicer_reference: str | None = None
    debtor: str | None = None
    debtor_account: Account | None = None
    creditor: str | None = None
    creditor_account: Account | None = None
    remittance: tuple[str, ...] = ()
    returned: bool = False
    return_reason: str | None = None


class BatchInformation(Struct, frozen=True, kw_only=True):
    """What the bank says of a batch that it booked as one; `total` is signed like its entry."""

    message_id: str | None = None
    payment_information_id: str | None = None
    number_of_transactions: int | None = None
    total: int | None = None


class EntryDetails(Struct, frozen=True):
    """A group of details; those of a batch may come in a camt.054 of their own, then `transactions` is empty here."""

    batch: BatchInformation | None = None
    transactions: tuple[Detail, ...] = ()


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the account. `index` counts from 0 in its statement.

    `reversal` says that it undoes an earlier entry; the sign of `amount` is already that of the reversal itself.
    """

    index: int
    amount: int
    status: str
    booking_date: date | None = None
    value_date: date | None = None
    reference: str | None = None
    account_servicer_reference: str | None = None
    reversal: bool = False
    code: str | None = None
    information: str | None = None
    groups: tuple[EntryDetails, ...] = ()

    @property
    def details(self) -> tuple[Detail, ...]:
        """The transactions of all groups."""
        return tuple(detail for group in self.groups for detail in group.transactions)

    @property
    def digest(self) -> str:
        """SHA-256 of what it says, wherever it stands and in whichever version of the message: 64 hex digits."""
        said = msgspec.json.encode(msgspec.structs.replace(self, index=0), order="deterministic")
        return hashlib.sha256(said).hexdigest()


class Notification(Struct, frozen=True, kw_only=True):
    """One camt.054: entries of an account, as they happen. `copy` is the bank's mark of a copy or duplicate."""

    id: str
    account: Account
    currency: str
    sequence: int | None = None
    created_at: datetime | None = None
    period: Period | None = None
    copy: str | None = None
    entries: tuple[Entry, ...] = ()

    def key(self, entry: Entry) -> tuple[str, str, int, str]:
        """What tells an entry from all others, though the bank's own reference may be absent."""
        return self.account.number, self.id, entry.index, entry.digest


class Statement(Notification, frozen=True, kw_only=True):
    """One camt.053 statement: all entries of its period between two booked balances. The reader proved the sum."""

    opening: Balance
    closing: Balance


class NotificationFile(Struct, frozen=True, kw_only=True):
    """A camt.054 file."""

    message_id: str
    created_at: datetime
    notifications: tuple[Notification, ...]


class StatementFile(Struct, frozen=True, kw_only=True):
    """A camt.053 file."""

    message_id: str
    created_at: datetime
    statements: tuple[Statement, ...]
