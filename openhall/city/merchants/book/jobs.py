"""The day close as a job: after the cut-off, for every shop of the hall."""

from datetime import date
from uuid import UUID

from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.city.merchants.book import closing
from openhall.city.merchants.markets import rolling
from openhall.core.payments import books

tasks = Blueprint()


@tasks.periodic(cron="*/5 * * * *")
@tasks.task(name="close_day", pass_context=True, queueing_lock="merchants:close_day", lock="merchants:close_day")
async def close_day(context: JobContext, timestamp: int) -> None:
    """Every five minutes: close the business dates that have ended. Most times there is none. `timestamp` is the
    queue's."""
    await run(context.additional_context["pool"])


async def run(pool: db.Pool) -> None:
    """Close what has ended, oldest first, in short transactions: whoever is killed goes on where they stopped."""
    async with pool.read() as reader:
        days = await closing.days_to_close(reader)
    for day in days:
        await close_date(pool, day)


async def close_date(pool: db.Pool, day: date) -> None:
    """Close one business date for every shop of the hall; those before it are closed."""
    async with pool.write() as conn:
        await books.seal(conn, first=day, last=day)
    after: UUID | None = closing.BEFORE_ALL
    while after is not None:
        async with pool.write() as conn:
            after = await closing.close_portion(conn, business_date=day, after=after)
    async with pool.write() as conn:
        await rolling.roll_up(conn, [day])
        await closing.finish_day(conn, day)
