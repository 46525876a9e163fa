"""The pure rules: when somebody may be rung, which channels carry what, and what an answer means."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest

from openhall.base.errors import Problem
from openhall.core.messages import rules
from openhall.core.messages.types import Category, Channel, Preferences, Quiet, Reach, State, Unplanned, Wish

CITY = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
ME, PHONE = UUID(int=1), UUID(int=2)
NIGHT = Quiet(time(21), time(8))


def city(text: str, zone: ZoneInfo = CITY) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def reach(**more: Any) -> Reach:
    usual: dict[str, Any] = {
        "quiet_from": None,
        "quiet_to": None,
        "has_address": False,
        "has_phone": True,
        "wanted": {},
        "subscriptions": [PHONE],
    }
    return Reach(resident=ME, has_habits=False, **(usual | more))


def message(category: Category = Category.CASE, **more: Any) -> Unplanned:
    return Unplanned(UUID(int=9), ME, "tests.thing", category, **({"safety": False, "expires_at": None} | more))


@pytest.mark.parametrize(
    ("quiet", "moment", "awake"),
    [
        (NIGHT, "2030-03-05T20:59:59", "2030-03-05T20:59:59"),
        (NIGHT, "2030-03-05T21:00:00", "2030-03-06T08:00:00"),
        (NIGHT, "2030-03-06T00:00:00", "2030-03-06T08:00:00"),
        (NIGHT, "2030-03-06T07:59:59", "2030-03-06T08:00:00"),
        (NIGHT, "2030-03-06T08:00:00", "2030-03-06T08:00:00"),
        (Quiet(time(12), time(14)), "2030-03-05T13:00:00", "2030-03-05T14:00:00"),
        (Quiet(time(12), time(14)), "2030-03-05T14:00:00", "2030-03-05T14:00:00"),
        (None, "2030-03-05T23:00:00", "2030-03-05T23:00:00"),
    ],
)
def test_quiet_hours_end_when_the_clocks_of_the_city_say_so(quiet: Quiet | None, moment: str, awake: str) -> None:
    assert rules.awake(city(moment), quiet, CITY) == city(awake)


def test_quiet_hours_are_counted_on_the_clocks_also_when_those_are_set() -> None:
    """In the night to 31 March 2030 Berlin's clocks go forward: eight o'clock comes an hour sooner."""
    slept = rules.awake(city("2030-03-30T22:00:00", BERLIN), NIGHT, BERLIN)
    assert slept == datetime(2030, 3, 31, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("category", "channels"),
    [
        (Category.MUST, {Channel.SMS, Channel.PUSH}),
        (Category.CASE, {Channel.SMS, Channel.PUSH}),
        (Category.REMINDER, {Channel.PUSH}),
        (Category.NEWS, set()),
    ],
)
def test_the_usual_way_of_a_category(category: Category, channels: set[Channel]) -> None:
    made = rules.plans(message(category), reach(), {}, now=city("2030-03-05T12:00:00"), zone=CITY, letters=True)
    assert {one.channel for one in made} == channels
    assert all(not one.held and one.due_at == city("2030-03-05T12:00:00") for one in made)


def test_a_letter_needs_a_wish_an_address_and_a_print_room() -> None:
    now = city("2030-03-05T23:00:00")
    wish = {"news.letter": True}
    for address, letters, count in ((True, True, 1), (False, True, 0), (True, False, 0)):
        who = reach(wanted=wish, has_address=address)
        made = rules.plans(message(Category.NEWS), who, {}, now=now, zone=CITY, letters=letters)
        assert len(made) == count
        assert all(one.due_at == now and one.expires_at == now + timedelta(days=7) for one in made)


@pytest.mark.parametrize(("today", "hour", "due"), [(1, 12, 12), (2, 12, 18), (2, 19, 8 + 24), (9, 2, 18)])
def test_what_is_too_much_for_a_day_waits_for_the_digest(today: int, hour: int, due: int) -> None:
    day = city("2030-03-05T00:00:00")
    who = reach(wanted={"news.sms": True}, subscriptions=[])
    (made,) = rules.plans(
        message(Category.NEWS), who, {Channel.SMS: today}, now=day + timedelta(hours=hour), zone=CITY, letters=False
    )
    assert made.held == (due != hour)
    expected = {12: 12, 18: 18, 32: 42}[due]
    assert made.due_at == day + timedelta(hours=expected)


def test_safety_knows_no_night() -> None:
    now = city("2030-03-05T23:00:00")
    made = rules.plans(
        message(Category.MUST, safety=True), reach(), {Channel.SMS: 2}, now=now, zone=CITY, letters=False
    )
    assert [(one.due_at, one.held) for one in made] == [(now, False)] * 2


def test_the_fourth_alarm_of_a_kind_waits_for_the_full_hour_and_for_no_morning() -> None:
    now = city("2030-03-05T23:10:00")
    made = rules.plans(
        message(Category.MUST, safety=True), reach(), {Channel.SMS: 3}, now=now, zone=CITY, letters=False
    )
    assert [one.due_at for one in made] == [city("2030-03-06T00:00:00"), now]


def test_a_message_that_ends_before_the_morning_is_dropped_at_once() -> None:
    now = city("2030-03-05T23:00:00")
    ends = now + timedelta(hours=1)
    (made, _) = rules.plans(message(expires_at=ends), reach(), {}, now=now, zone=CITY, letters=False)
    assert (made.due_at, made.expires_at) == (None, ends)


def wish(**more: Any) -> Preferences:
    return msgspec.structs.replace(Preferences(rules.wanted([]), rules.QUIET, None), **more)


@pytest.mark.parametrize(
    ("wished", "code"),
    [
        (wish(wanted=rules.wanted([Wish(Category.MUST, Channel.SMS, wanted=False)])), "messages.must_stays_on"),
        (wish(wanted=rules.wanted([Wish(Category.MUST, Channel.PUSH, wanted=False)])), "messages.must_stays_on"),
        (wish(quiet=Quiet(time(8), time(8))), "messages.quiet_invalid"),
        (wish(quiet=Quiet(time(11, 59), time(11, 58))), "messages.quiet_too_long"),
        (wish(quiet=Quiet(time(20), time(8, 1))), "messages.quiet_too_long"),
        (wish(letter_to="x" * 301), "messages.address_invalid"),
        (wish(letter_to="a\nb\nc\nd\ne\nf\ng"), "messages.address_invalid"),
        (wish(letter_to="\u202eabc"), "messages.address_invalid"),
        (wish(wanted=rules.wanted([Wish(Category.NEWS, Channel.LETTER, wanted=True)])), "messages.address_missing"),
        (
            wish(wanted=rules.wanted([Wish(Category.MUST, Channel.SMS, wanted=False)]), quiet=Quiet(time(8), time(8))),
            "messages.must_stays_on",
        ),
    ],
)
def test_a_wish_that_cannot_be_kept_is_refused(wished: Preferences, code: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.checked(wished)
    assert refused.value.code == code


@pytest.mark.parametrize(("start", "end"), [("", "08:00"), ("25:00", "08:00"), ("nine", "ten")])
def test_what_is_no_time_is_refused(start: str, end: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.quiet(start, end)
    assert refused.value.code == "messages.quiet_invalid"


@pytest.mark.parametrize(
    ("status", "error", "after", "state", "why", "again"),
    [
        (201, None, None, State.SENT, None, None),
        (410, None, None, State.FAILED, "gone", None),
        (404, None, None, State.FAILED, "gone", None),
        (403, None, None, State.FAILED, "refused", None),
        (413, None, None, State.FAILED, "refused", None),
        (None, "forbidden", None, State.FAILED, "refused", None),
        (429, None, 900, State.WAITING, "slow", 900),
        (429, None, None, State.WAITING, "slow", 5),
        (429, None, 999_999_999, State.WAITING, "slow", 7_200),
        (503, None, 60, State.WAITING, "refused", 60),
        (301, None, None, State.WAITING, "refused", 5),
        (None, "timeout", None, State.WAITING, "unanswered", 5),
    ],
)
def test_what_a_push_service_says_is_understood(
    status: int | None, error: str | None, after: int | None, state: State, why: str | None, again: int | None
) -> None:
    verdict = rules.push_verdict(status, error, after, 1)
    assert (verdict.state, verdict.why, verdict.again_in) == (state, why, again)
    assert verdict.gone == (why == "gone")


def test_pauses_grow_and_end() -> None:
    waits = [rules.later(attempts, "refused").again_in for attempts in range(1, 8)]
    assert waits == [5, 30, 120, 600, 1_800, 7_200, None]
    assert rules.later(7, "refused").state is State.FAILED
