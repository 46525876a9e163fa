"""A market with a past, for a city to be shown with: shops by the thousand, and the day closes of what they took.

A running hall never calls this; what it writes is what the hall itself would have written on those days.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from openhall.base import db, ids
from openhall.city.merchants import markets
from openhall.city.merchants.actions import ACCOUNT_KIND
from openhall.city.merchants.book import closing
from openhall.city.merchants.markets import NewMarket
from openhall.city.merchants.types import Hall
from openhall.core import ledger
from openhall.core.payments import books, codes

q = db.load("openhall.city.merchants")
market_q = db.load("openhall.city.merchants.markets")

_ONE = timedelta(days=1)
# So many dates are rolled up by one statement.
_TOGETHER = 15


class PastShop(Struct, frozen=True):
    """A shop that is to be there, the only one of its owner; `category` is an MCC, `account` is opened with it."""

    id: UUID
    owner: UUID
    name: str
    category: str
    account: UUID


class _Row(Struct, frozen=True):
    merchant: UUID
    owner: UUID
    id: UUID
    name: str
    category: str
    city: str
    account: UUID
    code: str
    short_code: str
    payload: str


async def import_shops(conn: db.Conn, shops: Sequence[PastShop], *, city: str, hall: Hall, opened_at: datetime) -> None:
    """Open all of them as of `opened_at`, with their accounts and printed codes; two statements."""
    accounts = [ledger.NewAccount(shop.account, shop.id) for shop in shops]
    await ledger.open_accounts(conn, accounts, kind=ACCOUNT_KIND, currency=hall.currency, opened_at=opened_at)
    await db.run(conn, market_q.import_shops, rows=db.rows(_rows(shops, city, hall)), opened_at=opened_at)


async def import_market(
    conn: db.Conn, *, manager: UUID, new: NewMarket, shops: Sequence[PastShop], founded_at: datetime
) -> UUID:
    """A market that these shops have been in since it was founded; its id."""
    market = ids.new()
    await db.run(
        conn,
        market_q.insert_market,
        id=market,
        name=new.name,
        city=new.city,
        manager=manager,
        wholesale_from=new.wholesale_from,
        now=founded_at,
    )
    since = ledger.business_date(founded_at)
    members = db.ids([shop.id for shop in shops])
    await db.run(conn, market_q.import_memberships, market=market, shops=members, since=since, joined_at=founded_at)
    return market


async def close_dates(conn: db.Conn, *, first: date, last: date, report: Callable[[], None]) -> None:
    """Close business dates for the whole hall, as the day close does, but shops first; `report` is called at steps."""
    await books.seal(conn, first=first, last=last)
    after = closing.BEFORE_ALL
    while shops := await db.all(conn, q.shops_to_close, UUID, after=after, limit=closing.PORTION):
        await closing.close_days(conn, shops=shops, first=first, last=last)
        after = shops[-1]
        report()
    await db.one(conn, market_q.analyze_closings, str)
    dates = [first + _ONE * number for number in range((last - first).days + 1)]
    for place in range(0, len(dates), _TOGETHER):
        await markets.roll_up(conn, dates[place : place + _TOGETHER])
        report()
    for day in dates:
        await closing.finish_day(conn, day)


def _rows(shops: Sequence[PastShop], city: str, hall: Hall) -> list[_Row]:
    taken: set[str] = set()
    rows = []
    for shop in shops:
        while (short_code := codes.short.new()) in taken:
            continue
        taken.add(short_code)
        code = codes.new_id()
        payload = codes.generate(
            hall=hall.id,
            code=code,
            short_code=short_code,
            category=shop.category,
            name=shop.name,
            city=city,
            plain_city=hall.city,
        )
        rows.append(
            _Row(
                ids.new(),
                shop.owner,
                shop.id,
                shop.name,
                shop.category,
                city,
                shop.account,
                code,
                short_code,
                payload,
            )
        )
    return rows
