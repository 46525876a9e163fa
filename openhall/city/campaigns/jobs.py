"""Background work of campaigns: what is over ends, and inviters are paid."""

from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

import structlog
from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.city.campaigns import actions, promoter
from openhall.city.campaigns.types import Kind, State
from openhall.core.payments import offers

tasks = Blueprint()
log = structlog.get_logger()


@tasks.periodic(cron="*/5 * * * *")
@tasks.task(name="sweep", pass_context=True, queueing_lock="campaigns:sweep", lock="campaigns:sweep")
async def sweep(context: JobContext, timestamp: int) -> None:
    """Every five minutes: end campaigns whose time is over; send on what refunds brought back to ended ones."""
    await end_what_is_over(context.additional_context["pool"], _groups(context))


async def end_what_is_over(pool: db.Pool, groups: offers.Offers) -> int:
    """What `sweep` does; for how many campaigns. Each has a transaction of its own, and inviters come before sponsors:
    what is owed to them is paid before the rest goes back."""
    async with pool.read() as reader:
        over = {one.id: one for one in await actions.over(reader)}

    async def end(campaign: UUID) -> None:
        one = over[campaign]
        if one.kind is Kind.PROMOTER:
            await pay_inviters(pool, groups, campaign)
        async with pool.write() as conn:
            await actions.change(conn, sponsor=one.sponsor, campaign=campaign, to=State.ENDED)

    await _each(over, end)
    return len(over)


@tasks.periodic(cron="37 * * * *")
@tasks.task(name="earn", pass_context=True, queueing_lock="campaigns:earn", lock="campaigns:earn")
async def earn(context: JobContext, timestamp: int) -> None:
    """Every hour: pay those who brought in shops for payments that are a day old."""
    await pay_all_inviters(context.additional_context["pool"], _groups(context))


async def pay_all_inviters(pool: db.Pool, groups: offers.Offers) -> None:
    """What `earn` does."""
    async with pool.read() as reader:
        campaigns = await promoter.campaigns_to_pay(reader)
    await _each(campaigns, lambda campaign: pay_inviters(pool, groups, campaign))


async def pay_inviters(pool: db.Pool, groups: offers.Offers, campaign: UUID) -> int:
    """All that a promoter campaign owes by now, a thousand payments a transaction; for how many it paid."""
    total = 0
    while True:
        async with pool.write() as conn:
            paid = await promoter.earn(conn, groups, campaign)
        total += paid
        if not paid:
            return total


async def _each(campaigns: Iterable[UUID], act: Callable[[UUID], Awaitable[object]]) -> None:
    """Whatever goes wrong with one campaign, it is done for the others; the first error is raised at the end."""
    failed: list[Exception] = []
    for campaign in campaigns:
        try:
            await act(campaign)
        except Exception as broken:  # noqa: BLE001  one sponsor's campaign must not hold back the money of another's
            log.error("campaigns.campaign_failed", campaign=str(campaign), error=type(broken).__name__)
            failed.append(broken)
    if failed:
        raise failed[0]


def _groups(context: JobContext) -> offers.Offers:
    return offers.Offers(groups=[one for package in context.additional_context["packages"] for one in package.groups])
