"""Consumer-presented payloads are recognised and kept byte for byte."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.core.payments.codes import cpm
from openhall.core.payments.codes.reasons import CodeError, Reason
from tests.core.payments.codes.vectors import CPM

START = b"\x85\x05CPV01"


def encoded(rest: bytes) -> str:
    return base64.b64encode(START + rest).decode()


def test_the_published_example_is_read_in_full() -> None:
    code = cpm.parse(CPM)
    assert len(base64.b64decode(CPM)) == 35
    assert [item.tag for item in code.items] == ["85", "61"]
    assert code.items[0].value == b"CPV01"
    assert {item.tag: item.value.hex().upper() for item in code.items[1].items} == {
        "4F": "A0000000555555",
        "57": "1234567890123458D191220112345F",
    }
    assert code.application_ids() == ("A0000000555555",)
    assert code.encode() == CPM


def test_two_wallets_and_data_common_to_both_are_allowed() -> None:
    code = cpm.parse(encoded(bytes.fromhex("6103 4F01AA 6103 4F01BB 6204 9F1901CC".replace(" ", ""))))
    assert code.application_ids() == ("AA", "BB")
    assert code.items[3].items[0].tag == "9F19"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.NOT_A_CODE),
        ("hello", Reason.NOT_A_CODE),
        (cpm.PREFIX, Reason.CUT_OFF),
        (encoded(bytes.fromhex("61054F01AA")), Reason.CUT_OFF),
        (encoded(bytes.fromhex("61034F05AA")), Reason.BAD_LENGTH),
        (encoded(bytes.fromhex("61019F")), Reason.BAD_LENGTH),
        (encoded(bytes.fromhex("61064F01AA4F01BB")), Reason.DUPLICATE_ID),
        (encoded(bytes.fromhex("85014F")), Reason.DUPLICATE_ID),
        (encoded(b"\x50\x82\x02\x00" + bytes(512)), Reason.TOO_LONG),
        (base64.b64encode(bytes.fromhex("5001AA")).decode(), Reason.NOT_A_CODE),
    ],
)
def test_each_kind_of_damage_has_its_own_reason(text: str, reason: Reason) -> None:
    with pytest.raises(CodeError) as caught:
        cpm.parse(text)
    assert caught.value.reason is reason


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused_with_a_reason(rest: bytes) -> None:
    text = encoded(rest)
    try:
        result = cpm.parse(text).encode() == text
    except CodeError as error:
        result = error.reason in Reason
    assert result
