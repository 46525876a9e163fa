"""From events to deliveries: what happened is written down for each endpoint, in the transaction that moves its cursor.

An event gets a number in its stream in the transaction that made it true, and numbers become visible in their order.
So a cursor that stands at 7 has seen everything up to 7, and nothing is lost or written twice whenever a worker dies.
"""

from collections.abc import Sequence
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.base.package import StreamSource
from openhall.core.webhooks import rules
from openhall.core.webhooks.types import Behind, Cursor, Owner, Pair, Unread

q = db.load("openhall.core.webhooks")

# In one transaction: so many cursors, and of each so many events.
CURSORS = 100
EVENTS = 100


async def collect(conn: db.Conn, sources: Sequence[StreamSource]) -> bool:
    """Write deliveries for what was told since; whether there may be more."""
    pairs = await _pairs(conn, sources)
    if not pairs:
        return False
    behind = await db.all(conn, q.behind, Behind, pairs=db.rows(pairs), limit=CURSORS)
    if not behind:
        return False
    wanted = sorted({pair.endpoint for pair in behind})
    active = set(await db.all(conn, q.keep_endpoints, UUID, ids=db.ids(wanted)))
    behind = [pair for pair in behind if pair.endpoint in active]
    await db.run(conn, q.begin_cursors, pairs=db.rows(behind))
    cursors = await db.all(conn, q.lock_cursors, Cursor, pairs=db.rows(behind))
    unread = await db.all(conn, q.unread, Unread, cursors=db.rows(cursors), each=EVENTS)
    rows = [_row(event) for event in unread if event.wanted]
    if rows:
        await db.run(conn, q.insert_deliveries, rows=db.rows(rows), now=clock.now())
    await db.run(conn, q.move_cursors, cursors=db.rows(_moved(cursors, behind, unread)))
    return len(behind) == CURSORS or len(unread) >= EVENTS


async def _pairs(conn: db.Conn, sources: Sequence[StreamSource]) -> list[Pair]:
    """Each endpoint with each stream of its owner."""
    endpoints = await db.all(conn, q.active_endpoints, Owner)
    if not endpoints:
        return []
    of: dict[UUID, list[UUID]] = {}
    for endpoint in endpoints:
        of.setdefault(endpoint.resident, []).append(endpoint.id)
    owned = {(one.owner, one.stream) for source in sources for one in await source.find(conn, list(of))}
    return [Pair(endpoint, stream) for owner, stream in sorted(owned) for endpoint in of.get(owner, ())]


def _moved(cursors: Sequence[Cursor], behind: Sequence[Behind], unread: Sequence[Unread]) -> list[Cursor]:
    """Where the cursors stand after what was read.

    Where nothing was left to read, the events were forgotten: their webhook was paused for more than thirty days. The
    head was asked for before the events, so nothing that is still there is passed over.
    """
    heads = {(pair.endpoint, pair.stream): pair.head for pair in behind}
    reached: dict[tuple[UUID, str], int] = {}
    for event in unread:
        place = event.endpoint, event.stream
        reached[place] = max(event.number, reached.get(place, 0))
    return [
        Cursor(cursor.endpoint, cursor.stream, max(cursor.number, reached.get(place, heads[place])))
        for cursor in cursors
        for place in [(cursor.endpoint, cursor.stream)]
    ]


def _row(event: Unread) -> dict[str, object]:
    text = rules.body(type=event.type, at=event.at, data=event.data, stream=event.stream, number=event.number)
    return {
        "id": ids.new(),
        "endpoint": event.endpoint,
        "stream": event.stream,
        "number": event.number,
        "type": event.type,
        "event_at": event.at,
        "body": text,
    }
