"""The language of a page: what the person's browser says, else the hall's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.base import i18n


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "default"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh_CN"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("zh-TW", "zh_CN"),
        ("zh-Hant-HK, en;q=0.5", "zh_CN"),
        ("en;q=0.1, zh;q=0.2", "zh_CN"),
        ("fr, de;q=0.9", "en"),
        ("ug, bo;q=0.9", "default"),
        ("fr, en;q=0.1", "en"),
        ("en;q=0, zh;q=0", "default"),
        ("en;q=0, zh;q=0.1", "zh_CN"),
        ("*", "default"),
        ("EN-us", "en"),
        ("en;q=high, zh", "zh_CN"),
        (";;;,,,", "default"),
        (",".join(["ug"] * 50 + ["en"]), "default"),
        ("en, zh", "en"),
    ],
)
def test_the_best_of_our_languages_is_chosen(header: str, language: str) -> None:
    assert i18n.negotiate(header, "default") == language


@given(st.text(max_size=300))
def test_no_header_is_a_crash(header: str) -> None:
    assert i18n.negotiate(header, "zh_CN") in i18n.LANGUAGES


def test_catalogues_of_packages_are_merged() -> None:
    merged = i18n.Translations(["openhall.base", "openhall.core.payments"])
    assert merged.text("zh_CN", "There is nothing here.") == "这里没有内容。"
    assert merged.text("zh_CN", "This code is not known here.") != "This code is not known here."
    assert merged.text("en", "There is nothing here.") == "There is nothing here."
    assert merged.text("zh_CN", "Nobody says this.") == "Nobody says this."
