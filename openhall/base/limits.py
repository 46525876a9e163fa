"""Limits on everything that can be guessed or flooded: so many times per key in a window of time.

The count must stand even when the request is refused, so it is taken in a transaction of its own.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from openhall.base import clock, db
from openhall.base.errors import rate_limited

q = db.load("openhall.base")


class Limit(Struct, frozen=True):
    """At most `times` in `window`, for each key under `name`."""

    name: str
    times: int
    window: timedelta


class _Taken(Struct, frozen=True):
    count: int
    window_ends: datetime


async def take(pool: db.Pool, limit: Limit, key: str) -> None:
    """Count one use; Problem `hall.rate_limited` with `retry_after` in seconds when it was one too many."""
    now = clock.now()
    async with pool.write() as conn:
        taken = await db.one(
            conn, q.take_limit, _Taken, key=f"{limit.name}:{key}", now=now, window_ends=now + limit.window
        )
    if taken.count > limit.times:
        raise rate_limited(retry_after=max(1, int((taken.window_ends - now).total_seconds())))


async def clear(conn: db.Conn, limit: Limit, key: str) -> None:
    """Forget the count: the key proved that it is in the right hands."""
    await db.run(conn, q.clear_limit, key=f"{limit.name}:{key}")
