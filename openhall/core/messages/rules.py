"""The pure rules of messages: which channels carry what and when, and what an answer from outside means."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from openhall.base import visible
from openhall.core.messages import problems
from openhall.core.messages.types import (
    Category,
    Channel,
    Plan,
    Preferences,
    Quiet,
    Reach,
    State,
    Unplanned,
    Verdict,
    Wish,
)

QUIET = Quiet(time(21), time(8))
# What was too much for one day goes out together at this time of the day.
DIGEST_AT = time(18)
# Messages of a category that one resident gets in a day over one channel, each by itself.
A_DAY = {Category.MUST: 20, Category.CASE: 10, Category.REMINDER: 5, Category.NEWS: 2}
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Nobody sleeps longer, and whoever took somebody's phone would like them to.
QUIET_MOST = timedelta(hours=12)
# Alarms of one kind that leave by themselves within an hour. More than that are made by somebody who wants them to be
# ignored, or paid for: they are counted, and said together at the full hour.
ALARMS_AN_HOUR = 3
# A channel is given up after so long; the inbox has the message all the same.
TRIED_FOR = {Channel.SMS: DAY, Channel.PUSH: DAY, Channel.LETTER: timedelta(days=7)}
# The hall's usual way, until a resident says otherwise.
USUAL: dict[Category, dict[Channel, bool]] = {
    Category.MUST: {Channel.SMS: True, Channel.PUSH: True, Channel.LETTER: False},
    Category.CASE: {Channel.SMS: True, Channel.PUSH: True, Channel.LETTER: False},
    Category.REMINDER: {Channel.SMS: False, Channel.PUSH: True, Channel.LETTER: False},
    Category.NEWS: {Channel.SMS: False, Channel.PUSH: False, Channel.LETTER: False},
}
# Seconds to wait after each attempt but the last.
PAUSES = (5, 30, 120, 600, 1_800, 7_200)
RETRY_MOST_S = 7_200
ADDRESS_LENGTH = 300
ADDRESS_LINES = 6
# Push services (RFC 8030): the subscription is no more.
_GONE = frozenset({404, 410})
# Answers that no second attempt would change.
_REFUSED = frozenset({400, 401, 403, 413})
_SLOW = 429


def wanted(wishes: Sequence[Wish]) -> dict[Category, dict[Channel, bool]]:
    """What a resident wants, over the usual."""
    found = {category: dict(channels) for category, channels in USUAL.items()}
    for wish in wishes:
        found[wish.category][wish.channel] = wish.wanted
    return found


def quiet(start: str, end: str) -> Quiet:
    """A span as a person types it, HH:MM; Problem `messages.quiet_invalid`."""
    try:
        return Quiet(time.fromisoformat(start), time.fromisoformat(end))
    except ValueError:
        raise problems.quiet_invalid() from None


def checked(wish: Preferences) -> Preferences:
    """Preferences as they can be kept.

    Refusals, in this order: `messages.must_stays_on`, `messages.quiet_invalid`, `messages.quiet_too_long`,
    `messages.address_invalid`, `messages.address_missing`.
    """
    must = wish.wanted[Category.MUST]
    if not (must[Channel.SMS] and must[Channel.PUSH]):
        raise problems.must_stays_on()
    if wish.quiet is not None and wish.quiet.start == wish.quiet.end:
        raise problems.quiet_invalid()
    if wish.quiet is not None and _length(wish.quiet) > QUIET_MOST:
        raise problems.quiet_too_long()
    address = _address(wish.letter_to)
    if address is None and any(channels[Channel.LETTER] for channels in wish.wanted.values()):
        raise problems.address_missing()
    return Preferences(wish.wanted, wish.quiet, address)


def _length(quiet: Quiet) -> timedelta:
    start, end = (timedelta(hours=one.hour, minutes=one.minute) for one in (quiet.start, quiet.end))
    return (end - start) % DAY


def _address(written: str | None) -> str | None:
    lines = [" ".join(line.split()) for line in (written or "").splitlines()]
    address = "\n".join(line for line in lines if line)
    printable = not any(visible.hides(ch) for ch in address.replace("\n", ""))
    if not printable or len(address) > ADDRESS_LENGTH or address.count("\n") >= ADDRESS_LINES:
        raise problems.address_invalid()
    return address or None


def plans(
    message: Unplanned,
    reach: Reach,
    today: Mapping[Channel, int],
    *,
    now: datetime,
    zone: ZoneInfo,
    letters: bool,
) -> list[Plan]:
    """How a message leaves the hall. `today`: how many of its category the resident got in the last day; of an alarm:
    how many of its kind in the last hour."""
    wishes = USUAL[message.category] | {
        channel: reach.wanted[key] for channel in Channel if (key := f"{message.category}.{channel}") in reach.wanted
    }
    targets = {
        Channel.SMS: [reach.resident] if reach.has_phone else [],
        Channel.PUSH: reach.subscriptions,
        Channel.LETTER: [reach.resident] if letters and reach.has_address else [],
    }
    return [
        _plan(message, reach, channel, target, today.get(channel, 0), now, zone)
        for channel in Channel
        if wishes[channel]
        for target in targets[channel]
    ]


def _plan(
    message: Unplanned, reach: Reach, channel: Channel, target: UUID, today: int, now: datetime, zone: ZoneInfo
) -> Plan:
    due = now
    quiet = _quiet_of(reach)
    if channel is not Channel.LETTER and not message.safety:
        if today >= A_DAY[message.category]:
            due = _next(DIGEST_AT, now, zone)
        due = awake(due, quiet, zone)
    if message.safety and today >= ALARMS_AN_HOUR:
        due = now.replace(minute=0, second=0, microsecond=0) + HOUR
    expires = due + TRIED_FOR[channel]
    if message.expires_at is not None:
        expires = min(expires, message.expires_at)
    too_late = due >= expires
    return Plan(channel, target, None if too_late else due, max(expires, now) if too_late else expires, due > now)


def _quiet_of(reach: Reach) -> Quiet | None:
    if not reach.has_habits:
        return QUIET
    if reach.quiet_from is None or reach.quiet_to is None:
        return None
    return Quiet(reach.quiet_from, reach.quiet_to)


def awake(moment: datetime, quiet: Quiet | None, zone: ZoneInfo) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into."""
    if quiet is None:
        return moment
    local = moment.astimezone(zone).time()
    over_midnight = quiet.start > quiet.end
    is_quiet = local >= quiet.start or local < quiet.end if over_midnight else quiet.start <= local < quiet.end
    return _next(quiet.end, moment, zone) if is_quiet else moment


def _next(at: time, now: datetime, zone: ZoneInfo) -> datetime:
    """The next moment at which the clocks of the city show `at`."""
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), at, tzinfo=zone)
    if today > local:
        return today.astimezone(now.tzinfo)
    return datetime.combine(local.date() + DAY, at, tzinfo=zone).astimezone(now.tzinfo)


def later(attempts: int, why: str, *, at_least: int = 0) -> Verdict:
    """To be tried again after so many attempts, or given up."""
    if attempts > len(PAUSES):
        return Verdict(State.FAILED, why)
    return Verdict(State.WAITING, why, again_in=min(max(PAUSES[attempts - 1], at_least), RETRY_MOST_S))


def push_verdict(status: int | None, error: str | None, retry_after: int | None, attempts: int) -> Verdict:
    """What a push service's answer means."""
    if status is not None and 200 <= status < 300:
        return Verdict(State.SENT)
    if status in _GONE:
        return Verdict(State.FAILED, "gone", gone=True)
    if status in _REFUSED or error == "forbidden":
        return Verdict(State.FAILED, "refused")
    if status == _SLOW:
        return later(attempts, "slow", at_least=retry_after or 0)
    return later(attempts, "unanswered" if status is None else "refused", at_least=retry_after or 0)
