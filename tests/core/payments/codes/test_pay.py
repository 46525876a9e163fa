"""The pay code as text and bars: what a scanner reads is told apart, and what is drawn is read back."""

import io

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from openhall.core.payments import codes
from openhall.core.payments.codes import Network, code128, cpm, pay, schemes
from tests.core.payments.codes import vectors

OURS = "712345678901234567"
digits = st.text("0123456789", min_size=pay.BODY, max_size=pay.BODY)


def test_our_beginnings_lie_outside_those_of_the_large_wallets() -> None:
    taken = {f"{number}" for first, last in ((10, 15), (25, 30), (62, 62)) for number in range(first, last + 1)}
    assert not {pay.ONLINE, pay.OFFLINE} & taken
    assert pay.ONLINE != pay.OFFLINE


@pytest.mark.parametrize(
    ("text", "name"),
    [("28763443825664394", "Alipay"), ("289431869362714645", "Alipay"), ("135112298638468293", "WeChat Pay")],
)
def test_the_codes_of_other_wallets_are_named(text: str, name: str) -> None:
    assert pay.read(text) == Network(name, payer=True)
    assert pay.read(f"{text[:4]} {text[4:]}") == Network(name, payer=True)


def test_a_card_network_is_named_by_its_payload() -> None:
    assert isinstance(pay.read(vectors.CPM), Network)
    assert pay.read(cpm.of_number("A0000003330101", "6212345678901234")) == Network("UnionPay", payer=True)


@given(body=digits, beginning=st.sampled_from([pay.ONLINE, pay.OFFLINE]))
def test_ours_is_read_plain_grouped_and_from_its_payload(body: str, beginning: str) -> None:
    code = beginning + body
    assert pay.read(code) == code
    assert pay.read(" ".join(pay.show(code))) == code
    assert pay.read(pay.payload(code)) == code
    assert pay.payload(code).startswith("hQVDUFY")
    assert schemes.of_text(code) is None


@pytest.mark.parametrize("text", ["", "7", OURS[:-1], OURS + "0", "73" + OURS[2:], "hello", "hQVDUFY=", "7" * 600])
def test_anything_else_is_neither_ours_nor_named(text: str) -> None:
    assert not pay.is_ours(text)
    found = pay.read(text)
    assert found is None or found == Network("", payer=True)


def test_a_wallet_with_another_application_id_is_not_ours() -> None:
    other = cpm.of_number("F0" + b"otherhall".hex().upper(), OURS)
    assert pay.read(other) == Network("", payer=True)


def test_the_payload_is_what_the_standard_says() -> None:
    inner = b"\x4f\x09\xf0openhall" + b"\x5a\x09" + bytes.fromhex(OURS)
    expected = b"\x85\x05CPV01" + b"\x61" + bytes([len(inner)]) + inner
    read = cpm.parse(pay.payload(OURS))
    assert b"".join(item.head + item.value for item in read.items) == expected
    assert read.application_ids() == (pay.APPLICATION_ID,)
    assert read.encode() == pay.payload(OURS)


def test_the_digits_are_shown_in_six_groups_of_three() -> None:
    assert pay.show(OURS) == ["712", "345", "678", "901", "234", "567"]


def drawn(code: str) -> Image.Image:
    """The SVG's path as pixels, two to a module."""
    svg = code128.svg(code)
    width = int(svg.partition('viewBox="0 0 ')[2].split(" ")[0])
    picture = Image.new("L", (width * 2, 100), 255)
    pen = ImageDraw.Draw(picture)
    bars = svg.partition('"/><path d="')[2].partition('"')[0]
    for bar in bars.split("z")[:-1]:
        start, rest = bar.removeprefix("M").split(" 0h")
        left, wide = int(start), int(rest.partition("v")[0])
        pen.rectangle((left * 2, 10, (left + wide) * 2 - 1, 89), fill=0)
    return picture


def read_back(picture: Image.Image) -> str:
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.format == zxingcpp.BarcodeFormat.Code128
    return str(found.text)


@pytest.mark.parametrize("pair", [f"{number:02d}" for number in range(100)])
def test_every_pair_of_digits_is_read_back_from_the_bars(pair: str) -> None:
    code = "71" + pair * 4 + "0123456789"[: pay.LENGTH - 10]
    assert read_back(drawn(code)) == code


@given(body=digits)
def test_any_code_is_read_back_from_the_bars(body: str) -> None:
    assert read_back(drawn(pay.ONLINE + body)) == pay.ONLINE + body


def test_every_pattern_has_its_width_and_no_two_are_the_same() -> None:
    patterns = code128._PATTERNS
    assert len(set(patterns)) == len(patterns) == 107
    assert {sum(map(int, pattern)) for pattern in patterns[:-1]} == {11}
    assert sum(map(int, patterns[-1])) == 13


def test_bars_hold_an_even_number_of_digits_only() -> None:
    for wrong in ("123", "12a4", "١٢"):
        with pytest.raises(ValueError, match="even number"):
            code128.values(wrong)


def test_the_qr_code_of_a_pay_code_is_read_back() -> None:
    picture = Image.open(io.BytesIO(codes.png(OURS)))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [OURS]
    assert codes.fleeting_svg(OURS) == codes.svg(OURS)
