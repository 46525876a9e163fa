"""Background work of webhooks: receivers are called only from here."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import cache

import structlog
from procrastinate import Blueprint, JobContext

from openhall.base import clock, db
from openhall.base.config import Settings
from openhall.base.package import Package, StreamSource
from openhall.core.webhooks.actions import deliver
from openhall.core.webhooks.actions.collect import collect
from openhall.core.webhooks.ports import HttpReceiver, Receiver

q = db.load("openhall.core.webhooks")
log = structlog.get_logger()
tasks = Blueprint()

# What is over is kept so long, for the log and for replays.
KEPT = timedelta(days=30)
# While calls are under way, new events are looked for so often.
LOOK_S = 1


@cache
def receiver_of(settings: Settings) -> HttpReceiver:
    """The connector to everybody's receivers."""
    return HttpReceiver(loopback=settings.webhooks_to_loopback)


@tasks.periodic(cron="* * * * * */2")
@tasks.task(name="tell", pass_context=True, queueing_lock="webhooks:tell", lock="webhooks:tell")
async def tell(context: JobContext, timestamp: int) -> None:
    """Every two seconds, one worker at a time: write what happened, send what is due. `timestamp` is the queue's."""
    pool: db.Pool = context.additional_context["pool"]
    settings: Settings = context.additional_context["settings"]
    packages: Sequence[Package] = context.additional_context["packages"]
    sources = [source for package in packages for source in package.streams]
    await run(pool, receiver_of(settings), settings.secret, sources)


async def run(pool: db.Pool, receiver: Receiver, hall_secret: str, sources: Sequence[StreamSource]) -> None:
    """Go on until nothing is due and nobody is being called. A slow receiver keeps nobody else waiting."""
    calls: set[asyncio.Task[None]] = set()
    loop = asyncio.get_running_loop()
    more, look_at = True, loop.time()
    try:
        while True:
            if more or loop.time() >= look_at:
                async with pool.write() as conn:
                    more = await collect(conn, sources)
                look_at = loop.time() + LOOK_S
            async with pool.write() as conn:
                claimed = await deliver.claim(conn, deliver.AT_ONCE - len(calls))
            calls |= {asyncio.create_task(deliver.step(pool, receiver, hall_secret, one)) for one in claimed}
            if not calls and not more:
                return
            if calls:
                done, calls = await asyncio.wait(calls, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
                for call in done:
                    _note(call)
    finally:
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)


def _note(call: asyncio.Task[None]) -> None:
    """An outcome that could not be written costs nobody else their call: its lease runs out, and it is sent again."""
    failed = call.exception()
    if failed is not None:
        log.error("webhooks.outcome_lost", error=type(failed).__name__, exc_info=failed)


@tasks.periodic(cron="23 * * * *")
@tasks.task(name="forget", pass_context=True, queueing_lock="webhooks:forget")
async def forget(context: JobContext, timestamp: int) -> None:
    """Every hour: forget deliveries after 30 days, finished or waiting for nobody, and keys that sign no more."""
    pool: db.Pool = context.additional_context["pool"]
    now = clock.now()
    async with pool.write() as conn:
        await db.run(conn, q.forget_deliveries, before=now - KEPT)
        await db.run(conn, q.forget_waiting, before=now - KEPT)
        await db.run(conn, q.forget_keys, now=now)
