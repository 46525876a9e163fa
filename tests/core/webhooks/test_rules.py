"""Signing, the body, the schedule, what an answer means: without a database."""

import base64
import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from openhall.core.webhooks import rules
from openhall.core.webhooks.types import DeliveryState, EndpointState, Error, Locked, Outcome, Why

HALL_SECRET = "a secret for tests only, 32 characters and more"
KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def answer(status: int | None, error: Error | None = None) -> Outcome:
    return Outcome(status, error, 12)


def most(n: int) -> int:
    """The largest draw."""
    return n - 1


def test_the_published_vector_is_signed_alike() -> None:
    assert rules.signatures([base64.b64decode(KEY)], ID, TIMESTAMP, BODY) == SIGNATURE


def test_the_standards_own_library_signs_and_verifies_alike() -> None:
    key = rules.key(HALL_SECRET, rules.new_salt())
    oracle = Webhook(rules.shown(key))
    now = datetime.now(UTC)
    timestamp, body = int(now.timestamp()), '{"name":"老王"}'
    ours = rules.signatures([key], ID, timestamp, body)
    assert ours == oracle.sign(ID, now, body)
    headers = {"webhook-id": ID, "webhook-timestamp": str(timestamp), "webhook-signature": ours}
    assert oracle.verify(body, headers) == {"name": "老王"}


def test_two_keys_give_two_signatures_the_newest_first() -> None:
    keys = [rules.key(HALL_SECRET, rules.new_salt()) for _ in range(2)]
    both = rules.signatures(keys, ID, TIMESTAMP, BODY).split(" ")
    assert both == [rules.signatures([key], ID, TIMESTAMP, BODY) for key in keys]
    assert len(set(both)) == 2


def test_a_key_needs_both_the_salt_and_the_halls_secret() -> None:
    salt = rules.new_salt()
    assert rules.key(HALL_SECRET, salt) == rules.key(HALL_SECRET, salt)
    assert (
        len({rules.key(HALL_SECRET, salt), rules.key(HALL_SECRET + "!", salt), rules.key(HALL_SECRET, "00" * 32)}) == 3
    )
    assert 24 <= len(rules.key(HALL_SECRET, salt)) <= 64, "as the standard asks"


def test_the_body_has_the_standards_members_and_says_where_the_event_stands() -> None:
    text = rules.body(type="payment.succeeded", at=AT, data={"amount": 350}, stream="shop:1", number=7)
    assert json.loads(text) == {
        "type": "payment.succeeded",
        "timestamp": "2026-11-21T08:00:00Z",
        "data": {"amount": 350, "stream": "shop:1", "number": 7},
    }


def test_a_body_is_never_larger_than_the_standard_allows() -> None:
    text = rules.body(type="a.b", at=AT, data={"words": "字" * 7_000}, stream="shop:1", number=7)
    assert len(text.encode()) < 20_000
    assert json.loads(text)["data"] == {"stream": "shop:1", "number": 7, "left_out": True}


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (["payment.succeeded"], ["payment.succeeded"]),
        (["payment.*", "payment.*"], ["payment.*"]),
        (["*"], ["*"]),
        (["payment.suceeded"], None),
        (["settlement.*"], None),
        (["payment"], None),
        (["pay*"], None),
        (["payment.*.*"], None),
        (["*.succeeded"], None),
        ([""], None),
        ([], None),
        (["*"] + [f"payment.x{n}" for n in range(20)], None),
    ],
)
def test_events_are_types_groups_or_everything(wanted: list[str], kept: list[str] | None) -> None:
    assert rules.patterns(wanted, ["payment.succeeded", "payment.refunded"]) == kept


def test_the_schedule_is_that_of_the_standard() -> None:
    pauses = [rules.verdict(answer(500), tries, lambda n: 0).again_in for tries in range(1, 10)]
    assert pauses == [
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
    ]
    last = rules.verdict(answer(500), 10, lambda n: 0)
    assert (last.state, last.ends, last.again_in) == (DeliveryState.FAILED, Why.SILENT, None)


def test_pauses_are_spread_but_never_shorter() -> None:
    drawn = {rules.verdict(answer(500), 2, random.Random(seed).randrange).again_in for seed in range(100)}
    assert len(drawn) > 10
    assert all(pause and timedelta(seconds=300) <= pause <= timedelta(seconds=330) for pause in drawn)
    assert rules.verdict(answer(500), 9, most).again_in == timedelta(hours=26, minutes=24)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    assert rules.verdict(answer(status), 10, most).state is DeliveryState.DELIVERED


@pytest.mark.parametrize("status", [101, 301, 302, 307, 400, 401, 404, 500, 503])
def test_whatever_else_is_tried_again(status: int) -> None:
    found = rules.verdict(answer(status), 1, most)
    assert (found.state, found.slow_down, found.ends) == (DeliveryState.PENDING, False, None)


@pytest.mark.parametrize("error", Error)
def test_no_answer_is_tried_again(error: Error) -> None:
    assert rules.verdict(answer(None, error), 1, most).state is DeliveryState.PENDING


@pytest.mark.parametrize("status", [429, 502, 504])
def test_who_has_too_much_to_do_gets_a_pause(status: int) -> None:
    found = rules.verdict(answer(status), 1, most)
    assert (found.state, found.slow_down) == (DeliveryState.PENDING, True)


def test_the_pause_doubles_and_hears_retry_after_within_bounds() -> None:
    assert [rules.slow_pause(count, None).total_seconds() for count in (0, 1, 2, 5, 6, 500)] == [
        60, 120, 240, 1920, 3600, 3600,
    ]  # fmt: skip
    assert rules.slow_pause(0, 300) == timedelta(seconds=300)
    assert rules.slow_pause(3, 5) == timedelta(seconds=480)
    assert rules.slow_pause(0, 999_999_999) == timedelta(hours=1)


def test_gone_ends_an_endpoint_and_silence_only_when_nothing_was_taken_meanwhile() -> None:
    gone, silent = rules.verdict(answer(410), 1, most), rules.verdict(answer(None, Error.TIMEOUT), 10, most)
    never, before, after = (
        Locked(EndpointState.ACTIVE, heard, 0) for heard in (None, AT - timedelta(days=1), AT + timedelta(days=1))
    )
    assert rules.disables(gone, after, AT)
    assert rules.disables(silent, never, AT)
    assert rules.disables(silent, before, AT)
    assert not rules.disables(silent, after, AT), "one event that is not understood does not end all others"
