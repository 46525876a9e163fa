"""Pure rules of markets: what they may be called, which dates are compared, where a list goes on."""

import re
from datetime import date, timedelta
from uuid import UUID

from openhall.base import money
from openhall.base.errors import malformed
from openhall.base.i18n import N_
from openhall.city.merchants import problems
from openhall.city.merchants.book.rules import View, period
from openhall.city.merchants.markets.types import Member, NewMarket, Period
from openhall.city.merchants.rules import clean_name

# 500.00: what nobody buys for supper.
WHOLESALE_FROM = 50_000
WEEKS = 12
_ONE = timedelta(days=1)
_END = (2**63 - 1, UUID(int=0))


def checked(*, name: str, city: str, wholesale_from: int) -> NewMarket:
    """What a person typed, as it is registered.

    Refusals: `merchants.market_name_invalid`, `merchants.city_invalid`, `merchants.wholesale_from_invalid`.
    """
    clean, place = clean_name(name), clean_name(city)
    if clean is None:
        raise problems.market_name_invalid()
    if place is None:
        raise problems.city_invalid()
    return NewMarket(clean, place, wholesale_bound(wholesale_from))


def wholesale_bound(amount: int) -> int:
    """The bound itself. Refusal: `merchants.wholesale_from_invalid`."""
    if not 1 <= amount <= money.MAX_AMOUNT:
        raise problems.wholesale_from_invalid()
    return amount


def compared(view: View, on: date, closed_until: date) -> Period:
    """The day, week or month in which `on` lies, up to the last closed date, and the period before it.

    While a week or a month goes on, it is compared with as many days from the beginning of the one before.
    """
    first, end = period(view, min(on, closed_until))
    last = min(end, closed_until)
    before_first, before_end = period(view, first - _ONE)
    before_last = before_end if last == end else min(before_end, before_first + (last - first))
    return Period(first, last, before_first, before_last)


def weeks_until(last: date) -> list[tuple[date, date]]:
    """Twelve spans of seven dates, the last one ending on `last`."""
    ends = [last - _ONE * (7 * back) for back in reversed(range(WEEKS))]
    return [(end - _ONE * 6, end) for end in ends]


def cursor_after(member: Member) -> str:
    """The place behind a member in a list, as a client gets it and gives it back."""
    return f"{member.total}.{member.shop.hex}"


def cursor_of(text: str | None) -> tuple[int, UUID]:
    """The place: a total and a shop; before all without a text. Problem `hall.malformed` for anything else."""
    if text is None:
        return _END
    if re.fullmatch(r"\d{1,18}\.[0-9a-f]{32}", text, re.ASCII) is None:
        raise malformed(errors=[{"field": "cursor", "message": N_("Not a cursor of this list.")}])
    total, _, shop = text.partition(".")
    return int(total), UUID(shop)
