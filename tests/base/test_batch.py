"""Group commit: those who ask together are settled together, and nobody suffers for a neighbour."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import psycopg
import pytest

from openhall.base import db
from openhall.base.batch import Batch
from openhall.base.errors import Problem, busy, malformed
from tests.base.test_db import kill_connections

pytestmark = pytest.mark.anyio

WRITE = db.parse(
    "tests",
    "-- name: write\ninsert into base.limits (key, window_ends, count) values (:key, now(), 1);\n"
    "-- name: keys\nselect key from base.limits order by key;",
)


class Desk:
    """Writes a row for each item; certain words go wrong."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.deadlocks = 0
        self.gate: asyncio.Event | None = None
        self._began = asyncio.Condition()

    async def begun(self, batches: int) -> None:
        """Wait until so many batches have begun."""
        async with self._began:
            await self._began.wait_for(lambda: len(self.batches) >= batches)

    async def settle(self, conn: db.Conn, items: Sequence[str]) -> list[str | Problem]:
        async with self._began:
            self.batches.append(list(items))
            self._began.notify_all()
        if self.gate:
            await self.gate.wait()
        if self.deadlocks:
            self.deadlocks -= 1
            raise psycopg.errors.DeadlockDetected
        for item in items:
            await db.run(conn, WRITE.write, key=item)
            if item.startswith("crash"):
                raise RuntimeError(item)
        return [malformed() if item.startswith("refuse") else f"done {item}" for item in items]


@asynccontextmanager
async def opened(pool: db.Pool, desk: Desk, **options: int) -> AsyncIterator[Batch[str, str]]:
    batch: Batch[str, str] = Batch("tests", pool, desk.settle, **options)
    await batch.open()
    try:
        yield batch
    finally:
        await batch.close()


async def rows(pool: db.Pool) -> list[str]:
    async with pool.read() as conn:
        return await db.all(conn, WRITE.keys, str)


async def all_of(batch: Batch[str, str], *items: str) -> list[str | BaseException]:
    return await asyncio.gather(*(batch.submit(item) for item in items), return_exceptions=True)


async def test_those_who_ask_together_share_a_transaction(pool: db.Pool) -> None:
    desk = Desk()
    async with opened(pool, desk) as batch:
        assert await all_of(batch, "a", "b", "c") == ["done a", "done b", "done c"]
    assert desk.batches == [["a", "b", "c"]]
    assert await rows(pool) == ["a", "b", "c"]


async def test_who_asks_alone_is_served_alone(pool: db.Pool) -> None:
    desk = Desk()
    async with opened(pool, desk) as batch:
        assert await batch.submit("a") == "done a"
        assert await batch.submit("b") == "done b"
    assert desk.batches == [["a"], ["b"]]


async def test_a_batch_has_a_largest_size(pool: db.Pool) -> None:
    desk = Desk()
    async with opened(pool, desk, size=2) as batch:
        await all_of(batch, *"abcde")
    assert desk.batches == [["a", "b"], ["c", "d"], ["e"]]


async def test_a_refusal_is_met_by_its_asker_alone(pool: db.Pool) -> None:
    async with opened(pool, Desk()) as batch:
        first, refused, last = await all_of(batch, "a", "refuse", "b")
    assert (first, last) == ("done a", "done b")
    assert isinstance(refused, Problem)
    assert refused.code == "hall.malformed"


async def test_one_bad_item_fails_alone(pool: db.Pool) -> None:
    async with opened(pool, Desk()) as batch:
        first, crashed, last = await all_of(batch, "a", "crash", "b")
    assert (first, last) == ("done a", "done b")
    assert isinstance(crashed, RuntimeError)
    assert await rows(pool) == ["a", "b"], "what the bad one wrote is undone, also what it wrote beside others"


async def test_answers_that_do_not_fit_the_items_are_given_to_nobody(pool: db.Pool) -> None:
    async def one_short(conn: db.Conn, items: Sequence[str]) -> list[str | Problem]:
        for item in items:
            await db.run(conn, WRITE.write, key=item)
        return [f"done {item}" for item in items if item != "b"]

    batch: Batch[str, str] = Batch("tests", pool, one_short)
    await batch.open()
    try:
        first, short, last = await all_of(batch, "a", "b", "c")
    finally:
        await batch.close()
    assert (first, last) == ("done a", "done c")
    assert isinstance(short, RuntimeError)
    assert await rows(pool) == ["a", "c"]


async def test_the_next_batch_is_served_whatever_breaks(pool: db.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Silenced:
        def exception(self, event: str, **data: object) -> None:
            raise BrokenPipeError

    async with opened(pool, Desk()) as batch:
        monkeypatch.setattr("openhall.base.batch.log", Silenced())
        (told,) = await all_of(batch, "crash")
        assert isinstance(told, Problem)
        assert told.code == "hall.busy"
        assert await asyncio.wait_for(batch.submit("a"), 30) == "done a"


async def test_a_deadlock_is_tried_again(pool: db.Pool) -> None:
    desk = Desk()
    desk.deadlocks = 2
    async with opened(pool, desk) as batch:
        assert await all_of(batch, "a", "b") == ["done a", "done b"]
    assert len(desk.batches) == 3
    assert await rows(pool) == ["a", "b"]


async def test_who_needs_a_lock_that_somebody_holds_waits_alone(pool: db.Pool) -> None:
    async def settle(conn: db.Conn, items: Sequence[str]) -> list[str | Problem]:
        await conn.execute("set local lock_timeout = '100ms'")
        for item in items:
            await db.run(conn, WRITE.write, key=item)
        return [f"done {item}" for item in items]

    batch: Batch[str, str] = Batch("tests", pool, settle)
    await batch.open()
    try:
        async with pool.write() as holder:
            await db.run(holder, WRITE.write, key="b")
            first, held, last = await all_of(batch, "a", "b", "c")
    finally:
        await batch.close()
    assert (first, last) == ("done a", "done c")
    assert isinstance(held, Problem)
    assert held.code == "hall.busy"


async def test_an_item_is_settled_alone_only_for_who_still_waits(pool: db.Pool) -> None:
    tried: list[list[str]] = []
    first_try = asyncio.Event()
    given_up = asyncio.Event()

    async def settle(conn: db.Conn, items: Sequence[str]) -> list[str | Problem]:
        tried.append(list(items))
        if len(items) > 1:
            first_try.set()
            await given_up.wait()
            raise psycopg.errors.LockNotAvailable
        return [f"done {item}" for item in items]

    batch: Batch[str, str] = Batch("tests", pool, settle)
    await batch.open()
    try:
        patient, hasty = (asyncio.create_task(batch.submit(item)) for item in ("patient", "hasty"))
        await first_try.wait()
        hasty.cancel()
        await asyncio.sleep(0)
        given_up.set()
        assert await patient == "done patient"
    finally:
        await batch.close()
    assert tried == [["patient", "hasty"], ["patient"]]


async def test_a_broken_batch_is_not_settled_item_by_item_for_ever(
    pool: db.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openhall.base.batch._APART_S", 0)

    async def settle(conn: db.Conn, items: Sequence[str]) -> list[str | Problem]:
        if len(items) > 1:
            raise psycopg.errors.LockNotAvailable
        return [f"done {item}" for item in items]

    batch: Batch[str, str] = Batch("tests", pool, settle)
    await batch.open()
    try:
        told = await all_of(batch, "a", "b")
        assert [answer.code for answer in told if isinstance(answer, Problem)] == ["hall.busy"] * 2
        assert await batch.submit("c") == "done c"
    finally:
        await batch.close()


async def test_a_connection_that_breaks_before_the_commit_is_replaced(pool: db.Pool, database_url: str) -> None:
    desk = Desk()
    desk.gate = asyncio.Event()
    async with opened(pool, desk) as batch:
        asked = asyncio.create_task(all_of(batch, "a", "b"))
        await desk.begun(1)
        kill_connections(database_url)
        desk.gate.set()
        assert await asked == ["done a", "done b"]
    assert await rows(pool) == ["a", "b"]


async def test_a_connection_that_breaks_at_the_commit_means_that_nobody_knows(pool: db.Pool, database_url: str) -> None:
    desk = Desk()

    async def settle(conn: db.Conn, items: Sequence[str]) -> list[str | Problem]:
        answers = await desk.settle(conn, items)
        if len(desk.batches) == 1:
            kill_connections(database_url)
        return answers

    batch: Batch[str, str] = Batch("tests", pool, settle)
    await batch.open()
    try:
        answers = await all_of(batch, "a", "b")
        assert [answer.code for answer in answers if isinstance(answer, Problem)] == [busy().code] * 2
        assert await batch.submit("c") == "done c", "the next one is served by another connection"
    finally:
        await batch.close()
    assert await rows(pool) == ["c"]


async def test_a_request_that_was_given_up_costs_nothing(pool: db.Pool) -> None:
    desk = Desk()
    desk.gate = asyncio.Event()
    async with opened(pool, desk) as batch:
        first = asyncio.create_task(batch.submit("first"))
        await desk.begun(1)
        given_up, waiting = (asyncio.create_task(batch.submit(item)) for item in ("given up", "waiting"))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.sleep(0)
        desk.gate.set()
        assert (await first, await waiting) == ("done first", "done waiting")
    assert desk.batches == [["first"], ["waiting"]]


async def test_giving_up_in_the_middle_harms_nobody(pool: db.Pool) -> None:
    desk = Desk()
    desk.gate = asyncio.Event()
    async with opened(pool, desk) as batch:
        given_up, neighbour = (asyncio.create_task(batch.submit(item)) for item in ("given up", "neighbour"))
        await desk.begun(1)
        given_up.cancel()
        desk.gate.set()
        assert await neighbour == "done neighbour"
    assert await rows(pool) == ["given up", "neighbour"], "it had begun, so it is carried out"


async def test_a_full_house_says_so_at_once(pool: db.Pool) -> None:
    desk = Desk()
    desk.gate = asyncio.Event()
    async with opened(pool, desk, size=1, waiting=2) as batch:
        inside = [asyncio.create_task(batch.submit("0"))]
        await desk.begun(1)
        inside += [asyncio.create_task(batch.submit(item)) for item in "12"]
        await asyncio.sleep(0)
        with pytest.raises(Problem) as refused:
            await batch.submit("3")
        assert refused.value.code == "hall.busy"
        desk.gate.set()
        assert await asyncio.gather(*inside) == ["done 0", "done 1", "done 2"]


async def test_who_still_waits_when_it_closes_is_told(pool: db.Pool) -> None:
    desk = Desk()
    desk.gate = asyncio.Event()
    async with opened(pool, desk, size=1) as batch:
        asked = [asyncio.create_task(batch.submit(item)) for item in "ab"]
        await desk.begun(1)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [answer.code for answer in answers if isinstance(answer, Problem)] == ["hall.busy", "hall.busy"]
    assert await rows(pool) == []


async def test_nothing_is_left_behind() -> None:
    before = asyncio.all_tasks()
    batch: Batch[str, str] = Batch("tests", db.Pool("", 1), Desk().settle)
    await batch.open()
    assert asyncio.all_tasks() != before
    await batch.close()
    assert asyncio.all_tasks() == before
