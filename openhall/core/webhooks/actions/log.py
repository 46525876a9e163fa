"""The log of an endpoint: its deliveries, their attempts, and sending them again by hand."""

from datetime import datetime
from uuid import UUID

from openhall.base import clock, db
from openhall.core.webhooks import problems
from openhall.core.webhooks.actions.endpoints import find
from openhall.core.webhooks.types import Attempt, Delivery, DeliveryState

q = db.load("openhall.core.webhooks")

# More than the schedule has; of a delivery that was replayed often, the newest.
ATTEMPTS = 50


async def deliveries(
    conn: db.ReadConn,
    *,
    resident: UUID,
    endpoint: UUID,
    state: DeliveryState | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[Delivery]:
    """The deliveries of one of the resident's endpoints, newest first. Refusals: `webhooks.not_found`."""
    await find(conn, resident=resident, endpoint=endpoint)
    return await db.all(conn, q.deliveries, Delivery, endpoint=endpoint, before=before, state=state, limit=limit)


async def delivery(conn: db.ReadConn, *, resident: UUID, endpoint: UUID, delivery: UUID) -> Delivery:
    """One delivery. Refusals: `webhooks.not_found`, `webhooks.delivery_not_found`."""
    await find(conn, resident=resident, endpoint=endpoint)
    found = await db.maybe(conn, q.delivery, Delivery, id=delivery, endpoint=endpoint)
    if found is None:
        raise problems.delivery_not_found()
    return found


async def body_of(conn: db.ReadConn, delivery: Delivery) -> str:
    """The JSON that is sent."""
    return await db.one(conn, q.body, str, id=delivery.id)


async def attempts_of(conn: db.ReadConn, delivery: Delivery) -> list[Attempt]:
    """Its calls, newest first."""
    return await db.all(conn, q.attempts, Attempt, delivery=delivery.id, limit=ATTEMPTS)


async def replay(conn: db.Conn, *, resident: UUID, endpoint: UUID, delivery: UUID) -> Delivery:
    """Send it again, now and by the whole schedule, under the same id. One that is under way stays so.

    Refusals: `webhooks.not_found`, `webhooks.delivery_not_found`.
    """
    await find(conn, resident=resident, endpoint=endpoint)
    await db.run(conn, q.replay, id=delivery, endpoint=endpoint, now=clock.now())
    found = await db.maybe(conn, q.delivery, Delivery, id=delivery, endpoint=endpoint)
    if found is None:
        raise problems.delivery_not_found()
    return found


async def replay_range(
    conn: db.Conn, *, resident: UUID, endpoint: UUID, since: datetime, until: datetime, delivered: bool
) -> int:
    """Send again what happened in [since, until) and was not delivered, and with `delivered` the rest too; how many.

    Refusals: `webhooks.not_found`, `webhooks.range_invalid`.
    """
    await find(conn, resident=resident, endpoint=endpoint)
    if since >= until:
        raise problems.range_invalid()
    return await db.run(
        conn, q.replay_range, endpoint=endpoint, since=since, until=until, delivered=delivered, now=clock.now()
    )
