"""Money is whole numbers: nothing is lost, nothing is rounded twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.base import money

AMOUNTS = st.integers(0, money.MAX_AMOUNT)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)
CURRENCIES = st.sampled_from(["CNY", "JPY", "KWD"])


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (15, [20, 2, 3], [13, 1, 1]),  # 4/5, 2/25, 3/25
        (15, [1, 1], [8, 7]),
        (0, [1, 2], [0, 0]),
        (1, [0, 1], [0, 1]),
        (2, [1, 1, 1], [1, 1, 0]),
        (100, [0, 3], [0, 100]),
    ],
)
def test_shares_are_those_of_the_published_vectors(total: int, weights: list[int], shares: list[int]) -> None:
    assert money.split(total, weights) == shares


@given(AMOUNTS, WEIGHTS)
def test_a_split_loses_nothing_and_is_fair(total: int, weights: list[int]) -> None:
    shares = money.split(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert total * weight // whole <= share <= total * weight // whole + 1
        assert weight or not share, "who has no part gets nothing"


@given(AMOUNTS, WEIGHTS)
def test_a_split_does_not_depend_on_the_unit_of_the_weights(total: int, weights: list[int]) -> None:
    assert money.split(total, weights) == money.split(total, [weight * 7 for weight in weights])


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])])
def test_a_split_without_sense_is_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="a split needs"):
        money.split(total, weights)


@given(AMOUNTS, CURRENCIES)
def test_what_machines_write_is_read_back(amount: int, currency: str) -> None:
    assert money.parse(money.plain(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("3.5", 350),
        ("3.50", 350),
        ("3", 300),
        ("0.01", 1),
        ("007", 700),
        ("¥3.50", 350),
        ("￥3.50", 350),
        (" 3.50 ", 350),
        ("３．５０", 350),
        ("3。50", 350),
        ("1,200", 120_000),
        ("1，200.00", 120_000),
        ("3.500", 350),
        ("12,345,678.90", 1_234_567_890),
    ],
)
def test_what_people_type_is_understood(typed: str, amount: int) -> None:
    assert money.parse(typed, "CNY") == amount


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-1",
        "+1",
        "1e3",
        "3.505",
        "3.5.0",
        ".",
        ".5",
        "5.",
        "1,20",
        "12,00",
        ",100",
        "三元",
        "0x10",
        "1 000",
        "٣",
    ],
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"amount|comma|coin"):
        money.parse(typed, "CNY")


@pytest.mark.parametrize(
    ("amount", "currency", "language", "shown"),
    [
        (350, "CNY", "zh_CN", "¥3.50"),
        (350, "CNY", "en", "¥3.50"),
        (1_234_567, "CNY", "en", "¥12,345.67"),
        (-350, "CNY", "zh_CN", "−¥3.50"),
        (350, "JPY", "en", "¥350"),
        (3500, "KWD", "en", "KWD3.500"),
    ],
)
def test_amounts_are_shown_as_people_write_them(amount: int, currency: str, language: str, shown: str) -> None:
    assert money.format(amount, currency, language) == shown


@given(st.integers(-money.MAX_AMOUNT, money.MAX_AMOUNT))
def test_every_fen_is_shown(amount: int) -> None:
    digits = "".join(letter for letter in money.format(amount, "CNY", "en") if letter.isdigit())
    assert int(digits) == abs(amount)
