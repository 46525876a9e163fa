"""Background work of messages: whatever leaves the hall leaves from here."""

import asyncio

import structlog
from procrastinate import Blueprint, JobContext

from openhall.base import clock, db
from openhall.base.config import Settings
from openhall.core.messages.actions import deliver
from openhall.core.messages.actions.plan import plan
from openhall.core.messages.ports import Outside, outside_of
from openhall.core.messages.wording import Voice

q = db.load("openhall.core.messages")
log = structlog.get_logger()
tasks = Blueprint()

# While calls are under way, new messages are looked for so often.
LOOK_S = 1


@tasks.periodic(cron="* * * * * */2")
@tasks.task(name="deliver", pass_context=True, queueing_lock="messages:deliver", lock="messages:deliver")
async def deliver_all(context: JobContext, timestamp: int) -> None:
    """Every two seconds, one worker at a time: plan what was told, send what is due. `timestamp` is the queue's."""
    settings: Settings = context.additional_context["settings"]
    await run(context.additional_context["pool"], outside_of(settings), settings)


async def run(pool: db.Pool, outside: Outside, settings: Settings) -> None:
    """Go on until nothing is due and nobody is being called. A slow push service keeps nobody else waiting."""
    calls: set[asyncio.Task[None]] = set()
    voice = Voice.of(settings)
    try:
        while True:
            async with pool.write() as conn:
                planned = await plan(conn, zone=settings.zone, letters=outside.letters is not None)
            async with pool.write() as conn:
                room = deliver.AT_ONCE - len(calls)
                parcels = await deliver.claim(conn, language=settings.default_language, limit=room)
            calls |= {asyncio.create_task(deliver.step(pool, outside, voice, parcel)) for parcel in parcels}
            if calls:
                done, calls = await asyncio.wait(calls, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
                for call in done:
                    _note(call)
            elif not planned:
                return
    finally:
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)


def _note(call: asyncio.Task[None]) -> None:
    """An outcome that could not be written costs nobody else their message: its lease runs out, and it goes again."""
    failed = call.exception()
    if failed is not None:
        log.error("messages.outcome_lost", error=type(failed).__name__, exc_info=failed)


@tasks.periodic(cron="* * * * *")
@tasks.task(name="printed", pass_context=True, queueing_lock="messages:printed")
async def look_at_print_room(context: JobContext, timestamp: int) -> None:
    """Every minute: note which letters were printed, and wipe them."""
    await collect_printed(context.additional_context["pool"], outside_of(context.additional_context["settings"]))


async def collect_printed(pool: db.Pool, outside: Outside) -> None:
    """What lies in printed/ was printed. Wiped only after that is written."""
    if outside.letters is None:
        return
    printed = await asyncio.to_thread(outside.letters.done)
    if printed:
        async with pool.write() as conn:
            await deliver.note_printed(conn, printed)
        await asyncio.to_thread(outside.letters.wipe, printed)


@tasks.periodic(cron="53 * * * *")
@tasks.task(name="forget", pass_context=True, queueing_lock="messages:forget")
async def forget(context: JobContext, timestamp: int) -> None:
    """Every hour: forget the browsers of sessions that ended, and the addresses of those who left."""
    pool: db.Pool = context.additional_context["pool"]
    async with pool.write() as conn:
        await db.run(conn, q.forget_subscriptions, now=clock.now())
        await db.run(conn, q.forget_habits)
