"""What is printed and put up: one sheet, and a code that a camera reads."""

import io
import re

import pytest
import segno
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import NewPerson
from tests.browser.scenery import LONG_NAME
from tests.browser.sitting import Enter

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["王记早餐", LONG_NAME], ids=["short", "long"])
def test_a_poster_fits_one_sheet_and_its_code_names_the_shop(enter: Enter, new_person: NewPerson, name: str) -> None:
    keeper = new_person()
    shop = keeper.open_shop(name)
    page = enter(keeper, theme="dark", mode="elder", scale=2).page
    page.goto(f"/shops/{shop['id']}/poster")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    seen = Image.open(io.BytesIO(page.locator(".poster-qr").screenshot())).convert("RGB")
    assert [code.text for code in zxingcpp.read_barcodes(seen)] == [shop["code"]]
    assert _beyond_white(seen, shop["code"]) == []
    for sheet in ("A4", "A5"):
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=sheet))) == 1, sheet
    page.emulate_media(media="print")
    for width, height in ((794, 1123), (559, 794)):
        page.set_viewport_size({"width": width, "height": height})
        printed = Image.open(io.BytesIO(page.locator(".poster-qr").screenshot())).convert("RGB")
        assert _beyond_white(printed, shop["code"]) == [], (width, height)


def _beyond_white(seen: Image.Image, payload: str) -> list[str]:
    """The sides of a code on which less than four modules are white, nearly to the pixel."""
    (code,) = zxingcpp.read_barcodes(seen)
    assert code.text == payload
    grey = seen.convert("L")
    dark = grey.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert dark is not None
    corners = (code.position.top_left, code.position.top_right)
    modules = segno.make(payload, error="m", encoding="utf-8", micro=False).symbol_size(border=0)[0]
    module = (corners[1].x - corners[0].x) / modules
    left, top, right, bottom = dark
    white = {"left": left, "top": top, "right": seen.width - right, "bottom": seen.height - bottom}
    return [f"{side}: {space} px of {module:.1f} each" for side, space in white.items() if space < 4 * module - 2]


def test_the_picture_of_a_code_names_the_shop(enter: Enter, new_person: NewPerson) -> None:
    keeper = new_person()
    shop = keeper.open_shop()
    answer = enter(keeper).context.request.get(f"/shops/{shop['id']}/code.png")
    assert answer.headers["content-type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.body())).convert("RGB")
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [shop["code"]]
