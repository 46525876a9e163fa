"""Background work of cards: the processor is called only from here."""

from functools import cache
from uuid import UUID

from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.base.config import Settings
from openhall.core.cards.actions import giving_back, settle
from openhall.core.cards.ports import HttpCards

tasks = Blueprint()

NOTICES = "/cards/notices"
PAGE = "/wallet/card/"


@cache
def cards_of(settings: Settings) -> HttpCards:
    """The connector to the hall's card processor."""
    return HttpCards(
        settings.cards_url,
        settings.cards_secret,
        return_url=settings.public_url + PAGE,
        notify_url=settings.public_url + NOTICES,
        timeout_s=settings.cards_timeout_s,
    )


@tasks.task(name="settle_card_top_up", pass_context=True)
async def settle_card_top_up(context: JobContext, *, top_up: str) -> None:
    """The first call, right after the commit that made the top-up: the processor makes a page for its person."""
    pool: db.Pool = context.additional_context["pool"]
    await settle.advance(pool, cards_of(context.additional_context["settings"]), UUID(top_up))


@tasks.task(name="give_card_money_back", pass_context=True)
async def give_card_money_back(context: JobContext, *, refund: str) -> None:
    """The first call for a refund, right after the commit that set its money aside."""
    pool: db.Pool = context.additional_context["pool"]
    await giving_back.give_back(pool, cards_of(context.additional_context["settings"]), UUID(refund))


@tasks.periodic(cron="* * * * * */5")
@tasks.task(name="sweep", pass_context=True, queueing_lock="cards:sweep")
async def sweep(context: JobContext, timestamp: int) -> None:
    """Every five seconds: what is due again, or was left behind by a killed worker. `timestamp` is the queue's."""
    pool: db.Pool = context.additional_context["pool"]
    settings: Settings = context.additional_context["settings"]
    if settings.cards_url:
        await settle.sweep(pool, cards_of(settings))
