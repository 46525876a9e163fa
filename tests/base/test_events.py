"""Facts are numbered without gaps in the order in which they became true."""

import asyncio

import psycopg
import pytest

from openhall.base import db, events
from openhall.base.events import Fact

pytestmark = pytest.mark.anyio


async def publish(pool: db.Pool, *facts: Fact) -> None:
    async with pool.write() as conn:
        await events.publish(conn, facts)


async def numbers(pool: db.Pool, stream: str, after: int = 0, limit: int = 10_000) -> list[int]:
    async with pool.read() as conn:
        return [event.number for event in await events.after(conn, stream, after, limit)]


async def test_facts_of_one_call_are_numbered_in_their_order(pool: db.Pool) -> None:
    await publish(pool, *(Fact(stream, "x", {"n": n}) for n in range(3) for stream in ("b", "a")))
    async with pool.read() as conn:
        for stream in ("a", "b"):
            found = await events.after(conn, stream, 0)
            assert [(event.number, event.data["n"]) for event in found] == [(1, 0), (2, 1), (3, 2)]
        assert await events.head(conn, "a") == 3
        assert await events.head(conn, "nobody's") == 0


async def test_a_reader_goes_on_where_it_was_page_by_page(pool: db.Pool) -> None:
    await publish(pool, *(Fact("s", "x", {}) for _ in range(7)))
    assert await numbers(pool, "s", 0, 3) == [1, 2, 3]
    assert await numbers(pool, "s", 3, 3) == [4, 5, 6]
    assert await numbers(pool, "s", 6, 3) == [7]
    assert await numbers(pool, "s", 99) == []


async def test_nothing_published_is_nothing_written(pool: db.Pool) -> None:
    await publish(pool)
    async with pool.read() as conn:
        assert await events.head(conn, "s") == 0


async def test_a_fact_that_did_not_happen_leaves_no_gap(pool: db.Pool) -> None:
    async def change_my_mind() -> None:
        async with pool.write() as conn:
            await events.publish(conn, [Fact("s", "x", {"n": "never"})])
            raise RuntimeError("changed my mind")

    await publish(pool, Fact("s", "x", {}))
    with pytest.raises(RuntimeError):
        await change_my_mind()
    await publish(pool, Fact("s", "x", {}))
    assert await numbers(pool, "s") == [1, 2]


async def test_racing_publishers_leave_no_gap_and_no_disorder(pool: db.Pool) -> None:
    """Whoever reads while they race sees 1, 2, 3 ... without a hole: so the last number seen says all."""
    racing = True
    looks = []

    async def look() -> None:
        while racing:
            looks.append(await numbers(pool, "shared"))

    async def race(racer: int) -> None:
        for turn in range(5):
            mine = Fact("shared", "x", {"racer": racer, "turn": turn})
            # Others in another order each time: the heads must be locked in an order of their own.
            others = [Fact(f"other:{(racer + n) % 3}", "x", {}) for n in range(3)]
            await publish(pool, *others[: racer % 3], mine, *others[racer % 3 :])

    watcher = asyncio.create_task(look())
    await asyncio.gather(*(race(racer) for racer in range(32)))
    racing = False
    await watcher
    for seen in looks:
        assert seen == list(range(1, len(seen) + 1))
    async with pool.read() as conn:
        found = await events.after(conn, "shared", 0, 1000)
        assert len(found) == 160
        for stream in ("other:0", "other:1", "other:2"):
            assert await events.head(conn, stream) == 160
    turns: dict[int, list[int]] = {}
    for event in found:
        turns.setdefault(event.data["racer"], []).append(event.data["turn"])
    assert all(of_one == sorted(of_one) for of_one in turns.values())


async def test_the_order_of_numbers_is_the_order_of_commits(pool: db.Pool) -> None:
    """The second publisher waits for the first one's commit, so it cannot be seen before it."""
    async with pool.write() as first:
        await events.publish(first, [Fact("s", "first", {})])
        second = asyncio.create_task(publish(pool, Fact("s", "second", {})))
        other = asyncio.create_task(publish(pool, Fact("elsewhere", "x", {})))
        await other
        assert not second.done(), "another stream waits for nobody"
        assert await numbers(pool, "s") == []
    await second
    async with pool.read() as conn:
        assert [event.type for event in await events.after(conn, "s", 0)] == ["first", "second"]


async def test_one_notice_names_many_streams_and_stays_small(pool: db.Pool, database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as listener:
        await listener.execute(f"listen {events.CHANNEL}".encode())
        await publish(pool, *(Fact(f"shop:{n:0190}", "x", {}) for n in range(100)))
        told = [notice.payload async for notice in listener.notifies(timeout=5, stop_after=4)]
    assert len(told) == 4
    assert {stream for payload in told for stream in payload.split(" ")} == {f"shop:{n:0190}" for n in range(100)}


@pytest.mark.parametrize("stream", ["two words", "x" * 201, "new\nline"])
async def test_a_stream_has_a_plain_name(pool: db.Pool, stream: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        await publish(pool, Fact(stream, "x", {}))
