"""What the people who work at a shop meet on its pages, and by what name."""

import pytest

from openhall.base import ids
from tests.core.payments.charging.stage import OWNER as KEEPER
from tests.core.payments.charging.stage import set_up
from tests.core.people.test_pages import Browser
from tests.hall import Hall

pytestmark = pytest.mark.anyio

OWNER, CASHIER, PAYER = "13800000003", "13800000004", "13800000001"


async def _browser(hall: Hall, phone: str) -> Browser:
    browser = Browser(hall)
    await browser.sign_in(phone)
    return browser


async def test_home_says_who_asks_somebody_to_work_there(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner, "100% Noodles")
    at_home = await _browser(hall, CASHIER)
    assert "asks you to work there" not in (await at_home.get("/")).text
    asked = await hall.invite(owner, shop, CASHIER, "cashier")
    home = (await at_home.get("/")).text
    assert "100% Noodles asks you to work there" in home
    assert f'href="/invitations/{asked["id"]}"' in home
    assert (await at_home.post(f"/invitations/{asked['id']}/accept")).status_code == 303
    assert "asks you to work there" not in (await at_home.get("/")).text


async def test_a_cashier_sees_no_link_that_always_refuses(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.hire(owner, shop, CASHIER, "cashier")
    page = f"/shops/{shop['id']}"
    for phone, shown in ((OWNER, True), (CASHIER, False)):
        assert (f'href="{page}/codes"' in (await (await _browser(hall, phone)).get(page)).text) is shown


async def test_a_cashier_without_a_shift_is_told_before_the_form_and_led_to_it(hall: Hall) -> None:
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(PAYER)
    shop = await hall.open_shop(owner)
    await hall.hire(owner, shop, CASHIER, "cashier")
    await hall.give(payer, 1000)
    before = (await hall.pay(payer, code=shop["code"], amount=350)).json()["id"]
    cashier = await _browser(hall, CASHIER)
    told = await cashier.get(f"/payments/{before}/refund")
    assert told.status_code == 422
    assert "yours is not open" in told.text
    assert "<form" not in told.text.partition("<main")[2]
    assert f'href="/shops/{shop["id"]}/shifts"' in told.text
    await cashier.post(f"/shops/{shop['id']}/shifts")
    told = await cashier.get(f"/payments/{before}/refund")
    assert "This payment is not one of your shift." in told.text
    payer = await hall.sign_in(PAYER)
    since = (await hall.pay(payer, code=shop["code"], amount=350)).json()["id"]
    cashier = await _browser(hall, CASHIER)
    assert (await cashier.get(f"/payments/{since}/refund?request_key=one")).status_code == 200


async def test_the_book_and_its_table_name_a_cashier_as_the_shop_does(hall: Hall) -> None:
    stage = await set_up(hall)
    await hall.hire(stage.owner, stage.shop, CASHIER, "cashier", shown_as="Till 2")
    cashier = await hall.sign_in(CASHIER)
    body = {"pay_code": await stage.code(), "amount": 350, "reference": "T-1"}
    charged = await hall.client.post(stage.charges, json=body, headers=cashier | {"Idempotency-Key": "one"})
    assert charged.status_code == 201, charged.text
    book = f"/api/v1/shops/{stage.shop['id']}/book"
    shown = (await hall.client.get(book, headers=stage.owner)).json()
    assert [one["name"] for one in shown["cashiers"]] == ["Till 2"]
    assert ",Till 2," in (await hall.client.get(f"{book}.csv", headers=stage.owner)).text


async def test_a_reference_that_a_program_made_up_is_shown_to_nobody(hall: Hall) -> None:
    stage = await set_up(hall)
    made_up = str(ids.new())
    for reference in (made_up, "T-17"):
        charged = await stage.charge(await stage.code(), 350, reference)
        assert charged.json()["reference"] == reference, "programs get what they gave"
    table = (await hall.client.get(f"/api/v1/shops/{stage.shop['id']}/book.csv", headers=stage.owner)).text
    keeper = await _browser(hall, KEEPER)
    page = (await keeper.get(f"/shops/{stage.shop['id']}/book")).text
    for text in (table, page):
        assert "T-17" in text
        assert made_up not in text
