"""Asking the processor, and believing it: how a top-up by card leaves `processing`.

The order of things is that of the bank's top-ups (openhall.core.rails): committed before anybody speaks to the
processor, claimed for the length of a lease, applied under the lock of the row. Only that a person stands between:
until they have paid on the processor's page, its word is "open". After half an hour the checkout is cancelled, and only
the answer to that ("declined", or "paid after all") ends it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from openhall.base import clock, db
from openhall.core import closing
from openhall.core.cards import rules
from openhall.core.cards.actions.giving_back import give_back
from openhall.core.cards.actions.rail import rail_account
from openhall.core.cards.ports import Cards
from openhall.core.cards.types import Checkout, CheckoutState, Claimed
from openhall.core.ledger import Transfer
from openhall.core.rails import Unknown
from openhall.core.rails.actions.settle import CreditRefusedError
from openhall.core.rails.rules import GIVE_UP_AFTER, lease, pause, verdict
from openhall.core.rails.types import Locked, Verdict

q = db.load("openhall.core.cards")
log = structlog.get_logger()

SWEEP = 64
AT_ONCE = 16


async def advance(pool: db.Pool, cards: Cards, top_up: UUID) -> None:
    """Take one step with a top-up that is due: ask the processor and apply what it says. Nothing when it is not due."""
    now = clock.now()
    async with pool.write() as conn:
        lease_ends = now + lease(cards.timeout_s)
        claimed = await db.maybe(conn, q.claim_top_up, Claimed, id=top_up, now=now, lease_ends=lease_ends)
    if claimed is None:
        return
    try:
        said = await _ask(cards, claimed)
    except Unknown as unknown:
        log.warning("cards.outcome_unknown", top_up=str(top_up), attempts=claimed.attempts, why=str(unknown))
        said = None
    async with pool.write() as conn:
        if said is not None and await hear(conn, said) is Verdict.CONTRADICTION:
            await keep(conn, event_id=f"answer-{top_up}", said=said, verdict=Verdict.CONTRADICTION)
        again = clock.now() + pause(claimed.attempts)
        await db.run(conn, q.ask_top_up_again, id=top_up, attempts=claimed.attempts, next_query_at=again)


async def _ask(cards: Cards, claimed: Claimed) -> Checkout:
    """The processor's word on the checkout. Whoever asked before queries first: it may be paid already."""
    reference = str(claimed.id)
    if claimed.attempts > 1:
        known = await cards.query(reference)
        if known is not None and known.state in (CheckoutState.SUCCEEDED, CheckoutState.DECLINED):
            return known
        if clock.now() - claimed.at >= GIVE_UP_AFTER:
            return await cards.cancel(reference)
        if known is not None:
            return known
    return await cards.open(reference=reference, amount=claimed.amount, currency=claimed.currency)


async def hear(conn: db.Conn, said: Checkout) -> Verdict | None:
    """Apply the processor's word, once; it may come as an answer or a notice, twice, late. None: nothing of ours."""
    locked = await _lock(conn, said.reference)
    if locked is None:
        return None
    meant = verdict(locked, said.charge)
    if meant in (Verdict.WAIT, Verdict.CREDIT, Verdict.FAIL):
        await db.run(conn, q.note_checkout, id=locked.id, page=rules.page(said.page), card=rules.card(said.card))
    if meant is Verdict.CREDIT:
        await _credit(conn, locked)
    elif meant is Verdict.FAIL:
        await db.run(conn, q.fail_top_up, id=locked.id, reason=rules.reason(said.reason), now=clock.now())
    elif meant is Verdict.CONTRADICTION:
        log.error("cards.contradiction", top_up=str(locked.id), state=locked.state, said=said.state)
    return meant


async def keep(conn: db.Conn, *, event_id: str, said: Checkout, verdict: Verdict | None = None) -> bool:
    """Keep what the processor told us, once by its id; False when it was kept before."""
    told = {"event_id": event_id, "reference": said.reference, "state": said.state}
    kept = await db.run(conn, q.store_notice, **told, now=clock.now())
    if verdict is not None:
        await db.run(conn, q.note_verdict, event_id=event_id, verdict=verdict)
    return kept == 1


async def sweep(pool: db.Pool, cards: Cards) -> int:
    """Take a step with everything that is due, top-ups and refunds, at most `SWEEP` of each; how many that were.

    Due is what waits for an answer, and what a killed worker left behind.
    """
    async with pool.read() as conn:
        top_ups = await db.all(conn, q.due_top_ups, UUID, now=clock.now(), limit=SWEEP)
        refunds = await db.all(conn, q.due_refunds, UUID, now=clock.now(), limit=SWEEP)
    places = asyncio.Semaphore(AT_ONCE)

    async def step(take: Callable[[db.Pool, Cards, UUID], Awaitable[None]], one: UUID) -> None:
        async with places:
            await take(pool, cards, one)

    steps = [step(advance, one) for one in top_ups] + [step(give_back, one) for one in refunds]
    failed = [result for result in await asyncio.gather(*steps, return_exceptions=True) if result is not None]
    if failed:
        raise failed[0]
    return len(steps)


async def _lock(conn: db.Conn, reference: str) -> Locked | None:
    try:
        top_up = UUID(reference)
    except ValueError:
        return None
    return await db.maybe(conn, q.lock_top_up, Locked, id=top_up)


async def _credit(conn: db.Conn, top_up: Locked) -> None:
    rail = await rail_account(conn, currency=top_up.currency)
    transfer = Transfer(
        id=top_up.id,
        debit=rail,
        credit=top_up.wallet,
        amount=top_up.amount,
        currency=top_up.currency,
        reason="card_top_up",
    )
    (outcome,) = await closing.bring(conn, [transfer])
    if not outcome.ok:
        raise CreditRefusedError(f"card top-up {top_up.id}: {outcome.code}")
    await db.run(conn, q.succeed_top_up, id=top_up.id, now=clock.now())
