"""Two web processes on one hall, and a hall that is asked to stop: nothing is lost, doubled or out of order."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psycopg
import pytest

from tests.chaos.crowd import CLIENTS, Crowd
from tests.outside_fixture import OutsideProgram
from tests.served import PATIENCE_S, Served, wait_for

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def following(url: str, crowd: Crowd, after: int) -> AsyncIterator[AsyncIterator[tuple[int, dict[str, Any]]]]:
    """A till at one of the web processes: the numbers and the data of the payments as they come."""

    async def events(answer: httpx.Response) -> AsyncIterator[tuple[int, dict[str, Any]]]:
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            if fields.get("event") == "payment.succeeded":
                yield int(fields["id"]), json.loads(fields["data"])
            fields = {}

    path = f"{url}/api/v1/shops/{crowd.shop['id']}/stream?after={after}"
    async with (
        httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as http,
        http.stream("GET", path, headers=crowd.keeper) as answer,
    ):
        assert answer.status_code == 200
        yield events(answer)


async def test_a_till_hears_what_is_paid_at_another_process_in_order(hall: Served) -> None:
    other = await asyncio.to_thread(hall.another_web)
    wanted = 300
    async with Crowd(hall) as crowd, following(hall.url, crowd, 0) as here, following(other.url, crowd, 0) as there:
        # Half of the crowd pays at each process.
        crowd.spread(hall.url, other.url)
        crowd.start()
        heard = [[await anext(till) for _ in range(wanted)] for till in (here, there)]
        await crowd.stop()
        assert [number for number, _ in heard[0]] == list(range(1, wanted + 1))
        assert [(number, data["id"]) for number, data in heard[0]] == [(n, data["id"]) for n, data in heard[1]]
        assert len({data["id"] for _, data in heard[0]}) == wanted
        counts = [data["today"]["count"] for _, data in heard[0]]
        assert counts == sorted(counts)
        await crowd.settled()


async def test_a_hall_that_is_asked_to_stop_answers_who_waits(hall: Served) -> None:
    async with Crowd(hall) as crowd:
        with psycopg.connect(hall.database_url) as blocker:
            # Nothing can be posted while somebody holds the wallets.
            blocker.execute("select 1 from ledger.accounts for update")
            asked = [asyncio.create_task(client.pay()) for client in crowd.clients]
            await asyncio.to_thread(wait_until_somebody_waits, hall)
            # The first request is at work; in this time the others have also been read.
            await asyncio.sleep(0.3)
            hall.web.ask_to_stop()
            await asyncio.sleep(0.3)
            assert not all(task.done() for task in asked)
            assert hall.web.is_alive
            blocker.rollback()
            wishes = await asyncio.gather(*asked)
        await asyncio.to_thread(hall.web.wait)
        # Whoever was alone in the first batch is told after a moment that the hall is busy. Nobody is cut off.
        assert [wish for wish in wishes if wish.answer is None and not wish.later.startswith("503")] == []
        assert sum(wish.answer is not None for wish in wishes) >= CLIENTS // 2
        await asyncio.to_thread(hall.web.start)
        await asyncio.to_thread(hall.web.wait_until_ready)
        await crowd.settled()


def wait_until_somebody_waits(hall: Served) -> None:
    """Until a statement of the hall waits for a lock."""
    query = b"select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    with psycopg.connect(hall.database_url, autocommit=True) as conn:
        wait_for(lambda: conn.execute(query).fetchone(), "a statement that waits for a lock")


async def test_a_worker_that_is_asked_to_stop_finishes_its_call_to_the_bank(
    hall: Served, outside: OutsideProgram
) -> None:
    async with Crowd(hall) as crowd:
        outside.plan(on="charge", answer_after=1500)
        client = crowd.clients[0]
        wish = await client.top_up(500)
        account = f"demo:+86{client.phone}"
        await asyncio.to_thread(wait_for, lambda: outside.balance(account) % 1000, "the bank")
        # The bank has taken the money and not yet said so.
        hall.worker.ask_to_stop()
        await asyncio.to_thread(hall.worker.wait)
        assert (await client.get(f"/wallet/top-ups/{wish.answer}"))["state"] == "succeeded"
        await crowd.settled()
