"""Somebody with a phone in hand: a browser context of its own, and an eye on everything that goes wrong in it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, ViewportSize, WebError

from tests.browser.city import Person

SMALL: ViewportSize = {"width": 360, "height": 640}
USUAL: ViewportSize = {"width": 390, "height": 844}

# Headless Chromium has no voices. What an elder would hear is collected in `said`; each text takes a moment.
SPEECH = """
(() => {
  window.said = [];
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  const voices = ["zh-CN", "en-US"].map((lang) => ({ lang, name: lang, localService: true, default: false }));
  const stub = {
    getVoices: () => voices,
    speak(words) {
      window.said.push({ text: words.text, lang: words.lang, rate: words.rate });
      setTimeout(() => words.onend?.(), 30);
    },
    cancel() {},
  };
  Object.defineProperty(window, "speechSynthesis", { value: stub, configurable: true });
})();
"""


# What Chromium says when a page or the worker's own script cannot be fetched.
_BROKEN = re.compile(r"net::ERR_|error occurred when fetching the script")


class Watch:
    """Notes what must not happen on any page of the hall."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._allowed: set[int] = set()
        self._cut = False
        self.complaints: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)

    def allow(self, *statuses: int) -> None:
        """From here on these statuses are part of the story."""
        self._allowed |= set(statuses)

    def only(self, status: int) -> None:
        """From here on this status alone is part of the story."""
        self._allowed = {status}

    def allow_cuts(self) -> None:
        """From here on connections may break: that is the story."""
        self._cut = True

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        text = message.text
        # The till asks for sound at once, because some browsers allow it; the others say this, and a button appears.
        if text.startswith("The AudioContext was not allowed to start"):
            return
        # Where a test wants no worker, the page asks for it in vain; the hall works without.
        if text.startswith("Service Worker registration blocked by Playwright"):
            return
        # Chromium repeats every refused response and every broken connection; both are watched by themselves.
        if text.startswith("Failed to load resource: the server responded") or (self._cut and _BROKEN.search(text)):
            return
        self.complaints.append(f"console {message.type}: {text} ({message.location})")

    def _error(self, error: WebError) -> None:
        self.complaints.append(f"script: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self._url + "/", "data:", "blob:")):
            self.complaints.append(f"foreign request: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._allowed:
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")

    def _failed(self, request: Request) -> None:
        # Leaving a page ends what it was still loading.
        if request.failure != "net::ERR_ABORTED" and not self._cut:
            self.complaints.append(f"{request.failure}: {request.method} {request.url}")


class Sitting:
    """One person at one browser: `page` is what they look at."""

    def __init__(self, context: BrowserContext, watch: Watch) -> None:
        self.context = context
        self.watch = watch
        self.page = context.new_page()

    def said(self) -> list[str]:
        """What was spoken on this page since it was loaded."""
        return [str(words["text"]) for words in self.page.evaluate("window.said")]

    def hears(self, *texts: str) -> None:
        """Wait until so much was spoken; it must be exactly this, once and in this order, and nothing follows."""
        for _ in range(600):
            if len(self.said()) >= len(texts):
                break
            self.page.wait_for_timeout(50)
        self.page.wait_for_timeout(150)
        said = self.said()
        assert said == list(texts), said


Enter = Callable[..., Sitting]


@contextmanager
def doors(browser: Browser, url: str) -> Iterator[Enter]:
    """A function that lets somebody in; at the end all have left, and nothing went wrong for any of them."""
    sittings: list[Sitting] = []

    def enter(
        person: Person | None = None,
        *,
        size: ViewportSize = USUAL,
        lang: str = "en",
        mode: str = "normal",
        theme: str = "light",
        touch: bool = True,
        scale: int = 1,
        worker: bool = False,
    ) -> Sitting:
        context = browser.new_context(
            base_url=url,
            viewport=size,
            locale="zh-CN" if lang == "zh_CN" else "en-US",
            timezone_id="Asia/Shanghai",
            has_touch=touch,
            device_scale_factor=scale,
            reduced_motion="reduce",
            # What the worker does is the offline stories' own; Playwright sees less of what goes through it.
            service_workers="allow" if worker else "block",
        )
        context.set_default_timeout(30_000)
        context.add_init_script(SPEECH)
        cookies = {"lang": lang, "mode": mode, "theme": theme}
        if person is not None:
            cookies["openhall_session"] = person.new_session()
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        watch = Watch(url)
        watch.over(context)
        sitting = Sitting(context, watch)
        sittings.append(sitting)
        return sitting

    yield enter
    for sitting in sittings:
        sitting.context.close()
    complaints = [complaint for sitting in sittings for complaint in sitting.watch.complaints]
    assert not complaints, "\n".join(complaints)


def current(page: Page) -> str:
    """The visible text of a page."""
    return page.locator("body").inner_text()
