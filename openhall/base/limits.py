"""Limits on everything that can be guessed or flooded: so many times per key in a window of time.

The count must stand even when the request is refused, so it is taken in a transaction of its own.
"""

from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from msgspec import Struct

from openhall.base import clock, db
from openhall.base.errors import rate_limited

q = db.load("openhall.base")


class Limit(Struct, frozen=True):
    """At most `times` in `window`, for each key under `name`.

    `remembered`: a process that has seen it reached refuses by itself until the window ends, so that a flood costs the
    database nothing. Only for counts that nothing clears.
    """

    name: str
    times: int
    window: timedelta
    remembered: bool = False


class _Taken(Struct, frozen=True):
    count: int
    window_ends: datetime


# What each pool's process has seen reached, and until when. A flood from many addresses may not fill the memory: then
# all is forgotten, and the database says it again.
_REACHED: WeakKeyDictionary[db.Pool, dict[str, datetime]] = WeakKeyDictionary()
_MOST_REMEMBERED = 10_000


async def take(pool: db.Pool, limit: Limit, key: str) -> None:
    """Count one use; Problem `hall.rate_limited` with `retry_after` in seconds when it was one too many."""
    now = clock.now()
    named = f"{limit.name}:{key}"
    reached = _REACHED.setdefault(pool, {})
    if limit.remembered and (until := reached.get(named)) is not None:
        if now < until:
            raise rate_limited(retry_after=_seconds(until - now))
        del reached[named]
    async with pool.write() as conn:
        taken = await db.one(conn, q.take_limit, _Taken, key=named, now=now, window_ends=now + limit.window)
    if taken.count > limit.times:
        if limit.remembered:
            if len(reached) >= _MOST_REMEMBERED:
                reached.clear()
            reached[named] = taken.window_ends
        raise rate_limited(retry_after=_seconds(taken.window_ends - now))


def _seconds(left: timedelta) -> int:
    return max(1, int(left.total_seconds()))


async def clear(conn: db.Conn, limit: Limit, key: str) -> None:
    """Forget the count: the key proved that it is in the right hands."""
    await db.run(conn, q.clear_limit, key=f"{limit.name}:{key}")
