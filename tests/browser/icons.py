"""Draw the icons for home screens anew from their SVG: `python -m tests.browser.icons`."""

import io

from PIL import Image
from playwright.sync_api import sync_playwright

from openhall.web import manifest
from tests.browser.conftest import browser
from tests.house.source import ROOT

ICONS = ROOT / "openhall" / "web" / "static" / "icons"


def main() -> None:
    with sync_playwright() as playwright, browser(playwright) as chromium:
        for picture in manifest.PICTURES:
            svg = (ICONS / picture.drawn_from).read_text(encoding="utf-8")
            page = chromium.new_page(viewport={"width": picture.size, "height": picture.size})
            page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
            drawn = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(32)
            drawn.save(ICONS / picture.file, optimize=True)
            page.close()


if __name__ == "__main__":
    main()
