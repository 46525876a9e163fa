"""Deciding how messages leave the hall: once for each, by what its recipient wants at that time."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from openhall.base import clock, db, ids
from openhall.core.messages import rules
from openhall.core.messages.types import Alarmed, Category, Channel, Lately, Plan, Reach, State, Unplanned

q = db.load("openhall.core.messages")

AT_ONCE = 200
_Count = Counter[tuple[UUID, Category, Channel]]
_Alarms = Counter[tuple[UUID, str, Channel]]


async def plan(conn: db.Conn, *, zone: str, letters: bool) -> int:
    """Plan the oldest messages that nobody has planned yet; how many. `letters`: this hall writes some."""
    waiting = await db.all(conn, q.take_unplanned, Unplanned, limit=AT_ONCE)
    if not waiting:
        return 0
    now = clock.now()
    people = db.ids({message.recipient for message in waiting})
    reaches = {one.resident: one for one in await db.all(conn, q.reach, Reach, ids=people, now=now)}
    lately = await db.all(conn, q.lately, Lately, ids=people, since=now - rules.DAY)
    counted: _Count = Counter({(one.recipient, one.category, one.channel): one.count for one in lately})
    alarmed = await db.all(conn, q.lately_alarmed, Alarmed, ids=people, since=now - rules.HOUR)
    alarms: _Alarms = Counter({(one.recipient, one.code, one.channel): one.count for one in alarmed})
    rows = [
        row for message in waiting for row in _rows(message, reaches, counted, alarms, ZoneInfo(zone), letters=letters)
    ]
    planned = db.ids([message.id for message in waiting])
    await db.run(conn, q.plan, rows=db.rows(rows), planned=planned, now=now)
    return len(waiting)


def _rows(
    message: Unplanned,
    reaches: Mapping[UUID, Reach],
    counted: _Count,
    alarms: _Alarms,
    zone: ZoneInfo,
    *,
    letters: bool,
) -> list[dict[str, Any]]:
    reach = reaches.get(message.recipient)
    if reach is None:
        return []
    today = {channel: counted[message.recipient, message.category, channel] for channel in Channel}
    if message.safety:
        today = {channel: alarms[message.recipient, message.code, channel] for channel in Channel}
    made = rules.plans(message, reach, today, now=clock.now(), zone=zone, letters=letters)
    for channel in {one.channel for one in made if one.due_at is not None}:
        counted[message.recipient, message.category, channel] += 1
        alarms[message.recipient, message.code, channel] += message.safety
    return [_row(message, one) for one in made]


def _row(message: Unplanned, plan: Plan) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "message": message.id,
        "recipient": message.recipient,
        "category": message.category,
        "channel": plan.channel,
        "target": plan.target,
        "state": State.DROPPED if plan.due_at is None else State.WAITING,
        "held": plan.held,
        "due_at": plan.due_at,
        "expires_at": plan.expires_at,
    }
