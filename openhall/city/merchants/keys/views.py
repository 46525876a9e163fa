"""Keys as the API shows them."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from openhall.city.merchants.keys.types import EndedKey, Key, Scope


class KeyBody(Struct, frozen=True):
    """A key without its secret; `hint` is how it begins."""

    id: UUID
    name: str
    scopes: list[Scope]
    hint: str
    made_at: datetime
    used_at: datetime | None

    @staticmethod
    def of(key: Key) -> "KeyBody":
        return KeyBody(key.id, key.name, key.scopes, key.hint, key.made_at, key.used_at)


class EndedKeyBody(Struct, frozen=True):
    """A key that ended because who had made it no longer manages the shop."""

    id: UUID
    name: str
    hint: str
    ended_at: datetime

    @staticmethod
    def of(key: EndedKey) -> "EndedKeyBody":
        return EndedKeyBody(key.id, key.name, key.hint, key.ended_at)


class KeysBody(Struct, frozen=True):
    """The keys of a shop that are not revoked, oldest first; and those that ended with the work of who had made them,
    within the last 30 days, newest first."""

    keys: list[KeyBody]
    ended: list[EndedKeyBody]


class MadeBody(Struct, frozen=True):
    """A new key: `key` is the bearer token, told here and never again."""

    id: UUID
    name: str
    scopes: list[Scope]
    hint: str
    made_at: datetime
    key: str
