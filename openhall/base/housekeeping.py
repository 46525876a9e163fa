"""What the base forgets: answers and limits when their time is over, events when nobody can still be waiting for them.

A payment's answer has no end and stays. Safe to repeat.
"""

from datetime import timedelta

from procrastinate import Blueprint, JobContext

from openhall.base import clock, db

q = db.load("openhall.base")

tasks = Blueprint()

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
