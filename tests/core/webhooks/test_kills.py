"""Workers that die: nothing is lost, nothing counts as sent before it was answered."""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from openhall.core.webhooks.actions import deliver
from openhall.core.webhooks.actions.collect import collect
from openhall.core.webhooks.jobs import run
from openhall.core.webhooks.types import Outcome
from tests.core.webhooks.receiver import Receiver, hang, status
from tests.core.webhooks.stage import SOURCES, Stage, payments_of

pytestmark = pytest.mark.anyio

BEYOND_LEASE = timedelta(seconds=deliver.LEASE_S + 1)
# A worker process that writes what happened and sends it, as `openhall work` does.
WORKER = """
import asyncio, sys
from openhall.base import db
from openhall.core.webhooks.jobs import run
from openhall.core.webhooks.ports import HttpReceiver
from tests.core.webhooks.stage import SOURCES

async def main():
    pool = db.Pool(sys.argv[1], 4)
    await pool.open()
    await run(pool, HttpReceiver(loopback=True), sys.argv[2], SOURCES)

asyncio.run(main())
"""


def kill_worker_in_the_call(stage: Stage, receiver: Receiver) -> None:
    """Start a worker, and kill -9 it when its request has arrived and is not answered yet."""
    arguments = [sys.executable, "-c", WORKER, stage.hall.settings.database_url, stage.hall.settings.secret]
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL)
    try:
        assert receiver.arrived.acquire(timeout=60)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


async def test_a_worker_killed_between_the_call_and_its_answer_loses_nothing(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    paid = await stage.pay()
    receiver.next(hang(receiver.release))
    await asyncio.to_thread(kill_worker_in_the_call, stage, receiver)
    (logged,) = await stage.log(webhook)
    assert (logged["state"], logged["attempts"], logged["status"]) == ("pending", 1, None)
    await stage.work()
    assert len(receiver.got) == 1, "the dead worker's lease still runs"
    await stage.work(BEYOND_LEASE)
    assert payments_of(receiver) == [paid["id"]] * 2
    assert len(set(receiver.ids())) == 1
    (logged,) = await stage.log(webhook)
    assert (logged["state"], logged["attempts"]) == ("delivered", 2)
    outcomes = [(one["number"], one["status"], one["error"]) for one in await stage.attempts(webhook, logged)]
    assert outcomes == [(2, 204, None), (1, None, None)], "nobody knows what came of the first"


async def test_a_worker_killed_between_claim_and_call_loses_nothing(stage: Stage, receiver: Receiver) -> None:
    await stage.add()
    paid = await stage.pay()
    await stage.collect()
    (claimed,) = await stage.claim()
    assert claimed.number == 1
    await stage.work(BEYOND_LEASE)
    assert payments_of(receiver) == [paid["id"]]


async def test_a_worker_that_dies_while_writing_down_events_writes_none_or_all(
    stage: Stage, receiver: Receiver
) -> None:
    webhook = await stage.add()
    paid = [(await stage.pay())["id"] for _ in range(3)]

    async with stage.pool.write() as conn, conn.transaction(force_rollback=True):
        await collect(conn, SOURCES)
    assert await stage.log(webhook) == []
    await stage.work()
    assert sorted(payments_of(receiver)) == sorted(paid)


async def test_an_answer_that_comes_after_the_lease_does_not_undo_what_the_next_worker_found(
    stage: Stage, receiver: Receiver
) -> None:
    webhook = await stage.add()
    await stage.pay()
    await stage.collect()
    (slow,) = await stage.claim()
    await stage.work(BEYOND_LEASE)
    async with stage.pool.write() as conn:
        await deliver.settle(conn, slow, Outcome(500, None, 31_000))
    (logged,) = await stage.log(webhook)
    assert (logged["state"], logged["attempts"]) == ("delivered", 2)
    assert [one["status"] for one in await stage.attempts(webhook, logged)] == [204, 500]


async def test_two_workers_at_once_send_each_message_once(stage: Stage, receiver: Receiver) -> None:
    await stage.add()
    paid = [(await stage.pay())["id"] for _ in range(12)]
    receiver.next(*[status(204)] * 12)
    secret = stage.hall.settings.secret
    await asyncio.gather(*[run(stage.pool, stage.caller, secret, SOURCES) for _ in range(3)])
    assert sorted(payments_of(receiver)) == sorted(paid)


async def test_an_outcome_that_cannot_be_written_costs_nobody_else_their_call(
    stage: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = await stage.add()
    paid = [(await stage.pay())["id"] for _ in range(3)]
    settle, failures = deliver.settle, [psycopg.OperationalError("the server went away")]

    async def fail_once(*arguments: Any) -> None:
        if failures:
            raise failures.pop()
        await settle(*arguments)

    monkeypatch.setattr(deliver, "settle", fail_once)
    await stage.work()
    states = sorted(one["state"] for one in await stage.log(webhook))
    assert states == ["delivered", "delivered", "pending"]
    await stage.work(BEYOND_LEASE)
    assert len(receiver.got) == 4
    assert set(payments_of(receiver)) == set(paid)


async def test_a_worker_that_is_asked_to_stop_lets_go_of_its_calls(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    await stage.pay()
    receiver.next(hang(receiver.release))
    working = asyncio.create_task(stage.work())
    await asyncio.to_thread(receiver.arrived.acquire, timeout=20)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    await stage.work(BEYOND_LEASE)
    (logged,) = await stage.log(webhook)
    assert (logged["state"], logged["attempts"]) == ("delivered", 2)
