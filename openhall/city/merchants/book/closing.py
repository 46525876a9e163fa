"""The day close: what a shop took on a business date that is over, written down once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db
from openhall.city.merchants import problems
from openhall.city.merchants.book.types import Closing
from openhall.city.merchants.types import Shop
from openhall.core import ledger
from openhall.core.payments import books

q = db.load("openhall.city.merchants")

# So many shops are closed in one transaction: a few milliseconds, in which nobody waits for it.
PORTION = 200
_ONE = timedelta(days=1)
BEFORE_ALL = UUID(int=0)


class _Day(Struct, frozen=True):
    day: date | None


class _Instant(Struct, frozen=True):
    at: datetime | None


async def close_days(
    conn: db.Conn, *, shops: Sequence[UUID], first: date, last: date, closed_by: UUID | None = None
) -> int:
    """Close the business dates from `first` to `last` of these shops, where they had trade; how many closings it made.

    The dates must be sealed, and every earlier one be closed. Two statements, however many shops and dates.
    """
    await db.all(conn, q.lock_shops_to_close, UUID, shops=db.ids(shops))
    return await db.one(
        conn,
        q.close_days,
        int,
        shops=db.ids(shops),
        first=first,
        last=last,
        zone=str(ledger.zone()),
        now=clock.now(),
        closed_by=closed_by,
    )


async def close_shop_day(conn: db.Conn, *, shop: Shop, business_date: date, resident: UUID) -> Closing:
    """Close a business date of one shop now, and the days before it that are still open. Closing again is nothing.

    Refusals: `merchants.day_not_over`, `merchants.day_without_trade`.
    """
    if business_date > books.last_ended():
        raise problems.day_not_over()
    closed = await db.maybe(conn, q.last_closing, date, shop=shop.id)
    first = ledger.business_date(shop.opened_at) if closed is None else closed + _ONE
    if first <= business_date:
        await books.seal(conn, first=first, last=business_date)
        await close_days(conn, shops=[shop.id], first=first, last=business_date, closed_by=resident)
    made = await db.maybe(conn, q.closing, Closing, shop=shop.id, business_date=business_date)
    if made is None:
        raise problems.day_without_trade()
    return made


async def days_to_close(conn: db.ReadConn) -> list[date]:
    """The business dates that have ended and are not closed for the whole hall, oldest first."""
    closed = await db.one(conn, q.last_day_close, _Day)
    opened = await db.one(conn, q.first_opening, _Instant)
    if opened.at is None:
        return []
    first = ledger.business_date(opened.at) if closed.day is None else closed.day + _ONE
    return [first + _ONE * number for number in range((books.last_ended() - first).days + 1)]


async def close_portion(conn: db.Conn, *, business_date: date, after: UUID = BEFORE_ALL) -> UUID | None:
    """Close a sealed date for the next shops of the hall after `after`, in the order of ids; the last of them."""
    shops = await db.all(conn, q.shops_to_close, UUID, after=after, limit=PORTION)
    if not shops:
        return None
    await close_days(conn, shops=shops, first=business_date, last=business_date)
    return shops[-1]


async def finish_day(conn: db.Conn, business_date: date) -> None:
    """Every shop is closed on this date: the next day close goes on after it."""
    await db.run(conn, q.insert_day_close, business_date=business_date, now=clock.now())
