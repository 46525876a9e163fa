"""One-time digits, the permutation, and the limits: nothing here needs a database."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.core.payments.codes import pay
from openhall.core.payments.paycodes import otp, rules
from openhall.core.payments.paycodes.permutation import Permutation
from openhall.core.payments.safety.types import OwnLimits
from tests.house.the_app import SETTINGS

SECRET = SETTINGS.secret
RFC_4226 = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
RFC_6238 = [
    (59, "46119246"),
    (1111111109, "68084774"),
    (1111111111, "67062674"),
    (1234567890, "91819424"),
    (2000000000, "90698825"),
    (20000000000, "77737706"),
]
KEY = b"12345678901234567890123456789012"


@pytest.mark.parametrize(("count", "code"), list(enumerate(RFC_4226)))
def test_hotp_gives_the_digits_of_rfc_4226(count: int, code: str) -> None:
    assert otp.hotp(b"12345678901234567890", count, digits=6, digest="sha1") == code


@pytest.mark.parametrize(("seconds", "code"), RFC_6238)
def test_totp_gives_the_digits_of_rfc_6238(seconds: int, code: str) -> None:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert otp.hotp(KEY, otp.step_at(instant)) == code
    assert otp.matching_step(KEY, code, instant) == seconds // 30


@pytest.mark.parametrize(("steps", "works"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off_and_no_more(steps: int, works: bool) -> None:
    now = datetime(2026, 11, 21, 8, 0, 15, tzinfo=UTC)
    code = otp.hotp(KEY, otp.step_at(now) + steps)
    assert otp.matching_step(KEY, code, now) == (otp.step_at(now) + steps if works else None)


@pytest.mark.parametrize("side", [1, 2, 3, 10, 37])
def test_the_permutation_takes_each_number_to_another_and_back(side: int) -> None:
    shuffled = Permutation(b"key", side)
    hidden = [shuffled.hide(number) for number in range(side**2)]
    assert sorted(hidden) == list(range(side**2))
    assert [shuffled.reveal(number) for number in hidden] == list(range(side**2))


@given(number=st.integers(0, 10**8 - 1), key=st.binary(min_size=1, max_size=64))
def test_eight_digits_are_hidden_and_revealed(number: int, key: bytes) -> None:
    shuffled = Permutation(key)
    hidden = shuffled.hide(number)
    assert 0 <= hidden < 10**8
    assert shuffled.reveal(hidden) == number


def test_neighbours_do_not_stay_neighbours() -> None:
    shuffled = rules.device_permutation(SECRET)
    hidden = [shuffled.hide(number) for number in range(1000)]
    assert sum(abs(one - next_) < 1000 for one, next_ in pairwise(hidden)) < 5
    assert hidden != [Permutation(b"another").hide(number) for number in range(1000)]


@pytest.mark.parametrize("number", [-1, 10**8])
def test_a_number_outside_the_domain_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        Permutation(b"key").hide(number)
    with pytest.raises(ValueError, match="outside"):
        Permutation(b"key").reveal(number)


def test_new_codes_are_random_and_of_our_form() -> None:
    made = {rules.new_digits() for _ in range(1000)}
    assert len(made) == 1000
    assert all(pay.read(code) == code and code.startswith(pay.ONLINE) for code in made)


def test_what_is_derived_differs_by_secret_purpose_and_subject() -> None:
    one, other = UUID(int=1), UUID(int=2)
    derived = [
        rules.device_secret(SECRET, one),
        rules.device_secret(SECRET, other),
        rules.device_secret(SECRET + "!", one),
        rules.use_hash(SECRET, one, 1),
        rules.use_hash(SECRET, one, 2),
        rules.code_hash(SECRET, str(one)),
    ]
    assert len(set(derived)) == len(derived)
    assert {len(value) for value in derived} == {32}


HALLS = OwnLimits()


def test_above_a_limit_the_payer_is_asked_where_they_can_be() -> None:
    limit = SETTINGS.pay_code_max
    assert not rules.online_needs_confirming(SETTINGS, limit, HALLS)
    assert rules.online_needs_confirming(SETTINGS, limit + 1, HALLS)
    small, day = SETTINGS.offline_code_max, SETTINGS.offline_code_day_max
    assert not rules.above_offline_cap(SETTINGS, small, day - small, HALLS)
    assert rules.above_offline_cap(SETTINGS, small, day - small + 1, HALLS)
    assert rules.above_offline_cap(SETTINGS, small + 1, 0, HALLS)


def test_who_wants_the_pin_earlier_is_asked_earlier_at_the_counter_too() -> None:
    careful, bold = OwnLimits(no_pin_max=1_000), OwnLimits(no_pin_max=10_000_000)
    assert not rules.online_needs_confirming(SETTINGS, 1_000, careful)
    assert rules.online_needs_confirming(SETTINGS, 1_001, careful)
    assert rules.above_offline_cap(SETTINGS, 1_001, 0, careful)
    assert rules.online_needs_confirming(SETTINGS, SETTINGS.pay_code_max + 1, bold), "never later than the hall asks"
