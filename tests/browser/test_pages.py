"""Every page, in both languages, light and dark, normal and large type: accessible, whole and within its frame."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

from openhall.base.config import Settings
from openhall.web.app import create_app
from tests.browser.scenery import Scenery
from tests.browser.sitting import SPEECH, Watch
from tests.browser.views import VIEWS
from tests.outside_fixture import OutsideProgram
from tests.served import Served

pytestmark = pytest.mark.browser

MEASURES = Path(__file__).with_name("measures.js").read_text(encoding="utf-8")
WIDTHS = (320, 360, 390, 768)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Answers of GET that are no pages.
NO_PAGES = {
    "/shops/{shop_id}/code.svg",
    "/shops/{shop_id}/code.png",
    "/shops/{shop_id}/till/stream",
    "/shops/{shop_id}/book.csv",
    "/markets/{market_id}/shops.csv",
    "/pay-code/stream",
}


@pytest.fixture(scope="package")
def scenery(hall: Served, outside_program: OutsideProgram) -> Iterator[Scenery]:
    painted = Scenery(hall, outside_program)
    yield painted
    painted.close()


class Gallery:
    """A browser window for each person; pages are shown in it one after the other."""

    def __init__(self, browser: Browser, hall: Served, scenery: Scenery) -> None:
        self._browser = browser
        self._hall = hall
        self._scenery = scenery
        self._windows: dict[str, tuple[BrowserContext, Watch]] = {}

    def show(self, name: str, mode: str, lang: str, theme: str = "light") -> Page:
        """The page as its person sees it at 360 px; an exception when anything is wrong with its loading."""
        view = VIEWS[name]
        context, watch = self._window(view.who)
        cookies = {"lang": lang, "mode": mode, "theme": theme}
        context.add_cookies([{"name": name, "value": value, "url": self._hall.url} for name, value in cookies.items()])
        watch.complaints.clear()
        watch.only(view.status)
        page = context.new_page()
        page.set_viewport_size({"width": 360, "height": 640})
        statuses: list[int] = []
        page.on(
            "response",
            lambda answer: statuses.append(answer.status) if answer.request.is_navigation_request() else None,
        )
        view.reach(page, view.path.format(**self._scenery.places))
        assert statuses[-1] == view.status, statuses
        return page

    def complaints(self, name: str) -> list[str]:
        """What went wrong since the page was asked for."""
        return self._window(VIEWS[name].who)[1].complaints

    def close(self) -> None:
        for context, _ in self._windows.values():
            context.close()

    def _window(self, who: str) -> tuple[BrowserContext, Watch]:
        if who not in self._windows:
            context = self._browser.new_context(
                base_url=self._hall.url,
                timezone_id="Asia/Shanghai",
                has_touch=True,
                reduced_motion="reduce",
                permissions=["camera"],
            )
            context.add_init_script(SPEECH)
            if who in self._scenery.sessions:
                token = self._scenery.sessions[who]
                context.add_cookies([{"name": "openhall_session", "value": token, "url": self._hall.url}])
            watch = Watch(self._hall.url)
            watch.over(context)
            self._windows[who] = (context, watch)
        return self._windows[who]


@pytest.fixture(scope="package")
def gallery(chromium: Browser, hall: Served, scenery: Scenery) -> Iterator[Gallery]:
    opened = Gallery(chromium, hall, scenery)
    yield opened
    opened.close()


def grow(page: Page, width: int) -> None:
    """As wide as asked and as tall as the page: no bar lies over anything then."""
    page.set_viewport_size({"width": width, "height": 640})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(640, min(height, 12_000))})


def sideways(page: Page) -> list[str]:
    """What makes the page wider than the window, if anything does."""
    found: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          const right = (element) => element.getBoundingClientRect().right;
          const wide = [...document.body.querySelectorAll("*")].filter((element) => right(element) > width + 0.5);
          return wide.slice(0, 5).map((element) => `${element.tagName}.${element.className} reaches ${right(element)}`);
        }"""
    )
    return found


def broken_rules(page: Page, run: dict[str, Any]) -> list[str]:
    """What axe finds: each rule with the places that break it."""
    answer = page.evaluate(f"axe.run(document, {json.dumps(run | {'resultTypes': ['violations']})})")
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in answer["violations"]
        for node in rule["nodes"]
    ]


def contrast(mode: str) -> list[str]:
    """7:1 in large type, else 4.5:1."""
    return ["color-contrast-enhanced" if mode == "elder" else "color-contrast"]


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize("mode", ["normal", "elder"])
@pytest.mark.parametrize("name", VIEWS)
def test_a_page_holds(gallery: Gallery, name: str, mode: str, lang: str) -> None:
    page = gallery.show(name, mode, lang)
    try:
        wrong: dict[str, list[str]] = {}
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 640})
            wrong[f"wider than {width} px"] = sideways(page)
            if width in (320, 360):
                wrong[f"measures at {width} px"] = page.evaluate(MEASURES, mode)
        grow(page, 360)
        page.evaluate(AXE_SCRIPT)
        rules = {rule: {"enabled": True} for rule in contrast(mode)}
        wrong["axe"] = broken_rules(page, {"runOnly": {"type": "tag", "values": TAGS}, "rules": rules})
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        wrong["axe in the dark"] = broken_rules(page, {"runOnly": {"type": "rule", "values": contrast(mode)}})
        wrong["the browser says"] = list(gallery.complaints(name))
        found = {what: complaints for what, complaints in wrong.items() if complaints}
        assert not found, json.dumps(found, ensure_ascii=False, indent=1)
    finally:
        page.close()


def test_every_page_is_walked(settings: Settings) -> None:
    """A page that is added must be added to the views."""
    app = create_app(settings)
    pages = {
        route.path_format
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if "GET" in getattr(handler, "http_methods", ()) and handler.opt.get("api") is False
    }
    walked = [re.split("[?#]", view.path)[0] for view in VIEWS.values()]
    shapes = {tuple(path.split("/")) for path in walked}

    def is_walked(path: str) -> bool:
        parts = path.split("/")
        return any(
            len(shape) == len(parts)
            and all(part.startswith("{") or part == seen for part, seen in zip(parts, shape, strict=True))
            for shape in shapes
        )

    assert {path for path in pages if not is_walked(path)} == NO_PAGES
