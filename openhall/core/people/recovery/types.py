"""The shapes of recovery. No I/O."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.core.people.rules import masked


class Evidence(StrEnum):
    """The paper by which the hall's staff knew the person."""

    IDENTITY_CARD = "identity_card"
    PASSPORT = "passport"
    HOUSEHOLD_REGISTER = "household_register"
    SOCIAL_CARD = "social_card"


class State(StrEnum):
    """How far a recovery has come."""

    WAITING = "waiting"  # opened; the owner may still object
    READY = "ready"  # another operator may confirm it
    CONFIRMED = "confirmed"  # its code works
    USED = "used"
    ENDED = "ended"  # stopped by the resident, declined by an operator, or given up
    EXPIRED = "expired"  # nobody confirmed it in time


class Recovery(Struct, frozen=True):
    """A recovery as operators see it. `phone` is the resident's number of now; `ended_by` whoever stopped it."""

    id: UUID
    resident: UUID
    phone: str
    name: str | None
    evidence: Evidence
    note: str
    opened_by: UUID
    opened_at: datetime
    confirm_from: datetime
    expires_at: datetime
    confirmed_by: UUID | None
    confirmed_at: datetime | None
    code_expires_at: datetime | None
    used_at: datetime | None
    ended_at: datetime | None
    ended_by: UUID | None

    @property
    def phone_masked(self) -> str:
        return masked(self.phone) if self.phone else ""

    def state(self, now: datetime) -> State:
        if self.used_at is not None:
            return State.USED
        if self.ended_at is not None:
            return State.ENDED
        if self.code_expires_at is not None and now < self.code_expires_at:
            return State.CONFIRMED
        if now >= self.expires_at:
            return State.EXPIRED
        return State.WAITING if now < self.confirm_from else State.READY


class Confirmed(Struct, frozen=True):
    """The code, told here and never again."""

    code: str
    expires_at: datetime


class Open(Struct, frozen=True):
    """An open recovery as its resident sees it."""

    id: UUID
    opened_at: datetime
    confirm_from: datetime


class LiveRecovery(Struct, frozen=True):
    """A recovery whose code may be tried."""

    id: UUID
    resident: UUID
    code_hash: bytes
