"""Facts that happened, written in the transaction that made them true, numbered without gaps per stream.

A stream is one thing that somebody watches, such as `shop:<id>`. Readers resume from the last number they saw.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from openhall.base import clock, db

q = db.load("openhall.base")

CHANNEL = "openhall_events"
# A reader that was away long catches up page by page.
PAGE = 500


class Fact(Struct, frozen=True):
    """Something to be told on a stream. `data` must be JSON and carry no more than the watchers may know."""

    stream: str
    type: str
    data: dict[str, Any]


class Event(Struct, frozen=True):
    """A fact as it was told; `number` is its place in its stream, from 1."""

    number: int
    type: str
    data: dict[str, Any]
    at: datetime


async def publish(conn: db.Conn, facts: Sequence[Fact]) -> None:
    """Write the facts, in order, and wake the watchers when the transaction commits."""
    if not facts:
        return
    rows = [{"ord": n, "stream": f.stream, "type": f.type, "data": f.data} for n, f in enumerate(facts)]
    await db.send(conn, q.publish, rows=db.rows(rows), channel=CHANNEL, now=clock.now())


async def head(conn: db.ReadConn, stream: str) -> int:
    """The number of the stream's newest event, 0 when it has none."""
    return await db.one(conn, q.stream_head, int, stream=stream)


async def after(conn: db.ReadConn, stream: str, number: int, limit: int = PAGE) -> list[Event]:
    """The events that follow `number`, oldest first, at most `limit`."""
    return await db.all(conn, q.events_after, Event, stream=stream, after=number, limit=limit)
