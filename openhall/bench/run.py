"""One run of all benchmarks: a server of its own, the yardstick before and after each figure, the ratios."""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import uvloop
from msgspec import Struct
from psycopg.conninfo import make_conninfo
from rich.console import Console
from rich.table import Table

from openhall.base import db, migrate
from openhall.base.config import Settings
from openhall.base.postgres import Cluster
from openhall.base.postgres_place import programs_folder
from openhall.bench import city, clients, posting
from openhall.bench.yardstick import Yardstick
from openhall.web.discover import modules

# The targets: the ledger in batches of 1,024, and the whole way of a payment over HTTP.
POSTING_RATIO = 8.0
PAYMENT_RATIO = 1.0
PAYMENT_P99_MS = 250.0
WORKERS = 2
# About as many batches of the ledger as fill the time of one measurement on a machine of two cores.
_BATCHES_A_SECOND = 15


class Figure(Struct, frozen=True):
    """One measured thing: its own rate, the yardstick around it, and the slowest of a hundred where that was asked.

    Without a target it is only told.
    """

    name: str
    rate: float
    yardstick: float
    target: float | None
    p99: float | None = None

    @property
    def ratio(self) -> float:
        return self.rate / self.yardstick

    @property
    def met(self) -> bool:
        return self.ratio >= (self.target or 0) and (self.p99 is None or self.p99 < PAYMENT_P99_MS)


def main(*, seconds: int = 15, payers: int = 64, scale: int = 64, rounds: int = 1) -> int:
    """Measure everything and print it; 0 when every target is met, 1 otherwise."""
    console = Console()
    with _server() as dsn:
        with psycopg.connect(dsn, autocommit=True) as admin:
            admin.execute(b"create database yardstick")
            admin.execute(b"create database hall")
        programs = programs_folder(18)
        yardstick = Yardstick(programs, make_conninfo(dsn, dbname="yardstick"), scale, payers, seconds)
        console.print(f"pgbench: preparing scale {scale}")
        yardstick.prepare()
        hall = Settings(
            database_url=make_conninfo(dsn, dbname="hall"),
            secret=secrets.token_urlsafe(),
            log_level="error",
            payment_max=10**12,
        )
        figures = uvloop.run(_measure(console, yardstick, hall, seconds, payers, rounds))
    _print(console, figures, yardstick)
    return 0 if all(figure.met for figure in figures) else 1


@contextmanager
def _server() -> Iterator[str]:
    """A PostgreSQL of its own, with the settings of `openhall demo`, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="openhall-bench-") as folder:
        cluster = Cluster(Path(folder))
        try:
            yield cluster.start()
        finally:
            cluster.wipe()


async def _measure(
    console: Console, yardstick: Yardstick, hall: Settings, seconds: int, payers: int, rounds: int
) -> list[Figure]:
    await migrate.apply(hall.database_url, modules(demo=False))
    pool = db.Pool(hall.database_url, 8)
    await pool.open()
    wallets = await posting.prepare(pool)
    apart, together = await city.prepare(pool, hall, payers)
    figures = []
    with _served(hall) as port:
        batches = seconds * _BATCHES_A_SECOND
        before = await _tps(console, yardstick)
        for number in range(rounds):

            async def post_apart(seed: int = number) -> tuple[float, None]:
                return await posting.transfers_per_second(pool, wallets, batches, seed, apart=True), None

            async def post_together(seed: int = number) -> tuple[float, None]:
                return await posting.transfers_per_second(pool, wallets, batches, seed, apart=False), None

            async def pay_apart() -> tuple[float, float]:
                return _checked(await clients.pay_for(port, apart, seconds))

            async def pay_together() -> tuple[float, float]:
                return _checked(await clients.pay_for(port, together, seconds))

            runs: list[tuple[str, float | None, Callable[[], Awaitable[tuple[float, float | None]]]]] = [
                ("ledger, batches of 1,024", POSTING_RATIO, post_apart),
                ("ledger, all among the same accounts", None, post_together),
                (f"payments, {payers} payers to {payers} shops", PAYMENT_RATIO, pay_apart),
                (f"payments, {payers} payers to one shop", PAYMENT_RATIO, pay_together),
            ]
            for name, target, run in runs:
                rate, p99 = await run()
                console.print(f"{name}: {rate:,.0f}/s")
                after = await _tps(console, yardstick)
                figures.append(Figure(name, rate, (before + after) / 2, target, p99))
                before = after
    await _nothing_lost(pool)
    await pool.close()
    return figures


def _checked(load: clients.Load) -> tuple[float, float]:
    if load.refused:
        raise RuntimeError(f"{load.refused} payments of the benchmark were refused")
    return load.per_second, load.p99


async def _tps(console: Console, yardstick: Yardstick) -> float:
    tps = await asyncio.to_thread(yardstick.tps)
    console.print(f"pgbench: {tps:,.0f} tps")
    return tps


async def _nothing_lost(pool: db.Pool) -> None:
    """Every acknowledged payment is there once, and the books agree: the checks of production prove it."""
    from openhall.web.discover import packages

    async with pool.read() as conn:
        for package in packages(demo=False):
            for check in package.checks:
                broken = await (await conn.execute(check.query.sql.encode(), {})).fetchall()
                if broken:
                    raise RuntimeError(f"after the benchmark {check.name} is broken: {broken[:3]}")


@contextmanager
def _served(hall: Settings) -> Iterator[int]:
    """The hall as `openhall serve` runs it, on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    others = {name: value for name, value in os.environ.items() if not name.startswith("OPENHALL_")}
    environment = others | {
        "OPENHALL_DATABASE_URL": hall.database_url,
        "OPENHALL_SECRET": hall.secret,
        "OPENHALL_LOG_LEVEL": "error",
        "OPENHALL_PAYMENT_MAX": str(hall.payment_max),
    }
    command = [sys.executable, "-m", "openhall.cli", "serve", "--port", str(port), "--workers", str(WORKERS)]
    server = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        _wait_until_ready(server, port)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _wait_until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server of the benchmark ended with {server.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the server of the benchmark did not become ready")


def _print(console: Console, figures: list[Figure], yardstick: Yardstick) -> None:
    caption = (
        f"yardstick: pgbench TPC-B, scale {yardstick.scale}, {yardstick.clients} clients, prepared, durable commits"
    )
    table = Table(title="openhall bench", caption=caption)
    for heading in ("figure", "a second", "pgbench tps", "ratio", "target", "p99", "met"):
        table.add_column(heading, justify="left" if heading == "figure" else "right")
    for figure in figures:
        p99 = "" if figure.p99 is None else f"{figure.p99:.0f} ms"
        target, met = ("", "") if figure.target is None else (f"{figure.target:.1f}", "yes" if figure.met else "no")
        rate, around = f"{figure.rate:,.0f}", f"{figure.yardstick:,.0f}"
        table.add_row(figure.name, rate, around, f"{figure.ratio:.2f}", target, p99, met)
    console.print(table)
