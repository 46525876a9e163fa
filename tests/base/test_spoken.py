"""Amounts as a stall hears them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.base import spoken

DIGITS = {letter: value for value, letter in enumerate("零一二三四五六七八九")}
UNITS = {"十": 10, "百": 100, "千": 1000}
GROUPS = {"万": 10**4, "亿": 10**8, "兆": 10**12}


def understood(said: str) -> int:
    """A Chinese number as a listener adds it up."""
    total = part = digit = 0
    for letter in said:
        if letter in DIGITS:
            digit = DIGITS[letter]
        elif letter in UNITS:
            part += (digit or 1) * UNITS[letter]
            digit = 0
        else:
            total += (part + digit) * GROUPS[letter]
            part = digit = 0
    return total + part + digit


@given(st.integers(0, 10**16 - 1))
def test_a_listener_understands_the_number_that_was_meant(number: int) -> None:
    assert understood(spoken.chinese_number(number)) == number


@given(st.integers(0, 10**16 - 1))
def test_a_number_is_said_without_stumbling(number: int) -> None:
    said = spoken.chinese_number(number)
    assert "零零" not in said
    assert said == "零" or not said.endswith("零")
    assert not said.startswith("一十")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "零"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
        (111, "一百一十一"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (10_000, "一万"),
        (10_010, "一万零一十"),
        (20_003, "二万零三"),
        (100_000, "十万"),
        (110_000, "十一万"),
        (101_000, "十万一千"),
        (100_500, "十万零五百"),
        (1_000_001, "一百万零一"),
        (100_000_000, "一亿"),
        (100_010_000, "一亿零一万"),
        (1_000_000_000_000, "一兆"),
    ],
)
def test_numbers_are_said_as_in_school(number: int, said: str) -> None:
    assert spoken.chinese_number(number) == said


@pytest.mark.parametrize(
    ("fen", "chinese", "english"),
    [
        (0, "零元", "0 yuan"),
        (1, "一分", "1 fen"),
        (5, "五分", "5 fen"),
        (10, "一角", "10 fen"),
        (50, "五角", "50 fen"),
        (55, "五角五分", "55 fen"),
        (100, "一元", "1 yuan"),
        (105, "一元零五分", "1 yuan 05"),
        (350, "三元五角", "3 yuan 50"),
        (355, "三元五角五分", "3 yuan 55"),
        (1000, "十元", "10 yuan"),
        (1250, "十二元五角", "12 yuan 50"),
        (10_005, "一百元零五分", "100 yuan 05"),
        (1_001_000, "一万零一十元", "10010 yuan"),
        (11_000_000, "十一万元", "110000 yuan"),
        (10_000_000_001, "一亿元零一分", "100000000 yuan 01"),
    ],
)
def test_amounts_are_said_in_both_languages(fen: int, chinese: str, english: str) -> None:
    assert spoken.amount(fen, "CNY", "zh_CN") == chinese
    assert spoken.amount(fen, "CNY", "zh") == chinese
    assert spoken.amount(fen, "CNY", "en") == english


def test_other_currencies_are_said_plainly() -> None:
    assert spoken.amount(350, "HKD", "zh_CN") == "3.50 HKD"
    assert spoken.amount(350, "JPY", "en") == "350 JPY"


@pytest.mark.parametrize("number", [-1, 10**16])
def test_what_cannot_be_said_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="number from 0"):
        spoken.chinese_number(number)
    with pytest.raises(ValueError, match="negative"):
        spoken.amount(-1, "CNY", "en")


@pytest.mark.parametrize(
    ("minor", "written"),
    [
        (100_000, "壹仟元整"),
        (123_450, "壹仟贰佰叁拾肆元伍角"),
        (1_000_001, "壹万元零壹分"),
        (1_100, "壹拾壹元整"),
        (20_000_305, "贰拾万零叁元零伍分"),
    ],
)
def test_large_amounts_are_written_in_capital_numerals(minor: int, written: str) -> None:
    assert spoken.capitals(minor) == written


@given(st.integers(0, 10**12))
def test_capitals_are_the_same_number_in_other_letters(minor: int) -> None:
    written = spoken.capitals(minor).removesuffix("整")
    back = written.translate(str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千"))
    assert back.removeprefix("一" if back.startswith("一十") else "") == spoken.amount(minor, "CNY", "zh_CN")
