"""The shapes of keys. No I/O."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.city.merchants.types import State


class Scope(StrEnum):
    """What a key may do at its shop."""

    CHARGES = "charges:write"  # charge a pay code, and look what became of it
    PAYMENTS = "payments:read"  # look at charges and payments
    REFUNDS = "refunds:write"  # undo charges and payments


class Key(Struct, frozen=True):
    """A key as the shop sees it. `hint`: its first letters; `used_at`: to within five minutes."""

    id: UUID
    name: str
    scopes: list[Scope]
    hint: str
    made_at: datetime
    used_at: datetime | None


class EndedKey(Struct, frozen=True):
    """A key that ended because who had made it no longer manages the shop."""

    id: UUID
    name: str
    hint: str
    ended_at: datetime


class KeyAtWork(Struct, frozen=True):
    """A key that was shown, and the shop it is of. `ord` is its place in the list that was asked."""

    ord: int
    key: UUID
    scopes: list[Scope]
    used_at: datetime | None
    shop: UUID
    owner: UUID
    account: UUID
    name: str
    state: State
