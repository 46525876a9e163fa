"""Background work of rails: the bank is called only from here."""

from functools import cache
from uuid import UUID

from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.base.config import Settings
from openhall.core.rails.actions import settle
from openhall.core.rails.ports import HttpBank

tasks = Blueprint()

NOTICES = "/rails/bank/notices"


@cache
def bank_of(settings: Settings) -> HttpBank:
    """The connector to the hall's bank."""
    return HttpBank(
        settings.bank_url,
        settings.bank_secret,
        notify_url=settings.public_url + NOTICES,
        timeout_s=settings.bank_timeout_s,
    )


@tasks.task(name="settle_top_up", pass_context=True)
async def settle_top_up(context: JobContext, *, top_up: str) -> None:
    """The first call to the bank, right after the commit that made the top-up."""
    pool: db.Pool = context.additional_context["pool"]
    await settle.advance(pool, bank_of(context.additional_context["settings"]), UUID(top_up))


@tasks.periodic(cron="* * * * * */5")
@tasks.task(name="sweep", pass_context=True, queueing_lock="rails:sweep")
async def sweep(context: JobContext, timestamp: int) -> None:
    """Every five seconds: what is due again, or was left behind by a killed worker. `timestamp` is the queue's."""
    pool: db.Pool = context.additional_context["pool"]
    settings: Settings = context.additional_context["settings"]
    if settings.bank_url:
        await settle.sweep(pool, bank_of(settings))
