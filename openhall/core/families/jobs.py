"""Background work of families: what ends by its date, and parents about whom the register is asked again."""

from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.base.config import Settings
from openhall.core.families.actions import children, keeping

tasks = Blueprint()


@tasks.periodic(cron="* * * * *")
@tasks.task(name="tell_proposed", pass_context=True, queueing_lock="families:tell_proposed")
async def tell_proposed(context: JobContext, timestamp: int) -> None:
    """Every minute: those to whom something was proposed."""
    pool: db.Pool = context.additional_context["pool"]
    settings: Settings = context.additional_context["settings"]
    told = keeping.AT_ONCE
    while told == keeping.AT_ONCE:
        async with pool.write() as conn:
            told = await keeping.tell_proposed(conn, settings)


@tasks.periodic(cron="*/5 * * * *")
@tasks.task(name="end_links", pass_context=True, queueing_lock="families:end_links")
async def end_links(context: JobContext, timestamp: int) -> None:
    """Every five minutes: what is over by its date. `timestamp` is the queue's."""
    pool: db.Pool = context.additional_context["pool"]
    ended = keeping.AT_ONCE
    while ended == keeping.AT_ONCE:
        async with pool.write() as conn:
            ended = await keeping.expire(conn)


@tasks.periodic(cron="*/5 * * * *")
@tasks.task(name="check_parents", pass_context=True, queueing_lock="families:check_parents")
async def check_parents(context: JobContext, timestamp: int) -> None:
    """Every five minutes: of whom the register has not been asked for long."""
    pool: db.Pool = context.additional_context["pool"]
    settings: Settings = context.additional_context["settings"]
    await children.check_due(pool, settings)
