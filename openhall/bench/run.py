"""One run of the ledger's and the payments' benchmarks: the yardstick before and after each figure, the ratios."""

import asyncio
from collections.abc import Awaitable, Callable

import uvloop
from rich.console import Console

from openhall.base import db, migrate
from openhall.base.config import Settings
from openhall.bench import city, clients, posting
from openhall.bench.figures import Figure, accepted, show
from openhall.bench.hall import benched, nothing_lost, served
from openhall.bench.yardstick import Yardstick
from openhall.web.discover import modules

# The targets: the ledger in batches of 1,024, and the whole way of a payment over HTTP.
POSTING_RATIO = 8.0
PAYMENT_RATIO = 1.0
# About as many batches of the ledger as fill the time of one measurement on a machine of two cores.
_BATCHES_A_SECOND = 15


def main(*, seconds: int = 15, payers: int = 64, scale: int = 64, rounds: int = 1) -> int:
    """Measure everything and print it; 0 when every target is met, 1 otherwise."""
    console = Console()
    console.print(f"pgbench: preparing scale {scale}")
    with benched(scale, payers, seconds) as (yardstick, hall):
        figures = uvloop.run(_measure(console, yardstick, hall, seconds, payers, rounds))
    show(console, "openhall bench", figures, yardstick)
    return 0 if all(figure.met for figure in figures) else 1


async def _measure(
    console: Console, yardstick: Yardstick, hall: Settings, seconds: int, payers: int, rounds: int
) -> list[Figure]:
    await migrate.apply(hall.database_url, modules(demo=False))
    pool = db.Pool(hall.database_url, 8)
    await pool.open()
    wallets = await posting.prepare(pool)
    apart, together = await city.payers(pool, hall, payers)
    figures = []
    with served(hall) as port:
        batches = seconds * _BATCHES_A_SECOND
        before = await tps(console, yardstick)
        for number in range(rounds):

            async def post_apart(seed: int = number) -> tuple[float, None]:
                return await posting.transfers_per_second(pool, wallets, batches, seed, apart=True), None

            async def post_together(seed: int = number) -> tuple[float, None]:
                return await posting.transfers_per_second(pool, wallets, batches, seed, apart=False), None

            async def pay_apart() -> tuple[float, float]:
                return accepted(await clients.load(port, [city.payments(payer) for payer in apart], seconds))

            async def pay_together() -> tuple[float, float]:
                return accepted(await clients.load(port, [city.payments(payer) for payer in together], seconds))

            runs: list[tuple[str, float | None, Callable[[], Awaitable[tuple[float, float | None]]]]] = [
                ("ledger, batches of 1,024", POSTING_RATIO, post_apart),
                ("ledger, all among the same accounts", None, post_together),
                (f"payments, {payers} payers to {payers} shops", PAYMENT_RATIO, pay_apart),
                (f"payments, {payers} payers to one shop", PAYMENT_RATIO, pay_together),
            ]
            for name, target, run in runs:
                rate, p99 = await run()
                console.print(f"{name}: {rate:,.0f}/s")
                after = await tps(console, yardstick)
                figures.append(Figure(name, rate, (before + after) / 2, target, p99))
                before = after
    await pool.close()
    await nothing_lost(hall)
    return figures


async def tps(console: Console, yardstick: Yardstick) -> float:
    """One run of the yardstick."""
    measured = await asyncio.to_thread(yardstick.tps)
    console.print(f"pgbench: {measured:,.0f} tps")
    return measured
