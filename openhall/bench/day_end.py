"""What a hall does at the end of its day, again and again, while counters charge."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import psycopg
from msgspec import Struct, structs

from openhall.base import db, ids
from openhall.base.config import Settings
from openhall.city.merchants.book import closing, jobs
from openhall.core import ledger, payouts
from openhall.demo import market
from openhall.web.discover import packages

# A market with enough dates to close one at each time, and the money of so many of its shops to settle.
MARKET = market.Size(shops=1_600, days=28, buyers=2_000)
SETTLED = 200
_MOVEMENTS = 2_000
_WITHDRAWN = 100
# Between one day's end and the next.
_PAUSE_S = 2

q = db.load("openhall.bench")


class Evening(Struct, frozen=True):
    """What is to be done. `busy`: an account that the whole city pays to, and `bank` what it pays from; `sources`: the
    shops that withdraw over `rail`."""

    pool: db.Pool
    busy: UUID
    bank: UUID
    rail: payouts.Rail
    sources: list[payouts.Source]


async def prepare(pool: db.Pool, hall: Settings) -> Evening:
    """A market whose last weeks are not closed, with bank accounts for some of its shops."""
    demo = structs.replace(hall, demo=True)
    hooks = [hook for package in packages(demo=False) for hook in package.on_joined]
    await market.build(pool, demo, MARKET, lambda step: None, hooks, closed=False)
    rail = payouts.Rail.of(hall)
    assert rail is not None, "the benchmark's hall has a bank"
    async with pool.write() as conn:
        busy = await ledger.open_account(conn, kind="bench.utility", owner=None, busy=True)
        bank = await ledger.open_account(conn, kind="bench.bank", owner=None, floor=None, busy=True)
        sources = await db.all(conn, q.richest, payouts.Source, limit=SETTLED)
        for number, source in enumerate(sources):
            account = f"{number:010d}"
            await payouts.vouch_bank_account(
                conn, owner=source.owner, holder=source.name, number=account, again=account, cooling=timedelta()
            )
    await _settled_down(hall)
    return Evening(pool, busy, bank, rail, sources)


async def _settled_down(hall: Settings) -> None:
    """Nothing is left to do for a market that came in one transaction: neither vacuum nor checkpoint falls into what is
    measured."""
    async with await psycopg.AsyncConnection.connect(hall.database_url, autocommit=True) as admin:
        # The hall that is measured is no demo hall, and refuses a database with tables that it does not know.
        await admin.execute(b"drop schema demo cascade")
        await admin.execute(b"delete from base.migrations where package = 'openhall.demo'")
        await admin.execute(b"vacuum analyze")
        await admin.execute(b"checkpoint")


@asynccontextmanager
async def going_on(evening: Evening) -> AsyncIterator[None]:
    """One day's end after the other, with a pause, while the block runs: harder than any day is."""
    ended = asyncio.Event()

    async def again() -> None:
        while not ended.is_set():
            for work in (_close, _settle, _fold):
                await work(evening)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _PAUSE_S)

    running = asyncio.create_task(again())
    try:
        yield
    finally:
        ended.set()
        await running


async def _fold(evening: Evening) -> None:
    """The city paid to one account, and that is folded into its row and its entries."""
    async with evening.pool.write() as conn:
        paid = [
            ledger.Transfer(id=ids.new(), debit=evening.bank, credit=evening.busy, amount=1, reason="bench")
            for _ in range(_MOVEMENTS)
        ]
        await ledger.post(conn, paid)
    async with evening.pool.write() as conn:
        await ledger.fold(conn, evening.busy)


async def _close(evening: Evening) -> None:
    """The day close of the oldest business date that is open, for every shop."""
    async with evening.pool.read() as reader:
        days = await closing.days_to_close(reader)
    if days:
        await jobs.close_date(evening.pool, days[0])


async def _settle(evening: Evening) -> None:
    """A settlement: shops withdraw, each in a transaction of its own, and the bank gets one file of it."""
    for source in evening.sources:
        async with evening.pool.write() as conn:
            await payouts.withdraw(conn, evening.rail, source=source, amount=_WITHDRAWN)
    await payouts.exchange(evening.pool, evening.rail, payouts.Folder(evening.rail))
