"""Names: one form for each, rare characters whole, and nothing that only looks like a name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.core.people.names import person_name
from openhall.core.people.names.letters import Fault, FaultError
from openhall.core.people.names.problems import ID_FAULTS, NAME_FAULTS


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("王小明", "王小明"),
        (" 王 小\u3000明 ", "王小明"),
        ("张𠮷祥", "张𠮷祥"),  # extension B, four bytes
        ("𪚥𬱖", "𪚥𬱖"),  # extensions B and E
        ("\U00031350\u3400", "\U00031350\u3400"),  # extensions H and A
        ("欧阳\u3007", "欧阳\u3007"),
        ("\ufa0e\ufa11", "\ufa0e\ufa11"),  # in the compatibility block, and no compatibility characters
        ("阿卜杜拉·买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉・买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉．买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉 · 买买提", "阿卜杜拉·买买提"),
        ("Zoë  O\u2019Brien-Smith Jr.", "Zoë O'Brien-Smith Jr."),
        ("Zoe\u0308 Li", "Zoë Li"),  # NFC
        ("ＪＯＨＮ　ＳＭＩＴＨ", "JOHN SMITH"),
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
        ("王" * 40, "王" * 40),
    ],
)
def test_a_name_has_one_form(written: str, name: str) -> None:
    assert person_name.normal(written) == name
    assert person_name.normal(name) == name


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", Fault.EMPTY),
        (" \u3000 ", Fault.EMPTY),
        ("王", Fault.TOO_SHORT),
        ("王" * 41, Fault.TOO_LONG),
        ("王" * 201, Fault.TOO_LONG),
        ("王\u200b小明", Fault.INVISIBLE),
        ("王\ufeff小明", Fault.INVISIBLE),
        ("王小明\ufe00", Fault.INVISIBLE),
        ("葛\U000e0100城", Fault.INVISIBLE),  # an ideographic variation
        ("王\x00小明", Fault.INVISIBLE),
        ("王\u3164明", Fault.INVISIBLE),
        ("\u202e王小明", Fault.RIGHT_TO_LEFT),
        ("王\u2067小明", Fault.RIGHT_TO_LEFT),
        ("محمد", Fault.RIGHT_TO_LEFT),
        ("דוד", Fault.RIGHT_TO_LEFT),
        ("J\u043ehn Smith", Fault.LOOKALIKE),  # Cyrillic o
        ("\u0391nna", Fault.LOOKALIKE),  # Greek Alpha
        ("\U0001d40dancy", Fault.LOOKALIKE),  # a mathematical N
        ("\uf90a小明", Fault.COMPATIBILITY),  # looks like 金
        ("王\U0002f800", Fault.COMPATIBILITY),
        ("\u2f00凡", Fault.COMPATIBILITY),  # a Kangxi radical that looks like 一
        ("王\u2e9f", Fault.COMPATIBILITY),
        ("王小明1", Fault.SCRIPT),
        ("王小明!", Fault.SCRIPT),
        ("王😀", Fault.SCRIPT),
        ("王アキ", Fault.SCRIPT),
        ("김철수", Fault.SCRIPT),
        ("- -", Fault.SCRIPT),
        ("R2 D2", Fault.SCRIPT),
        ("王Ming", Fault.MIXED),
        ("·王明", Fault.DOT),
        ("王··明", Fault.DOT),
    ],
)
def test_what_is_no_name_is_refused_for_its_reason(written: str, why: Fault) -> None:
    with pytest.raises(FaultError) as refused:
        person_name.normal(written)
    assert refused.value.fault is why


def test_a_rare_character_and_its_lookalike_are_two_names() -> None:
    assert person_name.normal("张𠮷祥") != person_name.normal("张吉祥")


def read(written: str) -> str | Fault:
    try:
        return person_name.normal(written)
    except FaultError as refused:
        return refused.fault


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_refused_for_a_reason_with_words(written: str) -> None:
    name = read(written)
    if isinstance(name, Fault):
        assert name in NAME_FAULTS
        return
    assert 2 <= len(name) <= 40
    assert unicodedata.is_normalized("NFC", name)
    assert person_name.normal(name) == name
    assert not any(unicodedata.category(letter) in ("Cf", "Cc", "Cs", "Co") for letter in name)


def test_every_fault_has_words_in_one_of_the_lists() -> None:
    assert set(NAME_FAULTS) | set(ID_FAULTS) == set(Fault)


@pytest.mark.parametrize(("name", "masked"), [("张三", "张*"), ("𠮷祥", "𠮷*"), ("阿卜·买买提", "阿*"), ("John", "J*")])
def test_a_masked_name_tells_its_first_character_alone(name: str, masked: str) -> None:
    assert person_name.masked(name) == masked
