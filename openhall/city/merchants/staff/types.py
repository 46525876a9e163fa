"""The shapes of staff. No I/O."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from openhall.city.merchants.types import Role
from openhall.core import people


class Worker(Struct, frozen=True):
    """Somebody who works at a shop besides its owner. `shown_as` is what receipts call them, None for nothing."""

    id: UUID
    shop: UUID
    resident: UUID
    role: Role
    shown_as: str | None
    since: datetime
    phone: str
    name: str | None

    @property
    def phone_masked(self) -> str:
        return people.masked(self.phone)

    @property
    def called(self) -> str:
        """What the shop knows them by."""
        return self.shown_as or self.name or self.phone_masked


class Invitation(Struct, frozen=True):
    """Somebody is asked to work at a shop, as the shop sees it."""

    id: UUID
    shop: UUID
    phone: str
    role: Role
    shown_as: str | None
    expires_at: datetime

    @property
    def phone_masked(self) -> str:
        return people.masked(self.phone)


class Offer(Struct, frozen=True):
    """The same as whoever was invited sees it: the shop by its registered name. `category` is its MCC."""

    id: UUID
    shop: UUID
    role: Role
    shown_as: str | None
    expires_at: datetime
    name: str
    category: str
    city: str


class Limits(Struct, frozen=True):
    """What the cashiers of a shop may do. `cashier_refund_max`: what each gives back in one shift, in minor units."""

    cashier_refund_max: int
