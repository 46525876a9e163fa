"""Background work of payouts: the folder of the bank's files is touched only from here."""

from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.base.config import Settings
from openhall.core.payouts.actions import breaks, exchange
from openhall.core.payouts.ports import Folder
from openhall.core.payouts.types import Rail

tasks = Blueprint()


@tasks.periodic(cron="* * * * * */2")
@tasks.task(name="exchange", pass_context=True, queueing_lock="payouts:exchange", lock="payouts:exchange")
async def exchange_files(context: JobContext, timestamp: int) -> None:
    """Every two seconds, one worker at a time: files to the bank and from it. `timestamp` is the queue's."""
    pool: db.Pool = context.additional_context["pool"]
    settings: Settings = context.additional_context["settings"]
    rail = Rail.of(settings)
    if rail is not None:
        await exchange.exchange(pool, rail, Folder(rail))


@tasks.periodic(cron="37 * * * *")
@tasks.task(name="reconcile", pass_context=True, queueing_lock="payouts:reconcile")
async def reconcile(context: JobContext, timestamp: int) -> None:
    """Every hour, so that each day is compared soon after it is over: what we sent, and what the bank booked."""
    pool: db.Pool = context.additional_context["pool"]
    async with pool.write() as conn:
        await breaks.reconcile(conn)
