"""One served hall and one Chromium for each test worker; a fresh browser context for each test."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.city import Person, new_phone
from tests.browser.sitting import Enter, doors
from tests.outside_fixture import OutsideProgram
from tests.postgres_fixture import database
from tests.served import Served, served

# A busy machine draws slowly; what does not come at all is still found.
expect.set_options(timeout=30_000)

NewPerson = Callable[[], Person]
# A browser that speaks to nobody but the hall.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
# The same program without a window: it draws the same for a quarter less work, and has no camera, for example.
WINDOWLESS = ("chromium-headless-shell", *NAMES)


# So many workers have a browser, a served hall and its scenery, which cost half a minute of processor time to make.
GROUPS = 2


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the stories, and the views of the gallery, to the groups of workers that have a browser."""
    here = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    parts = {_part(item): None for item in here}
    groups = {part: f"browser-{number % GROUPS}" for number, part in enumerate(parts)}
    for item in here:
        item.add_marker(pytest.mark.xdist_group(groups[_part(item)]))


def _part(item: pytest.Item) -> str:
    """What one worker does as a whole: a file, or a view in all its modes."""
    shown = getattr(item, "callspec", None)
    return f"{item.path.name} {shown.params.get('name', '') if shown else ''}"


@contextmanager
def browser(playwright: Playwright, *flags: str, names: tuple[str, ...] = NAMES) -> Iterator[Browser]:
    """The system's Chromium, headless: the first of these programs that it has."""
    program = next(filter(None, map(shutil.which, names)), None)
    assert program, "The browser stories need Chromium. On Debian: apt-get install chromium fonts-noto-cjk"
    arguments = [*FLAGS, *flags]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    chromium = playwright.chromium.launch(executable_path=program, headless=True, args=arguments)
    yield chromium
    chromium.close()


# Package-wide, not session-wide: Playwright's loop must be gone before the tests of other packages run theirs.
@pytest.fixture(scope="package")
def hall(
    cluster_dsn: str,
    template: str,
    worker_id: str,
    outside_program: OutsideProgram,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """A served hall with the demo city, shared by the stories of this worker; each story brings its own people."""
    folder = tmp_path_factory.mktemp("served")
    with database(cluster_dsn, f"browser_{worker_id}", template) as dsn, served(dsn, outside_program, folder) as hall:
        hall.load_demo_city()
        # What a payer has left would otherwise depend on the city's offers, one of which draws lots.
        with psycopg.connect(hall.database_url) as conn:
            conn.execute("update campaigns.campaigns set state = 'paused' where state = 'running'")
        yield hall


# After the hall: while Playwright is there, nothing in this thread may run a loop of its own.
@pytest.fixture(scope="package")
def playwright(hall: Served) -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    with browser(playwright) as opened:
        yield opened


@pytest.fixture
def enter(chromium: Browser, hall: Served) -> Iterator[Enter]:
    """Lets somebody into the hall; fails the test when anything went wrong on their pages."""
    with doors(chromium, hall.url) as door:
        yield door


@pytest.fixture
def new_person(hall: Served) -> Iterator[NewPerson]:
    """Makes a resident that nobody met before."""
    people: list[Person] = []

    def make() -> Person:
        people.append(Person(hall, new_phone()))
        return people[-1]

    yield make
    for person in people:
        person.close()
