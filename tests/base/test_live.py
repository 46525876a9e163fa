"""Live streams lose nothing, repeat nothing, and survive what happens to their connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from openhall.base import db, events, live
from openhall.base.events import Fact
from tests.base.test_db import kill_connections
from tests.base.test_events import publish

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hub(pool: db.Pool, database_url: str) -> AsyncIterator[live.Hub]:
    hub = live.Hub(f"{database_url} application_name=the-listener", pool)
    await hub.open()
    yield hub
    await hub.close()


async def listening(pool: db.Pool) -> None:
    """Wait until the hub has its connection."""
    query = db.parse(
        "tests",
        "-- name: it\nselect count(*) from pg_stat_activity where application_name = 'the-listener'"
        " and datname = current_database() and query like 'listen%';",
    ).it
    while True:
        async with pool.read() as conn:
            if await db.one(conn, query, int):
                return
        await asyncio.sleep(0.01)


async def read(hub: live.Hub, stream: str, after: int, until: int) -> list[int]:
    """The numbers that come, up to `until`."""
    seen = []
    async with aclosing(hub.watch(stream, after)) as watched:
        async for event in watched:
            if event is not None:
                seen.append(event.number)
                if event.number >= until:
                    break
    return seen


async def test_what_happened_before_comes_first(hub: live.Hub, pool: db.Pool) -> None:
    await publish(pool, *(Fact("s", "x", {}) for _ in range(3)))
    assert await read(hub, "s", 0, 3) == [1, 2, 3]
    assert await read(hub, "s", 2, 3) == [3], "a watcher resumes after its last number"


async def test_what_happens_wakes_those_who_watch(hub: live.Hub, pool: db.Pool) -> None:
    await listening(pool)
    watchers = [asyncio.create_task(read(hub, "s", 0, 2)) for _ in range(5)]
    elsewhere = asyncio.create_task(read(hub, "t", 0, 1))
    await asyncio.sleep(0.05)
    await publish(pool, Fact("s", "x", {}))
    await publish(pool, Fact("s", "x", {}))
    async with asyncio.timeout(live.HEARTBEAT_S / 2):
        assert await asyncio.gather(*watchers) == [[1, 2]] * 5
    assert not elsewhere.done()
    elsewhere.cancel()


async def test_a_page_that_is_full_is_followed_by_the_next(
    hub: live.Hub, pool: db.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PAGE", 3)
    monkeypatch.setattr(events.after, "__defaults__", (3,))
    await publish(pool, *(Fact("s", "x", {}) for _ in range(10)))
    assert await read(hub, "s", 0, 10) == list(range(1, 11))


async def test_a_notice_that_was_missed_loses_nothing(
    pool: db.Pool, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub that never listens: its watchers look by themselves, at the pace of the heartbeat."""
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.05)
    deaf = live.Hub(database_url, pool)
    watching = asyncio.create_task(read(deaf, "s", 0, 2))
    await publish(pool, Fact("s", "x", {}), Fact("s", "x", {}))
    async with asyncio.timeout(10):
        assert await watching == [1, 2]


async def test_the_heartbeat_tells_that_nothing_happened(hub: live.Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.01)
    async with aclosing(hub.watch("s", 0)) as watched:
        assert await anext(watched) is None
        assert await anext(watched) is None


async def test_a_lost_listener_comes_back_and_catches_up(
    hub: live.Hub, pool: db.Pool, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_RETRY_S", 0.05)
    await listening(pool)
    watching = asyncio.create_task(read(hub, "s", 0, 2))
    await publish(pool, Fact("s", "x", {}))
    assert kill_connections(database_url, "the-listener") == 1
    await publish(pool, Fact("s", "x", {}))
    async with asyncio.timeout(live.HEARTBEAT_S / 2):
        assert await watching == [1, 2]
        await listening(pool)


async def test_closing_ends_every_stream(pool: db.Pool, database_url: str) -> None:
    hub = live.Hub(database_url, pool)
    await hub.open()
    watching = [asyncio.create_task(read(hub, "s", 0, 1)) for _ in range(3)]
    await asyncio.sleep(0.05)
    await hub.close()
    async with asyncio.timeout(5):
        assert await asyncio.gather(*watching) == [[], [], []]


async def test_nobody_is_remembered_who_has_left(hub: live.Hub) -> None:
    async with aclosing(hub.watch("s", 0)) as watched:
        first = asyncio.ensure_future(anext(watched))
        await asyncio.sleep(0.05)
        assert list(hub._watchers) == ["s"]
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert not hub._watchers
