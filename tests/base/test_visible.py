"""What cannot be seen, reads backwards, or is taken for something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.base import impostors, visible

HIDDEN = "\u200b\u200e\u200f\u061c\u2060\ufeff\u00ad\u3164\u115f\u2800\u034f\u202e\u2066\ue000"


@pytest.mark.parametrize("letter", HIDDEN)
def test_what_nobody_sees_is_left_out_of_a_line(letter: str) -> None:
    assert visible.line(f"a{letter}b") == "ab"


def test_a_line_has_no_breaks_and_no_piled_up_marks() -> None:
    assert visible.line(" one\ntwo\u2028three \t") == "one two three"
    assert visible.line("a" + "\u0335" * 39) == "a" + "\u0335" * visible.MARKS
    assert visible.line("half \ud800") == "half ?"


@pytest.mark.parametrize("text", ["👨\u200d👩\u200d👧 family", "❤\ufe0f", "1\ufe0f\u20e3", "می\u200cخواهم", "क्\u200dष"])
def test_what_joins_emoji_and_letters_stays(text: str) -> None:
    assert visible.line(text) == text
    assert visible.name(text, 40) == text


def test_nothing_joins_latin_or_chinese_letters() -> None:
    assert visible.line("Open\u200dhall 安\u200c全") == "Openhall 安全"
    assert visible.name("Open\u200dhall", 40) is None


@given(st.text(max_size=60))
def test_a_line_stays_as_it_is_when_it_is_cleaned_again(text: str) -> None:
    assert visible.line(visible.line(text)) == visible.line(text)


@pytest.mark.parametrize("name", ["Орenhall", "𝐎𝐩𝐞𝐧𝐡𝐚𝐥𝐥", "Ⓞⓟⓔⓝ", "ᴏᴘᴇɴ", "Βank", "a" + "\u0335" * 39, "\u3164", "⾦"])
def test_a_name_in_disguise_is_none(name: str) -> None:
    assert visible.name(name, 40) is None


@pytest.mark.parametrize(
    "name", ["Иван Ivanov", "Αθηνά", "王小明", "阿卜杜热合曼·买买提", "ئابدۇرېھىم", "José Ó Súilleabháin", "①号店"]
)
def test_a_name_in_any_script_of_its_own_is_one(name: str) -> None:
    assert visible.name(name, 40) is not None


@pytest.mark.parametrize(
    "name",
    [
        "12345 号客服 400-000", "客 服", "客.服", "客\u200b服", "官方小王", "公安局王警官", "中國銀行", "工作人員",
        "OFFICIAL", "0ffic1al", "Hall Support", "Орenhall", "𝐎𝐩𝐞𝐧𝐡𝐚𝐥𝐥", "open hall", "Customer-Service",
        "138 0000 0001", "１２３４５", "WeChat Pay", "ΡOLICE",
    ],
)  # fmt: skip
def test_an_impostor_is_known_however_it_is_spelled(name: str) -> None:
    assert impostors.is_impostor(name)


@pytest.mark.parametrize("name", ["王小明", "Tyra Banks", "Marshall", "Ann 1990", "Wang 王伟", "Officer", "Иван"])
def test_people_are_no_impostors(name: str) -> None:
    assert not impostors.is_impostor(name)


def test_nobody_else_is_called_like_the_hall() -> None:
    assert impostors.is_impostor("Chang'an  HALL", also=("Chang'an Hall", "长安市民大厅"))
    assert not impostors.is_impostor("Chang'an Hall", also=("Other Hall",))
