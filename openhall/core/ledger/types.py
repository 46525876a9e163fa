"""What the ledger is asked, what it answers, and what it shows. Amounts are integer minor units."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from msgspec import Struct

Kind = Literal["posted", "pending", "capture", "void", "expire"]

# Stands for "as the hold says" in the accounts of a capture or void.
NIL = UUID(int=0)


class Code(StrEnum):
    """The answer to one transfer. The order is the order of precedence: of several that apply, the first is given."""

    LINKED_CHAIN_OPEN = "linked_chain_open"
    LINKED_FAILED = "linked_failed"
    ID_MISSING = "id_missing"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    AMOUNT_TOO_LARGE = "amount_too_large"
    AMOUNT_NOT_ALLOWED = "amount_not_allowed"
    CURRENCY_INVALID = "currency_invalid"
    REASON_INVALID = "reason_invalid"
    HOLD_MISSING = "hold_missing"
    HOLD_NOT_ALLOWED = "hold_not_allowed"
    EXPIRY_INVALID = "expiry_invalid"
    ACCOUNTS_SAME = "accounts_same"
    EXISTS_WITH_DIFFERENT_KIND = "exists_with_different_kind"
    EXISTS_WITH_DIFFERENT_HOLD = "exists_with_different_hold"
    EXISTS_WITH_DIFFERENT_DEBIT = "exists_with_different_debit"
    EXISTS_WITH_DIFFERENT_CREDIT = "exists_with_different_credit"
    EXISTS_WITH_DIFFERENT_AMOUNT = "exists_with_different_amount"
    EXISTS_WITH_DIFFERENT_CURRENCY = "exists_with_different_currency"
    EXISTS_WITH_DIFFERENT_REASON = "exists_with_different_reason"
    EXISTS_WITH_DIFFERENT_EXPIRY = "exists_with_different_expiry"
    ID_ALREADY_FAILED = "id_already_failed"
    EXISTS = "exists"
    HOLD_NOT_FOUND = "hold_not_found"
    HOLD_NOT_PENDING = "hold_not_pending"
    HOLD_HAS_DIFFERENT_DEBIT = "hold_has_different_debit"
    HOLD_HAS_DIFFERENT_CREDIT = "hold_has_different_credit"
    HOLD_HAS_DIFFERENT_CURRENCY = "hold_has_different_currency"
    CAPTURE_EXCEEDS_HOLD = "capture_exceeds_hold"
    HOLD_ALREADY_CAPTURED = "hold_already_captured"
    HOLD_ALREADY_VOIDED = "hold_already_voided"
    HOLD_EXPIRED = "hold_expired"
    HOLD_NOT_YET_EXPIRED = "hold_not_yet_expired"
    DEBIT_ACCOUNT_NOT_FOUND = "debit_account_not_found"
    CREDIT_ACCOUNT_NOT_FOUND = "credit_account_not_found"
    DEBIT_ACCOUNT_HAS_DIFFERENT_CURRENCY = "debit_account_has_different_currency"
    CREDIT_ACCOUNT_HAS_DIFFERENT_CURRENCY = "credit_account_has_different_currency"
    DEBIT_ACCOUNT_CLOSED = "debit_account_closed"
    CREDIT_ACCOUNT_CLOSED = "credit_account_closed"
    DEBIT_ACCOUNT_FROZEN = "debit_account_frozen"
    SUM_TOO_LARGE = "sum_too_large"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    ABOVE_DEBITS_MAX = "above_debits_max"
    POSTED = "posted"

    @property
    def ok(self) -> bool:
        """The transfer stands in the books, now or since an earlier try."""
        return self is Code.POSTED or self is Code.EXISTS


# Refusals whose cause may pass. They are recorded with the id, which then stays refused: a late retry must not succeed
# after somebody was told that the payment failed. A faulty request leaves its id free for a corrected one.
PASSING = frozenset(
    {
        Code.HOLD_NOT_FOUND,
        Code.HOLD_NOT_YET_EXPIRED,
        Code.DEBIT_ACCOUNT_NOT_FOUND,
        Code.CREDIT_ACCOUNT_NOT_FOUND,
        Code.DEBIT_ACCOUNT_CLOSED,
        Code.CREDIT_ACCOUNT_CLOSED,
        Code.DEBIT_ACCOUNT_FROZEN,
        Code.SUM_TOO_LARGE,
        Code.INSUFFICIENT_FUNDS,
        Code.ABOVE_DEBITS_MAX,
    }
)


class Transfer(Struct, frozen=True, gc=False):
    """A wish to move `amount` from the account `debit` to the account `credit`.

    The caller makes `id` and stores it before asking; asking again with the same id and content changes nothing.

    kind        posted: at once. pending: a hold that reserves the amount on both sides.
                capture: moves up to the held amount and releases the rest. void: releases all of it (amount 0).
                expire: as void, for a hold whose time is over (amount 0).
    hold        the pending transfer that a capture, void or expire resolves; its accounts may then be left out.
    reason      a short word for statements, such as "payment" or "top_up".
    expires_in  seconds until a pending transfer expires; None: it does not. An interval, for clocks may differ.
    linked      happens only together with the next one of the list; a chain ends with one that is not linked.
    debits_max  what the debit account may at most have paid out in all its life once this stands, held money counted:
                so a limit of a day or a month is decided under the lock. It is a condition of the moment and no part
                of the content; None: no such limit.
    """

    id: UUID
    debit: UUID = NIL
    credit: UUID = NIL
    amount: int = 0
    currency: str = "CNY"
    kind: Kind = "posted"
    hold: UUID | None = None
    reason: str = "transfer"
    expires_in: int | None = None
    linked: bool = False
    debits_max: int | None = None


class Outcome(Struct, frozen=True, gc=False):
    """The answer to one transfer, and when it was posted or refused: for `exists` the first time."""

    id: UUID
    code: Code
    at: datetime
    business_date: date

    @property
    def ok(self) -> bool:
        """The transfer stands in the books, now or since an earlier try."""
        return self.code.ok


class Account(Struct, frozen=True):
    """Whose an account is and how it may move. `floor` None: unbounded. `busy`: credits are appended, not queued."""

    id: UUID
    kind: str
    owner: UUID | None
    currency: str
    floor: int | None
    busy: bool
    opened_at: datetime
    closed_at: datetime | None


class Balance(Struct, frozen=True):
    """What an account has: `posted` is credits - debits, `held` is reserved to leave it, `incoming` to reach it."""

    id: UUID
    currency: str
    posted: int
    held: int
    incoming: int
    floor: int | None
    closed: bool
    frozen: bool = False

    @property
    def available(self) -> int:
        """What may still be spent without touching the floor; the whole free balance when there is no floor."""
        return self.posted - self.held - (self.floor or 0)


class Entry(Struct, frozen=True):
    """One line of a statement. `id` counts the account's entries from 1; `amount` is positive when money came in."""

    id: int
    transfer: UUID
    amount: int
    balance: int
    currency: str
    reason: str
    other: UUID  # the account on the other side
    business_date: date
    at: datetime


class Page(Struct, frozen=True):
    """Entries, newest first, and the cursor of the next page; None: this was the last."""

    entries: list[Entry]
    next_cursor: int | None


class Totals(Struct, frozen=True):
    """What came in and what went out in a month; both at least 0."""

    credits: int
    debits: int


class Recorded(Struct, frozen=True):
    """A transfer that happened, and for a hold how it was resolved."""

    id: UUID
    kind: Kind
    debit: UUID
    credit: UUID
    amount: int
    currency: str
    hold: UUID | None
    reason: str
    business_date: date
    at: datetime
    expires_at: datetime | None
    resolution: Kind | None
    resolved_by: UUID | None
    resolved_amount: int | None
