"""Background work of people: the safety net under text messages, and the sweep that wipes what is no longer needed."""

from uuid import UUID

from procrastinate import Blueprint, JobContext, RetryStrategy

from openhall.base import db
from openhall.base.config import Settings
from openhall.core.people.actions import messages
from openhall.core.people.ports import sms_of
from openhall.core.people.types import Delivery

tasks = Blueprint()

RETRY_S = 5
# Enough to outlast the life of a code: after that there is nothing left to deliver, and the job ends by itself.
RETRIES = 70


class NotDeliveredError(Exception):
    """The message still waits: the queue tries again."""


@tasks.task(
    name="deliver_message",
    pass_context=True,
    retry=RetryStrategy(max_attempts=RETRIES, wait=RETRY_S, retry_exceptions=[NotDeliveredError]),
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
