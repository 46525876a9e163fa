"""Background work of people: the safety net under text messages, and the sweep that wipes what is no longer needed."""

from uuid import UUID

from procrastinate import Blueprint, JobContext, RetryStrategy

from openhall.base import db
from openhall.base.config import Settings
from openhall.core.people.actions import messages, sessions
from openhall.core.people.ports import sms_of
from openhall.core.people.types import Delivery

tasks = Blueprint()

# Each time a second later than the time before: a code of five minutes is tried twenty times, and a warning that is
# worth reading for a day is tried for a day. What has expired is not tried any more, and the job ends by itself.
RETRY_S, LATER_S = 5, 1
RETRIES = 420


class NotDeliveredError(Exception):
    """The message still waits: the queue tries again."""


@tasks.task(
    name="deliver_message",
    pass_context=True,
    retry=RetryStrategy(max_attempts=RETRIES, wait=RETRY_S, linear_wait=LATER_S, retry_exceptions=[NotDeliveredError]),
)
async def deliver_message(context: JobContext, *, message: str) -> None:
    """Deliver a message that the web process could not."""
    pool: db.Pool = context.additional_context["pool"]
    settings: Settings = context.additional_context["settings"]
    if await messages.deliver(pool, sms_of(settings), UUID(message)) is Delivery.WAITING:
        raise NotDeliveredError


@tasks.periodic(cron="* * * * *")
@tasks.task(name="sweep", pass_context=True, queueing_lock="people:sweep")
async def sweep(context: JobContext, timestamp: int) -> None:
    """Each minute: no text outlives its code. `timestamp` is when the minute began, as the queue tells it."""
    pool: db.Pool = context.additional_context["pool"]
    async with pool.write() as conn:
        await messages.sweep(conn)


@tasks.periodic(cron="17 * * * *")
@tasks.task(name="forget_sessions", pass_context=True, queueing_lock="people:forget_sessions")
async def forget_sessions(context: JobContext, timestamp: int) -> None:
    """Every hour: sessions that are long over."""
    pool: db.Pool = context.additional_context["pool"]
    async with pool.write() as conn:
        await sessions.forget_ended(conn)
