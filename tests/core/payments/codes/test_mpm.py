"""Merchant-presented payloads: what other networks print is read, what is damaged is refused with its exact reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.core.payments.codes import mpm, tlv
from openhall.core.payments.codes.crc import crc16
from openhall.core.payments.codes.mpm import Warn
from openhall.core.payments.codes.reasons import CodeError, Reason
from tests.core.payments.codes import vectors as v

HEAD = "000201"
REST = "5204581453031565802CN5904SHOP6004XIAN"


def refusal(text: str) -> CodeError:
    with pytest.raises(CodeError) as caught:
        mpm.parse(text)
    return caught.value


def sealed(body: str) -> str:
    return mpm.seal(body)


def test_the_checksum_has_the_published_check_value() -> None:
    assert crc16(b"123456789") == "29B1"


@pytest.mark.parametrize("text", v.VALID.values(), ids=v.VALID)
def test_a_valid_payload_is_read_and_encodes_to_the_same_text(text: str) -> None:
    assert mpm.parse(text).encode() == text


def test_the_annex_b_payload_is_understood_in_full() -> None:
    code = mpm.parse(v.ANNEX_B)
    assert code.dynamic
    assert (code.currency, code.amount) == ("156", 2372)
    assert {"29", "31", "91"} <= code.templates.keys()
    assert code.value("29", "00") == "D15600000000"
    assert code.value("55") == "01"
    assert (code.value("62", "03"), code.value("62", "06")) == ("1234", "***")
    assert (code.value("64", "00"), code.value("64", "01"), code.value("64", "02")) == ("ZH", "最佳运输", "北京")
    assert code.warnings == ()


@pytest.mark.parametrize(
    ("text", "sub", "account"),
    [
        (v.PROMPTPAY_PHONE, "01", "0066801234567"),
        (v.PROMPTPAY_PHONE_PLUS, "01", "0066891234567"),
        (v.PROMPTPAY_NATIONAL_ID, "02", "1111111111111"),
        (v.PROMPTPAY_TAX_ID, "02", "0123456789012"),
        (v.PROMPTPAY_WALLET, "03", "012345678901234"),
    ],
)
def test_promptpay_leaves_out_mandatory_fields_and_is_read_with_warnings(text: str, sub: str, account: str) -> None:
    code = mpm.parse(text)
    assert code.value("29", sub) == account
    assert (code.currency, code.amount, code.dynamic) == ("764", None, False)
    assert code.warnings == (Warn.NO_CATEGORY, Warn.NO_NAME, Warn.NO_CITY)


def test_a_promptpay_amount_is_read_in_minor_units() -> None:
    code = mpm.parse(v.PROMPTPAY_AMOUNT)
    assert (code.amount, code.currency, code.dynamic) == (422, "764", True)


def test_paynow_says_whom_and_how_much() -> None:
    code = mpm.parse(v.PAYNOW)
    assert code.value("26", "02") == "200002150HWCF"
    assert code.value("26", "03") == "0"
    assert (code.currency, code.amount, code.value("62", "01")) == ("702", 10000, "INV/TEST/0001")


def test_fps_says_whom_and_how_much() -> None:
    code = mpm.parse(v.FPS)
    assert code.value("26", "03") == "+852-67891234"
    assert (code.currency, code.amount, code.value("62", "05")) == ("344", 10000, "INV/TEST/0001")


def test_pix_keeps_its_addresses_in_two_templates() -> None:
    recurrence, dynamic = mpm.parse(v.PIX_RECURRENCE), mpm.parse(v.PIX_DYNAMIC)
    assert [field.id for field in recurrence.templates["26"]] == ["00"]
    assert recurrence.value("80", "25") == "pix.example.com/qr/v2/rec/2353c790eefb11eaadc10242ac120002"
    assert dynamic.value("26", "25") == "pix.example.com/qr/v2/cobv/1e6c54d3ec9449b7a7fc53b6b0f998e7"
    assert dynamic.value("80", "25") == "pix.example.com/qr/v2/rec/3ffa640fa4f14080adccb949fa2dc0d0"


def test_a_wrong_checksum_names_both_values() -> None:
    error = refusal(v.WRONG_CRC)
    assert (error.reason, error.computed, error.expected) == (Reason.CRC_WRONG, "6197", "6198")
    assert (error.tag, error.position) == ("63", len(v.WRONG_CRC) - 8)


def test_a_length_counted_in_bytes_is_a_length_error_not_a_checksum_error() -> None:
    error = refusal(v.LENGTH_IN_BYTES)
    assert (error.reason, error.tag, error.position) == (Reason.BAD_LENGTH, "64", v.LENGTH_IN_BYTES.index("6432"))
    assert (error.computed, error.expected) == ("28", "32")


def test_a_repeated_object_is_refused_by_name_and_place() -> None:
    error = refusal(v.DUPLICATE_53)
    assert (error.reason, error.tag, error.position) == (Reason.DUPLICATE_ID, "53", v.DUPLICATE_53.rindex("5303764"))


def test_a_checksum_that_is_not_last_is_refused() -> None:
    error = refusal(v.CRC_NOT_LAST)
    assert (error.reason, error.tag, error.position) == (Reason.CRC_NOT_LAST, "63", v.CRC_NOT_LAST.index("6304F34F"))


def test_a_code_that_was_cut_off_says_so() -> None:
    error = refusal(v.CUT_OFF)
    assert (error.reason, error.tag, error.position) == (Reason.CUT_OFF, "58", len(v.CUT_OFF) - 3)


@pytest.mark.parametrize("text", v.VALID.values(), ids=v.VALID)
def test_every_cut_of_a_valid_payload_is_seen_as_cut_off(text: str) -> None:
    for length in range(len(HEAD), len(text)):
        assert refusal(text[:length]).reason is Reason.CUT_OFF


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.EMPTY),
        ("0" * 513, Reason.TOO_LONG),
        ("hello", Reason.NOT_A_CODE),
        ("https://example.org/", Reason.NOT_A_CODE),
        ("\ud800", Reason.NOT_A_CODE),
        (sealed("000202" + REST), Reason.NOT_A_CODE),
        (sealed(REST), Reason.NOT_A_CODE),
        (HEAD + "52xx5814", Reason.BAD_LENGTH),
        (HEAD + "5200" + "6304ABCD", Reason.BAD_LENGTH),
        (HEAD + REST + "6303ABC", Reason.BAD_LENGTH),
        (sealed(HEAD + "26080099abcd" + REST), Reason.BAD_LENGTH),
        (sealed(HEAD + "2612" + "0002AA0002BB" + REST), Reason.DUPLICATE_ID),
        (sealed(HEAD + REST + "5401x"), Reason.BAD_AMOUNT),
        (sealed(HEAD + REST + "5405-3.50"), Reason.BAD_AMOUNT),
        (sealed(HEAD + REST + "54053.501"), Reason.BAD_AMOUNT),
        (sealed(HEAD + REST + "541412345678901234"), Reason.BAD_AMOUNT),
        (sealed(HEAD + REST + "5403３.5"), Reason.BAD_AMOUNT),
    ],
)
def test_each_kind_of_damage_has_its_own_reason(text: str, reason: Reason) -> None:
    assert refusal(text).reason is reason


def test_reasons_are_reported_in_their_documented_order() -> None:
    # Too long, not a code and cut off at once; then a duplicate, a misplaced and wrong checksum at once.
    assert refusal("x" * 600).reason is Reason.TOO_LONG
    assert refusal(HEAD + "5303156530315663040000" + "5802CN").reason is Reason.DUPLICATE_ID
    assert refusal(HEAD + "530315663040000" + "5802CN").reason is Reason.CRC_NOT_LAST
    assert refusal(HEAD + "5401x63040000").reason is Reason.CRC_WRONG


def test_the_place_of_damage_inside_a_template_is_named_by_its_path() -> None:
    text = sealed(HEAD + "26080099abcd" + REST)
    error = refusal(text)
    assert (error.tag, error.position) == ("26.00", len(HEAD) + 4)


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        ("0102110002015204581453031565802CN5904SHOP6004XIAN", Warn.FORMAT_NOT_FIRST),
        (HEAD + REST, Warn.NO_ACCOUNT),
        (HEAD + "0204123453031565802CN5904SHOP6004XIAN", Warn.NO_CATEGORY),
        (HEAD + "52045814" + "5802CN5904SHOP6004XIAN", Warn.NO_CURRENCY),
        (HEAD + "52045814" + "5303156" + "5904SHOP6004XIAN", Warn.NO_COUNTRY),
        (HEAD + "5204581453031565802CN6004XIAN", Warn.NO_NAME),
        (HEAD + "5204581453031565802CN5904SHOP", Warn.NO_CITY),
        (HEAD + "5204581453031565802CN5926" + "S" * 26 + "6004XIAN", Warn.LONG_NAME),
        (HEAD + "5204581453031565802CN5904SHOP6016" + "X" * 16, Warn.LONG_CITY),
        (HEAD + REST + "54010", Warn.ZERO_AMOUNT),
        (HEAD + REST + "54040.00", Warn.ZERO_AMOUNT),
    ],
)
def test_unusual_payloads_are_read_with_a_warning(body: str, warning: Warn) -> None:
    code = mpm.parse(sealed(body))
    assert warning in code.warnings
    assert code.amount is None


def test_a_lower_case_checksum_is_read_with_a_warning_and_kept_as_it_was() -> None:
    text = v.ANNEX_B[:-4] + v.ANNEX_B[-4:].lower()
    code = mpm.parse(text)
    assert code.warnings == (Warn.LOWER_CASE_CHECKSUM,)
    assert code.encode() == text


@pytest.mark.parametrize(
    ("currency", "written", "minor"),
    [
        ("156", "98.", 9800),
        ("156", "98", 9800),
        ("156", "0.01", 1),
        ("156", "3.500", 350),
        ("392", "500", 500),
        ("414", "1.25", 1250),
    ],
)
def test_amounts_count_in_the_minor_unit_of_their_currency(currency: str, written: str, minor: int) -> None:
    text = sealed(f"{HEAD}52045814" + tlv.field("53", currency) + "5802CN5904SHOP6004XIAN" + tlv.field("54", written))
    assert mpm.parse(text).amount == minor


@given(st.sampled_from(list(v.VALID.values())), st.data())
def test_any_single_changed_character_is_noticed(text: str, data: st.DataObject) -> None:
    # The checksum finds every change within two bytes, so this holds for any ASCII character put in place of another.
    at = data.draw(st.sampled_from([at for at, letter in enumerate(text) if letter.isascii()]))
    other = data.draw(st.sampled_from("0123456789ABCDEFXZ").filter(lambda letter: letter != text[at].upper()))
    assert refusal(text[:at] + other + text[at + 1 :]).reason in Reason


VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
# Ids whose values nobody looks into; templates are generated apart.
PLAIN_IDS = st.sampled_from([f"{n:02d}" for n in (*range(2, 26), 52, 53, 58, 59, 60, 61, *range(65, 80))])


@given(
    st.dictionaries(PLAIN_IDS, VALUES, max_size=8), st.dictionaries(st.integers(0, 99), VALUES, min_size=1, max_size=2)
)
def test_what_the_writer_makes_the_reader_reads(plain: dict[str, str], inner: dict[int, str]) -> None:
    template = "".join(tlv.field(f"{tag:02d}", value) for tag, value in inner.items())
    body = HEAD + tlv.field("26", template) + "".join(tlv.field(tag, value) for tag, value in plain.items())
    text = sealed(body)
    code = mpm.parse(text)
    assert code.encode() == text
    assert all(code.value(tag) == value for tag, value in plain.items())
    assert all(code.value("26", f"{tag:02d}") == value for tag, value in inner.items())


@given(st.text(max_size=600))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        result = mpm.parse(text).encode() == text
    except CodeError as error:
        result = error.reason in Reason
    assert result


@given(st.text("0123456789", max_size=120))
def test_any_digits_behind_a_right_start_are_refused_with_a_reason(tail: str) -> None:
    text = HEAD + tail
    try:
        result = mpm.parse(mpm.seal(text)).encode().startswith(text)
    except CodeError as error:
        result = error.position is None or 0 <= error.position <= len(text) + 8
    assert result


@pytest.mark.parametrize(("tag", "value"), [("5", "x"), ("5x", "x"), ("５９", "x"), ("59", ""), ("59", "x" * 100)])
def test_the_writer_refuses_what_the_format_does_not_allow(tag: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"digits|characters"):
        tlv.field(tag, value)


def test_the_writer_refuses_a_payload_of_more_than_512_characters() -> None:
    with pytest.raises(ValueError, match="512"):
        mpm.seal("x" * 505)
    assert len(mpm.seal("x" * 504)) == 512
