"""The hall's own codes: strict on the way out, known again on the way in, readable from a picture."""

import io
import re

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from openhall.core.payments import codes
from openhall.core.payments.codes import CodeError, Network, Reason, ShopCode, mpm, shop
from tests.core.payments.codes import vectors as v

SHORT = codes.short.new(lambda n: 38290731)


def make(name: str = "Wang's Buns", city: str = "Chang'an", **changes: str) -> str:
    given = {
        "hall": "changan",
        "code": "K7W2M9QXT4HBZ8RCJ",
        "short_code": SHORT,
        "category": "5814",
        "plain_city": "Chang'an",
    }
    return codes.generate(name=name, city=city, **{**given, **changes})


def test_a_plain_name_stands_in_the_main_fields_and_nothing_is_unusual() -> None:
    code = mpm.parse(make())
    assert code.warnings == ()
    assert not code.dynamic
    assert [code.value(tag) for tag in ("52", "53", "58", "59", "60")] == [
        "5814",
        "156",
        "CN",
        "Wang's Buns",
        "Chang'an",
    ]
    assert code.value("26", "00") == "org.openhall"
    assert (code.value("64"), code.value("62"), code.value("54")) == (None, None, None)


def test_a_chinese_name_stands_in_the_language_template_and_the_main_fields_stay_ascii() -> None:
    code = mpm.parse(make("老王包子铺", "长安"))
    assert code.warnings == ()
    assert [code.value("64", sub) for sub in ("00", "01", "02")] == ["ZH", "老王包子铺", "长安"]
    assert code.value("59") == f"SHOP {codes.short.show(SHORT)}"
    assert code.value("60") == "Chang'an"


def test_a_terminal_is_written_where_the_standard_puts_it() -> None:
    assert mpm.parse(make(terminal="T1")).value("62", "07") == "T1"


@pytest.mark.parametrize("category", ["581", "58144", "58a4", "５８１４"])
def test_a_category_of_other_than_four_digits_is_refused(category: str) -> None:
    with pytest.raises(ValueError, match="category"):
        make(category=category)


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(NAMES, NAMES)
def test_whatever_the_name_our_own_code_is_read_back(name: str, city: str) -> None:
    text = make(name, city)
    assert len(text) <= mpm.MAX_LENGTH
    assert codes.read(text) == ShopCode("changan", "K7W2M9QXT4HBZ8RCJ")
    assert mpm.parse(text).warnings == ()


def test_long_names_are_shortened_between_letters() -> None:
    assert shop.shorten("short", 25) == "short"
    assert shop.shorten("The Best Breakfast In The City", 25) == "The Best Breakfast In Th."
    assert shop.shorten("西安" * 20, 25) == "西安" * 12 + "…"
    assert shop.shorten("e\u0301" * 3, 4) == "e\u0301…"
    family = "👨\u200d👩\u200d👧"
    assert shop.shorten(f"一{family}", 5) == "一…"


def test_code_ids_are_long_random_and_free_of_look_alikes() -> None:
    assert len({codes.new_id() for _ in range(1000)}) == 1000
    assert re.fullmatch(r"[2-9B-DF-HJKMNP-TV-Z]{17}", codes.new_id())


@pytest.mark.parametrize("identifier", ["", "line\nbreak", "zero\x00byte", "长安"])
def test_an_id_that_we_would_never_print_is_not_taken_for_ours(identifier: str) -> None:
    account = "0012org.openhall" + (f"01{len(identifier):02d}{identifier}" if identifier else "") + "0203ABC"
    text = mpm.seal("000201" + f"26{len(account):02d}{account}" + "5802CN")
    assert codes.read(text) == Network("")


def test_a_typed_short_code_is_read_in_any_writing() -> None:
    assert codes.read(f"  {codes.short.show(SHORT)} ") == SHORT
    with pytest.raises(CodeError) as caught:
        codes.read(SHORT[:-1] + str((int(SHORT[-1]) + 1) % 10))
    assert caught.value.reason is Reason.SHORT_CHECK


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" ", Reason.EMPTY),
        ("hello", Reason.NOT_A_CODE),
        ("1" * 513, Reason.TOO_LONG),
        ("upi://" + "x" * 600, Reason.TOO_LONG),
        ("000201010211", Reason.CUT_OFF),
        (v.CUT_OFF, Reason.CUT_OFF),
        (v.WRONG_CRC, Reason.CRC_WRONG),
        (v.LENGTH_IN_BYTES, Reason.BAD_LENGTH),
    ],
)
def test_damage_is_reported_through_the_one_reader(text: str, reason: Reason) -> None:
    with pytest.raises(CodeError) as caught:
        codes.read(text)
    assert caught.value.reason is reason


@given(st.text(max_size=600))
def test_any_text_has_a_defined_result(text: str) -> None:
    try:
        result = isinstance(codes.read(text), ShopCode | str | Network)
    except CodeError as error:
        result = error.data()["reason"] == error.reason.value
    assert result


def read_back(image: Image.Image) -> list[bytes]:
    return [found.bytes for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("name", ["Wang's Buns", "老王包子铺", "西安" * 20])
def test_the_printed_picture_is_read_back_even_turned_and_blurred(name: str) -> None:
    text = make(name)
    image = Image.open(io.BytesIO(codes.png(text))).convert("L")
    assert 800 <= image.width <= 1200
    worn = image.resize((300, 300)).rotate(8, expand=True, fillcolor=255).filter(ImageFilter.GaussianBlur(1))
    assert read_back(image) == read_back(worn) == [text.encode()]


def test_a_torn_corner_does_not_stop_the_picture() -> None:
    text = make()
    image = Image.open(io.BytesIO(codes.png(text))).convert("L")
    edge = image.width
    image.paste(255, (edge * 7 // 10, edge * 7 // 10, edge * 8 // 10, edge * 8 // 10))
    assert read_back(image) == [text.encode()]


def test_the_svg_stands_in_a_page_with_a_strict_policy_and_has_its_quiet_zone() -> None:
    drawn = codes.svg(make(), title="<Wang & Sons>")
    assert drawn.startswith("<svg ")
    assert "<title>&lt;Wang &amp; Sons&gt;</title>" in drawn
    assert not re.search(r"style|script|\son|href|\bid=", drawn)
    assert 'fill="#fff"' in drawn
    assert re.search(r'stroke="#000" d="M4 4\.5', drawn)
    assert "<title>" not in codes.svg(make())


def test_a_code_is_drawn_once_however_often_it_is_looked_at() -> None:
    text = make()
    assert codes.png(text) is codes.png(text)
    assert codes.svg(text, title="A") is codes.svg(text, title="A")
    assert codes.svg(text, title="A") != codes.svg(text, title="B")
