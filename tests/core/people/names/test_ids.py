"""National ids: what cannot be one is refused with its reason before anybody is asked."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.core.people.names import national_id
from openhall.core.people.names.letters import Fault, FaultError
from openhall.demo.outside.register import RESIDENTS, Registered

TODAY = date(2026, 11, 21)
GOOD = "610199199006150010"


def fault(written: str) -> Fault:
    with pytest.raises(FaultError) as refused:
        national_id.normal(written, TODAY)
    assert not written or written not in str(refused.value)
    return refused.value.fault


def numbered(first: str) -> str:
    return first + national_id.check_digit(first)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "53010219200508011X"])
def test_the_standards_own_examples_have_their_check_digit(number: str) -> None:
    assert national_id.check_digit(number) == number[17]


@pytest.mark.parametrize("resident", RESIDENTS, ids=lambda one: one.national_id)
def test_the_demo_residents_have_valid_ids(resident: Registered) -> None:
    assert national_id.normal(resident.national_id, TODAY).text == resident.national_id


@pytest.mark.parametrize(
    "written",
    [
        "61019919580228007x",
        "610199 1958 0228 007X",
        "610199-19580228-007X",
        "６１０１９９１９５８０２２８００７Ｘ",
        "61019919580228007ｘ",
        "\u300061019919580228007X\t",
    ],
)
def test_widths_blanks_and_dashes_do_not_matter(written: str) -> None:
    assert national_id.normal(written, TODAY).text == "61019919580228007X"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", Fault.EMPTY),
        ("610199900615001", Fault.OLD_CARD),
        ("61019919900615001", Fault.FORM),
        ("6101991990061500100", Fault.FORM),
        ("6101991990061500I0", Fault.FORM),
        ("1" * 65, Fault.FORM),
        ("61019919580228007\u0425", Fault.LOOKALIKE),  # Cyrillic
        ("61019919580228007\u03a7", Fault.LOOKALIKE),  # Greek
        ("\u0666\u0661\u0660199199006150010", Fault.RIGHT_TO_LEFT),  # Arabic digits
        ("\u202e610199199006150010", Fault.RIGHT_TO_LEFT),
        ("610199\u200b199006150010", Fault.INVISIBLE),
        ("610199199006150010\ufeff", Fault.INVISIBLE),
        (numbered("10019919900615001"), Fault.REGION),
        (numbered("61009919900615001"), Fault.REGION),
        (numbered("61010019900615001"), Fault.REGION),
        (numbered("81000119900615001"), Fault.REGION),
        (numbered("91000019900615001"), Fault.REGION),
        (numbered("61019919900230001"), Fault.BIRTH_DATE),
        (numbered("61019919010229001"), Fault.BIRTH_DATE),
        (numbered("61019918991231001"), Fault.BIRTH_DATE),
        (numbered("61019920261122001"), Fault.BIRTH_DATE),  # tomorrow
        ("610199199006150011", Fault.CHECK_DIGIT),
        ("61019919900615001X", Fault.CHECK_DIGIT),
        ("610199199007150010", Fault.CHECK_DIGIT),  # another month
    ],
)
def test_what_cannot_be_an_id_is_refused_for_its_reason(written: str, why: Fault) -> None:
    assert fault(written) is why


@pytest.mark.parametrize("first", ["81000019900615001", "83000019900615001", "91112419900615001", "61019920261121001"])
def test_permits_foreigners_and_children_born_today_have_ids(first: str) -> None:
    assert national_id.normal(numbered(first), TODAY).text == numbered(first)


@given(place=st.integers(0, 17), other=st.sampled_from("0123456789"))
def test_one_wrong_digit_never_passes(place: int, other: str) -> None:
    wrong = GOOD[:place] + other + GOOD[place + 1 :]
    if wrong != GOOD:
        with pytest.raises(FaultError):
            national_id.normal(wrong, TODAY)


@given(place=st.integers(0, 16))
def test_two_swapped_digits_never_pass(place: int) -> None:
    wrong = GOOD[:place] + GOOD[place + 1] + GOOD[place] + GOOD[place + 2 :]
    if wrong != GOOD:
        with pytest.raises(FaultError):
            national_id.normal(wrong, TODAY)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(written: str) -> None:
    with suppress(FaultError):
        assert len(national_id.normal(written, TODAY).text) == 18


@pytest.mark.parametrize(
    ("born", "adult"), [("20160601", "2034-06-01"), ("20080229", "2026-03-01"), ("20081231", "2026-12-31")]
)
def test_a_minor_comes_of_age_on_the_eighteenth_birthday(born: str, adult: str) -> None:
    read = national_id.normal(numbered(f"610199{born}001"), TODAY)
    assert read.adult_on.isoformat() == adult
    assert read.born_band == 2010 if born.startswith("201") else read.born_band == 2000


def test_a_masked_id_hides_the_birthday() -> None:
    assert national_id.masked("110105199003071234") == "110***********1234"
