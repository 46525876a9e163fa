"""Sending: a delivery is claimed, called, and only then believed.

1. A worker claims a delivery for the length of a lease and writes the attempt; that is committed before the call.
2. No transaction is open during the call.
3. The answer is written under the lock of the endpoint: the attempt, the delivery, the endpoint, in one transaction.

A worker that dies in between leaves an attempt without an outcome, and the lease runs out: the delivery is sent again
under the same `webhook-id`. So everything arrives at least once, and counts as delivered only once it was answered.
"""

import random
from datetime import timedelta

import structlog

from openhall.base import clock, db
from openhall.core.webhooks import rules
from openhall.core.webhooks.ports import TIMEOUT_S, Receiver
from openhall.core.webhooks.telling import tell_owner
from openhall.core.webhooks.types import Claimed, DeliveryState, Disabled, Locked, Outcome, Verdict

q = db.load("openhall.core.webhooks")
log = structlog.get_logger()

AT_ONCE = 32
# Of one endpoint: a slow one does not take the places of all others.
EACH = 4
# Of all endpoints of one resident.
SHARE = 8
# Longer than a call and the writing of its outcome.
LEASE_S = 2 * TIMEOUT_S


async def claim(conn: db.Conn, limit: int) -> list[Claimed]:
    """Deliveries that are due, at most `limit`, for this worker alone; their attempts are written."""
    now = clock.now()
    ends = now + timedelta(seconds=LEASE_S)
    return await db.all(conn, q.claim, Claimed, now=now, lease_ends=ends, each=EACH, share=SHARE, limit=limit)


async def step(pool: db.Pool, receiver: Receiver, hall_secret: str, claimed: Claimed) -> None:
    """Call the receiver once, and write what came of it."""
    outcome = await receiver.send(claimed.resident, claimed.url, _headers(hall_secret, claimed), claimed.body)
    async with pool.write() as conn:
        await settle(conn, claimed, outcome)


async def settle(conn: db.Conn, claimed: Claimed, outcome: Outcome) -> None:
    """Write the outcome of a call. Nothing when the endpoint was deleted meanwhile."""
    endpoint = await db.maybe(conn, q.lock_endpoint, Locked, id=claimed.endpoint)
    if endpoint is None:
        return
    now = clock.now()
    verdict = rules.verdict(outcome, claimed.tries, random.randrange)
    await db.run(
        conn,
        q.end_attempt,
        delivery=claimed.id,
        number=claimed.number,
        status=outcome.status,
        error=outcome.error,
        took_ms=outcome.took_ms,
    )
    await db.run(
        conn,
        q.settle,
        id=claimed.id,
        number=claimed.number,
        state=verdict.state,
        next_at=None if verdict.again_in is None else now + verdict.again_in,
        finished_at=None if verdict.state is DeliveryState.PENDING else now,
    )
    await _treat(conn, claimed, endpoint, outcome, verdict)


async def _treat(conn: db.Conn, claimed: Claimed, endpoint: Locked, outcome: Outcome, verdict: Verdict) -> None:
    """What the outcome means for the endpoint."""
    now = clock.now()
    if verdict.state is DeliveryState.DELIVERED:
        await db.run(conn, q.heard, id=claimed.endpoint, now=now)
    if verdict.slow_down:
        until = now + rules.slow_pause(endpoint.slow_count, outcome.retry_after)
        await db.run(conn, q.slow_down, id=claimed.endpoint, until=until)
    if verdict.ends is not None and rules.disables(verdict, endpoint, claimed.since):
        disabled = await db.maybe(conn, q.disable, Disabled, id=claimed.endpoint, why=verdict.ends)
        if disabled is not None:
            await tell_owner(conn, disabled)
        log.warning("webhooks.disabled", endpoint=str(claimed.endpoint), why=verdict.ends)


def _headers(hall_secret: str, claimed: Claimed) -> dict[str, str]:
    message, timestamp = rules.message_id(claimed.id), int(clock.now().timestamp())
    keys = [rules.key(hall_secret, salt) for salt in claimed.salts]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": rules.signatures(keys, message, timestamp, claimed.body),
    }
