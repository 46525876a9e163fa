"""The shapes of closing. No I/O."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.base.closing import Obstacle
from openhall.core.people import masked


class Counted(Struct, frozen=True):
    """What the statement of an obstacle answers."""

    count: int
    amount: int | None


class Found(Struct, frozen=True):
    """An obstacle that is there: how many of its kind, and what they come to in minor units."""

    obstacle: Obstacle
    count: int
    amount: int | None


class Terms(Struct, frozen=True):
    """For how many days a closed account can be reopened, and after how many its name is erased."""

    rest_days: int
    keep_days: int


class Closed(Struct, frozen=True):
    """A closing as its resident is told of it."""

    id: UUID
    closed_at: datetime
    rest_until: datetime
    keep_until: datetime


class State(StrEnum):
    """How a closing stands."""

    RESTING = "resting"  # it can be taken back
    ASKED = "asked"  # one operator asked for it
    REOPENED = "reopened"
    OVER = "over"  # its number is free
    ERASED = "erased"


class Case(Struct, frozen=True):
    """A closing as operators see it. `address` is the number or e-mail address of then, empty where there was none."""

    id: UUID
    resident: UUID
    name: str | None
    address: str
    closed_at: datetime
    rest_until: datetime
    keep_until: datetime
    asked_at: datetime | None
    asked_by: UUID | None
    seen: str | None
    reopened_at: datetime | None
    reopened_by: UUID | None
    freed_at: datetime | None
    erased_at: datetime | None

    @property
    def address_masked(self) -> str:
        return masked(self.address) if self.address else ""

    def state(self, now: datetime) -> State:
        if self.reopened_at is not None:
            return State.REOPENED
        if self.erased_at is not None:
            return State.ERASED
        if self.freed_at is not None or now >= self.rest_until:
            return State.OVER
        return State.RESTING if self.asked_at is None else State.ASKED


class Rested(Struct, frozen=True):
    """A closing whose time has come."""

    id: UUID
    resident: UUID
    phone: str | None


class Owner(Struct, frozen=True):
    """Whose closed wallet it is."""

    resident: UUID
    wallet: UUID


class Unclaimed(Struct, frozen=True):
    """Money that came for somebody who had closed their account, as operators see it."""

    id: UUID
    resident: UUID
    name: str | None
    address: str
    closing: UUID | None
    wallet: UUID
    amount: int
    currency: str
    reason: str
    at: datetime

    @property
    def address_masked(self) -> str:
        return masked(self.address) if self.address else ""


class Waiting(Struct, frozen=True):
    """The same, for whoever gives it back."""

    id: UUID
    wallet: UUID
    amount: int
    currency: str
