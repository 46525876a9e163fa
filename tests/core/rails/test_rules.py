"""The pure rules of rails."""

import base64
import hashlib
import hmac
import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from openhall.core.rails import rules
from openhall.core.rails.types import Charge, ChargeState, Locked, TopUpState, Verdict

ID = UUID(int=1)
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
# The example of Standard Webhooks 1.0.0.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOTICE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = "1614265330"
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
THEN = datetime.fromtimestamp(int(TIMESTAMP), UTC)


def locked(state: TopUpState) -> Locked:
    return Locked(ID, ID, ID, state, 1000, "CNY")


def said(state: ChargeState, amount: int = 1000, currency: str = "CNY") -> Charge:
    return Charge(str(ID), state, amount, currency)


@pytest.mark.parametrize(
    ("state", "word", "verdict"),
    [
        (TopUpState.PROCESSING, ChargeState.ACCEPTED, Verdict.WAIT),
        (TopUpState.PROCESSING, ChargeState.SUCCEEDED, Verdict.CREDIT),
        (TopUpState.PROCESSING, ChargeState.DECLINED, Verdict.FAIL),
        (TopUpState.SUCCEEDED, ChargeState.ACCEPTED, Verdict.NOTHING_NEW),
        (TopUpState.SUCCEEDED, ChargeState.SUCCEEDED, Verdict.NOTHING_NEW),
        (TopUpState.SUCCEEDED, ChargeState.DECLINED, Verdict.CONTRADICTION),
        (TopUpState.FAILED, ChargeState.ACCEPTED, Verdict.NOTHING_NEW),
        (TopUpState.FAILED, ChargeState.SUCCEEDED, Verdict.CONTRADICTION),
        (TopUpState.FAILED, ChargeState.DECLINED, Verdict.NOTHING_NEW),
    ],
)
def test_the_banks_word_only_ever_ends_what_is_processing(
    state: TopUpState, word: ChargeState, verdict: Verdict
) -> None:
    assert rules.verdict(locked(state), said(word)) is verdict


@pytest.mark.parametrize(("amount", "currency"), [(999, "CNY"), (1001, "CNY"), (1000, "JPY"), (0, "")])
@pytest.mark.parametrize("state", list(TopUpState))
def test_money_of_another_amount_or_currency_is_a_contradiction(state: TopUpState, amount: int, currency: str) -> None:
    assert rules.verdict(locked(state), said(ChargeState.SUCCEEDED, amount, currency)) is Verdict.CONTRADICTION


def test_a_cancelled_charge_need_not_repeat_the_amount() -> None:
    assert rules.verdict(locked(TopUpState.PROCESSING), said(ChargeState.DECLINED, 0, "")) is Verdict.FAIL


def test_pauses_grow_and_the_last_one_repeats() -> None:
    pauses = [rules.pause(attempt) for attempt in range(1, 100)]
    assert all(earlier <= later for earlier, later in itertools.pairwise(pauses))
    assert pauses[0] == timedelta(seconds=2)
    assert pauses[-1] == timedelta(minutes=5)


@pytest.mark.parametrize("timeout", [0.1, 5.0, 60.0])
def test_a_lease_outlasts_the_two_calls_that_a_worker_may_make(timeout: float) -> None:
    assert rules.lease(timeout).total_seconds() > 2 * timeout


def is_signed(
    *, signatures: str = SIGNATURE, timestamp: str = TIMESTAMP, body: bytes = BODY, notice_id: str = NOTICE,
    secret: str = SECRET, now: datetime = THEN,
) -> bool:  # fmt: skip
    return rules.is_signed(
        secret=secret, notice_id=notice_id, timestamp=timestamp, signatures=signatures, body=body, now=now
    )


def test_the_example_of_the_standard_is_believed() -> None:
    assert is_signed()


def test_while_a_key_is_changed_one_good_signature_among_several_suffices() -> None:
    assert is_signed(signatures=f"v1,AAAA v1a,AAAA {SIGNATURE}")


@pytest.mark.parametrize(
    "signatures",
    ["", "v1", "v1,", "v1,!!!", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=", "v2" + SIGNATURE[2:], "v1,中", ","],
)
def test_a_wrong_or_broken_signature_is_not_believed_and_does_no_harm(signatures: str) -> None:
    assert not is_signed(signatures=signatures)


@pytest.mark.parametrize("timestamp", ["", "-1", "abc", "1614265331", "٣", "9" * 400, "1.5"])
def test_a_changed_or_broken_timestamp_is_not_believed(timestamp: str) -> None:
    assert not is_signed(timestamp=timestamp)


def test_a_changed_body_or_id_is_not_believed() -> None:
    assert not is_signed(body=BODY + b" ")
    assert not is_signed(notice_id=NOTICE + "x")
    assert not is_signed(notice_id="")


@pytest.mark.parametrize(("seconds", "believed"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_notice_is_believed_for_five_minutes_either_way(seconds: int, believed: bool) -> None:
    assert is_signed(now=THEN + timedelta(seconds=seconds)) is believed


def test_without_a_key_nothing_is_believed() -> None:
    signed = hmac.new(b"", f"{NOTICE}.{TIMESTAMP}.".encode() + BODY, hashlib.sha256).digest()
    assert not is_signed(secret="", signatures="v1," + base64.b64encode(signed).decode())
