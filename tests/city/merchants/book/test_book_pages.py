"""The pages of the book, as a browser gets them."""

import re
from datetime import timedelta

import pytest

from openhall.base import clock
from openhall.city.merchants.book import charts
from tests.city.merchants.book.trade import MIDNIGHT, ONE_DAY, OWNER, Trade, close_all, open_trade
from tests.core.people.test_pages import Browser
from tests.hall import Hall

pytestmark = pytest.mark.anyio


@pytest.fixture
async def browser(hall: Hall) -> Browser:
    """The owner's browser."""
    opened = Browser(hall)
    await opened.sign_in(OWNER)
    return opened


@pytest.fixture
async def trade(hall: Hall) -> Trade:
    return await open_trade(hall)


def bars(html: str) -> list[str]:
    return re.findall(r"<svg viewBox.*?</svg>", html, re.DOTALL)


async def test_a_day_shows_its_sums_its_hours_and_each_entry(browser: Browser, trade: Trade) -> None:
    paid = await trade.pay(350, MIDNIGHT + timedelta(hours=7))
    await trade.pay(1_205, MIDNIGHT + timedelta(hours=8))
    await trade.refund(paid, 100, MIDNIGHT + timedelta(hours=9))
    page = (await browser.get(f"/shops/{trade.id}/book?view=day&on=2026-03-10")).text
    assert "¥14.55" in re.sub(r"<[^>]+>", "", page), "what stays"
    assert "2 payments" in page
    assert "· What is left</span>" in page
    by_day = (await browser.get(f"/shops/{trade.id}/payments?date=2026-03-10")).text
    assert "¥15.55" in re.sub(r"<[^>]+>", "", by_day)
    assert "· Received</span>" in by_day, "two sums of one day have two names"
    (drawn,) = bars(page)
    assert len(re.findall("<rect", drawn)) == 2
    assert "From 00:00 to 23:59. Most at 08:00: ¥12.05." in drawn
    assert 'role="img"' in drawn
    assert "style=" not in page
    assert re.findall(r'href="(/payments/[^"?]+)', page)[0] == f"/payments/{paid}", "the refund is the newest"
    assert page.count("−¥1.00") == 3, "in the list, in the hours, and by whom"
    assert "By the printed code" in page
    assert f'href="/shops/{trade.id}/book"' in (await browser.get(f"/shops/{trade.id}")).text


async def test_a_week_and_a_month_show_their_days_with_the_numbers_of_their_closings(
    browser: Browser, trade: Trade
) -> None:
    for day, amount in ((0, 350), (2, 700)):
        await trade.pay(amount, MIDNIGHT + ONE_DAY * day + timedelta(hours=12))
    await close_all(trade.hall, MIDNIGHT + ONE_DAY * 2)
    with clock.at(MIDNIGHT + ONE_DAY * 3):
        week = (await browser.get(f"/shops/{trade.id}/book?view=week&on=2026-03-12")).text
        month = (await browser.get(f"/shops/{trade.id}/book?view=month&on=2026-03-31")).text
        day = (await browser.get(f"/shops/{trade.id}/book?view=day&on=2026-03-10")).text
    assert "9 Mar – 15 Mar" in week
    assert "1 Mar – 31 Mar" in month
    assert [len(bars(page)) for page in (week, month, day)] == [2, 2, 1], "days and hours"
    assert "No. 1" in week
    assert "No. 2" not in week, "a day that is not closed has no number"
    assert "Closed as no. 1" in day
    assert re.search(r"<code>[0-9a-f]{64}</code>", day)
    assert "view=week&amp;on=2026-03-08" not in week, "the shop was not open before"
    later = (await browser.get(f"/shops/{trade.id}/book?view=week&on=2026-03-18")).text
    assert "view=week&amp;on=2026-03-15" in later
    assert "Nothing in these days" in later


async def test_the_owner_closes_a_day_with_a_button(browser: Browser, trade: Trade) -> None:
    await trade.pay(350, MIDNIGHT + timedelta(hours=7))
    address = f"/shops/{trade.id}/book?view=day&on=2026-03-10"
    with clock.at(MIDNIGHT + timedelta(hours=8)):
        assert "Close this day" not in (await browser.get(address)).text, "it is not over"
    with clock.at(MIDNIGHT + ONE_DAY * 2):
        assert "Close this day" in (await browser.get(address)).text
        done = await browser.post(f"/shops/{trade.id}/book/closings", date="2026-03-10")
        assert (done.status_code, done.headers["location"]) == (303, address)
        shown = (await browser.get(address)).text
    assert "Closed as no. 1" in shown
    assert "Close this day" not in shown


async def test_older_entries_follow_page_by_page(
    browser: Browser, trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openhall.city.merchants.book.pages.PAGE", 2)
    for minute in range(5):
        await trade.pay(100 + minute, MIDNIGHT + timedelta(minutes=minute))
    address: str | None = f"/shops/{trade.id}/book?from=2026-03-10&to=2026-03-10"
    amounts: list[str] = []
    pages = 0
    while address:
        page = (await browser.get(address)).text
        pages += 1
        amounts += re.findall(r"\+(¥1\.0\d)", page)
        more = re.search(r'href="([^"]+cursor=[^"]+)"', page)
        address = more[1].replace("&amp;", "&") if more else None
    assert amounts == ["¥1.04", "¥1.03", "¥1.02", "¥1.01", "¥1.00"]
    assert pages == 3


async def test_the_search_keeps_what_was_typed_and_says_what_to_do(browser: Browser, trade: Trade) -> None:
    await trade.pay(350, MIDNIGHT + timedelta(hours=7))
    base = f"/shops/{trade.id}/book/search"
    assert "Nothing was found" not in (await browser.get(base)).text, "nothing was asked"
    span = "from=2026-03-10&to=2026-03-10"
    found = (await browser.get(f"{base}?{span}&amount=3.50")).text
    assert "+¥3.50" in found
    assert 'value="3.50"' in found
    nothing = (await browser.get(f"{base}?{span}&amount=3.51")).text
    assert "Check the amount and the days" in nothing
    for query, words in (
        ("amount=three", "Type an amount such as 3.50"),
        ("from=2026-03-11&to=2026-03-10&amount=1", "92"),
    ):
        refused = await browser.get(f"{base}?{query}")
        assert refused.status_code == 400
        assert words in refused.text
    assert 'value="three"' in (await browser.get(f"{base}?amount=three")).text


async def test_a_reference_is_text_on_the_page(browser: Browser, trade: Trade) -> None:
    await trade.pay_order(350, MIDNIGHT + timedelta(hours=7), "<script>alert(1)</script>")
    page = (await browser.get(f"/shops/{trade.id}/book?view=day&on=2026-03-10")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


async def test_the_table_is_saved_from_the_page(browser: Browser, trade: Trade) -> None:
    await trade.pay(350, MIDNIGHT + timedelta(hours=7))
    saved = await browser.get(f"/shops/{trade.id}/book.csv?from=2026-03-10&to=2026-03-10")
    assert saved.status_code == 200
    assert saved.text.count("\r\n") == 2
    assert saved.headers["content-disposition"].endswith('-2026-03-10-2026-03-10.csv"')


def test_bars_are_whole_numbers_within_the_drawing() -> None:
    drawn = charts.bars([0, 1, 5_000, 10_000])
    assert [(bar.y, bar.height) for bar in drawn.bars] == [(100, 0), (99, 1), (50, 50), (0, 100)]
    assert (drawn.width, drawn.peak) == (48, 3)
    assert charts.bars([]).peak is None
    assert charts.bars([0, 0]).peak is None


async def test_days_that_cannot_be_shown_are_told_beside_the_dates_as_typed(browser: Browser, trade: Trade) -> None:
    for path in (f"/shops/{trade.id}/book", f"/shops/{trade.id}/book.csv"):
        answer = await browser.get(f"{path}?from=2026-03-12&to=2026-03-10")
        if answer.status_code == 303:
            answer = await browser.get(answer.headers["location"])
        assert answer.status_code == 400, path
        assert 'value="2026-03-12"' in answer.text
        assert 'value="2026-03-10"' in answer.text
        assert "Show these days" in answer.text
        assert "Choose at most 92 days, the first one before the last." in answer.text


async def test_a_quiet_day_is_one_thin_bar_of_a_whole_day(browser: Browser, trade: Trade) -> None:
    await trade.pay(350, MIDNIGHT + timedelta(hours=7))
    (drawn,) = bars((await browser.get(f"/shops/{trade.id}/book?view=day&on=2026-03-10")).text)
    assert len(re.findall("<rect", drawn)) == 1
    assert f'viewBox="0 0 {24 * charts.STEP} 100"' in drawn


async def test_the_table_has_reasons_in_the_readers_language(browser: Browser, trade: Trade) -> None:
    paid = await trade.pay(350, MIDNIGHT + timedelta(hours=7))
    await trade.refund(paid, 100, MIDNIGHT + timedelta(hours=9))
    path = f"/shops/{trade.id}/book.csv?from=2026-03-10&to=2026-03-10"
    english, chinese = [(await browser.get(path, **{"Accept-Language": lang})).text for lang in ("en", "zh-CN")]
    (reason,) = re.findall(r"refund,.*?,([A-Z][a-z ]+),", english)
    assert reason not in chinese
