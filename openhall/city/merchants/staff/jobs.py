"""Background work of staff: numbers of people who never answered are forgotten."""

from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.city.merchants.staff import actions

tasks = Blueprint()


@tasks.periodic(cron="23 * * * *")
@tasks.task(name="forget_invitations", pass_context=True, queueing_lock="merchants:forget_invitations")
async def forget_invitations(context: JobContext, timestamp: int) -> None:
    """Every hour. `timestamp` is when the hour began, as the queue tells it."""
    pool: db.Pool = context.additional_context["pool"]
    async with pool.write() as conn:
        await actions.sweep(conn)
