"""So many times in a window of time, whatever else happens."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from openhall.base import clock, db, limits
from openhall.base.errors import Problem

pytestmark = pytest.mark.anyio

LIMIT = limits.Limit("tests", 3, timedelta(minutes=10))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def take(pool: db.Pool, times: int, key: str = "somebody") -> list[int]:
    """How often it was allowed, and the seconds to wait that refusals named."""
    waits = []
    for _ in range(times):
        try:
            await limits.take(pool, LIMIT, key)
        except Problem as problem:
            waits.append(problem.data["retry_after"])
    return waits


async def test_the_refusal_has_its_code(pool: db.Pool) -> None:
    await take(pool, 3)
    with pytest.raises(Problem) as refused:
        await limits.take(pool, LIMIT, "somebody")
    assert refused.value.code == "hall.rate_limited"


async def test_one_time_too_many_is_refused_with_how_long_to_wait(pool: db.Pool) -> None:
    with clock.at(NOON):
        assert await take(pool, 3) == []
        assert await take(pool, 1) == [600]
    with clock.at(NOON + timedelta(minutes=9, seconds=59.5)):
        assert await take(pool, 1) == [1]


async def test_the_count_starts_again_when_the_window_is_over(pool: db.Pool) -> None:
    with clock.at(NOON):
        assert len(await take(pool, 5)) == 2
    with clock.at(NOON + timedelta(minutes=10)):
        assert len(await take(pool, 4)) == 1


async def test_keys_do_not_share_a_count(pool: db.Pool) -> None:
    assert await take(pool, 3, "one") == await take(pool, 3, "two") == []


async def test_racers_are_all_counted(pool: db.Pool) -> None:
    with clock.at(NOON):
        waits = await asyncio.gather(*(take(pool, 1) for _ in range(32)))
    assert sum(bool(wait) for wait in waits) == 29


async def test_a_count_can_be_forgiven(pool: db.Pool) -> None:
    with clock.at(NOON):
        await take(pool, 3)
        async with pool.write() as conn:
            await limits.clear(conn, LIMIT, "somebody")
        assert await take(pool, 3) == []


async def test_a_limit_that_was_reached_is_remembered_until_its_window_ends(pool: db.Pool) -> None:
    """A flood costs one statement for each attempt until the limit, and none afterwards."""
    limit = limits.Limit("tests.flood", 3, timedelta(minutes=10), remembered=True)

    async def refused(key: str = "somebody") -> bool:
        try:
            await limits.take(pool, limit, key)
        except Problem:
            return True
        return False

    async def counted() -> int:
        async with pool.read() as conn:
            found = await conn.execute("select count from base.limits where key = 'tests.flood:somebody'")
            (count,) = await found.fetchone() or (0,)
            return int(count)

    with clock.at(NOON):
        assert [await refused() for _ in range(8)] == [False] * 3 + [True] * 5
        assert await counted() == 4
        assert not await refused("somebody else")
    with clock.at(NOON + timedelta(minutes=10)):
        assert not await refused()
        assert await counted() == 1
