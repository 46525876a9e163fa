"""Draw the pictures of the README anew: `python -m tests.browser.screenshots`.

A hall is served over a database of its own, a day of a stall is played, and its pages are photographed at phone size.
"""

import io
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from openhall.base.postgres import Cluster
from openhall.core.people.demo import PEOPLE
from openhall.demo.takings import BREAKFASTS
from tests.browser.city import Person
from tests.browser.conftest import browser
from tests.browser.sitting import USUAL, Enter, doors
from tests.outside_fixture import OutsideProgram
from tests.served import Served, environment, openhall, served

IMAGES = Path(__file__).parent.parent.parent / "docs" / "images"
COLOURS = 256
MOST_BYTES = 150_000
# What the stall took before the picture, in fen.
MORNING = (600, 1200, 800, 450, 1550, 700)


@contextmanager
def city() -> Iterator[Served]:
    """A served demo city that leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="hall-pictures-") as name:
        folder = Path(name)
        # The account under which root's server runs has to pass.
        folder.chmod(0o711)
        outside = OutsideProgram(folder / "outside")
        cluster = Cluster(folder / "database", settings={"fsync": "off"})
        try:
            outside.start()
            dsn = cluster.start()
            openhall(environment(dsn, outside, "http://localhost"), "migrate")
            with served(dsn, outside, folder) as hall:
                hall.load_demo_city()
                yield hall
        finally:
            outside.close()
            cluster.wipe()


def save(page: Page, name: str) -> None:
    """Keep what the window shows as a small picture."""
    page.evaluate("document.fonts.ready")
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = IMAGES / f"{name}.png"
    taken.quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=3, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.name}: {taken.width}x{taken.height}, {size // 1000} kB")
    assert size < MOST_BYTES, f"{path} is larger than {MOST_BYTES} bytes"


def play(hall: Served, enter: Enter) -> None:
    """A morning at the stall, and the pictures of it."""
    phones = {role: phone for role, phone, _, _ in PEOPLE}
    with closing(Person(hall, phones["resident"])) as guest, closing(Person(hall, phones["stall_owner"])) as keeper:
        shop = keeper.api("GET", "/shops").json()["shops"][0]
        guest.top_up(20_000)
        for amount in MORNING:
            guest.pay(shop, amount)

        till = enter(keeper, size=USUAL, scale=2).page
        till.goto(f"/shops/{shop['id']}/till")
        page = enter(guest, size=USUAL, scale=2).page
        page.goto(f"/pay?code={shop['short_code']}")
        for key in ("3", "Point", "5"):
            page.get_by_role("button", name=key, exact=True).click()
        save(page, "pay")
        page.get_by_role("button", name="Next").click()
        page.get_by_role("button", name="Pay ¥3.50").click()
        expect(page.locator("#say-again")).to_be_visible()
        save(page, "paid")
        expect(till.locator('[data-part="count"]')).to_have_text(str(len(BREAKFASTS) + len(MORNING) + 1))
        # As it looks once somebody has touched it.
        till.get_by_role("button", name="Test sound").click()
        till.evaluate("scrollTo(0, 0)")
        till.wait_for_timeout(1000)
        save(till, "till")
        page.goto("/")
        save(page, "home")
        elder = enter(guest, size=USUAL, scale=2, lang="zh_CN", mode="elder").page
        elder.goto("/")
        save(elder, "elder")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        city() as hall,
        sync_playwright() as playwright,
        browser(playwright) as chromium,
        doors(chromium, hall.url) as enter,
    ):
        play(hall, enter)


if __name__ == "__main__":
    main()
