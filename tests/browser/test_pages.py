"""Every page, in both languages, light and dark, normal and large type: accessible, whole and within its frame."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Response

from openhall.base.config import Settings
from openhall.web.app import create_app
from tests.browser.conftest import WINDOWLESS, browser
from tests.browser.measuring import AXE, measured
from tests.browser.scenery import Scenery
from tests.browser.sitting import SMALL, SPEECH, Watch
from tests.browser.views import VIEWS
from tests.outside_fixture import OutsideProgram
from tests.served import Served

pytestmark = pytest.mark.browser

# Pages are measured without a worker, and look as they do with one.
WORKERLESS = """
if (navigator.serviceWorker) {
  navigator.serviceWorker.register = async () => ({ pushManager: { getSubscription: async () => null } });
}
"""
# Answers of GET that are no pages.
NO_PAGES = {
    "/manifest.webmanifest",
    "/service-worker.js",
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


class Window:
    """What one person looks at: a single page, since a fresh one for each view costs more than all that is measured."""

    def __init__(self, context: BrowserContext, watch: Watch) -> None:
        self.context = context
        self.watch = watch
        # Of what was asked for as a page since the last view.
        self.statuses: list[int] = []
        self.page = context.new_page()
        self.page.on("response", self._response)

    def clear(self, status: int) -> None:
        """Before a view that is to be answered with this status: whatever the last one left is gone."""
        self.watch.complaints.clear()
        self.watch.only(status)
        self.statuses.clear()
        self.page.set_viewport_size(SMALL)

    def _response(self, answer: Response) -> None:
        if answer.request.is_navigation_request():
            self.statuses.append(answer.status)


class Gallery:
    """A browser window for each person; pages are shown in it one after the other."""

    def __init__(self, browser: Browser, hall: Served, scenery: Scenery) -> None:
        self._browser = browser
        self._hall = hall
        self._scenery = scenery
        self._windows: dict[str, Window] = {}

    def show(self, name: str, mode: str, lang: str, theme: str = "light") -> Page:
        """The page as its person sees it at 360 px; an exception when anything is wrong with its loading."""
        view = VIEWS[name]
        window = self._window(view.who)
        self._set_cookies(window.context, lang=lang, mode=mode, theme=theme)
        window.clear(view.status)
        view.reach(window.page, view.path.format(**self._scenery.places))
        assert window.statuses[-1] == view.status, window.statuses
        return window.page

    def complaints(self, name: str) -> list[str]:
        """What went wrong since the page was asked for."""
        return self._window(VIEWS[name].who).watch.complaints

    def close(self) -> None:
        for window in self._windows.values():
            window.context.close()

    def _window(self, who: str) -> Window:
        if who not in self._windows:
            context = self._browser.new_context(
                base_url=self._hall.url,
                timezone_id="Asia/Shanghai",
                has_touch=True,
                reduced_motion="reduce",
                permissions=["camera"],
                service_workers="block",
            )
            context.add_init_script(SPEECH)
            context.add_init_script(WORKERLESS)
            context.add_init_script(AXE)
            if who in self._scenery.sessions:
                self._set_cookies(context, openhall_session=self._scenery.sessions[who])
            watch = Watch(self._hall.url)
            watch.over(context)
            self._windows[who] = Window(context, watch)
        return self._windows[who]

    def _set_cookies(self, context: BrowserContext, **cookies: str) -> None:
        context.add_cookies([{"name": name, "value": value, "url": self._hall.url} for name, value in cookies.items()])


@pytest.fixture(scope="package")
def gallery(playwright: Playwright, hall: Served, scenery: Scenery) -> Iterator[Gallery]:
    """Nobody acts here, pages are only drawn and measured: the plainest browser will do."""
    with browser(playwright, names=WINDOWLESS) as opened:
        shown = Gallery(opened, hall, scenery)
        yield shown
        shown.close()


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize("mode", ["normal", "elder"])
@pytest.mark.parametrize("name", VIEWS)
def test_a_page_holds(gallery: Gallery, name: str, mode: str, lang: str) -> None:
    page = gallery.show(name, mode, lang)
    wrong = measured(page, mode)
    wrong["the browser says"] = list(gallery.complaints(name))
    found = {what: complaints for what, complaints in wrong.items() if complaints}
    assert not found, json.dumps(found, ensure_ascii=False, indent=1)


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
