"""Pure rules of the book: which days can be shown together, what can be searched for."""

import re
from datetime import date, time, timedelta
from enum import StrEnum
from uuid import UUID

from openhall.base import money
from openhall.base.errors import malformed
from openhall.base.i18n import N_
from openhall.city.merchants import problems
from openhall.city.merchants.book.types import Sought, Typed
from openhall.core.payments.books import END, Cursor, Filter

MOST_DAYS = 92
_ONE = timedelta(days=1)
# The digits of a receipt number without its hyphens; three of them are the least to look for.
_RECEIPT = 15
_LEAST_DIGITS = 3
_FULL_WIDTH = str.maketrans({chr(0xFF10 + n): str(n) for n in range(10)} | {"－": "-", "：": ":"})


class View(StrEnum):
    """How much of the book a page shows."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    DAYS = "days"  # any days, from one to another


def span(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The days that are asked for: today without an end, that one day without a beginning. At most 92 of them."""
    end = last or today
    begin = first or end
    # Written so that no date is counted over the edge of the calendar.
    if begin > end or (end - begin).days >= MOST_DAYS:
        raise problems.book_range_invalid(most=MOST_DAYS)
    return begin, end


def period(view: View, day: date) -> tuple[date, date]:
    """The day, the week from Monday on, or the month in which a day lies."""
    if view is View.WEEK:
        monday = day - _ONE * day.weekday()
        return monday, monday + _ONE * 6
    if view is View.MONTH:
        first = day.replace(day=1)
        return first, (first + _ONE * 31).replace(day=1) - _ONE
    return day, day


def cursor_text(cursor: Cursor) -> str:
    """A place in a book as a client gets it and gives it back."""
    return f"{cursor.business_date:%Y-%m-%d}.{cursor.id.hex}"


def cursor_of(text: str | None) -> Cursor:
    """The place; the newest without a text. Problem `hall.malformed` for anything that never was one."""
    if text is None:
        return END
    day, _, id_ = text.partition(".")
    if re.fullmatch(r"\d{4}-\d\d-\d\d\.[0-9a-f]{32}", text, re.ASCII) is None:
        raise malformed(errors=[{"field": "cursor", "message": N_("Not a cursor of this list.")}])
    try:
        return Cursor(date.fromisoformat(day), UUID(id_))
    except ValueError:
        raise malformed(errors=[{"field": "cursor", "message": N_("Not a cursor of this list.")}]) from None


def sought(typed: Typed, currency: str) -> Sought:
    """What is looked for, from what a person or a program typed; empty texts do not count.

    `amount` is exact and comes before `least` and `most`. Refusal: `merchants.book_search_invalid`, with the field.
    """
    least, most = typed.amount or typed.least, typed.amount or typed.most
    wanted = Filter(
        least=_amount("least", least, currency) if least else 1,
        most=_amount("most", most, currency) if most else money.MAX_AMOUNT,
        since=_time("since", typed.since) if typed.since else time.min,
        until=_time("until", typed.until) if typed.until else None,
        receipt_end=_digits(typed.receipt) if typed.receipt else "",
    )
    if wanted.least > wanted.most:
        raise problems.book_search_invalid(field="most")
    if wanted.until is not None and wanted.since >= wanted.until:
        raise problems.book_search_invalid(field="until")
    return Sought(
        entries=None if wanted == Filter() else wanted,
        receipt_no=_written(wanted.receipt_end) if len(wanted.receipt_end) == _RECEIPT else None,
        reference=typed.reference.strip() or None,
    )


def _amount(field: str, text: str, currency: str) -> int:
    try:
        return min(money.parse(text, currency), money.MAX_AMOUNT)
    except ValueError:
        raise problems.book_search_invalid(field=field) from None


def _time(field: str, text: str) -> time:
    """A time of the day as HH:MM."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip().translate(_FULL_WIDTH), re.ASCII)
    if found is None:
        raise problems.book_search_invalid(field=field)
    return time(int(found[1]), int(found[2]))


def _digits(receipt: str) -> str:
    """The digits of a receipt number, or of its end; people leave out hyphens, or type spaces for them."""
    digits = re.sub(r"[\s-]", "", receipt.translate(_FULL_WIDTH))
    if re.fullmatch(r"\d+", digits, re.ASCII) is None or not _LEAST_DIGITS <= len(digits) <= _RECEIPT:
        raise problems.book_search_invalid(field="receipt")
    return digits


def _written(digits: str) -> str:
    return f"{digits[:6]}-{digits[6:14]}-{digits[14:]}"
