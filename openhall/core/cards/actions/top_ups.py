"""Starting a top-up by card and looking at it. The processor is called later, by a job: never inside a request."""

from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db, ids, jobs
from openhall.base.config import Settings
from openhall.core import people
from openhall.core.cards import problems, rules
from openhall.core.cards.jobs import settle_card_top_up
from openhall.core.cards.types import CardTopUp, Unfinished

q = db.load("openhall.core.cards")


class Standing(Struct, frozen=True):
    """How many top-ups are not finished, and what cards brought in the last thirty days."""

    waiting: int
    brought: int


async def locked_standing(conn: db.Conn, resident: UUID) -> Standing:
    """How somebody stands, with everything else that they do with cards waiting for the end of this transaction."""
    await db.all(conn, q.lock_resident, str, resident=resident)
    return await db.one(conn, q.standing, Standing, resident=resident, since=clock.now() - rules.MONTH)


async def start_top_up(conn: db.Conn, settings: Settings, *, resident: UUID, wallet: UUID, amount: int) -> CardTopUp:
    """Ask for `amount` minor units from whatever card the person gives to the processor.

    Refusals, in this order: `cards.amount_invalid`, `cards.amount_too_large`, `people.session_invalid` (the account was
    closed just now), `cards.too_many_open`, `cards.month_full`.
    """
    if amount < 1:
        raise problems.amount_invalid()
    if amount > settings.card_top_up_max:
        raise problems.amount_too_large(most=settings.card_top_up_max, currency=settings.currency)
    await people.stay_open(conn, resident)
    standing = await locked_standing(conn, resident)
    if standing.waiting >= rules.MOST_PROCESSING:
        raise problems.too_many_open(most=rules.MOST_PROCESSING)
    if standing.brought + amount > settings.card_month_max:
        left = max(0, settings.card_month_max - standing.brought)
        raise problems.month_full(most=settings.card_month_max, left=left)
    wanted = {"id": ids.new(), "resident": resident, "wallet": wallet, "amount": amount}
    await db.run(conn, q.add_top_up, **wanted, currency=settings.currency, now=clock.now())
    await jobs.defer(conn, settle_card_top_up, top_up=str(wanted["id"]))
    return await db.one(conn, q.top_up, CardTopUp, id=wanted["id"], resident=resident)


async def top_up(conn: db.ReadConn, *, resident: UUID, top_up_id: UUID) -> CardTopUp:
    """One of the resident's top-ups; `cards.top_up_not_found` also for somebody else's."""
    found = await db.maybe(conn, q.top_up, CardTopUp, id=top_up_id, resident=resident)
    if found is None:
        raise problems.top_up_not_found()
    return found


async def unfinished(conn: db.ReadConn, resident: UUID) -> list[Unfinished]:
    """The resident's top-ups that are not finished, oldest first."""
    return await db.all(conn, q.unfinished, Unfinished, resident=resident)
