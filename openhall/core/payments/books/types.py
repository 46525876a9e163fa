"""The shapes of books. Amounts are in minor units of the hall's currency. No I/O."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.base.money import MAX_AMOUNT


class Kind(StrEnum):
    """What an entry of a book is."""

    PAYMENT = "payment"
    REFUND = "refund"


class Entry(Struct, frozen=True):
    """A payment or a refund as its payee sees it. `payment` is the payment itself, or the one that was given back.

    `taken_by` took the payment for the payee, or gave the refund; `reason` is that of a refund; `refunded` is what was
    given back of the payment until now.
    """

    kind: Kind
    id: UUID
    payment: UUID
    order_id: UUID
    amount: int
    currency: str
    receipt_no: str
    business_date: date
    at: datetime
    payer_masked: str
    taken_by: UUID | None
    reference: str | None
    reason: str | None
    refunded: int


class Cursor(Struct, frozen=True):
    """A place in a book, newest first: what follows is older than this."""

    business_date: date
    id: UUID


# Newer than anything.
END = Cursor(date.max, UUID(int=2**128 - 1))


class Filter(Struct, frozen=True):
    """Which entries are wanted: amounts from `least` to `most`, at times of the day from `since` until before `until`,
    with a receipt number that ends in these digits (its hyphens left out)."""

    least: int = 1
    most: int = MAX_AMOUNT
    since: time = time.min
    until: time | None = None
    receipt_end: str = ""
