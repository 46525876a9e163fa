"""How many pay codes the counters of a city charge in a second, also while the books are being closed and checked.

The codes are made before the measured time, all at once and past the limit of three for each resident: what is measured
is the counter's side alone, and what is left of them is taken away before the checks are asked.
"""

import contextlib
from collections.abc import Iterator
from uuid import UUID

import msgspec
import uvloop
from msgspec import Struct
from rich.console import Console

from openhall.base import db, migrate
from openhall.base.config import Settings
from openhall.bench import city, clients, day_end
from openhall.bench.figures import P99_MS, Figure, accepted, show
from openhall.bench.hall import benched, nothing_lost, served
from openhall.bench.run import tps
from openhall.bench.yardstick import Yardstick
from openhall.city.merchants import keys
from openhall.core.payments.paycodes import rules
from openhall.web.discover import modules

RATIO = 1.5
# A day's end may make the slowest of a hundred so many times slower, and no more.
HEAVY_P99 = 2
PAYERS = 1_024
# More than one counter can charge in a second; each code is read once.
_CODES_A_SECOND = 300
# Codes live a minute, and they are made before the measured time.
MOST_SECONDS = 30


class Till(Struct, frozen=True):
    """A counter: its shop, and the key of its scanner."""

    shop: UUID
    key: str


class Stage(Struct, frozen=True):
    """Where charges are measured, and what there is to do at the end of the day."""

    pool: db.Pool
    hall: Settings
    payers: list[UUID]
    apart: list[Till]
    together: list[Till]
    evening: day_end.Evening


def main(*, seconds: int = 15, counters: int = 64, scale: int = 64, rounds: int = 1) -> int:
    """Measure everything and print it; 0 when every target is met, 1 otherwise."""
    if not 1 <= seconds <= MOST_SECONDS:
        raise ValueError(f"a measurement takes 1 to {MOST_SECONDS} seconds: pay codes live for one minute")
    console = Console()
    console.print(f"pgbench: preparing scale {scale}")
    with benched(scale, counters, seconds) as (yardstick, hall):
        figures = uvloop.run(_measure(console, yardstick, hall, seconds, counters, rounds))
    show(console, "openhall bench charges", figures, yardstick)
    return 0 if all(figure.met for figure in figures) else 1


async def _measure(
    console: Console, yardstick: Yardstick, hall: Settings, seconds: int, counters: int, rounds: int
) -> list[Figure]:
    # With the demo's own tables, in which the market gets its past.
    await migrate.apply(hall.database_url, modules(demo=True))
    pool = db.Pool(hall.database_url, 8)
    await pool.open()
    stage = await _prepare(pool, hall, counters)
    figures: list[Figure] = []
    with served(hall) as port:
        before = await tps(console, yardstick)
        for _ in range(rounds):
            quiet = P99_MS
            for name, tills, heavy in (
                (f"charges, {counters} counters of {counters} shops", stage.apart, False),
                (f"charges, {counters} counters of one shop", stage.together, False),
                (f"charges, {counters} counters of {counters} shops, at the day's end", stage.apart, True),
            ):
                rate, p99 = await _charge(stage, port, tills, seconds, heavy=heavy)
                console.print(f"{name}: {rate:,.0f}/s, p99 {p99:.0f} ms")
                after = await tps(console, yardstick)
                target, most = (None, HEAVY_P99 * quiet) if heavy else (RATIO, P99_MS)
                figures.append(Figure(name, rate, (before + after) / 2, target, p99, most))
                before, quiet = after, min(quiet, p99)
    await pool.close()
    await nothing_lost(hall)
    return figures


async def _prepare(pool: db.Pool, hall: Settings, counters: int) -> Stage:
    """Shops with scanners, and payers with money."""
    async with pool.write() as conn:
        shops = [await city.shop(conn, hall, number) for number in range(counters)]
        apart = [Till(shop.id, await _key(conn, hall, shop.id, shop.owner)) for shop in shops]
        first = shops[0]
        others = [Till(first.id, await _key(conn, hall, first.id, first.owner)) for _ in range(keys.MOST_KEYS - 1)]
        together = [others[number % len(others)] for number in range(counters)]
        payers = [(await city.payer(conn, hall, number)).id for number in range(PAYERS)]
    return Stage(pool, hall, payers, apart, together, await day_end.prepare(pool, hall))


async def _key(conn: db.Conn, hall: Settings, shop: UUID, owner: UUID) -> str:
    made = await keys.make(
        conn, shop=shop, resident=owner, name="Scanner", scopes=[keys.Scope.CHARGES], hall_secret=hall.secret
    )
    return keys.text_of(hall.secret, made.id)


async def _charge(stage: Stage, port: int, tills: list[Till], seconds: int, *, heavy: bool) -> tuple[float, float]:
    """One measurement: rate and p99."""
    codes = await _codes(stage, len(tills) * seconds * _CODES_A_SECOND)
    share = seconds * _CODES_A_SECOND
    requests = [_requests(till, codes[number * share : (number + 1) * share]) for number, till in enumerate(tills)]
    async with day_end.going_on(stage.evening) if heavy else contextlib.nullcontext():
        measured = await clients.load(port, requests, seconds)
    async with stage.pool.write() as conn:
        await conn.execute(
            b"delete from payments.pay_codes c where not exists "
            b"(select from payments.pay_code_uses u where u.code = c.code)"
        )
    return accepted(measured)


def _requests(till: Till, codes: list[str]) -> Iterator[bytes]:
    """What one counter will send; made beforehand, for that is no work of the hall."""
    path = f"/api/v1/shops/{till.shop}/charges"
    return iter(
        [
            clients.post(path, till.key, msgspec.json.encode({"pay_code": code, "amount": 1, "reference": code}))
            for code in codes
        ]
    )


async def _codes(stage: Stage, count: int) -> list[str]:
    """So many live codes, of all payers in turn."""
    digits = [rules.new_digits() for _ in range(count)]
    rows = [
        {"code": rules.code_hash(stage.hall.secret, code).hex(), "resident": stage.payers[number % PAYERS]}
        for number, code in enumerate(digits)
    ]
    async with stage.pool.write() as conn:
        await conn.execute(
            b"insert into payments.pay_codes (code, resident, issued_at, expires_at) "
            b"select decode(code, 'hex'), resident, now(), now() + interval '1 minute' "
            b"from json_to_recordset(%s) as r(code text, resident uuid)",
            [db.rows(rows)],
        )
    return digits
