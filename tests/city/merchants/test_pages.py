"""The pages of merchants, as a browser gets them."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import zxingcpp
from PIL import Image

from openhall.base import clock
from tests.city.merchants.streams import served
from tests.core.people.test_pages import Browser
from tests.hall import Hall

pytestmark = pytest.mark.anyio

OWNER, PAYER, STRANGER = "13900000001", "13900000002", "13900000003"
FORM = {"shop_name": "老王包子铺", "category": "5814", "city": "长安"}


@pytest.fixture
def browser(hall: Hall) -> Browser:
    return Browser(hall)


async def open_shop(browser: Browser, **changes: str) -> Any:
    return await browser.post("/shops/new", **FORM | {"request_key": str(uuid4())} | changes)


async def shop_of(browser: Browser) -> str:
    """Sign in as the owner and open a shop; its address."""
    await browser.sign_in(OWNER)
    opened = await open_shop(browser)
    assert opened.status_code == 303, opened.text
    return str(opened.headers["location"])


async def test_a_shop_is_opened_in_one_form_and_its_code_is_shown(browser: Browser) -> None:
    await browser.sign_in(OWNER)
    empty = await browser.get("/shops")
    assert (empty.status_code, 'href="/shops/new"' in empty.text) == (200, True)
    asked = await browser.get("/shops/new")
    form = await browser.get(asked.headers["location"])
    assert "Breakfast stall, snacks" in form.text
    assert "早餐小吃" in (await browser.get(asked.headers["location"], **{"Accept-Language": "zh-CN"})).text
    opened = await open_shop(browser)
    assert opened.status_code == 303
    shop = await browser.get(opened.headers["location"])
    assert "老王包子铺" in shop.text
    assert "<svg" in shop.text
    assert "Breakfast stall, snacks" in shop.text
    assert "老王包子铺" in (await browser.get("/shops")).text


async def test_coming_back_to_the_form_shows_the_shop_that_was_opened(browser: Browser) -> None:
    await browser.sign_in(OWNER)
    address = (await browser.get("/shops/new")).headers["location"]
    opened = await open_shop(browser, request_key=address.rpartition("=")[2])
    back = await browser.get(address)
    assert (back.status_code, back.headers["location"]) == (303, opened.headers["location"])


async def test_a_shop_is_closed_after_a_last_look_and_its_book_stays(browser: Browser) -> None:
    shop = await shop_of(browser)
    assert f'href="{shop}/close"' in (await browser.get(shop)).text
    assert "cannot be undone" in (await browser.get(f"{shop}/close")).text
    closed = await browser.post(f"{shop}/close")
    assert (closed.status_code, closed.headers["location"]) == (303, shop)
    shown = (await browser.get(shop)).text
    assert "This shop is closed" in shown
    assert f'href="{shop}/close"' not in shown
    assert (await browser.get(f"{shop}/payments")).status_code == 200


async def test_a_closed_shop_offers_nothing_that_takes_money_and_says_so_in_the_list(browser: Browser) -> None:
    shop = await shop_of(browser)
    ways = ("counter", "till", "poster", "codes", "code.png", "keys", "close", "name")
    shown = (await browser.get(shop)).text
    assert [way for way in ways if f'href="{shop}/{way}"' in shown] == list(ways)
    assert "Shop closed" not in (await browser.get("/shops")).text
    await browser.post(f"{shop}/close")
    shown = (await browser.get(shop)).text
    assert [way for way in ways if f'href="{shop}/{way}"' in shown] == []
    assert "qr-frame" not in shown, "nor is its code shown"
    for stays in ("book", "orders", "shifts", "staff"):
        assert f'href="{shop}/{stays}"' in shown
    assert "Shop closed" in (await browser.get("/shops")).text
    refusing = ("counter", "counter?amount=1", "orders/new", "poster", "keys/new", "staff/invite", "name", "close")
    for page in refusing:
        refused = await browser.get(f"{shop}/{page}")
        assert (refused.status_code, "This shop is closed for good." in refused.text) == (409, True), page
    for page in ("", "/till", "/orders", "/shifts", "/staff", "/keys", "/codes", "/market"):
        shown = (await browser.get(f"{shop}{page}")).text
        assert shown.count("This shop is closed") == 1, page
        offered = [way for way in refusing if f'"{shop}/{way}' in shown]
        assert offered == [], page
        main = shown.partition("<main")[2].partition("</main>")[0]
        assert "<form" not in main, f"{page} has nothing to be sent"
    for picture in ("code.svg", "code.png"):
        assert (await browser.get(f"{shop}/{picture}")).status_code == 422
    till = (await browser.get(f"{shop}/till")).text
    assert f'href="{shop}/counter"' not in till
    assert f'href="{shop}/orders/new"' not in till


async def test_who_scans_their_own_code_is_told_before_typing_an_amount(browser: Browser) -> None:
    shop = (await browser.get(await shop_of(browser))).text
    digits = "".join(re.findall(r"<span>(\d{3})</span>", shop))
    told = await browser.get(f"/pay?code={digits}")
    assert told.status_code == 422
    assert "This is your own shop." in told.text
    assert 'name="amount"' not in told.text


async def test_a_double_tap_opens_one_shop(browser: Browser) -> None:
    await browser.sign_in(OWNER)
    key = str(uuid4())
    first, second = await open_shop(browser, request_key=key), await open_shop(browser, request_key=key)
    assert first.headers["location"] == second.headers["location"]
    assert (await browser.get("/shops")).text.count("老王包子铺") == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shop_name": " "}, "This name cannot be used for a shop."),
        ({"shop_name": "turned \u202egnaW"}, "This name cannot be used for a shop."),
        ({"city": "two\nlines"}, "This is not the name of a city."),
        ({"category": "spaceship"}, "This kind of shop is not known."),
    ],
)
async def test_a_refused_form_comes_back_with_the_reason_and_what_was_typed(
    browser: Browser, changes: dict[str, str], words: str
) -> None:
    await browser.sign_in(OWNER)
    refused = await open_shop(browser, **{"shop_name": "Typed & kept"} | changes)
    assert refused.status_code == 400
    assert words in refused.text
    assert changes.keys() & {"shop_name"} or "Typed &amp; kept" in refused.text


async def test_a_name_is_text_wherever_it_is_shown(browser: Browser) -> None:
    await browser.sign_in(OWNER)
    address = (await open_shop(browser, shop_name="<script>alert(1)</script>")).headers["location"]
    for page in (
        "/shops",
        address,
        f"{address}/poster",
        f"{address}/till",
        f"{address}/payments",
        f"{address}/code.svg",
    ):
        shown = await browser.get(page)
        assert shown.status_code == 200
        assert "<script>alert" not in shown.text
        assert "&lt;script&gt;alert(1)" in shown.text


async def test_the_poster_has_the_code_its_digits_and_the_name(browser: Browser) -> None:
    address = await shop_of(browser)
    poster = (await browser.get(f"{address}/poster")).text
    assert "老王包子铺" in poster
    assert "<svg" in poster
    png = await browser.get(f"{address}/code.png")
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.content)))
    (digits,) = re.findall(r"SHOP (\d{3} \d{3} \d{3})", read.text)
    shown = re.sub(r"<[^>]+>|\s", "", poster)
    assert digits.replace(" ", "") in shown
    assert (await browser.get(f"{address}/code.svg")).headers["content-type"].startswith("image/svg+xml")


async def test_the_till_and_the_day_show_what_was_taken(browser: Browser) -> None:
    hall = browser.hall
    address = await shop_of(browser)
    payer = await hall.sign_in(PAYER)
    await hall.give(payer, 10_000)
    (shop,) = (await hall.client.get("/api/v1/shops", headers=await hall.sign_in(OWNER))).json()["shops"]
    made = [(await hall.pay(payer, code=shop["code"], amount=amount)).json() for amount in (350, 1200)]
    till = (await browser.get(f"{address}/till")).text
    assert 'data-last-event="2"' in till
    assert f'data-stream="{address}/till/stream"' in till
    day = (await browser.get(f"{address}/payments")).text
    for page in (till, day):
        assert "139****0002" in page
        assert all(payment["receipt_no"] in page for payment in made)
    assert "15.50" in re.sub(r"<[^>]+>", "", day)


async def test_days_are_turned_between_the_first_and_today(browser: Browser) -> None:
    address = await shop_of(browser)
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    one = timedelta(days=1)
    only = (await browser.get(f"{address}/payments")).text
    assert "payments?date=" not in only
    with clock.at(clock.now() + 2 * one):
        middle = (await browser.get(f"{address}/payments?date={today + one}")).text
    assert f"payments?date={today}" in middle
    assert f"payments?date={today + 2 * one}" in middle
    for date in ("0001-01-01", "9999-12-31"):
        assert (await browser.get(f"{address}/payments?date={date}")).status_code == 200
    assert (await browser.get(f"{address}/payments?date=soon")).status_code == 400


@pytest.mark.parametrize("page", ["", "/poster", "/code.svg", "/code.png", "/till", "/till/stream", "/payments"])
async def test_a_stranger_finds_no_page_of_a_shop_and_a_guest_is_sent_to_sign_in(browser: Browser, page: str) -> None:
    address = await shop_of(browser)
    await browser.post("/sign-out")
    guest = await browser.get(address + page)
    assert (guest.status_code, guest.headers["location"]) == (303, f"/sign-in?next={address}{page}")
    await browser.sign_in(STRANGER)
    assert (await browser.get(address + page)).status_code == 404
    assert (await browser.get(f"/shops/{uuid4()}{page}")).status_code == 404


async def test_the_till_page_follows_its_stream_by_cookie(browser: Browser) -> None:
    address = await shop_of(browser)
    payer = await browser.hall.sign_in(PAYER)
    await browser.hall.give(payer, 1000)
    (shop,) = (await browser.client.get("/api/v1/shops", headers=await browser.hall.sign_in(OWNER))).json()["shops"]
    await browser.hall.pay(payer, code=shop["code"], amount=350)
    cookies = {"openhall_session": browser.client.cookies["openhall_session"]}
    async with served(browser.hall) as client:
        client.cookies.update(cookies)
        async with client.stream("GET", f"{address}/till/stream?after=0") as response:
            assert response.status_code == 200
            lines = response.aiter_lines()
            while not (line := await anext(lines)).startswith("data: "):
                pass
    assert "收款三元五角" in line


async def test_a_form_without_its_token_is_refused(browser: Browser) -> None:
    await browser.sign_in(OWNER)
    refused = await browser.client.post("/shops/new", data=FORM | {"request_key": "k"})
    assert refused.status_code == 403
    assert "老王包子铺" not in (await browser.get("/shops")).text
