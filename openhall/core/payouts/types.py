"""The shapes of payouts. Amounts are in minor units of the currency beside them. No I/O."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from openhall.base.config import Settings
from openhall.core.rails import iso20022


class State(StrEnum):
    """Where a payout stands. Only the bank's own word moves it beyond `sent`."""

    REQUESTED = "requested"  # the money has left its account and lies in the clearing account
    BATCHED = "batched"  # it is in a batch, whose file is written
    SENT = "sent"  # the file lies where the bank takes it
    ACCEPTED = "accepted"  # the bank has it, and has not booked it yet
    SETTLED = "settled"  # it arrived
    REJECTED = "rejected"  # the bank did not do it: the money is back
    RETURNED = "returned"  # it arrived, and came back: the money is back


UNDER_WAY = frozenset({State.REQUESTED, State.BATCHED, State.SENT, State.ACCEPTED})


class Word(StrEnum):
    """What the bank says became of a payout."""

    ACCEPTED = "accepted"
    SETTLED = "settled"
    REJECTED = "rejected"
    RETURNED = "returned"


class BatchState(StrEnum):
    """Where a batch stands; `finished` when none of its payouts is under way."""

    READY = "ready"
    SENT = "sent"
    FINISHED = "finished"


class FileKind(StrEnum):
    """What a file of the bank is."""

    STATUS = "status"  # pain.002
    STATEMENT = "statement"  # camt.053
    NOTIFICATION = "notification"  # camt.054


class BreakKind(StrEnum):
    """How our books and the bank's differ."""

    MISSING_OURS = "missing_ours"  # the bank booked what we know nothing of
    MISSING_THEIRS = "missing_theirs"  # the bank has not booked what we sent, for days
    AMOUNT = "amount"  # the bank booked another amount
    LATE = "late"  # the bank has not booked it on its day; it may still come
    DUPLICATE = "duplicate"  # the bank booked it twice
    CONTRADICTION = "contradiction"  # the bank speaks against its own final word
    BALANCE = "balance"  # a statement does not begin with the balance at which the last one ended
    SECOND_COPY = "second_copy"  # the bank says that it has this already
    FROZEN = "frozen"  # no difference: its owner's account was frozen, so the hall gave it back before the bank had it
    UNWRITABLE = "unwritable"  # it cannot be written into a file; it goes into none while this is open


class BreakState(StrEnum):
    """Whether somebody still has to see to it."""

    OPEN = "open"
    RESOLVED = "resolved"


class Way(StrEnum):
    """How operators end a payout that the bank lost or booked wrongly."""

    SETTLED = "settled"  # the bank booked it: it counts as arrived
    GIVE_BACK = "give_back"  # the money goes back to its account


class Source(Struct, frozen=True):
    """Whose money is withdrawn: a shop, or a resident's wallet, whose `id` is its owner's. `account` is its ledger
    account, `owner` the resident it belongs to."""

    id: UUID
    name: str
    owner: UUID
    account: UUID


class Rail(Struct, frozen=True):
    """The folder that the hall and its bank share, and what the files say of the hall."""

    folder: Path
    account: str
    hall: str
    hall_id: str
    currency: str
    at_once: bool

    @staticmethod
    def of(settings: Settings) -> "Rail | None":
        """The rail of a hall that has one."""
        if not (settings.bank_files and settings.bank_account):
            return None
        return Rail(
            folder=Path(settings.bank_files),
            account=settings.bank_account,
            hall=settings.hall_name_zh,
            hall_id=settings.hall_id,
            currency=settings.currency,
            at_once=settings.payout_batches == "at_once",
        )


class Accounts(Struct, frozen=True):
    """The two ledger accounts of the rail."""

    clearing: UUID
    bank: UUID


class BankAccount(Struct, frozen=True):
    """Where an owner's money goes. Withdrawals wait until `usable_at`. `masked` is all that is shown of the number.

    `bank_code`: the bank's BIC or its twelve CNAPS digits, where the owner named it.
    """

    id: UUID
    owner: UUID
    holder: str
    number: str
    bank_code: str | None
    added_at: datetime
    usable_at: datetime

    @property
    def masked(self) -> str:
        return masked(self.number)


class Standing(Struct, frozen=True):
    """A daily withdrawal of everything above `keep`."""

    source: UUID
    source_name: str
    owner: UUID
    account: UUID
    keep: int
    done_for: date


class Payout(Struct, frozen=True):
    """A payout as its owner sees it. `reason_code` is the bank's, `reason` its words, where it said no. `by_hand`: the
    difference with the bank on which two operators ended it, `frozen` where the freeze of its owner's account did,
    None where the bank did."""

    id: UUID
    source: UUID
    source_name: str
    owner: UUID
    amount: int
    currency: str
    state: State
    automatic: bool
    business_date: date
    holder: str
    number: str
    reason_code: str | None
    reason: str | None
    by_hand: BreakKind | None
    requested_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    ended_at: datetime | None

    @property
    def masked(self) -> str:
        return masked(self.number)

    @property
    def shop(self) -> UUID | None:
        """The shop whose money it is; None: it left the owner's wallet."""
        return shop_of(self.source, self.owner)


class Locked(Struct, frozen=True):
    """A payout whose row this transaction holds. `by_hand`: on what two operators ended it, None where the bank did."""

    id: UUID
    source: UUID
    owner: UUID
    account: UUID
    batch: UUID | None
    amount: int
    currency: str
    state: State
    by_hand: BreakKind | None = None

    @property
    def shop(self) -> UUID | None:
        """The shop whose money it is; None: it left the owner's wallet."""
        return shop_of(self.source, self.owner)


class Said(Struct, frozen=True):
    """The bank's word on one payout, with its code and words when it is a no. `line` is where it was booked.

    `by_hand`: two operators say it in the bank's place, about a difference of this kind.
    """

    payout: UUID
    word: Word
    code: str | None = None
    reason: str | None = None
    line: UUID | None = None
    by_hand: BreakKind | None = None


class ToPay(Struct, frozen=True):
    """A payout as it is written into a file."""

    id: UUID
    source_name: str
    amount: int
    currency: str
    holder: str
    number: str
    bank_code: str | None = None


class Batch(Struct, frozen=True):
    """A batch of payouts: one file to the bank. `resent_at`: when an operator last had the same file sent once more."""

    id: UUID
    business_date: date
    number: int
    execution_date: date
    message_id: str
    count: int
    total: int
    currency: str
    state: BatchState
    made_at: datetime
    sent_at: datetime | None
    finished_at: datetime | None
    resent_at: datetime | None


class ToSend(Struct, frozen=True):
    """A batch whose file is to be laid where the bank takes it."""

    id: UUID
    message_id: str
    content: bytes


class Found(Struct, frozen=True):
    """A file that lay in the folder: whole, with its digest. Larger ones than may be read come without content."""

    name: str
    sha256: str
    size: int
    content: bytes | None


class File(Struct, frozen=True):
    """What became of a file of the bank. `code` says why it was refused, `path` and `detail` where and what."""

    id: UUID
    name: str
    sha256: str
    size: int
    kind: FileKind | None
    message_id: str | None
    state: str
    code: str | None
    path: str
    detail: str
    at: datetime


class Unfiled(Struct, frozen=True):
    """A file whose fate is decided and that was not carried away yet."""

    id: UUID
    name: str
    sha256: str
    state: str


class Line(Struct, frozen=True):
    """One payment as the bank booked it."""

    id: UUID
    entry: int
    detail: int
    digest: str
    booked_on: date | None
    amount: int
    end_to_end_id: str | None
    returned: bool
    code: str | None
    payout: UUID | None


class Report(Struct, frozen=True):
    """A statement or a notice with its lines. `number` is the bank's, unique in its `year`. Only a statement has
    balances."""

    kind: FileKind
    number: str
    year: int
    lines: tuple[Line, ...]
    booked_on: date | None = None
    opening: int | None = None
    closing: int | None = None


class Message(Struct, frozen=True):
    """A file of the bank, read: a status report, or statements or notices."""

    kind: FileKind
    message_id: str
    status: iso20022.StatusReport | None = None
    reports: tuple[Report, ...] = ()


class Break(Struct, frozen=True):
    """A difference between our books and the bank's. `message_id` is the batch's, `end_to_end_id` the bank's word.

    It is about a payout, a line of the bank, both, or a whole batch. `is_asked`: an operator has asked for an end of
    its payout, and another has to confirm it. `resent_at`: when the file of its batch was last sent once more.
    """

    id: UUID
    business_date: date
    kind: BreakKind
    payout: UUID | None
    line: UUID | None
    ours: int | None
    theirs: int | None
    state: BreakState
    opened_at: datetime
    message_id: str | None
    end_to_end_id: str | None
    resent_at: datetime | None
    is_asked: bool


class Step(Struct, frozen=True):
    """What was done about a break. Without a resident the hall did it itself. `way`: how the payout is to end."""

    number: int
    what: str
    way: Way | None
    reason: str
    resident: UUID | None
    at: datetime


class Day(Struct, frozen=True):
    """One date at the bank: what we sent and what it booked; whether its statement is here. `by_hand`: how many of the
    payouts of that date two operators ended, of `by_hand_total` together."""

    business_date: date
    ours: int
    ours_total: int
    theirs: int
    theirs_total: int
    has_statement: bool
    open_breaks: int
    by_hand: int
    by_hand_total: int


def shop_of(source: UUID, owner: UUID) -> UUID | None:
    """The shop that a source is; None for a wallet, which goes by its owner's id."""
    return None if source == owner else source


def masked(number: str) -> str:
    """The last four digits of an account number."""
    return f"**** {number[-4:]}"
