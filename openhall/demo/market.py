"""The demo city's wholesale market with a past: made in one transaction, from a fixed seed, in the hall's own rows.

`openhall demo market` runs it against a running demo city. Whoever stops it half way has changed nothing.
"""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, config, db, ids
from openhall.base.i18n import N_
from openhall.base.package import JoinHook
from openhall.city import merchants
from openhall.city.merchants import history, markets
from openhall.core import ledger, payments, people
from openhall.core.payments import books
from openhall.demo import stalls
from openhall.demo.stalls import Person, Stall

q = db.load("openhall.demo")

SEED = 20_261_121
NAME = "西市批发市场"
MANAGER_PHONE, MANAGER = "+8613700137000", "赵建国"
MANAGER_NOTE = N_("Manages the wholesale market: look at My markets.")
WHOLESALE_FROM = 50_000
# Of a hundred sales, at which hour of the market's day each is made: carts come before dawn, bags in the afternoon.
HOURS = [5] * 6 + [6] * 11 + [7] * 13 + [8] * 12 + [9] * 10 + [10] * 9 + [11] * 7 + [12] * 4 + [13] * 4
HOURS += [14] * 5 + [15] * 6 + [16] * 6 + [17] * 4 + [18] * 2 + [19]
# How busy the days of a week are, Monday first, in hundredths.
_WEEK = (100, 92, 95, 98, 110, 125, 112)
_LARGE_BUYERS = 6  # of a hundred
_ONE = timedelta(days=1)


class ExistsError(RuntimeError):
    """The demo market is there already."""


class Size(Struct, frozen=True):
    """How large the market is: shops, days of history, residents who buy."""

    shops: int = 1_600
    days: int = 90
    buyers: int = 4_000

    @property
    def weeks(self) -> int:
        return -(-self.days // 7)

    @property
    def steps(self) -> int:
        """How often `report` is called: people, sales by week, payments, ledger, closings by shops and by dates."""
        return 1 + self.weeks + 2 + -(-self.shops // 200) + -(-self.days // 15)


class Made(Struct, frozen=True):
    """What was made."""

    market: UUID
    first: date
    last: date
    payments: int
    transfers: int


class _Day(Struct, frozen=True):
    day: date | None


async def build(
    pool: db.Pool,
    settings: config.Settings,
    size: Size,
    report: Callable[[str], None],
    hooks: list[JoinHook],
    *,
    closed: bool = True,
) -> Made:
    """Make the market; `report` is told each step that is done. Where its history is not `closed`, the hall's day close
    finds all of it to do. ExistsError when it is there; ValueError when this is not a demo hall."""
    if not settings.demo:
        raise ValueError("history is made up for demo halls only")
    async with pool.write() as conn:
        manager = await _manager(conn, settings, hooks)
        first, last = await _dates(conn, size.days)
        sellers, owners, buyers = stalls.draw(SEED, shops=size.shops, buyers=size.buyers, first=first, days=size.days)
        market = await _settle(conn, settings, manager, sellers, [*owners, *buyers], first)
        report("people and shops")
        await _sell(conn, settings, size, sellers, buyers, first, report)
        paid = await payments.import_payments(conn, "demo.sales")
        report("payments")
        moved = await ledger.import_transfers(conn, "demo.transfers")
        report("the ledger")
        if closed:
            await history.close_dates(conn, first=first, last=last, report=lambda: report("day closes"))
        await db.one(conn, q.forget, str)
    return Made(market, first, last, paid, moved)


async def _manager(conn: db.Conn, settings: config.Settings, hooks: list[JoinHook]) -> UUID:
    found, joined = await people.find_or_join(
        conn, phone=MANAGER_PHONE, lang=None, currency=settings.currency, on_joined=hooks
    )
    if joined:
        await people.rename(conn, resident=found.id, name=MANAGER)
    if await markets.markets_of(conn, manager=found.id):
        raise ExistsError(f"{NAME} is there already")
    return found.id


async def _dates(conn: db.ReadConn, days: int) -> tuple[date, date]:
    """The dates of the history: the last ones that have ended, before the first that the hall has sealed."""
    sealed = await db.one(conn, q.first_sealed, _Day)
    last = books.last_ended() if sealed.day is None else min(books.last_ended(), sealed.day - _ONE)
    return last - _ONE * (days - 1), last


async def _settle(
    conn: db.Conn, settings: config.Settings, manager: UUID, sellers: list[Stall], residents: list[Person], first: date
) -> UUID:
    """Everybody joins, and the shops open, as the first day begins."""
    begins = ledger.begins(first)
    joining = [people.NewResident(one.id, one.phone, one.wallet, one.name) for one in residents]
    await people.import_residents(conn, joining, currency=settings.currency, joined_at=begins)
    shops = [history.PastShop(stall.shop, stall.owner, stall.name, stall.category, stall.account) for stall in sellers]
    hall = merchants.Hall(settings.hall_id, settings.city, settings.currency)
    await history.import_shops(conn, shops, city=settings.city_zh, hall=hall, opened_at=begins)
    new = markets.checked(name=NAME, city=settings.city_zh, wholesale_from=WHOLESALE_FROM)
    return await history.import_market(conn, manager=manager, new=new, shops=shops, founded_at=begins)


async def _sell(
    conn: db.Conn,
    settings: config.Settings,
    size: Size,
    sellers: list[Stall],
    buyers: list[Person],
    first: date,
    report: Callable[[str], None],
) -> None:
    """Draw every sale, week by week, and fill the purses of who bought."""
    await db.run(conn, q.insert_stalls, rows=db.rows(sellers))
    await db.run(conn, q.insert_buyers, rows=db.rows(stalls.buyer_rows(buyers)))
    days = [first + _ONE * place for place in range(size.days)]
    dates = [
        {"place": place, "business_date": day, "begins": ledger.begins(day), "busy": _WEEK[day.weekday()]}
        for place, day in enumerate(days)
    ]
    await db.run(conn, q.insert_days, rows=db.rows(dates))
    await db.one(conn, q.analyze_sales, str)
    large = max(1, len(buyers) * _LARGE_BUYERS // 100)
    for week in range(size.weeks):
        await db.run(
            conn,
            q.sell,
            seed=SEED,
            first=week * 7,
            last=week * 7 + 6,
            hours=HOURS,
            currency=settings.currency,
            large_buyers=large,
            small_buyers=len(buyers) - large,
        )
        report("sales")
    opening = ids.new()
    accounts = [ledger.NewAccount(opening, None)]
    opened_at = min(ledger.begins(first), clock.now())
    await ledger.open_accounts(
        conn, accounts, kind="opening", currency=settings.currency, floor=None, opened_at=opened_at
    )
    await db.run(conn, q.fill_purses, opening=opening, currency=settings.currency)
    await db.one(conn, q.analyze_sales, str)
