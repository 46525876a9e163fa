"""The pages of a shop's book: a day, a week, a month or any days; the search; the table; the day close."""

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Stream
from msgspec import Struct, structs

from openhall.base.errors import Problem
from openhall.city.merchants import access, book
from openhall.city.merchants.access import Act
from openhall.city.merchants.book import charts, rules
from openhall.city.merchants.book.api import CSV, From, To, csv_of, today
from openhall.city.merchants.book.hands import hands_at
from openhall.city.merchants.book.rules import View
from openhall.city.merchants.book.types import Book, Page, Sums, Typed
from openhall.core import ledger
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html, language_of, translate

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]
PAGE = 50
_ONE = dt.timedelta(days=1)


class CloseForm(Struct, frozen=True):
    """The business date to close."""

    date: dt.date


@get("/shops/{shop_id:uuid}/book", opt=RESIDENT)
async def show(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    shop_id: FromPath[UUID],
    view: FromQuery[View | None] = None,
    on: FromQuery[dt.date | None] = None,
    first: From = None,
    last: To = None,
    cursor: FromQuery[str | None] = None,
) -> Response[Html]:
    """The book: what was taken, drawn and in numbers, and each entry; older entries by the cursor alone."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.BOOK)
    chosen = view or (View.DAYS if first or last else View.DAY)
    now = today()
    try:
        begin, end = rules.span(first, last, now) if chosen is View.DAYS else rules.period(chosen, on or now)
    except Problem as problem:
        return edge.problem_page(request, "merchants/book_days.html", problem, shop=shop, first=first, last=last)
    page = await book.entries_of(
        reader, shop=shop.id, first=begin, last=end, before=rules.cursor_of(cursor), limit=PAGE
    )
    shown: dict[str, Any] = {
        "shop": shop,
        "view": chosen.value,
        "first": begin,
        "last": end,
        "is_first": cursor is None,
    }
    shown |= _listed(page, chosen, begin, end) | _neighbours(chosen, begin, end, shop.opened_at, now)
    if cursor is not None:
        return edge.page(request, "merchants/book.html", **shown)
    found = await book.book_of(reader, shop=shop.id, first=begin, last=end)
    hands = await hands_at(reader, shop=shop.id, hands=found.cashiers)
    say = partial(translate, request, language_of(request))
    names = {who: hand.called(say) for who, hand in hands.items()}
    return edge.page(request, "merchants/book.html", **shown, **_drawn(found, chosen, now, names))


@get("/shops/{shop_id:uuid}/book/search", opt=RESIDENT)
async def search(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    settings: edge.HallSettings,
    shop_id: FromPath[UUID],
    first: From = None,
    last: To = None,
    cursor: FromQuery[str | None] = None,
    amount: FromQuery[str] = "",
    least: FromQuery[str] = "",
    most: FromQuery[str] = "",
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
    receipt: FromQuery[str] = "",
    reference: FromQuery[str] = "",
) -> Response[Html]:
    """Look for entries by amount, time, receipt number or the shop's own reference."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.BOOK)
    typed = Typed(amount, least, most, since, until, receipt, reference)
    fields = structs.asdict(typed)
    end = last or today()
    begin = first or end - _ONE * (rules.MOST_DAYS - 1)
    shown: dict[str, Any] = {"shop": shop, "first": begin, "last": end, **fields}
    if not any(text.strip() for text in fields.values()):
        return edge.page(request, "merchants/book_search.html", **shown, problem=None, entries=None, more=None)
    try:
        rules.span(begin, end, end)
        sought = rules.sought(typed, settings.currency)
    except Problem as problem:
        return edge.problem_page(request, "merchants/book_search.html", problem, **shown, entries=None, more=None)
    page = await book.entries_of(
        reader, shop=shop.id, first=begin, last=end, before=rules.cursor_of(cursor), limit=PAGE, sought=sought
    )
    more = _query(first=begin, last=end, cursor=page, **fields) if page.next else None
    return edge.page(request, "merchants/book_search.html", **shown, problem=None, entries=page.entries, more=more)


@get("/shops/{shop_id:uuid}/book.csv", opt=RESIDENT, media_type=CSV)
async def table(
    request: AnyRequest, pool: edge.Pool, resident: Me, shop_id: FromPath[UUID], first: From = None, last: To = None
) -> Stream | Response[str]:
    """The table for spreadsheets; the same as the API's, by cookie. Days that cannot be shown are told on the page."""
    try:
        rules.span(first, last, today())
    except Problem:
        return edge.see_other(f"/shops/{shop_id}/book", **{"from": str(first or ""), "to": str(last or "")})
    say = partial(translate, request, language_of(request))
    return await csv_of(pool, resident.id, shop_id, first, last, say)


@post("/shops/{shop_id:uuid}/book/closings", opt=RESIDENT, status_code=303)
async def close(
    conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], data: URLEncodedBody[CloseForm]
) -> Response[str]:
    """Close the day now."""
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.BOOK)
    await book.close_shop_day(conn, shop=shop, business_date=data.date, resident=resident.id)
    return edge.see_other(f"/shops/{shop_id}/book", view=View.DAY, on=data.date.isoformat())


def _listed(page: Page, view: View, first: dt.date, last: dt.date) -> dict[str, Any]:
    """The entries, and the query of those that follow."""
    where = {"first": first, "last": last} if view is View.DAYS else {"view": view.value, "on": first}
    return {"entries": page.entries, "more": _query(cursor=page, **where) if page.next else None}


def _query(*, cursor: Page, first: dt.date | None = None, last: dt.date | None = None, **fields: Any) -> str:
    assert cursor.next is not None, "asked only of pages that go on"
    kept = {name: str(value) for name, value in fields.items() if value}
    days = {"from": first.isoformat(), "to": last.isoformat()} if first and last else {}
    return urlencode(kept | days | {"cursor": rules.cursor_text(cursor.next)})


def _neighbours(view: View, first: dt.date, last: dt.date, opened_at: dt.datetime, now: dt.date) -> dict[str, Any]:
    """The days on which the periods before and after this one are asked for; None where the shop has no trade."""
    is_period = view is not View.DAYS
    return {
        "previous": first - _ONE if is_period and ledger.business_date(opened_at) < first else None,
        "next": last + _ONE if is_period and last < now else None,
    }


def _drawn(found: Book, view: View, now: dt.date, names: Mapping[UUID | None, str | None]) -> dict[str, Any]:
    """The sums of the book, and what is drawn of it."""
    single = found.first == found.last
    open_day = single and found.first < now and found.first not in found.closings and bool(found.days)
    return {
        "sums": found.sums,
        "closing": found.closings.get(found.first) if single else None,
        "can_close": open_day,
        "days": [] if single else _days(found),
        "days_chart": None if single else _chart_of_days(found, now),
        "hours": list(found.hours.items()),
        "hours_chart": _chart_of_hours(found.hours),
        "cashiers": [(names[who], sums) for who, sums in found.cashiers.items()],
        "closings": found.closings,
    }


def _days(found: Book) -> list[tuple[dt.date, Sums]]:
    """Days with trade, newest first."""
    return sorted(found.days.items(), reverse=True)


def _chart_of_days(found: Book, now: dt.date) -> dict[str, Any]:
    """A bar for each day of the period that has begun."""
    last = max(found.first, min(found.last, now))
    days = [found.first + _ONE * place for place in range((last - found.first).days + 1)]
    chart = charts.bars([found.days.get(day, Sums()).total for day in days])
    return {
        "chart": chart,
        "first": days[0],
        "last": days[-1],
        "peak": None if chart.peak is None else days[chart.peak],
    }


def _chart_of_hours(hours: Mapping[int, Sums]) -> dict[str, Any]:
    """A bar for each hour of the day: so a quiet day looks quiet, and one day like the next."""
    span = range(24)
    chart = charts.bars([hours.get(hour, Sums()).total for hour in span])
    return {
        "chart": chart,
        "first": span.start,
        "last": span.stop - 1,
        "peak": None if chart.peak is None else span[chart.peak],
    }


router = edge.pages(show, search, table, close)
