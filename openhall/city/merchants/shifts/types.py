"""The shapes of shifts. Amounts are in minor units of the shop's currency. No I/O."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from openhall.core import people


class Totals(Struct, frozen=True):
    """What happened in a shift: taken and given back by its person; and, said apart, what nobody took: what payers paid
    meanwhile by the printed code, and what the scanners of the shop charged and gave back by themselves."""

    payments: int
    taken: int
    refunds: int
    refunded: int
    poster_payments: int
    poster_taken: int
    scanner_payments: int
    scanner_taken: int
    scanner_refunds: int
    scanner_refunded: int


class Shift(Struct, frozen=True, kw_only=True):
    """A shift. Of an open one the numbers are None. `opened_after` and `closed_after` number entries of the account."""

    id: UUID
    shop: UUID
    resident: UUID
    opened_at: datetime
    opened_after: int
    closed_at: datetime | None
    closed_after: int | None
    payments: int | None
    taken: int | None
    refunds: int | None
    refunded: int | None
    poster_payments: int | None
    poster_taken: int | None
    scanner_payments: int | None
    scanner_taken: int | None
    scanner_refunds: int | None
    scanner_refunded: int | None


class Watch(Shift, frozen=True, kw_only=True):
    """A shift with whose it is, as the shop knows them."""

    shown_as: str | None
    name: str | None
    phone: str

    @property
    def called(self) -> str:
        return self.shown_as or self.name or people.masked(self.phone)
