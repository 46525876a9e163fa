"""The safety net: a message the web process could not deliver is delivered by the worker."""

import pytest
from procrastinate import PsycopgConnector

from openhall.base import jobs
from openhall.core.people import jobs as people_jobs
from openhall.core.people.jobs import sweep
from openhall.core.people.recovery import telling
from tests.hall import Hall

pytestmark = pytest.mark.anyio
NUMBERS = iter(range(10_000_000, 99_999_999))


async def work_off(hall: Hall) -> None:
    """Run what is queued, as if the pause before the next attempt were over."""
    async with hall.pool.write() as conn:
        await conn.execute("update procrastinate_jobs set scheduled_at = now() where status = 'todo'")
    # The queue of the process stays bound to the first pool it was given; each test has a pool of its own.
    with jobs.app.replace_connector(PsycopgConnector()) as queue:
        await queue.open_async(hall.pool.raw)
        await queue.run_worker_async(
            wait=False,
            listen_notify=False,
            install_signal_handlers=False,
            delete_jobs="always",
            additional_context={"pool": hall.pool, "settings": hall.settings},
        )


async def left_in_queue(hall: Hall) -> int:
    async with hall.pool.read() as conn:
        cursor = await conn.execute("select count(*) from procrastinate_jobs where task_name like 'people:deliver%'")
        (count,) = await cursor.fetchone() or (0,)
        return int(count)


async def test_a_message_that_could_not_be_sent_at_once_is_sent_by_the_worker(hall: Hall) -> None:
    phone = f"+86132{next(NUMBERS)}"
    hall.outside.plan(on="sms", who=phone, outcome="never", times=2)
    asked = await hall.client.post("/api/v1/auth/otp", json={"phone": phone})
    assert asked.status_code == 202
    await work_off(hall)
    assert hall.outside.messages(phone) == []
    assert await left_in_queue(hall) == 1
    await work_off(hall)
    assert len(hall.outside.messages(phone)) == 1
    assert await left_in_queue(hall) == 0


async def test_the_worker_leaves_a_delivered_message_alone(hall: Hall) -> None:
    phone = f"+86132{next(NUMBERS)}"
    await hall.client.post("/api/v1/auth/otp", json={"phone": phone})
    assert await left_in_queue(hall) == 1
    await work_off(hall)
    assert len(hall.outside.messages(phone)) == 1
    assert await left_in_queue(hall) == 0


async def test_the_sweep_wipes_the_text_of_a_message_nobody_could_deliver(hall: Hall) -> None:
    phone = f"+86132{next(NUMBERS)}"
    hall.outside.plan(on="sms", who=phone, outcome="never")
    await hall.client.post("/api/v1/auth/otp", json={"phone": phone})
    async with hall.pool.write() as conn:
        await conn.execute("update people.messages set created_at = now() - interval '6 minutes', expires_at = now()")
        await jobs.defer(conn, sweep, timestamp=0)
    await work_off(hall)
    async with hall.pool.read() as conn:
        cursor = await conn.execute("select state, text from people.messages")
        assert await cursor.fetchall() == [("dropped", None)]
    assert hall.outside.messages(phone) == []


def test_a_message_is_tried_as_long_as_it_is_worth_reading() -> None:
    tried = sum(people_jobs.RETRY_S + people_jobs.LATER_S * attempt for attempt in range(people_jobs.RETRIES))
    assert tried >= telling._LIVES.total_seconds()
