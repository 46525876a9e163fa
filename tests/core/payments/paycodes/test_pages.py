"""The payer's pages, as a phone without a script sees them: reloading is enough for everything."""

import html
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from openhall.base import clock, events
from openhall.base.config import Settings
from openhall.core.payments import codes, paycodes
from tests.city.merchants.streams import following, served
from tests.conftest import open_hall
from tests.core.payments.paycodes.counter import SHOP, made_by, words
from tests.core.payments.paycodes.test_api import read
from tests.core.payments.paycodes.test_waiting import PAYER, counter, payer_of, state_of
from tests.core.rails.test_api import work
from tests.hall import Hall
from tests.house.visitor import enter
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio

State = paycodes.ChargeState


def digits_on(page: str) -> str:
    """The code that a page shows."""
    shown = re.search(r'<p class="digits">(.*?)</p>', page, re.DOTALL)
    assert shown, page
    return "".join(re.findall(r"\d+", re.sub("<[^>]+>", " ", shown[1])))


def after_on(page: str) -> str:
    """The address under which the page's reader comes back."""
    found = re.search(r'href="(/pay-code\?after=\d+)"', page)
    assert found, page
    return found[1]


async def visit(hall: Hall, path: str) -> str:
    answer = await hall.client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, (answer.status_code, answer.headers.get("Location"), answer.text)
    return html.unescape(answer.text)


async def press(hall: Hall, path: str, **form: str) -> Any:
    token = {"_csrf_token": hall.client.cookies["openhall_csrf"]}
    return await hall.client.post(path, data=token | form, headers={"Accept-Language": "en"})


async def test_the_page_shows_a_code_that_works_as_digits_bars_and_qr(hall: Hall) -> None:
    await counter(hall)
    await enter(hall, PAYER)
    page = await visit(hall, "/pay-code")
    digits = digits_on(page)
    assert codes.code128.svg(digits) in page
    assert html.unescape(codes.fleeting_svg(digits)) in page
    assert "Never send these digits" in page
    asked = paycodes.CodeAsk(digits=digits, charge=uuid4(), shop=SHOP, amount=1, now=clock.now())
    async with hall.pool.write() as conn:
        (answer,), _ = await paycodes.consume(conn, [asked], settings=hall.settings)
    assert words(answer) == "consumed"


async def test_a_reload_brings_a_fresh_code_and_needs_no_script(hall: Hall) -> None:
    await counter(hall)
    await enter(hall, PAYER)
    first = await visit(hall, "/pay-code")
    assert f'<noscript><meta http-equiv="refresh" content="50; url={after_on(first)}"></noscript>' in first
    assert digits_on(await visit(hall, after_on(first))) != digits_on(first)


async def test_no_cache_keeps_a_code(hall: Hall) -> None:
    await counter(hall)
    await enter(hall, PAYER)
    assert (await hall.client.get("/pay-code")).headers["Cache-Control"] == "no-store"


async def test_coming_back_leads_to_what_was_paid(hall: Hall) -> None:
    payer, shop = await counter(hall)
    await enter(hall, PAYER)
    back = after_on(await visit(hall, "/pay-code"))
    paid = (await hall.pay(payer, code=shop["code"], amount=350)).json()
    me = await payer_of(hall)
    fact = paycodes.ChargeSucceeded(UUID(paid["id"]), shop["name"], 350, "CNY", paid["receipt_no"], clock.now())
    async with hall.pool.write() as conn:
        await events.publish(conn, [paycodes.told(me.resident, fact)])
    answer = await hall.client.get(back)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/payments/{paid['id']}?paid=1")
    result = await visit(hall, answer.headers["Location"])
    assert shop["name"] in result
    assert paid["receipt_no"] in result
    assert digits_on(await visit(hall, "/pay-code")), "who opens the page anew gets a new code"


async def test_coming_back_tells_why_a_shop_was_not_paid(hall: Hall) -> None:
    await counter(hall)
    await enter(hall, PAYER)
    back = after_on(await visit(hall, "/pay-code"))
    me = await payer_of(hall)
    fact = paycodes.ChargeRefused(uuid4(), "Corner shop", 350, "CNY", "payments.insufficient_funds")
    async with hall.pool.write() as conn:
        await events.publish(conn, [paycodes.told(me.resident, fact)])
    page = await visit(hall, back)
    assert "¥3.50 to Corner shop was not paid" in page
    assert "There is not enough money in your wallet." in page
    assert "was not paid" not in await visit(hall, after_on(page))


async def test_an_empty_wallet_is_said_before_the_counter_says_it(hall: Hall) -> None:
    await counter(hall, money=0)
    await enter(hall, PAYER)
    assert "Your wallet is empty" in await visit(hall, "/pay-code")


async def test_asking_without_end_shows_a_kind_page(settings: Settings, outside: OutsideProgram) -> None:
    async with open_hall(replace(settings, pay_codes_per_resident=1), outside) as hall:
        await counter(hall)
        await enter(hall, PAYER)
        await visit(hall, "/pay-code")
        answer = await hall.client.get("/pay-code", headers={"Accept-Language": "en"})
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert "That was tried too often." in answer.text
        assert after_on(answer.text)


async def test_a_charge_that_waits_is_the_first_thing_shown_and_pays(hall: Hall) -> None:
    payer, shop = await counter(hall)
    await enter(hall, PAYER)
    charge = await hall.ask_payer(payer, shop, 600, "table 4")
    sent = await hall.client.get("/pay-code")
    path = f"/pay-code/charges/{charge}"
    assert (sent.status_code, sent.headers["Location"]) == (303, path)
    page = await visit(hall, path)
    for words_ in (shop["name"], "¥6.00", "table 4", "¥4.00", "Refuse"):
        assert words_ in page
    key = re.search(r'name="request_key" value="([^"]+)"', page)
    assert key
    done = await press(hall, path, answer="pay", request_key=key[1])
    twice = await press(hall, path, answer="pay", request_key=key[1])
    assert done.headers["Location"] == twice.headers["Location"] == f"/payments/{charge}?paid=1"
    assert await hall.balance(payer) == 400
    assert (await hall.client.get(path)).headers["Location"] == f"/payments/{charge}"
    assert "Paid" in await visit(hall, f"/payments/{charge}?paid=1")
    await hall.books_agree()


async def test_a_refused_charge_says_so_and_lets_the_next_code_come(hall: Hall) -> None:
    payer, shop = await counter(hall)
    await enter(hall, PAYER)
    charge = await hall.ask_payer(payer, shop, 600)
    path = f"/pay-code/charges/{charge}"
    await visit(hall, path)
    assert (await press(hall, path, answer="refuse")).headers["Location"] == path
    assert "You refused. Nothing was paid." in await visit(hall, path)
    assert await state_of(hall, charge) is State.REFUSED
    too_late = await press(hall, path, answer="pay", request_key="a-key")
    assert too_late.headers["Location"] == path
    assert digits_on(await visit(hall, "/pay-code"))
    assert await hall.balance(payer) == 1000


async def test_without_money_the_page_says_so_and_a_top_up_helps(hall: Hall) -> None:
    payer, shop = await counter(hall, money=0)
    await enter(hall, PAYER)
    charge = await hall.ask_payer(payer, shop, 600)
    path = f"/pay-code/charges/{charge}"
    assert f'href="/wallet/top-up?next={path}"' in await visit(hall, path)
    refused = await press(hall, path, answer="pay", request_key="one-key")
    assert refused.status_code == 422
    assert "There is not enough money in your wallet." in refused.text
    await hall.give(payer, 600)
    page = await visit(hall, path)
    assert 'value="one-key"' not in page
    assert (await press(hall, path, answer="pay", request_key="two-key")).status_code == 303


async def test_a_top_up_for_a_waiting_charge_leads_back_to_it(hall: Hall) -> None:
    payer, shop = await counter(hall, money=0)
    await enter(hall, PAYER)
    path = f"/pay-code/charges/{await hall.ask_payer(payer, shop, 600)}"
    asked = await hall.client.get(f"/wallet/top-up?next={path}")
    form = await visit(hall, asked.headers["Location"])
    assert f'name="next" value="{path}"' in form
    assert f'href="{path}"' in form, "the arrow leads back too"
    key = re.search(r'name="request_key" value="([^"]+)"', form)
    assert key
    begun = await press(hall, "/wallet/top-up", amount="6", bank_account="demo", request_key=key[1], next=path)
    state = begun.headers["Location"]
    assert f'href="{path}"' in await visit(hall, state), "while the bank is at work"
    await work(hall)
    shown = await visit(hall, state)
    assert "The money is in your wallet" in shown
    assert re.search(rf'button-main" href="{path}".*Go on with the payment', shown, re.DOTALL), shown
    assert (await press(hall, path, answer="pay", request_key="a-key")).status_code == 303
    await hall.books_agree()


async def test_home_says_that_a_shop_waits_for_a_yes(hall: Hall) -> None:
    payer, shop = await counter(hall)
    await enter(hall, PAYER)
    assert "say yes or no" not in await visit(hall, "/")
    path = f"/pay-code/charges/{await hall.ask_payer(payer, shop, 600)}"
    home = await visit(hall, "/")
    assert f"{shop['name']} asks you for ¥6.00: say yes or no" in home
    assert f'href="{path}"' in home
    chinese = await hall.client.get("/", headers={"Accept-Language": "zh-CN"})
    assert f"{shop['name']} 请您付 ¥6.00" in chinese.text
    await press(hall, path, answer="refuse")
    assert "say yes or no" not in await visit(hall, "/")


async def test_a_charge_that_is_over_says_how_it_ended(hall: Hall) -> None:
    payer, shop = await counter(hall)
    await enter(hall, PAYER)
    over, closed = [await hall.ask_payer(payer, shop, 600) for _ in range(2)]
    async with hall.pool.write() as conn:
        await paycodes.close(conn, [closed])
    with clock.at(clock.now() + paycodes.CONFIRM_WITHIN + timedelta(seconds=1)):
        assert "The time to decide is over." in await visit(hall, f"/pay-code/charges/{over}")
        assert digits_on(await visit(hall, "/pay-code"))
    assert "The shop gave up." in await visit(hall, f"/pay-code/charges/{closed}")


async def test_a_button_that_is_neither_yes_nor_no_does_nothing(hall: Hall) -> None:
    payer, shop = await counter(hall)
    await enter(hall, PAYER)
    charge = await hall.ask_payer(payer, shop, 600)
    assert (await press(hall, f"/pay-code/charges/{charge}", answer="maybe")).status_code == 400
    assert await state_of(hall, charge) is State.WAITING


async def test_the_stream_wakes_the_page_and_tells_no_more(hall: Hall) -> None:
    payer, shop = await counter(hall)
    await enter(hall, PAYER)
    cookie = {"Cookie": f"openhall_session={hall.client.cookies['openhall_session']}"}
    async with served(hall) as client:
        async with following(client, "/pay-code/stream?after=0", cookie) as watcher:
            await hall.ask_payer(payer, shop, 600)
            message = await watcher.next()
        assert (message.id, message.event, message.data) == (1, "told", {})
        async with following(client, "/pay-code/stream?after=1", cookie) as watcher:
            await hall.ask_payer(payer, shop, 700)
            assert (await watcher.next()).id == 2


async def test_a_lost_device_is_revoked_on_a_page(hall: Hall) -> None:
    payer, _ = await counter(hall)
    await enter(hall, PAYER)
    assert "No device pays offline" in await visit(hall, "/pay-code/devices")
    assert 'href="/pay-code/devices"' not in await visit(hall, "/pay-code"), "to an empty page nobody is led"
    made = await hall.client.post("/api/v1/me/pay-code/devices", json={"name": "Lost phone"}, headers=payer)
    page = await visit(hall, "/pay-code/devices")
    assert "Lost phone" in page
    assert "Paid today: ¥0.00" in page
    assert 'href="/pay-code/devices"' in await visit(hall, "/pay-code")
    gone = await press(hall, f"/pay-code/devices/{made.json()['id']}/revoke")
    assert (gone.status_code, gone.headers["Location"]) == (303, "/pay-code/devices")
    assert "Lost phone" not in await visit(hall, "/pay-code/devices")


async def test_a_browser_is_enrolled_and_ends_with_its_session(hall: Hall) -> None:
    """The secret comes once; who asks again gets another, and the first is worth nothing."""
    await hall.sign_in(PAYER)
    await enter(hall, PAYER)
    first, second = [(await press(hall, "/pay-code/devices")).json() for _ in range(2)]
    assert first["device_digits"] != second["device_digits"]
    page = await visit(hall, "/pay-code")
    assert f'data-pay-device="{second["id"]}"' in page
    assert (await visit(hall, "/pay-code/devices")).count("Enrolled") == 1
    assert await read(hall, made_by(first)) == "payments.pay_code_invalid"
    assert await read(hall, made_by(second)) == "consumed"
    await press(hall, "/sign-out")
    with clock.at(clock.now() + timedelta(seconds=30)):
        assert await read(hall, made_by(second)) == "payments.pay_code_invalid"
    await enter(hall, PAYER)
    assert "No device pays offline" in await visit(hall, "/pay-code/devices")


async def test_the_page_that_is_kept_holds_no_secret(hall: Hall) -> None:
    await hall.sign_in(PAYER)
    assert (await hall.client.get("/pay-code/offline")).status_code == 303
    await enter(hall, PAYER)
    device = (await press(hall, "/pay-code/devices")).json()
    page = await visit(hall, "/pay-code/offline")
    assert "This phone does not pay offline" in page
    assert device["device_digits"] not in page


async def test_the_home_page_leads_to_the_code(hall: Hall) -> None:
    await counter(hall)
    await enter(hall, PAYER)
    assert 'href="/pay-code"' in await visit(hall, "/")


async def test_who_is_at_no_counter_refuses_everything_at_once(hall: Hall) -> None:
    payer, shop = await counter(hall)
    await enter(hall, PAYER)
    first = await hall.ask_payer(payer, shop, 600)
    assert "refuse-all" not in await visit(hall, f"/pay-code/charges/{first}"), "one is refused by its own button"
    second = await hall.ask_payer(payer, shop, 700)
    page = await visit(hall, f"/pay-code/charges/{first}")
    assert "2 charges wait for you" in page
    assert 'formaction="/pay-code/refuse-all"' in page
    gone = await press(hall, "/pay-code/refuse-all")
    assert (gone.status_code, gone.headers["Location"]) == (303, "/pay-code")
    assert [await state_of(hall, charge) for charge in (first, second)] == [State.REFUSED, State.REFUSED]
