"""What a person is told when a form is refused, and that Back and Refresh never send it twice."""

import re

import psycopg
import pytest

from openhall.base import errors, idempotency
from tests.core.people.test_pages import Browser
from tests.hall import Hall

pytestmark = pytest.mark.anyio
PROGRAM = {"Accept": "application/json", "Accept-Language": "en"}


@pytest.fixture
async def browser(hall: Hall) -> Browser:
    somebody = Browser(hall)
    await somebody.sign_in("13900000041")
    return somebody


async def send(browser: Browser, path: str, referer: str, **form: str) -> str:
    """The page that answers a form which stood on the page `referer`."""
    token = {"_csrf_token": browser.client.cookies["openhall_csrf"]}
    headers = {"Accept-Language": "en", "Referer": referer}
    answer = await browser.client.post(path, data=token | form, headers=headers)
    assert 400 <= answer.status_code < 500, answer.text
    return str(answer.text)


async def test_a_refused_form_knows_the_page_it_stood_on(browser: Browser) -> None:
    """js/common.js gives the answer that page's address, which can be asked for again."""
    page = await send(browser, "/shops/new", "http://localhost/shops/new?request_key=one", request_key="one")
    assert '<html lang="en"' in page
    assert 'data-came-from="/shops/new?request_key=one"' in page
    assert "data-came-from" not in (await browser.get("/shops")).text, "what was only asked for keeps its address"


@pytest.mark.parametrize(
    "referer",
    [
        "",
        "https://evil.example/x",
        "http://localhost//evil.example",
        "http://localhost/\\evil.example",
        "javascript://localhost/x",
        "http://localhost",
        "http://[",
        "http://[x]/a",
    ],
)
async def test_no_other_page_is_taken_for_it(browser: Browser, referer: str) -> None:
    assert "data-came-from" not in await send(browser, "/shops/new", referer, request_key="one")


async def test_a_problem_after_a_form_offers_its_page_again(browser: Browser) -> None:
    referer = "http://localhost/shops/new?request_key=one"
    page = await send(browser, "/shops/new", referer, _csrf_token="x" * 96)
    assert "This page was open for too long." in page
    assert re.search(r'href="/shops/new\?request_key=one".*Open the page again', page, re.DOTALL)


async def test_a_busy_hall_speaks_plainly_to_people_and_offers_the_page_again(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("the database is away")

    monkeypatch.setattr("openhall.core.rails.bank_accounts", down)
    busy = await browser.get("/wallet/top-up?request_key=one")
    assert busy.status_code == 503
    assert "The hall is very busy right now." in busy.text
    assert "key:" not in busy.text
    assert 'href="/wallet/top-up?request_key=one"' in busy.text
    chinese = await browser.client.get("/wallet/top-up?request_key=one", headers={"Accept-Language": "zh-CN"})
    assert "请求键" not in chinese.text
    assert "重新打开页面" in chinese.text
    program = await browser.client.get("/wallet/top-up?request_key=one", headers=PROGRAM)
    assert "the same key" in program.json()["detail"], "programs still learn what to do with their key"


@pytest.mark.parametrize(
    "definition", [errors.busy, errors.method_not_allowed, idempotency.key_in_flight, idempotency.key_reused]
)
def test_words_for_programs_are_not_shown_to_people(definition: errors.Definition) -> None:
    assert definition.person is not None
    for said in definition.person:
        assert "key" not in said
        assert "API" not in said
