"""Background work of real names: asking again while the register is silent, and birthdays."""

from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.base.config import Settings
from openhall.core.people.names.actions import asking, claims, keys

tasks = Blueprint()


@tasks.periodic(cron="* * * * * */5")
@tasks.task(name="ask_register", pass_context=True, queueing_lock="people:ask_register", lock="people:ask_register")
async def ask_register(context: JobContext, timestamp: int) -> None:
    """Every five seconds, one worker at a time: what is due is asked again. `timestamp` is the queue's."""
    pool: db.Pool = context.additional_context["pool"]
    settings: Settings = context.additional_context["settings"]
    await asking.ask_due(pool, settings)


@tasks.periodic(cron="1 * * * *")
@tasks.task(name="come_of_age", pass_context=True, queueing_lock="people:come_of_age")
async def come_of_age(context: JobContext, timestamp: int) -> None:
    """A minute past each hour, for the city's midnight may be any of them."""
    pool: db.Pool = context.additional_context["pool"]
    async with pool.write() as conn:
        await keys.come_of_age(conn)


@tasks.periodic(cron="11 * * * *")
@tasks.task(name="give_up_conflicts", pass_context=True, queueing_lock="people:give_up_conflicts")
async def give_up_conflicts(context: JobContext, timestamp: int) -> None:
    """Every hour: a name that two accounts claim is not argued about for ever."""
    pool: db.Pool = context.additional_context["pool"]
    async with pool.write() as conn:
        await claims.give_up_conflicts(conn)
