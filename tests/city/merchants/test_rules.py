"""What a shop may be called and what it may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.base.errors import Problem
from openhall.city.merchants import categories, checked, clean_name


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Wang's Buns", "Wang's Buns"),
        ("  老王包子铺 ", "老王包子铺"),
        ("老王　包子铺", "老王 包子铺"),
        ("Wang   and\u00a0Sons", "Wang and Sons"),
        ("\tTabs around\n", "Tabs around"),
        ("Cafe\u0301", "Café"),
        ("7-Eleven", "7-Eleven"),
        ("☕", "☕"),
        ("👨\u200d👩\u200d👧 family", "👨\u200d👩\u200d👧 family"),
        ("㐂𠮷", "㐂𠮷"),
        ("خبز", "خبز"),
        ("ก็ฟื้น", "ก็ฟื้น"),
        ("x" * 40, "x" * 40),
        ("中" * 40, "中" * 40),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_a_name_in_any_language_is_registered_trimmed_and_composed(typed: str, registered: str) -> None:
    assert clean_name(typed) == registered


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\u3000",
        "x" * 41,
        "中" * 41,
        "two\nlines",
        "two\u2028lines",
        "nul\x00byte",
        "bell\x07",
        "turned \u202egnaW",
        "isolated \u2066x\u2069",
        "zero\u200bwidth",
        "\ufeffmark first",
        "soft\u00adhyphen",
        "half \ud800",
        "private \ue000",
        "\u200d\u200d",
        "\u0301\u0301",
        "\u3164",
        "\u2800",
        "...",
        "Z" + "\u0335" * 5,
    ],
)
def test_a_name_that_hides_breaks_or_turns_text_is_refused(typed: str) -> None:
    assert clean_name(typed) is None


@given(st.text(max_size=60))
def test_a_registered_name_stays_as_it_is_when_it_is_registered_again(typed: str) -> None:
    name = clean_name(typed)
    assert name is None or (clean_name(name) == name and 1 <= len(name) <= 40 and name == name.strip())


def test_a_shop_is_checked_in_the_documented_order() -> None:
    for name, city, category, code in (
        ("", "", "", "merchants.name_invalid"),
        ("Shop", "", "", "merchants.city_invalid"),
        ("Shop", "Xi'an", "", "merchants.category_unknown"),
        ("Shop", "Xi'an", "0000", "merchants.category_unknown"),
    ):
        with pytest.raises(Problem) as caught:
            checked(name=name, category=category, city=city)
        assert caught.value.code == code


@pytest.mark.parametrize("category", ["5814", "breakfast", " Breakfast "])
def test_a_category_is_named_by_its_code_or_its_word(category: str) -> None:
    assert checked(name="Shop", category=category, city="Xi'an").category == "5814"


def test_categories_have_unique_codes_words_and_titles() -> None:
    kinds = categories.CATEGORIES
    assert len(kinds) >= 30
    for values in ({kind.code for kind in kinds}, {kind.word for kind in kinds}, {kind.title for kind in kinds}):
        assert len(values) == len(kinds)
    assert all(len(kind.code) == 4 and kind.code.isdigit() for kind in kinds)
    assert {"5814", "5411", "5499", "5912", "4121", "5999"} <= {kind.code for kind in kinds}
