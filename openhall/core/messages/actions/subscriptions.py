"""The browsers that may be rung. Each belongs to the session in which it was subscribed, and ends with it."""

import binascii
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.base.errors import Problem
from openhall.core.messages import problems, webpush
from openhall.core.messages.types import Subscription
from openhall.core.people import Visit
from openhall.core.webhooks.addresses import target

q = db.load("openhall.core.messages")

MOST = 10


async def subscribe(
    conn: db.Conn, visit: Visit, *, endpoint: str, p256dh: str, auth: str, loopback: bool
) -> Subscription:
    """Ring this browser from now on; subscribing again renews it. `loopback` allows an address on this machine.

    Problem `messages.subscription_invalid`: an address that is not on the public internet, or keys that are none.
    """
    point, secret = _checked(endpoint, p256dh, auth, loopback=loopback)
    made = await db.one(
        conn,
        q.subscribe,
        Subscription,
        id=ids.new(),
        resident=visit.resident.id,
        session=visit.session.id,
        endpoint=endpoint,
        p256dh=point,
        auth=secret,
        device=visit.session.device,
        now=clock.now(),
    )
    await db.run(conn, q.drop_oldest_subscriptions, resident=visit.resident.id, most=MOST)
    return made


def _checked(endpoint: str, p256dh: str, auth: str, *, loopback: bool) -> tuple[bytes, bytes]:
    try:
        target(endpoint, loopback=loopback)
        point, secret = webpush.bytes_of(p256dh), webpush.bytes_of(auth)
    except (Problem, ValueError, binascii.Error) as wrong:
        raise problems.subscription_invalid() from wrong
    if len(secret) != webpush.AUTH_BYTES or not webpush.is_point(point):
        raise problems.subscription_invalid()
    return point, secret


async def subscriptions(conn: db.ReadConn, resident: UUID) -> list[Subscription]:
    """The browsers that are rung, oldest first."""
    return await db.all(conn, q.subscriptions, Subscription, resident=resident, now=clock.now())


async def unsubscribe(conn: db.Conn, *, resident: UUID, subscription: UUID) -> None:
    """Ring it no more; Problem `messages.subscription_not_found`."""
    if not await db.run(conn, q.unsubscribe, id=subscription, resident=resident):
        raise problems.subscription_not_found()


async def end_with_sessions(conn: db.Conn, resident: UUID) -> None:
    """In the transaction that ended sessions of this resident: the browsers of these are forgotten."""
    await db.run(conn, q.end_subscriptions_of_ended, resident=resident, now=clock.now())


async def unsubscribe_browser(conn: db.Conn, *, resident: UUID, endpoint: str) -> None:
    """The same, asked by the browser itself, which knows its endpoint; nothing when it is not rung anyway."""
    await db.run(conn, q.unsubscribe_endpoint, endpoint=endpoint, resident=resident)
