"""The shapes of a shop's book. Amounts are in minor units of the hall's currency. No I/O."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from openhall.core.payments.books import Cursor, Entry, Filter


class Sums(Struct, frozen=True):
    """What was taken and what was given back."""

    count: int = 0
    total: int = 0
    refund_count: int = 0
    refund_total: int = 0

    @property
    def net(self) -> int:
        """What stays with the shop; below zero when more was given back than taken."""
        return self.total - self.refund_total

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.count + other.count,
            self.total + other.total,
            self.refund_count + other.refund_count,
            self.refund_total + other.refund_total,
        )


class Line(Struct, frozen=True):
    """One business date, one hour of the day, one hand: `taken_by` is a resident or the key of a scanner, null when
    payers scanned a poster."""

    business_date: date
    hour: int
    taken_by: UUID | None
    count: int
    total: int
    refund_count: int
    refund_total: int

    @property
    def sums(self) -> Sums:
        return Sums(self.count, self.total, self.refund_count, self.refund_total)


class Closing(Struct, frozen=True):
    """A closed business date of a shop: its number and its sums, which never change; `hash` in hexadecimal digits."""

    business_date: date
    number: int
    count: int
    total: int
    refund_count: int
    refund_total: int
    hash: str
    closed_at: datetime


class Book(Struct, frozen=True):
    """A shop's trade from `first` to `last`. `hours` and `days` in the order of time, `cashiers` the busiest first,
    by hand."""

    first: date
    last: date
    sums: Sums
    days: dict[date, Sums]
    hours: dict[int, Sums]
    cashiers: dict[UUID | None, Sums]
    closings: dict[date, Closing]


class DateSums(Struct, frozen=True):
    """What many shops took on one closed business date; `shops` is how many of them had trade."""

    business_date: date
    shops: int
    count: int
    total: int
    refund_count: int
    refund_total: int


class ShopSums(Struct, frozen=True):
    """What one of many shops took on closed business dates."""

    shop: UUID
    count: int
    total: int
    refund_count: int
    refund_total: int


class HourSums(Struct, frozen=True):
    """What many shops took in one hour of the day, on closed business dates."""

    hour: int
    count: int
    total: int
    refund_count: int
    refund_total: int


class Typed(Struct, frozen=True):
    """What somebody looks for, as they typed it: amounts in major units, times as HH:MM; empty texts do not count."""

    amount: str = ""
    least: str = ""
    most: str = ""
    since: str = ""
    until: str = ""
    receipt: str = ""
    reference: str = ""


class Sought(Struct, frozen=True):
    """What is looked for. A whole receipt number, and else a reference, is found on any day, and then nothing else
    counts."""

    entries: Filter | None = None
    receipt_no: str | None = None
    reference: str | None = None


class Page(Struct, frozen=True):
    """Entries newest first; `next` is the place from which the older ones follow, None when there are none."""

    entries: list[Entry]
    next: Cursor | None
