"""Many counters, one code: with connections of their own, started by one signal."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from openhall.base import clock, db
from openhall.core.payments import paycodes
from openhall.core.payments.paycodes import rules
from tests.core.payments.paycodes.counter import SECRET, ask, code_of, join, made_offline, read, words

pytestmark = pytest.mark.anyio

RACERS = 100
NOW = datetime(2026, 11, 21, 8, 0, 15, tzinfo=UTC)
T = TypeVar("T")


async def race(pool: db.Pool, racers: list[Callable[[db.Conn], Awaitable[T]]], at_once: int = 30) -> list[T]:
    """Each in a transaction of its own; `at_once` of them stand at the line together, the others follow."""
    line = asyncio.Barrier(at_once)

    async def run(place: int, racer: Callable[[db.Conn], Awaitable[T]]) -> T:
        async with pool.write() as conn:
            if place < at_once:
                await line.wait()
            return await racer(conn)

    return list(await asyncio.gather(*(run(place, racer) for place, racer in enumerate(racers))))


async def charge_with(pool: db.Pool, digits: str, charges: list[UUID], now: datetime | None = None) -> Counter[str]:
    async def one(charge: UUID, conn: db.Conn) -> str:
        (answer,) = await read(conn, [ask(digits, charge=charge, now=now)])
        return words(answer)

    return Counter(await race(pool, [partial(one, charge) for charge in charges]))


async def test_pitfall_11_a_hundred_charges_race_for_one_code_and_one_has_it(pool: db.Pool) -> None:
    async with pool.write() as conn:
        digits = await code_of(conn, await join(conn))
    outcome = await charge_with(pool, digits, [uuid4() for _ in range(RACERS)])
    assert outcome == {"consumed": 1, "payments.pay_code_used": RACERS - 1}


async def test_pitfall_11_a_hundred_charges_race_for_one_offline_code_and_one_has_it(pool: db.Pool) -> None:
    async with pool.write() as conn:
        resident = await join(conn)
        device = await paycodes.enrol(conn, resident=resident.id, name="Phone", secret=SECRET)
    outcome = await charge_with(pool, made_offline(device, NOW), [uuid4() for _ in range(RACERS)], NOW)
    assert outcome == {"consumed": 1, "payments.pay_code_used": RACERS - 1}
    with clock.at(NOW):
        async with pool.read() as reader:
            (listed,) = await paycodes.devices(reader, resident=resident.id)
    assert listed.spent_today == 350, "who lost the race spent nothing"


async def test_the_same_charge_many_times_at_once_is_one_charge(pool: db.Pool) -> None:
    async with pool.write() as conn:
        digits = await code_of(conn, await join(conn))
    outcome = await charge_with(pool, digits, [uuid4()] * RACERS)
    assert outcome == {"consumed": 1, "again": RACERS - 1}


async def test_whoever_waited_for_a_charge_that_is_given_up_gets_the_code(pool: db.Pool) -> None:
    async with pool.write() as conn:
        digits = await code_of(conn, await join(conn))
    begun = asyncio.Event()

    async def give_up() -> None:
        async with pool.write() as conn:
            assert [words(answer) for answer in await read(conn, [ask(digits)])] == ["consumed"]
            begun.set()
            await asyncio.sleep(0.2)
            raise ZeroDivisionError

    async def follow() -> str:
        await begun.wait()
        async with pool.write() as conn:
            (answer,) = await read(conn, [ask(digits)])
            return words(answer)

    first, second = await asyncio.gather(give_up(), follow(), return_exceptions=True)
    assert isinstance(first, ZeroDivisionError)
    assert second == "consumed"


async def test_batches_in_every_order_never_wait_in_a_circle(pool: db.Pool) -> None:
    """Ten batches of the same codes and devices, each in an order of its own: every code is won once, nothing fails."""
    async with pool.write() as conn:
        people = [await join(conn, f"+861380000{n:04d}") for n in range(20)]
        digits = [await code_of(conn, one) for one in people]
        for one in people:
            device = await paycodes.enrol(conn, resident=one.id, name="Phone", secret=SECRET)
            digits.append(made_offline(device, clock.now()))
    seed = random.randrange(2**32)
    shuffled = random.Random(seed)
    shops = [uuid4() for _ in range(5)]

    def batch() -> Callable[[db.Conn], Awaitable[list[str]]]:
        asks = [ask(code, shop=shuffled.choice(shops)) for code in digits]
        asks += [ask("71" + f"{n:016d}", shop=shop) for n, shop in enumerate(shops)]
        shuffled.shuffle(asks)

        async def run(conn: db.Conn) -> list[str]:
            return [words(answer) for answer in await read(conn, asks, pay_code_guesses=10_000)]

        return run

    outcomes = await race(pool, [batch() for _ in range(10)], at_once=10)
    counted = Counter(word for outcome in outcomes for word in outcome)
    expected = {"consumed": 40, "payments.pay_code_used": 9 * 40, "payments.pay_code_invalid": 50}
    assert counted == expected, f"seed {seed}"


async def test_devices_spend_no_more_than_their_day_allows(pool: db.Pool) -> None:
    """Fifty codes of one device, half a minute apart, all read at once: the cap holds to the last fen."""
    start = NOW - timedelta(hours=1)
    async with pool.write() as conn:
        resident = await join(conn)
        device = await paycodes.enrol(conn, resident=resident.id, name="Phone", secret=SECRET)

    async def one(at: datetime, conn: db.Conn) -> str:
        asked = ask(made_offline(device, at), now=at, amount=100)
        (answer,) = await read(conn, [asked], offline_code_max=100, offline_code_day_max=1000)
        return words(answer)

    times = [start + n * timedelta(seconds=60) for n in range(50)]
    answers = await race(pool, [partial(one, at) for at in times])
    assert Counter(answers) == {"consumed": 10, "payments.above_offline_cap": 40}


async def test_who_asks_for_many_codes_at_once_has_three(pool: db.Pool) -> None:
    async with pool.write() as conn:
        resident = await join(conn)

    async def one(conn: db.Conn) -> str:
        return await code_of(conn, resident)

    made = await race(pool, [one] * 30)
    async with pool.write() as conn:
        answers = await read(conn, [ask(digits) for digits in made])
    assert Counter(map(words, answers)) == {"consumed": rules.MOST_LIVE, "payments.pay_code_expired": 27}


async def test_who_enrols_many_devices_at_once_has_three(pool: db.Pool) -> None:
    async with pool.write() as conn:
        resident = await join(conn)

    async def one(conn: db.Conn) -> None:
        await paycodes.enrol(conn, resident=resident.id, name="Phone", secret=SECRET)

    outcomes = await asyncio.gather(*(_in_transaction(pool, one) for _ in range(20)), return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == rules.MOST_DEVICES
    async with pool.read() as reader:
        assert len(await paycodes.devices(reader, resident=resident.id)) == rules.MOST_DEVICES


async def _in_transaction(pool: db.Pool, act: Callable[[db.Conn], Awaitable[None]]) -> None:
    async with pool.write() as conn:
        await act(conn)
