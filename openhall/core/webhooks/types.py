"""The shapes of webhooks: endpoints, deliveries, attempts and their outcomes. No I/O."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct


class EndpointState(StrEnum):
    """Whether an endpoint is told. The owner pauses and resumes it; the hall disables it, and the owner resumes it."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class Why(StrEnum):
    """Why the hall disabled an endpoint."""

    GONE = "gone"  # it answered 410
    SILENT = "silent"  # it took nothing for the whole of a schedule


class DeliveryState(StrEnum):
    """Where a delivery stands. `failed` ends its schedule; it can be replayed by hand."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Error(StrEnum):
    """Why a call brought no HTTP status."""

    UNRESOLVED = "unresolved"  # its name leads nowhere
    FORBIDDEN = "forbidden"  # its name leads to an address that is not told
    UNREACHABLE = "unreachable"  # no connection
    UNTRUSTED = "untrusted"  # its certificate is not good for its name
    TIMEOUT = "timeout"  # no answer in time
    BROKEN = "broken"  # an answer that is none


class Endpoint(Struct, frozen=True):
    """An endpoint as its owner sees it. `heard_at`: when it last took a delivery."""

    id: UUID
    url: str
    events: list[str]
    state: EndpointState
    why: Why | None
    created_at: datetime
    heard_at: datetime | None
    slow_until: datetime | None
    old_key_until: datetime | None


class Key(Struct, frozen=True):
    """A signing key as it is recorded: useless without the hall's secret."""

    id: UUID
    salt: str


class Unread(Struct, frozen=True):
    """An event that an endpoint was not told of yet."""

    endpoint: UUID
    stream: str
    number: int
    type: str
    data: dict[str, Any]
    at: datetime
    wanted: bool


class Pair(Struct, frozen=True):
    """An endpoint and one of its owner's streams."""

    endpoint: UUID
    stream: str


class Behind(Struct, frozen=True):
    """A pair with something to be told: the stream's newest number is `head`."""

    endpoint: UUID
    stream: str
    head: int


class Cursor(Struct, frozen=True):
    """How far an endpoint was told of a stream."""

    endpoint: UUID
    stream: str
    number: int


class Owner(Struct, frozen=True):
    """An endpoint that wants to be told, and whose it is."""

    id: UUID
    resident: UUID


class Claimed(Struct, frozen=True):
    """A delivery that this worker alone sends until its lease runs out.

    `number` counts its attempts, `tries` those of the present schedule, which began at `since`.
    """

    id: UUID
    endpoint: UUID
    resident: UUID
    url: str
    body: str
    number: int
    tries: int
    since: datetime
    salts: list[str]


class Locked(Struct, frozen=True):
    """An endpoint whose row this transaction holds."""

    state: EndpointState
    heard_at: datetime | None
    slow_count: int


class Disabled(Struct, frozen=True):
    """An endpoint that the hall has just switched off, and whose it is."""

    id: UUID
    resident: UUID
    url: str
    why: Why


class Outcome(Struct, frozen=True):
    """What came of one call: a status or an error. `retry_after` is what the receiver asked for, in seconds."""

    status: int | None
    error: Error | None
    took_ms: int
    retry_after: int | None = None


class Verdict(Struct, frozen=True):
    """What an outcome means: how the delivery stands, when to try again, and what becomes of the endpoint."""

    state: DeliveryState
    again_in: timedelta | None = None
    slow_down: bool = False
    ends: Why | None = None


class Delivery(Struct, frozen=True):
    """One event for one endpoint, with its latest attempt."""

    id: UUID
    endpoint: UUID
    type: str
    stream: str
    number: int
    state: DeliveryState
    attempts: int
    event_at: datetime
    next_at: datetime | None
    finished_at: datetime | None
    under_way: bool
    last_at: datetime | None
    status: int | None
    error: Error | None
    took_ms: int | None


class Attempt(Struct, frozen=True):
    """One call. Without status and error it was cut short: it may have arrived or not."""

    number: int
    at: datetime
    status: int | None
    error: Error | None
    took_ms: int | None
