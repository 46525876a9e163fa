"""Money on its way back to a card: set aside by a hold, which is captured when it went and voided when it could not.

A refund is never given up: it is asked for again under the same reference until the processor says how it ended.
"""

from uuid import UUID

import structlog
from msgspec import Struct

from openhall.base import clock, db
from openhall.base.telling import Sum
from openhall.core import ledger, messages
from openhall.core.cards import rules
from openhall.core.cards.ports import Cards
from openhall.core.cards.telling import NOT_RETURNED
from openhall.core.cards.types import Claimed
from openhall.core.ledger import Transfer
from openhall.core.rails import Charge, Unknown
from openhall.core.rails.rules import lease, pause, verdict
from openhall.core.rails.types import Locked, Verdict

q = db.load("openhall.core.cards")
log = structlog.get_logger()


class UnresolvedError(RuntimeError):
    """The ledger did not end the hold of a refund that the processor has ended: it stays processing until somebody
    looks."""


class _About(Struct, frozen=True):
    id: UUID
    leaving: UUID
    top_up: UUID
    card: str | None


async def give_back(pool: db.Pool, cards: Cards, refund: UUID) -> None:
    """Take one step with a refund that is due: ask the processor and apply what it says. Nothing when it is not due."""
    now = clock.now()
    async with pool.write() as conn:
        lease_ends = now + lease(cards.timeout_s)
        claimed = await db.maybe(conn, q.claim_refund, Claimed, id=refund, now=now, lease_ends=lease_ends)
    if claimed is None:
        return
    try:
        said = await _ask(cards, claimed)
    except Unknown as unknown:
        log.warning("cards.refund_unknown", refund=str(refund), attempts=claimed.attempts, why=str(unknown))
        said = None
    async with pool.write() as conn:
        if said is not None:
            await hear_refund(conn, refund, said)
        again = clock.now() + pause(claimed.attempts)
        await db.run(conn, q.ask_refund_again, id=refund, attempts=claimed.attempts, next_query_at=again)


async def _ask(cards: Cards, claimed: Claimed) -> Charge:
    reference = str(claimed.id)
    if claimed.attempts > 1 and (known := await cards.query_refund(reference)) is not None:
        return known
    return await cards.refund(
        reference=reference, payment=str(claimed.payment), amount=claimed.amount, currency=claimed.currency
    )


async def hear_refund(conn: db.Conn, refund: UUID, said: Charge) -> Verdict:
    """Apply the processor's word on a refund, once."""
    locked = await db.one(conn, q.lock_refund, Locked, id=refund)
    meant = verdict(locked, said)
    if meant is Verdict.CREDIT:
        await _end_hold(conn, locked, went=True)
        await db.run(conn, q.succeed_refund, id=refund, now=clock.now())
    elif meant is Verdict.FAIL:
        # The row of the top-up before the wallet, as in leaving: of two that wait for each other one would be lost.
        about = await db.one(conn, q.about_refund, _About, id=refund)
        await db.run(conn, q.put_back, id=about.top_up, amount=locked.amount)
        await _end_hold(conn, locked, went=False)
        await db.run(conn, q.fail_refund, id=refund, reason=rules.reason(said.reason), now=clock.now())
        await _tell_that_it_stays(conn, locked, about)
    elif meant is Verdict.CONTRADICTION:
        log.error("cards.refund_contradiction", refund=str(refund), state=locked.state, said=said.state)
        told = {"event_id": f"refund-{refund}", "reference": str(refund), "state": said.state}
        await db.run(conn, q.store_notice, **told, now=clock.now())
        await db.run(conn, q.note_verdict, event_id=f"refund-{refund}", verdict=meant)
    return meant


async def _end_hold(conn: db.Conn, refund: Locked, *, went: bool) -> None:
    ending = Transfer(
        id=rules.resolution(refund.id),
        kind="capture" if went else "void",
        hold=refund.id,
        amount=refund.amount if went else 0,
        currency=refund.currency,
        reason="card_return",
    )
    (outcome,) = await ledger.post(conn, [ending])
    if not outcome.ok:
        raise UnresolvedError(f"refund {refund.id}: {outcome.code}")


async def _tell_that_it_stays(conn: db.Conn, refund: Locked, about: _About) -> None:
    """The money is in the wallet again, and may be given back once more."""
    amount = Sum(refund.amount, refund.currency)
    await messages.tell(
        conn, refund.resident, NOT_RETURNED, amount=amount, card=about.card or "••••", leaving=about.leaving
    )
