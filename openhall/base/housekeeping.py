"""What the hall does by itself every hour: it forgets what is over, and proves its promises.

Answers and limits are forgotten when their time is over, events when nobody can still be waiting for them. A payment's
answer has no end and stays. Safe to repeat.
"""

from datetime import timedelta

import structlog
from procrastinate import Blueprint, JobContext

from openhall.base import checks, clock, db
from openhall.base.package import Package

q = db.load("openhall.base")

log = structlog.get_logger()
tasks = Blueprint()


class BrokenPromiseError(RuntimeError):
    """A check found rows that break it; the message names the checks, never the rows, which may be personal."""


# A till that was away for longer begins at the present; its book is in the payments, not in the events.
EVENTS_LIVE = timedelta(days=30)


@tasks.periodic(cron="41 * * * *")
@tasks.task(name="forget", pass_context=True, queueing_lock="base:forget")
async def forget(context: JobContext, timestamp: int) -> None:
    """Every hour: forget what is over. `timestamp` is when the hour began, as the queue tells it."""
    pool: db.Pool = context.additional_context["pool"]
    now = clock.now()
    async with pool.write() as conn:
        await db.run(conn, q.forget_answers, now=now)
        await db.run(conn, q.forget_limits, now=now)
        await db.run(conn, q.forget_events, before=now - EVENTS_LIVE)


@tasks.periodic(cron="11 * * * *")
@tasks.task(name="prove", pass_context=True, queueing_lock="base:prove")
async def prove(context: JobContext, timestamp: int) -> None:
    """Every hour: what `openhall check` asks. A broken promise is an error in the log and a failed job that stays."""
    packages: tuple[Package, ...] = context.additional_context["packages"]
    results = await checks.run(context.additional_context["settings"].database_url, packages)
    broken = [check.name for check, rows in results if rows]
    if broken:
        log.error("checks.broken", checks=broken)
        raise BrokenPromiseError(", ".join(broken))
