"""The measures of pages find what they are there for: each planted fault is named."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser

from tests.browser.test_pages import MEASURES, broken_rules, contrast, sideways

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


def test_what_is_wider_than_the_window_is_found(chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 640})
    try:
        page.set_content("<p style='width: 400px'>wide</p>")
        assert sideways(page)
    finally:
        page.close()


@pytest.mark.parametrize(("mode", "grey"), [("normal", "#888"), ("elder", "#666")])
def test_faint_type_is_found(chromium: Browser, mode: str, grey: str) -> None:
    page = chromium.new_page()
    try:
        page.set_content(f"<p style='color: {grey}; background: white'>faint</p>")
        page.evaluate(AXE_SCRIPT)
        (found,) = broken_rules(page, {"runOnly": {"type": "rule", "values": contrast(mode)}})
        assert found.startswith("color-contrast")
    finally:
        page.close()


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
