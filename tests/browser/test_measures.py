"""The measures of pages find what they are there for: each planted fault is named."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.measuring import AXE, MEASURES, accessible, measured

pytestmark = pytest.mark.browser

GOOD = (
    "<style>body { font: 700 24px/1.5 sans-serif } button { font: inherit }"
    " a, button { display: block; height: 60px; width: 60px }</style>"
    "<button data-read>read</button><footer data-help></footer>"
)


@pytest.mark.parametrize(
    ("planted", "mode", "named"),
    [
        ("<p style='font-size: 20px'>small</p>", "elder", "type of 20px"),
        ("<p style='font-size: 11px'>small</p>", "normal", "type of 11px"),
        (
            "<p style='width: 60px; white-space: nowrap; overflow: hidden'>longer than its frame</p>",
            "normal",
            "is cut off",
        ),
        ("<div style='height: 20px; overflow: hidden'><p>as high as that</p></div>", "normal", "is cut off"),
        (
            "<div><table class='book-table'><td style='min-width: 500px'>9</table></div>",
            "normal",
            "wider than its card",
        ),
        ("<button style='height: 40px'>low</button>", "normal", "a target of 60x40"),
        ("<a href='/' style='height: 45px'>low</a>", "elder", "a target of 60x45"),
        ("<button class='button-main' style='height: 50px'>pay</button>", "elder", "main button 50px high"),
        ("<button class='button-main' style='font-size: 22px'>pay</button>", "elder", "main button in 22px"),
        ("<button class='button-main' style='font-weight: 400'>pay</button>", "elder", "main button in weight 400"),
        ("<h2 class='payee-name'>Wang</h2><style>h2 { font-size: 24px }</style>", "elder", "payee in 24px"),
        ("<p style='font-family: serif'>old</p>", "normal", "with serifs"),
        ("<p style='line-height: 1.2'>tight</p>", "elder", "lines of"),
        ("<p>one</p><p>two</p><style>p { margin: 0; line-height: 1.5 }</style>", "elder", "above the next"),
        ("<button>a</button><button style='margin-top: 8px'>b</button>", "elder", "only 8.0px from"),
        ("<p style='position: fixed'>ad</p>", "elder", "floats"),
        ("<div class='field-code'><input></div>", "elder", "no phone fills in"),
        ("<p data-help>another</p>", "elder", "2 lines of help"),
        ("<button data-read>another</button>", "elder", "reads the page aloud"),
        ("<div class='pay-codes'><div class='qr-frame'>code</div></div>", "elder", "does not say whose"),
        (
            "<div class='pay-codes'><p class='code-owner' style='font-size: 22px'>me</p></div>",
            "elder",
            "an owner in 22px",
        ),
        (
            "<div class='pay-codes'><div class='qr-frame' style='width: 200px'>code</div></div>",
            "elder",
            "a code of 200px",
        ),
    ],
)
def test_a_planted_fault_is_found(chromium: Browser, planted: str, mode: str, named: str) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 640})
    try:
        page.set_content(GOOD + "<p>fine</p>")
        assert page.evaluate(MEASURES, mode) == []
        page.set_content(GOOD + planted)
        assert any(named in complaint for complaint in page.evaluate(MEASURES, mode))
    finally:
        page.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty window in which axe can be loaded."""
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    context.add_init_script(AXE)
    yield context.new_page()
    context.close()


WHOLE = (
    "<!doctype html><html lang='en'><title>Whole</title>"
    "<style>html { background: white; color: black } body { font: 1.25rem/1.5 sans-serif; margin: 0 }</style>"
    "<main><h1>Whole</h1>{planted}</main></html>"
)


@pytest.mark.parametrize(
    ("planted", "where", "named"),
    [
        ("<p style='width: 340px'>wide</p>", "wider than 320 px", "P. reaches 340"),
        ("<p style='width: 370px'>wide</p>", "wider than 360 px", "P. reaches 370"),
        (
            "<p class='wide'>wide</p><style>@media (min-width: 390px) { p { width: 400px } }</style>",
            "wider than 390 px",
            "P.wide reaches 400",
        ),
        (
            "<p class='wide'>wide</p><style>@media (min-width: 768px) { p { width: 800px } }</style>",
            "wider than 768 px",
            "P.wide reaches 800",
        ),
        ("<button style='width: 60px; height: 30px'>low</button>", "measures at 360 px", "a target of 60x30"),
        (
            (
                "<button>low</button>"
                "<style>button { padding: 2em } @media (width < 330px) { button { padding: 0 } }</style>"
            ),
            "measures at 320 px",
            "a target of ",
        ),
        ("<p style='width: 12rem'>wide</p>", "wider than 320 px with text of 200 %", "P. reaches"),
        ("<p style='height: 40px; overflow: hidden'>cut</p>", "cut at 320 px with text of 200 %", "is cut off"),
        (
            "<p style='font-family: monospace; white-space: nowrap; width: max-content'>twenty-five-letters-and-n</p>",
            "wider than 320 px with text spacing",
            "P. reaches",
        ),
        (
            "<p style='font-family: monospace; white-space: nowrap; overflow: hidden'>twenty-five-letters-and-n</p>",
            "cut at 320 px with text spacing",
            "is cut off",
        ),
        ("<img src='data:,'>", "axe", "image-alt"),
        ("<p style='color: #888'>faint</p>", "axe", "color-contrast: p"),
        ("<p>faint</p><style>[data-theme=dark] p { color: #888 }</style>", "axe in the dark", "color-contrast: p"),
    ],
)
def test_a_fault_of_one_window_is_found_there(page: Page, planted: str, where: str, named: str) -> None:
    page.set_content(WHOLE.replace("{planted}", "<p>fine</p>"))
    assert not any(measured(page, "normal").values())
    page.set_viewport_size({"width": 360, "height": 640})
    page.set_content(WHOLE.replace("{planted}", planted))
    assert any(named in complaint for complaint in measured(page, "normal")[where])


@pytest.mark.parametrize("theme", ["", "[data-theme=dark] "])
def test_type_that_is_too_faint_for_elders_is_found(page: Page, theme: str) -> None:
    page.set_content(WHOLE.replace("{planted}", f"<p>faint</p><style>{theme}p {{ color: #666 }}</style>"))
    assert not any(accessible(page, "normal").values())
    (found,) = accessible(page, "elder")["axe in the dark" if theme else "axe"]
    assert found.startswith("color-contrast-enhanced")


@pytest.mark.parametrize(
    ("planted", "named"),
    [
        ("<p style='width: 700px'>" + "字" * 60 + "</p>", "characters"),
        ("<button class='button' style='width: 600px'>" + "按" * 16 + "</button>", "16 characters"),
        ("<p>请授权</p>", "says 授权"),
        ("<main>" + "<a class='tile'>格</a>" * 7 + "</main>", "7 tiles at home"),
    ],
)
def test_a_fault_of_chinese_words_is_found(chromium: Browser, planted: str, named: str) -> None:
    page = chromium.new_page(viewport={"width": 768, "height": 640})
    try:
        page.set_content(f"<html lang='zh-CN'><body class='home'>{GOOD}{planted}</body></html>")
        assert any(named in complaint for complaint in page.evaluate(MEASURES, "elder"))
    finally:
        page.close()
