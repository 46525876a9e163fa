"""A counter of the served hall that reads pay codes, at the side of the browser."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from openhall.base import clock, db, events, ids
from openhall.base.config import Settings
from openhall.city.merchants import book
from openhall.core import ledger, payments
from openhall.core.payments import Payer, books, paycodes
from openhall.demo import market
from openhall.web.discover import packages
from tests.browser.city import Person

T = TypeVar("T")
ZONE = ZoneInfo("Asia/Shanghai")


def in_hall(person: Person, act: Callable[[db.Conn], Awaitable[T]]) -> T:
    """One transaction on the hall's database; in a thread, for Playwright has this one."""

    async def run() -> T:
        pool = db.Pool(person.hall.database_url, 2)
        await pool.open()
        try:
            async with pool.write() as conn:
                return await act(conn)
        finally:
            await pool.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


def id_of(person: Person) -> UUID:
    return UUID(person.api("GET", "/me").json()["id"])


def ask_payer(person: Person, shop: dict[str, Any], amount: int, *, lives: timedelta = timedelta(days=1)) -> str:
    """A charge of the shop that waits for the person's yes; its id."""
    resident = id_of(person)
    sources = [source for package in packages(demo=True) for source in package.payees]

    async def act(conn: db.Conn) -> str:
        new = paycodes.NewWaiting(
            charge=ids.new(),
            resident=resident,
            payee=await payments.resolve(conn, sources, shop["code"]),
            amount=amount,
            currency="CNY",
            reference=f"T4-{uuid4()}"[:20],
            expires_at=clock.now() + lives,
        )
        await paycodes.ask_payers(conn, [new])
        return str(new.charge)

    return in_hall(person, act)


def refuse(person: Person, charge: str) -> None:
    """The person says no."""
    resident = id_of(person)
    in_hall(person, lambda conn: paycodes.refuse(conn, resident=resident, charge=UUID(charge)))


def tell(person: Person, fact: paycodes.ChargeSucceeded | paycodes.ChargeRefused) -> None:
    """The person's phone learns of a charge."""
    told = paycodes.told(id_of(person), fact)
    in_hall(person, lambda conn: events.publish(conn, [told]))


def trade_of_month(payer: Person, shop: dict[str, Any], first: date, keeper: UUID) -> None:
    """A month of trade of a shop, from its first day on, some of it taken by its keeper, and its day closes."""
    resident, code = id_of(payer), shop["code"]
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    async def act(conn: db.Conn) -> Payer:
        (wallet,) = await ledger.accounts_of(conn, resident)
        return Payer(resident, wallet.id, "138****0000")

    async def close(conn: db.Conn) -> None:
        await books.seal(conn, first=first, last=last)
        await book.close_days(conn, shops=[UUID(shop["id"])], first=first, last=last)

    async def trade() -> None:
        settings = Settings(database_url=payer.hall.database_url, secret="x" * 32)
        pool = db.Pool(settings.database_url, 4)
        await pool.open()
        teller = payments.Teller(pool, settings, sources)
        await teller.open()
        try:
            async with pool.write() as conn:
                me = await act(conn)
            for place in range((last - first).days * 6):
                day, hour = first + timedelta(days=place // 6), 6 + place % 6
                with clock.at(datetime(day.year, day.month, day.day, hour, place % 60, tzinfo=ZONE)):
                    await teller.pay(await ask(pool, me, 350 + place * 131 % 1900, by_hand=place % 3 == 0))
            async with pool.write() as conn:
                await close(conn)
        finally:
            await teller.close()
            await pool.close()

    async def ask(pool: db.Pool, me: Payer, amount: int, *, by_hand: bool) -> payments.Ask:
        if not by_hand:
            return payments.Ask(payer=me, key=str(ids.new()), code=code, amount=amount)
        async with pool.write() as conn:
            payee = await payments.resolve(conn, sources, code)
            order = await payments.create_order(conn, payments.NewOrder(payee, amount, taken_by=keeper))
        return payments.Ask(payer=me, key=str(ids.new()), order=order)

    sources = [source for package in packages(demo=True) for source in package.payees]
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, trade()).result()


def market_of(person: Person) -> str:
    """The demo market, small, with forty days of history before anything that is closed by now; its id."""
    settings = Settings(database_url=person.hall.database_url, secret="x" * 32, demo=True)

    async def build() -> str:
        pool = db.Pool(settings.database_url, 2)
        await pool.open()
        try:
            size = market.Size(shops=60, days=40, buyers=40)
            return str((await market.build(pool, settings, size, lambda step: None, [])).market)
        finally:
            await pool.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, build()).result()
