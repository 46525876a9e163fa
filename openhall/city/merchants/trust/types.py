"""The shapes of trust. No I/O."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.city.merchants.types import State


class Standing(StrEnum):
    """What a printed code is worth."""

    VALID = "valid"
    REPLACED = "replaced"
    CLOSED = "closed"  # its shop is closed for good


class Printing(Struct, frozen=True):
    """A printed code and its shop, as the registry has them."""

    shop: UUID
    owner: UUID
    name: str
    category: str  # MCC
    city: str
    state: State
    short_code: str
    issued_at: datetime
    revoked_at: datetime | None

    @property
    def standing(self) -> Standing:
        if self.state is State.CLOSED:
            return Standing.CLOSED
        return Standing.VALID if self.revoked_at is None else Standing.REPLACED


class Sheet(Struct, frozen=True):
    """One printing of a shop's code; `revoked_at` is when it was replaced."""

    short_code: str
    issued_at: datetime
    revoked_at: datetime | None
