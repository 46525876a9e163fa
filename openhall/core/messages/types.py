"""The shapes of messages: what was told, over which channels, and what a resident wants. No I/O."""

from collections.abc import Mapping
from datetime import datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct, field

from openhall.base.telling import Fact, Template

Texts = dict[str, dict[str, str]]


class Category(StrEnum):
    """How much a message matters. `must` cannot be turned off."""

    MUST = "must"
    CASE = "case"
    REMINDER = "reminder"
    NEWS = "news"


class Channel(StrEnum):
    """How a message leaves the hall. The inbox, which always has it, is none of these."""

    SMS = "sms"
    PUSH = "push"
    LETTER = "letter"


class State(StrEnum):
    """Where a delivery stands. `sent`: a gateway, a push service or the print room has taken it."""

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"


class Telling(Struct, frozen=True):
    """Something to tell one resident. `about` is whom it concerns, when that is somebody else."""

    resident: UUID
    template: Template
    facts: Mapping[str, Fact] = field(default_factory=dict)
    about: UUID | None = None


class Message(Struct, frozen=True):
    """A message as it was told: the words of its template's version, and the facts."""

    id: UUID
    code: str
    version: int
    category: Category
    texts: Texts
    facts: dict[str, Any]
    link: str | None
    recipient: UUID
    subject: UUID
    told_at: datetime
    expires_at: datetime | None
    read_at: datetime | None


class Rendered(Struct, frozen=True):
    """A message in one language, plain text."""

    title: str
    body: str
    short: str


class Quiet(Struct, frozen=True):
    """A span of the day, in the hall's zone, that may go over midnight."""

    start: time
    end: time


class Preferences(Struct, frozen=True):
    """What a resident wants: channels by category, when not to be rung (None: never quiet), where letters go."""

    wanted: dict[Category, dict[Channel, bool]]
    quiet: Quiet | None
    letter_to: str | None


class Habits(Struct, frozen=True):
    """A row of habits."""

    quiet_from: time | None
    quiet_to: time | None
    letter_to: str | None


class Wish(Struct, frozen=True):
    """A row of preferences."""

    category: Category
    channel: Channel
    wanted: bool


class Subscription(Struct, frozen=True):
    """A browser that may be rung, as its owner sees it."""

    id: UUID
    device: str
    made_at: datetime


class Unplanned(Struct, frozen=True):
    """A message of which nobody has decided yet how it leaves the hall."""

    id: UUID
    recipient: UUID
    code: str
    category: Category
    safety: bool
    expires_at: datetime | None


class Reach(Struct, frozen=True):
    """How a resident can be reached; `wanted` by "category.channel", where it is not the usual."""

    resident: UUID
    has_habits: bool
    quiet_from: time | None
    quiet_to: time | None
    has_address: bool
    has_phone: bool
    wanted: dict[str, bool]
    subscriptions: list[UUID]


class Lately(Struct, frozen=True):
    """How many messages of a kind a resident got over a channel in the last day."""

    recipient: UUID
    category: Category
    channel: Channel
    count: int


class Alarmed(Struct, frozen=True):
    """How many alarms of one kind, named by its template's code, left for a resident in the last hour."""

    recipient: UUID
    code: str
    channel: Channel
    count: int


class Plan(Struct, frozen=True):
    """How a message goes over one channel. Without `due_at` it would come too late, and is dropped."""

    channel: Channel
    target: UUID
    due_at: datetime | None
    expires_at: datetime
    held: bool = False


class Claimed(Struct, frozen=True):
    """A delivery that this worker alone makes until its lease runs out, with all that it needs."""

    id: UUID
    message: UUID
    recipient: UUID
    channel: Channel
    target: UUID
    held: bool
    attempts: int
    expires_at: datetime
    texts: Texts
    code: str
    category: Category
    facts: dict[str, Any]
    link: str | None
    safety: bool
    told_at: datetime
    language: str
    phone: str
    letter_to: str | None
    endpoint: str | None
    p256dh: bytes | None
    auth: bytes | None


class Verdict(Struct, frozen=True):
    """What came of an attempt; `again_in` in seconds while it waits, `gone`: the target is no more."""

    state: State
    why: str | None = None
    again_in: int | None = None
    gone: bool = False


class Fate(Struct, frozen=True):
    """One fact of a message's way: a channel (`inbox` among them), what happened, why, when."""

    channel: str
    state: State
    why: str | None
    at: datetime
