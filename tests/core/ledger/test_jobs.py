"""The ledger's housekeeping, done by a real worker."""

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate import PsycopgConnector

from openhall.base import clock, db, jobs
from openhall.core import ledger
from openhall.core.ledger.jobs import ensure_partitions, expire_holds, fold
from openhall.core.ledger.package import PACKAGE
from tests.core.ledger.books import a_bank, a_busy, a_wallet, available, broken, codes, hold, move, posted

pytestmark = pytest.mark.anyio


async def work_off(pool: db.Pool) -> None:
    """Run each of the ledger's periodic tasks once."""
    jobs.register([PACKAGE])
    # The queue of the process stays bound to the first pool it was given; each test has a pool of its own.
    with jobs.app.replace_connector(PsycopgConnector()) as queue:
        await queue.open_async(pool.raw)
        for task in (fold, expire_holds, ensure_partitions):
            await queue.tasks[f"ledger:{task.name.rpartition(':')[2]}"].defer_async(timestamp=0)
        await queue.run_worker_async(
            wait=False,
            listen_notify=False,
            install_signal_handlers=False,
            additional_context={"pool": pool},
        )
    async with pool.read() as reader:
        # Other packages' periodic tasks may come due meanwhile; this worker's context has not what they need.
        cursor = await reader.execute(
            "select task_name from procrastinate_jobs where status <> 'succeeded' and task_name like 'ledger:%'"
        )
        assert await cursor.fetchall() == []


async def test_the_worker_folds_every_busy_account(pool: db.Pool) -> None:
    async with pool.write() as conn:
        bank, metros = await a_bank(conn), [await a_busy(conn) for _ in range(3)]
        await codes(conn, *[move(bank, metro, 2) for metro in metros for _ in range(4)])
        assert len(await ledger.to_fold(conn)) == 4
    await work_off(pool)
    async with pool.read() as reader:
        assert await ledger.to_fold(reader) == []
        assert [await posted(reader, account) for account in (bank, *metros)] == [-24, 8, 8, 8]
        assert await broken(reader) == {}


async def test_the_worker_folds_more_than_one_portion(pool: db.Pool) -> None:
    async with pool.write() as conn:
        payer, metro = await a_wallet(conn, 6000), await a_busy(conn)
        await codes(conn, *[move(payer, metro, 1) for _ in range(6000)])
    await work_off(pool)
    async with pool.read() as reader:
        assert await ledger.to_fold(reader) == []
        assert (await ledger.statement(reader, metro, limit=1)).entries[0].id == 6000


async def test_the_worker_gives_back_what_expired_holds_reserve(pool: db.Pool) -> None:
    now = datetime.now(UTC)
    async with pool.write() as conn:
        payer, payee = await a_wallet(conn, 700), await a_wallet(conn)
        with clock.at(now - timedelta(hours=1)):
            await codes(conn, *[hold(payer, payee, 1, expires_in=60) for _ in range(600)])
        assert await available(conn, payer) == 100
    await work_off(pool)
    async with pool.read() as reader:
        assert await available(reader, payer) == 700
        assert await broken(reader) == {}


async def test_the_worker_makes_the_partitions_of_a_year(pool: db.Pool) -> None:
    async with pool.read() as reader:
        months = "select count(*) from pg_inherits where inhparent = 'ledger.entries'::regclass"
        (before,) = await (await reader.execute(months)).fetchone() or (0,)
    last = clock.now().replace(day=1) + timedelta(days=335)
    async with pool.write() as conn:
        await conn.execute(f"drop table ledger.entries_{last:%Y_%m}".encode())
    await work_off(pool)
    async with pool.read() as reader:
        assert await (await reader.execute(months)).fetchone() == (before,)
