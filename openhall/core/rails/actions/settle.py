"""Asking the bank, and believing it: how a top-up leaves `processing`.

The order of things keeps money right whatever breaks in between:
1. The top-up, whose id is our reference, is committed before anybody speaks to the bank.
2. A worker claims it for the length of a lease and commits that, then calls. No transaction is open during the call.
3. What the bank says is applied under the lock of the top-up's row, as a step that only goes forward: state, ledger
   transfer and event in one transaction. The transfer carries the top-up's id, so it happens once whoever hears first.

An unknown outcome leaves `processing`, and the bank is asked by our reference until it tells. When it "never heard"
of the reference we charge again under the SAME reference: a first request that was merely slow then meets its twin
and the bank takes the money once. When half an hour has passed we do not decide on our own either: we ask the bank to
cancel, which makes the reference unusable, and only its answer ("declined", or "taken after all") ends the top-up.
"""

import asyncio
from uuid import UUID

import structlog

from openhall.base import clock, db, events
from openhall.base.events import Fact
from openhall.core import closing
from openhall.core.ledger import Transfer
from openhall.core.rails import rules
from openhall.core.rails.actions.accounts import BANK, rail_account
from openhall.core.rails.calling import Unknown
from openhall.core.rails.ports import Bank
from openhall.core.rails.types import Charge, ChargeState, Claimed, Locked, Verdict

q = db.load("openhall.core.rails")
log = structlog.get_logger()

SWEEP = 64
AT_ONCE = 16


class CreditRefusedError(RuntimeError):
    """The ledger refused money that the bank has taken: the top-up stays processing until somebody looks."""


async def advance(pool: db.Pool, bank: Bank, top_up: UUID) -> None:
    """Take one step with a top-up that is due: ask the bank and apply what it says. Nothing when it is not due."""
    now = clock.now()
    async with pool.write() as conn:
        claimed = await db.maybe(
            conn, q.claim, Claimed, id=top_up, now=now, lease_ends=now + rules.lease(bank.timeout_s)
        )
    if claimed is None:
        return
    try:
        said = await ask(bank, claimed)
    except Unknown as unknown:
        log.warning("rails.outcome_unknown", top_up=str(top_up), attempts=claimed.attempts, why=str(unknown))
        said = None
    async with pool.write() as conn:
        if said is not None and await hear(conn, said) is Verdict.CONTRADICTION:
            await store(conn, event_id=f"answer-{top_up}", said=said)
            await note(conn, event_id=f"answer-{top_up}", verdict=Verdict.CONTRADICTION)
        again = clock.now() + rules.pause(claimed.attempts)
        await db.run(conn, q.ask_again, id=top_up, attempts=claimed.attempts, next_query_at=again)


async def ask(bank: Bank, claimed: Claimed) -> Charge:
    """The bank's word on the charge. Whoever asked before must query first: the money may be taken already."""
    reference = str(claimed.id)
    if claimed.attempts > 1:
        known = await bank.query(reference)
        if known is not None and known.state is not ChargeState.ACCEPTED:
            return known
        if clock.now() - claimed.at >= rules.GIVE_UP_AFTER:
            return await bank.cancel(reference)
        if known is not None:
            return known
    return await bank.charge(
        reference=reference, agreement=claimed.agreement, amount=claimed.amount, currency=claimed.currency
    )


async def hear(conn: db.Conn, said: Charge) -> Verdict | None:
    """Apply the bank's word, once; it may come as an answer or a notice, twice, late. None: no charge of ours."""
    locked = await _lock(conn, said.reference)
    if locked is None:
        return None
    verdict = rules.verdict(locked, said)
    if verdict is Verdict.CREDIT:
        await _credit(conn, locked)
    elif verdict is Verdict.FAIL:
        await db.run(conn, q.fail, id=locked.id, reason=said.reason or "declined", now=clock.now())
        await _tell(conn, locked, "top_up.failed")
    elif verdict is Verdict.CONTRADICTION:
        log.error("rails.contradiction", top_up=str(locked.id), state=locked.state, said=said.state)
    return verdict


async def store(conn: db.Conn, *, event_id: str, said: Charge) -> bool:
    """Keep what the bank told us, once by its id; False when it was kept before."""
    kept = await db.run(
        conn,
        q.store_notice,
        source=BANK,
        event_id=event_id,
        now=clock.now(),
        reference=said.reference,
        state=said.state,
    )
    return kept == 1


async def note(conn: db.Conn, *, event_id: str, verdict: Verdict | None) -> None:
    """Write beside a stored notice what came of it."""
    await db.run(conn, q.note_verdict, source=BANK, event_id=event_id, verdict=verdict or "unknown_reference")


async def sweep(pool: db.Pool, bank: Bank) -> int:
    """Take a step with every top-up that is due, at most `SWEEP`; how many were.

    Due are those that wait for an answer, and those that a killed worker left behind.
    """
    async with pool.read() as conn:
        due = await db.all(conn, q.due, UUID, now=clock.now(), limit=SWEEP)
    places = asyncio.Semaphore(AT_ONCE)

    async def step(top_up: UUID) -> None:
        async with places:
            await advance(pool, bank, top_up)

    failed = [result for result in await asyncio.gather(*map(step, due), return_exceptions=True) if result is not None]
    if failed:
        raise failed[0]
    return len(due)


async def _lock(conn: db.Conn, reference: str) -> Locked | None:
    try:
        top_up = UUID(reference)
    except ValueError:
        return None
    return await db.maybe(conn, q.lock_top_up, Locked, id=top_up)


async def _credit(conn: db.Conn, top_up: Locked) -> None:
    rail = await rail_account(conn, currency=top_up.currency)
    transfer = Transfer(
        id=top_up.id, debit=rail, credit=top_up.wallet, amount=top_up.amount, currency=top_up.currency, reason="top_up"
    )
    (outcome,) = await closing.bring(conn, [transfer])
    if not outcome.ok:
        raise CreditRefusedError(f"top-up {top_up.id}: {outcome.code}")
    await db.run(conn, q.succeed, id=top_up.id, now=clock.now())
    await _tell(conn, top_up, "top_up.succeeded")


async def _tell(conn: db.Conn, top_up: Locked, what: str) -> None:
    data = {"id": str(top_up.id), "amount": top_up.amount, "currency": top_up.currency}
    await events.publish(conn, [Fact(f"resident:{top_up.resident}", what, data)])
