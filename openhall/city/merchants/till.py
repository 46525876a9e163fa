"""The till: what a shop takes today, and each payment as it comes, with the words to speak.

A page shows `Till`, read on one snapshot, and then follows the shop's stream from `Till.last_event`: what is on the
page and what comes by the stream meet without a gap and without an overlap. No Litestar here: the edge streams `sse`.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from openhall.base import clock, db, events, money, spoken
from openhall.base.errors import rate_limited
from openhall.base.live import Hub
from openhall.city.merchants import staff
from openhall.city.merchants.registry import stream_of
from openhall.core import ledger, payments
from openhall.core.payments import Payment, Refund, Totals

PAID = "payment.succeeded"
REFUNDED = payments.REFUNDED
SHOWN = 50
# A stream ends after this long and the client resumes it at once: so a session that has ended meanwhile ends here too.
LIFE = timedelta(minutes=10)
_RETRY_MS = 1000
# When too many watch: how long a program waits before it tries again.
_FULL_S = 60
# An event and not a comment: scripts cannot see comments, and a till must notice when its connection has died quietly.
HEARTBEAT = b"event: alive\ndata: {}\n\n"
_SAY = {"zh_CN": "收款{amount}", "en": "received {amount}"}


class Till(Struct, frozen=True):
    """A shop's till at one moment. `lines`: what was paid and given back, newest first, at most `SHOWN`; `last`: the
    newest payment; `last_event`: of its stream."""

    today: Totals
    lines: list[Payment | Refund]
    last: Payment | None
    last_event: int


async def till(conn: db.ReadConn, shop: UUID) -> Till:
    """The till of a shop; `conn` must read on one snapshot, as `Pool.read` does."""
    day = ledger.business_date(clock.now())
    paid, lines = await lines_of(conn, shop, day, SHOWN)
    return Till(
        today=await payments.totals_to(conn, payee=shop, business_date=day),
        lines=lines,
        last=paid[0] if paid else None,
        last_event=await events.head(conn, stream_of(shop)),
    )


async def lines_of(
    conn: db.ReadConn, shop: UUID, day: date, limit: int
) -> tuple[list[Payment], list[Payment | Refund]]:
    """The payments of a business date; and with them what was given back on it, newest first, at most `limit`."""
    paid = await payments.payments_to(conn, payee=shop, business_date=day, limit=limit)
    given = await payments.refunds_to(conn, payee=shop, business_date=day, limit=limit)
    lines: list[Payment | Refund] = [*paid, *given]
    return paid, sorted(lines, key=lambda line: (line.at, line.id), reverse=True)[:limit]


class Entrance(Struct, frozen=True):
    """Where a watcher comes in: after event `after`, when the stream stood at `head` and the day at `today`."""

    after: int
    head: int
    day: date
    today: Totals


async def enter(conn: db.ReadConn, shop: UUID, after: int | None) -> Entrance:
    """A watcher's place: after event `after`, or at the present. Settled before the answer begins, so that whoever has
    seen the answer's first byte misses nothing from then on."""
    head = await events.head(conn, stream_of(shop))
    day = ledger.business_date(clock.now())
    today = await payments.totals_to(conn, payee=shop, business_date=day)
    # A number above the head was never given out: the client mistakes this hall for another.
    return Entrance(head if after is None else min(after, head), head, day, today)


def sse(hub: Hub, shop: UUID, entrance: Entrance, still: Callable[[], Awaitable[bool]]) -> AsyncGenerator[bytes, None]:
    """The shop's stream as server-sent events: what follows the entrance, as it comes. When the staff has changed, it
    ends for a watcher of whom `still` says that they may no longer watch.

    Problem `hall.rate_limited`, before anything is sent, when too many watch the shop already.
    """
    if hub.is_full(stream_of(shop)):
        raise rate_limited(retry_after=_FULL_S)
    return _sse(hub, shop, entrance, still)


async def _sse(
    hub: Hub, shop: UUID, entrance: Entrance, still: Callable[[], Awaitable[bool]]
) -> AsyncGenerator[bytes, None]:
    yield b"retry: %d\n\n" % _RETRY_MS
    ends = clock.now() + LIFE
    async with aclosing(_follow(hub, shop, entrance, still)) as updates:
        async for update in updates:
            yield update
            if clock.now() >= ends:
                return


async def _follow(
    hub: Hub, shop: UUID, entrance: Entrance, still: Callable[[], Awaitable[bool]]
) -> AsyncGenerator[bytes, None]:
    takings = _Takings(entrance.day, entrance.today)
    async with aclosing(hub.watch(stream_of(shop), entrance.after)) as watched:
        async for event in watched:
            if event is None:
                yield HEARTBEAT
                continue
            if event.type == staff.CHANGED and not await still():
                return
            if event.type in (PAID, REFUNDED) and event.number > entrance.head:
                takings.add(event)
            yield _message(event, takings.today)


class _Takings:
    """Today's totals, carried forward from a snapshot by the events that follow it: no query for each payment."""

    def __init__(self, day: date, today: Totals) -> None:
        self._day = day
        self.today = today

    def add(self, event: events.Event) -> None:
        day = ledger.business_date(datetime.fromisoformat(event.data["at"]))
        if day > self._day:
            self._day, self.today = day, Totals(0, 0, 0)
        if day != self._day:
            return
        before, amount = self.today, event.data["amount"]
        if event.type == PAID:
            self.today = Totals(before.count + 1, before.total + amount, before.refunded)
        else:
            self.today = Totals(before.count, before.total, before.refunded + amount)


def _message(event: events.Event, today: Totals) -> bytes:
    data = event.data
    if event.type == PAID:
        data = data | _said(data) | _day(data["currency"], today)
    elif event.type == REFUNDED:
        data = data | _text(data) | _day(data["currency"], today)
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.number, event.type.encode(), msgspec.json.encode(data))


def _said(data: dict[str, Any]) -> dict[str, Any]:
    """What a till says and shows of a payment, in both languages: whoever stands there may speak either."""
    amount, currency = data["amount"], data["currency"]
    say = {lang: say.format(amount=spoken.amount(amount, currency, lang)) for lang, say in _SAY.items()}
    return {"say": say} | _text(data) | _split(data)


def _split(data: dict[str, Any]) -> dict[str, Any]:
    """Who paid which part, where an offer paid one; what is said stays the whole amount."""
    if not data.get("discount"):
        return {}
    currency = data["currency"]
    return {"paid_text": _written(data["paid"], currency), "discount_text": _written(data["discount"], currency)}


def _text(data: dict[str, Any]) -> dict[str, Any]:
    return {"amount_text": _written(data["amount"], data["currency"])}


def _day(currency: str, today: Totals) -> dict[str, Any]:
    """How the day stands after it."""
    return {
        "today": {
            "count": today.count,
            "total": today.total,
            "total_text": _written(today.total, currency),
            "refunded": today.refunded,
            "refunded_text": _written(today.refunded, currency),
        }
    }


def _written(amount: int, currency: str) -> dict[str, str]:
    return {lang: money.format(amount, currency, lang) for lang in _SAY}
