"""The JSON API of a shop's book: what was taken, every entry, the search, the table for spreadsheets, the day close."""

import datetime as dt
from collections.abc import AsyncGenerator, Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from msgspec import Struct

from openhall.base import clock, db
from openhall.city.merchants import access, book
from openhall.city.merchants.access import Act
from openhall.city.merchants.book import export, rules, views
from openhall.city.merchants.book.hands import hands_at
from openhall.city.merchants.book.types import Typed
from openhall.city.merchants.types import Shop
from openhall.core import ledger
from openhall.core.payments.books import END, Cursor
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import language_of, translate

Me = NamedDependency[Resident]
# Plain assignments, like those of the edge.
From = Annotated[
    dt.date | None, QueryParameter(name="from", required=False, description="First business date; else that of `to`.")
]
To = Annotated[
    dt.date | None, QueryParameter(name="to", required=False, description="Last business date; else the present one.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="Entries of one page.")]
_Text = Annotated[str, QueryParameter(max_length=64)]
CSV = "text/csv"
# Lines of a table that are read in one transaction: a slow reader holds no connection while it reads.
_PORTION = 500


class CloseRequest(Struct, frozen=True):
    """Which business date to close."""

    date: dt.date


@get("/shops/{shop_id:uuid}/book", opt=RESIDENT)
async def show(
    reader: edge.Reader,
    resident: Me,
    settings: edge.HallSettings,
    shop_id: FromPath[UUID],
    first: From = None,
    last: To = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> views.ShopBookBody:
    """The shop's book: totals, by day, by hour, by cashier, and its entries page by page; at most 92 days.

    For its owner and its managers. A closed day is as it was closed; the others are as they stand.
    Refusals: `merchants.shop_not_found`, `merchants.role_insufficient`, `merchants.book_range_invalid`.
    """
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.BOOK)
    begin, end = rules.span(first, last, today())
    found = await book.book_of(reader, shop=shop.id, first=begin, last=end)
    before = rules.cursor_of(cursor)
    page = await book.entries_of(reader, shop=shop.id, first=begin, last=end, before=before, limit=limit)
    hands = await hands_at(reader, shop=shop.id, hands=found.cashiers)
    return views.ShopBookBody.of(found, settings.currency, hands, page)


@get("/shops/{shop_id:uuid}/book/entries", opt=RESIDENT)
async def search(
    reader: edge.Reader,
    resident: Me,
    settings: edge.HallSettings,
    shop_id: FromPath[UUID],
    first: From = None,
    last: To = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
    amount: _Text = "",
    least: _Text = "",
    most: _Text = "",
    since: _Text = "",
    until: _Text = "",
    receipt: _Text = "",
    reference: _Text = "",
) -> views.EntriesBody:
    """Look for entries: `amount`, or from `least` to `most`, as people write them (3.50); at times of the day from
    `since` until before `until` (HH:MM); a `receipt` number or its last digits; the shop's own `reference`.

    A whole receipt number, and else a reference, is found on any day. Refusals: as the book, and
    `merchants.book_search_invalid` (with `field`).
    """
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.BOOK)
    begin, end = rules.span(first, last, today())
    typed = Typed(amount, least, most, since, until, receipt, reference)
    page = await book.entries_of(
        reader,
        shop=shop.id,
        first=begin,
        last=end,
        before=rules.cursor_of(cursor),
        limit=limit,
        sought=rules.sought(typed, settings.currency),
    )
    return views.EntriesBody.of(page)


@get("/shops/{shop_id:uuid}/book.csv", opt=RESIDENT, media_type=CSV)
async def table(
    request: Request[Any, Any, Any],
    pool: edge.Pool,
    resident: Me,
    shop_id: FromPath[UUID],
    first: From = None,
    last: To = None,
) -> Stream:
    """The entries as a table for spreadsheets, newest first: UTF-8 with a byte order mark, amounts as decimals. Reasons
    of refunds, and what scanners are called, are in the language of `Accept-Language`.

    Columns and their meaning: docs/howto/keep-the-book.md.
    """
    return await csv_of(pool, resident.id, shop_id, first, last, partial(translate, request, language_of(request)))


@post("/shops/{shop_id:uuid}/book/closings", opt=RESIDENT, status_code=201)
async def close(
    conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], data: JSONBody[CloseRequest]
) -> views.ClosedBody:
    """Close a business date now that has ended; the hall does it by itself soon after. Closing again changes nothing.

    Refusals: `merchants.shop_not_found`, `merchants.role_insufficient`, `merchants.day_not_over`,
    `merchants.day_without_trade`.
    """
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.BOOK)
    closed = await book.close_shop_day(conn, shop=shop, business_date=data.date, resident=resident.id)
    return views.ClosedBody.of(closed)


def today() -> dt.date:
    """The present business date."""
    return ledger.business_date(clock.now())


async def csv_of(
    pool: db.Pool,
    resident: UUID,
    shop_id: UUID,
    first: dt.date | None,
    last: dt.date | None,
    say: Callable[[str], str],
) -> Stream:
    """The table, streamed, its words those of `say`; whoever may not have it is refused before it begins."""
    begin, end = rules.span(first, last, today())
    async with pool.read() as reader:
        shop = await access.shop_for(reader, resident=resident, shop=shop_id, act=Act.BOOK)
        closings = await book.closings_of(reader, shop=shop.id, first=begin, last=end)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="book-{shop.short_code}-{begin}-{end}.csv"',
    }
    numbers = {day: closing.number for day, closing in closings.items()}
    return Stream(_written(pool, shop, begin, end, numbers, say), media_type=f"{CSV}; charset=utf-8", headers=headers)


async def _written(
    pool: db.Pool,
    shop: Shop,
    first: dt.date,
    last: dt.date,
    closings: dict[dt.date, int],
    say: Callable[[str], str],
) -> AsyncGenerator[str, None]:
    yield export.header()
    before: Cursor | None = END
    while before is not None:
        async with pool.read() as reader:
            page = await book.entries_of(reader, shop=shop.id, first=first, last=last, before=before, limit=_PORTION)
            hands = await hands_at(reader, shop=shop.id, hands={entry.taken_by for entry in page.entries})
        yield export.lines(page.entries, hands, closings, say)
        before = page.next


router = edge.api(show, search, table, close, tags=["Shop book"])
