"""A shop's book as the API shows it. Amounts in minor units."""

import datetime as dt
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct, field

from openhall.city.merchants.book.hands import Hand, HandKind
from openhall.city.merchants.book.rules import cursor_text
from openhall.city.merchants.book.types import Book, Closing, Page, Sums
from openhall.core.payments.books import Entry, Kind


class SumsBody(Struct, frozen=True):
    """What was taken and given back; `net` is the difference."""

    count: int
    total: int
    refund_count: int
    refunded: int
    net: int

    @staticmethod
    def of(sums: Sums) -> "SumsBody":
        return SumsBody(sums.count, sums.total, sums.refund_count, sums.refund_total, sums.net)


class ClosingBody(Struct, frozen=True):
    """The close of a day: its number in the shop's book, and the SHA-256 of what it says. It never changes."""

    number: int
    hash: str
    closed_at: datetime

    @staticmethod
    def of(closing: Closing) -> "ClosingBody":
        return ClosingBody(closing.number, closing.hash, closing.closed_at)


class DayBody(Struct, frozen=True):
    """One business date; `closing` is null while the day is open."""

    date: dt.date
    sums: SumsBody
    closing: ClosingBody | None


class HourBody(Struct, frozen=True):
    """One hour of the day, 0 to 23, in the hall's zone."""

    hour: int
    sums: SumsBody


class CashierBody(Struct, frozen=True):
    """Through whose hands it went: a `person`, by `name`; a `scanner`, by the id and the name of its key; or by the
    printed `code`, which payers scanned alone: then `id` and `name` are null."""

    id: UUID | None
    kind: HandKind
    name: str | None
    sums: SumsBody


class EntryBody(Struct, frozen=True):
    """A payment, or a refund of one. `at` is the instant, `business_date` the day on which it counts; `taken_by` whose
    hand took it or gave it back, as `id` of the cashiers in the shop's book."""

    kind: Kind
    id: UUID
    payment_id: UUID
    order_id: UUID
    amount: int
    currency: str
    receipt_no: str
    business_date: dt.date
    at: datetime
    payer_masked: str
    taken_by: UUID | None
    reference: str | None
    reason: str | None

    @staticmethod
    def of(entry: Entry) -> "EntryBody":
        return EntryBody(
            entry.kind,
            entry.id,
            entry.payment,
            entry.order_id,
            entry.amount,
            entry.currency,
            entry.receipt_no,
            entry.business_date,
            entry.at,
            entry.payer_masked,
            entry.taken_by,
            entry.reference,
            entry.reason,
        )


class EntriesBody(Struct, frozen=True):
    """Entries, newest first. `next_cursor` asks for the older ones; null: these were the last."""

    entries: list[EntryBody]
    next_cursor: str | None

    @staticmethod
    def of(page: Page) -> "EntriesBody":
        return EntriesBody(
            [EntryBody.of(entry) for entry in page.entries], cursor_text(page.next) if page.next else None
        )


class ShopBookBody(Struct, frozen=True):
    """A shop's trade from one business date to another. `days` and `hours` in the order of time, those without trade
    left out; `cashiers` the busiest first; `entries` as in `EntriesBody`."""

    currency: str
    first: dt.date = field(name="from")
    last: dt.date = field(name="to")
    sums: SumsBody
    days: list[DayBody]
    hours: list[HourBody]
    cashiers: list[CashierBody]
    entries: list[EntryBody]
    next_cursor: str | None

    @staticmethod
    def of(book: Book, currency: str, hands: Mapping[UUID | None, Hand], page: Page) -> "ShopBookBody":
        listed = EntriesBody.of(page)
        return ShopBookBody(
            currency,
            book.first,
            book.last,
            SumsBody.of(book.sums),
            [_day(book, day, sums) for day, sums in book.days.items()],
            [HourBody(hour, SumsBody.of(sums)) for hour, sums in book.hours.items()],
            [_cashier(who, hands[who], sums) for who, sums in book.cashiers.items()],
            listed.entries,
            listed.next_cursor,
        )


def _day(book: Book, day: dt.date, sums: Sums) -> DayBody:
    closing = book.closings.get(day)
    return DayBody(day, SumsBody.of(sums), ClosingBody.of(closing) if closing else None)


def _cashier(who: UUID | None, hand: Hand, sums: Sums) -> CashierBody:
    return CashierBody(who, hand.kind, hand.name, SumsBody.of(sums))


class ClosedBody(Struct, frozen=True):
    """A closed business date, as it stands for ever."""

    date: dt.date
    number: int
    sums: SumsBody
    hash: str
    closed_at: datetime

    @staticmethod
    def of(closing: Closing) -> "ClosedBody":
        sums = Sums(closing.count, closing.total, closing.refund_count, closing.refund_total)
        return ClosedBody(closing.business_date, closing.number, SumsBody.of(sums), closing.hash, closing.closed_at)
