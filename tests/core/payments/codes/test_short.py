"""The short code finds every slip of a finger and forgives every way of writing it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.core.payments.codes import short
from openhall.core.payments.codes.reasons import CodeError, Reason

CODES = st.integers(0, 9 * 10**7 - 1).map(lambda number: short.new(lambda _: number))


def refusal(text: str) -> Reason:
    with pytest.raises(CodeError) as caught:
        short.parse(text)
    return caught.value.reason


def test_the_check_digit_is_the_one_damm_published() -> None:
    assert short.check_digit("572") == "4"


def test_every_single_wrong_digit_and_every_swap_is_found_after_every_state() -> None:
    # Damm's guarantee follows from the table: each row and column a permutation, and no pair of digits commutes.
    for state, (a, b) in itertools.product("0123456789", itertools.combinations("0123456789", 2)):
        assert short.check_digit(state + a) != short.check_digit(state + b)
        assert short.check_digit(a + state) != short.check_digit(b + state)
        assert short.check_digit(state + a + b) != short.check_digit(state + b + a)


@given(CODES)
def test_every_wrong_digit_and_every_swap_of_neighbours_in_a_code_is_refused(code: str) -> None:
    for at, digit in itertools.product(range(len(code)), "0123456789"):
        if digit != code[at]:
            assert refusal(code[:at] + digit + code[at + 1 :]) is Reason.SHORT_CHECK
    for at in range(len(code) - 1):
        swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        if swapped != code:
            assert refusal(swapped) is Reason.SHORT_CHECK


@given(CODES)
def test_a_code_is_nine_digits_without_a_leading_zero_and_is_read_as_it_is_shown(code: str) -> None:
    assert len(code) == 9
    assert code[0] != "0"
    shown = short.show(code)
    assert shown == f"{code[:3]} {code[3:6]} {code[6:]}"
    assert short.parse(shown) == code


def test_random_codes_span_the_whole_range() -> None:
    assert short.new(lambda n: 0)[:8] == "10000000"
    assert short.new(lambda n: n - 1)[:8] == "99999999"


@pytest.mark.parametrize(
    "form",
    ["{0}-{1}-{2}", " {0}{1} {2} ", "{0}.{1}.{2}", "{0}\u3000{1}\u00a0{2}", "{0}—{1}–{2}", "{0}\t{1}\u200b{2}\n"],
)
def test_separators_of_every_kind_are_forgiven(form: str) -> None:
    code = short.new(lambda n: 123456)
    assert short.parse(form.format(code[:3], code[3:6], code[6:])) == code


def test_full_width_and_arabic_digits_are_read() -> None:
    code = short.new(lambda n: 55555555)
    assert short.parse("".join(chr(0xFF10 + int(digit)) for digit in code)) == code
    assert short.parse("".join(chr(0x0660 + int(digit)) for digit in code)) == code


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", Reason.EMPTY), (" - ", Reason.EMPTY), ("12345678", Reason.SHORT_LENGTH), ("1234567890", Reason.SHORT_LENGTH),
     ("12345678x", Reason.NOT_A_CODE), ("一二三四五六七八九", Reason.NOT_A_CODE)],
)  # fmt: skip
def test_what_is_no_short_code_says_why(text: str, reason: Reason) -> None:
    assert refusal(text) is reason


@given(st.text(max_size=30))
def test_any_text_is_nine_digits_or_refused_with_a_reason(text: str) -> None:
    try:
        result = len(short.parse(text)) == short.LENGTH
    except CodeError as error:
        result = error.reason in Reason
    assert result
