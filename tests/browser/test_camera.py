"""The camera: a shop's printed code held before it, a photo of it, another network's code, and no camera at all."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Playwright, expect

from tests.browser.conftest import NewPerson, browser
from tests.browser.sitting import Enter, doors
from tests.served import Served

pytestmark = pytest.mark.browser

# A complete Thai code: the telephone number of somebody, currency 764.
PROMPT_PAY = "00020101021129370016A000000677010111011300668123456785802TH530376463045D82"


def picture(payload: str, scale: int = 6) -> Image.Image:
    """A printed code as a picture."""
    drawn = io.BytesIO()
    segno.make(payload, error="m").save(drawn, kind="png", scale=scale, border=4)
    return Image.open(drawn).convert("RGB")


def photo(image: Image.Image, name: str = "photo.jpg") -> FilePayload:
    """A picture as a phone stores it: a JPEG, somewhat turned."""
    turned = image.rotate(7, expand=True, fillcolor="white")
    stored = io.BytesIO()
    turned.save(stored, format="JPEG", quality=80)
    return {"name": name, "mimeType": "image/jpeg", "buffer": stored.getvalue()}


def film(image: Image.Image, path: Path) -> None:
    """What a camera sees that is held over a counter with this picture on it: two frames of raw video (Y4M)."""
    scene = Image.new("RGB", (640, 480), (150, 140, 130))
    side = 400
    scene.paste(image.resize((side, side)), ((640 - side) // 2, (480 - side) // 2))
    light, blue, red = scene.convert("YCbCr").split()
    half = (320, 240)
    frame = b"FRAME\n" + light.tobytes() + blue.resize(half).tobytes() + red.resize(half).tobytes()
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 2)


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film before the camera; a test may change it before it opens the scan page."""
    path = tmp_path_factory.mktemp("film") / "counter.y4m"
    film(Image.new("RGB", (100, 100), "grey"), path)
    return path


@pytest.fixture(scope="module")
def with_camera(playwright: Playwright, reel: Path) -> Iterator[Browser]:
    """A Chromium whose camera shows the film."""
    flags = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={reel}")
    with browser(playwright, *flags) as opened:
        yield opened


@pytest.fixture
def enter(with_camera: Browser, hall: Served) -> Iterator[Enter]:
    with doors(with_camera, hall.url) as door:
        yield door


@pytest.fixture
def shop(new_person: NewPerson) -> dict[str, Any]:
    return new_person().open_shop("巷口豆浆")


def test_the_camera_reads_a_printed_code(enter: Enter, new_person: NewPerson, shop: dict[str, Any], reel: Path) -> None:
    film(picture(shop["code"]), reel)
    sitting = enter(new_person())
    sitting.context.grant_permissions(["camera"])
    page = sitting.page
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto("/scan")
    expect(page.locator(".payee-name")).to_have_text("巷口豆浆", timeout=60_000)
    # Debian's Chromium has no detector of its own: the part that comes with the hall did it.
    assert any("/static/vendor/zxing-wasm/" in url for url in loaded)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Scan")


def test_a_detector_of_the_browser_is_used_when_there_is_one(
    enter: Enter, new_person: NewPerson, shop: dict[str, Any], reel: Path
) -> None:
    film(Image.new("RGB", (100, 100), "grey"), reel)
    sitting = enter(new_person())
    sitting.context.grant_permissions(["camera"])
    sitting.context.add_init_script(
        "window.BarcodeDetector = class {"
        " static async getSupportedFormats() { return ['qr_code'] }"
        f" async detect() {{ return [{{ rawValue: {json.dumps(shop['code'])} }}] }} }}"
    )
    loaded: list[str] = []
    sitting.page.on("request", lambda request: loaded.append(request.url))
    sitting.page.goto("/scan")
    expect(sitting.page.locator(".payee-name")).to_have_text("巷口豆浆")
    assert not any("/static/vendor/" in url for url in loaded)


def test_a_photo_of_a_code_is_read_on_the_device(enter: Enter, new_person: NewPerson, shop: dict[str, Any]) -> None:
    page = enter(new_person()).page
    page.goto("/scan")
    page.get_by_label("Choose a photo").set_input_files(photo(picture(shop["code"])))
    expect(page.locator(".payee-name")).to_have_text("巷口豆浆", timeout=60_000)


def test_a_photo_without_a_code_is_said(enter: Enter, new_person: NewPerson) -> None:
    page = enter(new_person()).page
    page.goto("/scan")
    state = page.locator(".scanner-state")
    for wrong in (
        photo(Image.new("RGB", (300, 300), "green")),
        FilePayload(name="letter.txt", mimeType="text/plain", buffer=b"no picture"),
    ):
        page.get_by_label("Choose a photo").set_input_files(wrong)
        expect(state).to_contain_text("There is no code in this photo that we can read.", timeout=60_000)


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_another_network_s_code_is_said_plainly(enter: Enter, new_person: NewPerson, lang: str) -> None:
    sitting = enter(new_person(), lang=lang)
    sitting.watch.allow(422)
    page = sitting.page
    page.goto("/scan")
    page.locator("#photo").set_input_files(photo(picture(PROMPT_PAY)))
    words = {"en": "This code belongs to another network (PromptPay).", "zh_CN": "PromptPay"}[lang]
    expect(page.get_by_role("alert")).to_contain_text(words, timeout=60_000)
    expect(page.locator(".payee-name")).to_have_count(0)


def test_a_refused_camera_is_no_dead_end(enter: Enter, new_person: NewPerson, shop: dict[str, Any]) -> None:
    page = enter(new_person()).page
    page.goto("/scan")
    expect(page.locator(".scanner-state")).to_contain_text("The camera is not allowed.")
    expect(page.locator("[data-part=viewfinder]")).to_be_hidden()
    page.get_by_label("Or type the digits under the code").fill(shop["short_code"])
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".payee-name")).to_have_text("巷口豆浆")


def test_a_device_without_a_camera_is_told_what_to_do(
    playwright: Playwright, hall: Served, new_person: NewPerson
) -> None:
    with browser(playwright) as bare, doors(bare, hall.url) as enter:
        sitting = enter(new_person())
        sitting.context.grant_permissions(["camera"])
        sitting.page.goto("/scan")
        expect(sitting.page.locator(".scanner-state")).to_contain_text("No camera was found.")
