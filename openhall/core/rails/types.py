"""The shapes of rails: bank accounts, top-ups, what a bank says. No I/O."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class TopUpState(StrEnum):
    """Where a top-up stands. Only the bank's own word ends `processing`; the other two are for ever."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class ChargeState(StrEnum):
    """What a bank says of a charge. `accepted` becomes one of the others later."""

    ACCEPTED = "accepted"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


class Verdict(StrEnum):
    """What the bank's word means for a top-up."""

    CREDIT = "credit"
    FAIL = "fail"
    WAIT = "wait"
    NOTHING_NEW = "nothing_new"  # it was known already
    CONTRADICTION = "contradiction"  # it speaks of another amount, or against what it said for good


class BankAccount(Struct, frozen=True):
    """An account at a bank whose holder agreed that the hall may charge it. `masked` is all that pages show."""

    id: UUID
    name: str
    bank: str
    masked: str
    agreement: str


class TopUp(Struct, frozen=True):
    """Money on its way from a bank account into a wallet.

    Its id is our reference at the bank and the id of the ledger transfer, so neither can happen twice.
    `amount` is in minor units; `reason` is the bank's code when it failed.
    """

    id: UUID
    resident: UUID
    wallet: UUID
    state: TopUpState
    amount: int
    currency: str
    reason: str | None
    at: datetime
    finished_at: datetime | None
    bank_account: str
    bank: str
    masked: str


class Claimed(Struct, frozen=True):
    """A top-up that this worker alone asks the bank about until its lease runs out."""

    id: UUID
    agreement: str
    amount: int
    currency: str
    attempts: int
    at: datetime


class Locked(Struct, frozen=True):
    """A top-up whose row this transaction holds."""

    id: UUID
    resident: UUID
    wallet: UUID
    state: TopUpState
    amount: int
    currency: str


class Charge(Struct, frozen=True):
    """What a bank says of one charge, in an answer or in a notice. `reference` is ours."""

    reference: str
    state: ChargeState
    amount: int
    currency: str
    reason: str | None = None


class Notice(Struct, frozen=True):
    """A signed callback: the bank's own id of it, and what it says."""

    id: str
    charge: Charge
