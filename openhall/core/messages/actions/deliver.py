"""Sending: a delivery is claimed, handed to its channel, and what came of it is written.

As for webhooks: the claim is committed before the call, no transaction is open during it, and a worker that dies in
between leaves a lease that runs out. So a message arrives at least once while it waits, and never after its end.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from openhall.base import clock, db
from openhall.core.messages import letters, rules, webpush, wording
from openhall.core.messages.ports import PUSH_TIMEOUT_S, Outside
from openhall.core.messages.texts import digest, folded, help_line, texted
from openhall.core.messages.types import Category, Channel, Claimed, Rendered, State, Verdict
from openhall.core.messages.wording import Voice
from openhall.core.people.ports import SmsRefusedError, SmsUnansweredError

q = db.load("openhall.core.messages")
log = structlog.get_logger()

AT_ONCE = 32
# What stands first in a digest.
_ORDER = list(Category)
# Longer than any call and the writing of what came of it.
LEASE = timedelta(seconds=3 * PUSH_TIMEOUT_S)


async def claim(conn: db.Conn, *, language: str, limit: int) -> list[list[Claimed]]:
    """What is due, for this worker alone, in parcels: each is one call. `language` is that of who chose none.

    What was held back for somebody goes together, as a digest; all letters go together, into one folder.
    """
    now = clock.now()
    await db.run(conn, q.end_late, now=now)
    claimed = await db.all(conn, q.claim, Claimed, now=now, lease_ends=now + LEASE, limit=limit, language=language)
    parcels: dict[object, list[Claimed]] = {}
    for one in claimed:
        parcels.setdefault(_parcel(one), []).append(one)
    return list(parcels.values())


def _parcel(claimed: Claimed) -> object:
    if claimed.channel is Channel.LETTER and claimed.letter_to is not None:
        return Channel.LETTER
    # Of alarms only those of one kind go together: each says by itself what to do.
    return (claimed.channel, claimed.target, claimed.code if claimed.safety else "") if claimed.held else claimed.id


async def step(pool: db.Pool, outside: Outside, voice: Voice, parcel: Sequence[Claimed]) -> None:
    """Make one call for a parcel, and write what came of it."""
    verdict = await _sent(outside, voice, parcel)
    async with pool.write() as conn:
        await settle(conn, parcel, verdict)


async def settle(conn: db.Conn, parcel: Sequence[Claimed], verdict: Verdict) -> None:
    """Write what came of a call for all that went with it."""
    now = clock.now()
    due = None if verdict.again_in is None else now + timedelta(seconds=verdict.again_in)
    rows = [{"id": one.id, "attempts": one.attempts, "state": verdict.state, "due_at": due} for one in parcel]
    await db.run(conn, q.settle, rows=db.rows(rows), why=verdict.why, now=now)
    if verdict.gone:
        await db.run(conn, q.end_subscription, id=parcel[0].target)


async def note_printed(conn: db.Conn, printed: Iterable[UUID]) -> None:
    """The print room has printed these letters."""
    await db.run(conn, q.printed, ids=db.ids(list(printed)), now=clock.now())


async def _sent(outside: Outside, voice: Voice, parcel: Sequence[Claimed]) -> Verdict:
    if parcel[0].channel is Channel.LETTER:
        return await _write_letters(outside, voice, parcel)
    if parcel[0].channel is Channel.PUSH:
        return await _ring(outside, voice, parcel)
    return await _text(outside, voice, parcel)


async def _text(outside: Outside, voice: Voice, parcel: Sequence[Claimed]) -> Verdict:
    """The gateway knows a message by its id, so the parcel goes by that of its first."""
    one = parcel[0]
    said = _words(voice, parcel)
    try:
        await outside.sms.send(message=one.id, to=one.phone, text=texted(said.short, one.language, voice))
    except SmsRefusedError:
        return rules.later(one.attempts, "refused")
    except SmsUnansweredError:
        return rules.later(one.attempts, "unanswered")
    return Verdict(State.SENT)


async def _ring(outside: Outside, voice: Voice, parcel: Sequence[Claimed]) -> Verdict:
    one = parcel[0]
    if one.endpoint is None or one.p256dh is None or one.auth is None:
        return Verdict(State.FAILED, "gone")
    said = _words(voice, parcel)
    link = "/messages" if len(parcel) > 1 else f"/messages/{one.message}"
    payload = msgspec.json.encode({"title": said.title, "body": said.short, "href": link})
    if len(payload) > webpush.PAYLOAD_BYTES:
        payload = msgspec.json.encode({"title": voice.names[one.language], "body": "", "href": link})
    outcome = await outside.push.send(
        owner=one.recipient,
        endpoint=one.endpoint,
        p256dh=one.p256dh,
        auth=one.auth,
        payload=payload,
        urgent=any(other.safety for other in parcel),
    )
    return rules.push_verdict(outcome.status, outcome.error, outcome.retry_after, one.attempts)


async def _write_letters(outside: Outside, voice: Voice, parcel: Sequence[Claimed]) -> Verdict:
    if outside.letters is None:
        return Verdict(State.FAILED, "no_print_room")
    if parcel[0].letter_to is None:
        return Verdict(State.FAILED, "no_address")
    written = {one.id: _letter(voice, one) for one in parcel}
    try:
        await asyncio.to_thread(outside.letters.post, written)
    except OSError as full:
        log.warning("messages.letters_not_written", error=type(full).__name__)
        return rules.later(max(one.attempts for one in parcel), "refused")
    return Verdict(State.SENT)


def _letter(voice: Voice, one: Claimed) -> str:
    said = wording.rendered(one.texts, one.facts, one.language, voice)
    return letters.letter(
        one.letter_to or "",
        wording.moment(one.told_at, one.language, voice.zone),
        said,
        voice.names[one.language],
        help_line(one.language, voice),
    )


def _words(voice: Voice, parcel: Sequence[Claimed]) -> Rendered:
    first = sorted(parcel, key=lambda one: one.id, reverse=True)
    first.sort(key=lambda one: _ORDER.index(one.category))
    said = [wording.rendered(one.texts, one.facts, one.language, voice) for one in first]
    if len(said) == 1:
        return said[0]
    return (folded if parcel[0].safety else digest)(said, parcel[0].language)
