"""Reading a market's figures: sums from its roll-up, shops along their closings; no payment is ever looked at."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from openhall.base import db, paging
from openhall.city.merchants.book.rules import View
from openhall.city.merchants.markets import rules
from openhall.city.merchants.markets.types import (
    Adoption,
    Dashboard,
    Market,
    MarketSums,
    Member,
    Members,
    Mover,
    Period,
    TableLine,
)

q = db.load("openhall.city.merchants.markets")

# So many that rose, and so many that fell.
MOVERS = 5


async def dashboard(conn: db.ReadConn, *, market: Market, view: View, on: date | None) -> Dashboard | None:
    """The figures of the period in which `on` lies, the newest one without; None while no date is closed.

    Four statements, however many shops and payments; `conn` must read on one snapshot, as `Pool.read` does.
    """
    if market.closed_until is None:
        return None
    period = rules.compared(view, on or market.closed_until, market.closed_until)
    found = await _sums(conn, market.id, period.first, period.last)
    before = await _sums(conn, market.id, period.before_first, period.before_last)
    month, weeks = await adoption(conn, market=market.id, last=period.last)
    return Dashboard(
        period=period,
        sums=_whole(found),
        before=_whole(before),
        days=[sums for sums in found if sums.business_date is not None],
        hours=[sums for sums in found if sums.hour is not None],
        categories=[sums for sums in found if sums.category is not None],
        month=month,
        weeks=weeks,
        movers=await _movers(conn, market.id, period),
    )


class _Adopted(Struct, frozen=True):
    business_date: date
    open: int
    week_paid: int
    month_paid: int


async def adoption(conn: db.ReadConn, *, market: UUID, last: date) -> tuple[Adoption, list[Adoption]]:
    """How many of the open members were paid in the month until `last`, and in each of the twelve weeks until it."""
    weeks = rules.weeks_until(last)
    dates = [end for _, end in weeks]
    found = {one.business_date: one for one in await db.all(conn, q.adoption, _Adopted, market=market, dates=dates)}

    def known(first: date, end: date) -> _Adopted:
        return found.get(end, _Adopted(end, 0, 0, 0))

    month = (last.replace(day=1), last)
    return (
        Adoption(*month, open=known(*month).open, paid=known(*month).month_paid),
        [Adoption(*week, open=known(*week).open, paid=known(*week).week_paid) for week in weeks],
    )


async def members_of(
    conn: db.ReadConn, *, market: UUID, first: date, last: date, sought: str = "", cursor: str | None = None, limit: int
) -> Members:
    """The present members by what they took from `first` to `last`; those with `sought` in their name, or as code."""
    total, shop = rules.cursor_of(cursor)
    found = await db.all(
        conn,
        q.market_shops,
        Member,
        market=market,
        first=first,
        last=last,
        before_total=total,
        before_shop=shop,
        sought=sought.strip() or None,
        limit=limit + 1,
    )
    return Members(*paging.cut_by(found, limit, rules.cursor_after))


async def table_of(conn: db.ReadConn, *, market: UUID, day: date) -> list[TableLine]:
    """What each member took on a closed business date."""
    return await db.all(conn, q.market_table, TableLine, market=market, day=day)


async def _sums(conn: db.ReadConn, market: UUID, first: date, last: date) -> list[MarketSums]:
    return await db.all(conn, q.market_sums, MarketSums, market=market, first=first, last=last)


def _whole(found: Sequence[MarketSums]) -> MarketSums:
    """The row that is summed by nothing; grouping sets always have it."""
    return next(sums for sums in found if (sums.business_date, sums.hour, sums.category) == (None, None, None))


async def _movers(conn: db.ReadConn, market: UUID, period: Period) -> list[Mover]:
    return await db.all(
        conn,
        q.movers,
        Mover,
        market=market,
        first=period.first,
        last=period.last,
        before_first=period.before_first,
        before_last=period.before_last,
        limit=MOVERS,
    )
