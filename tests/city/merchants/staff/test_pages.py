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


async def _charged_by_a_cashier(hall: Hall, most: int, amount: int = 350) -> tuple[Browser, str]:
    """A cashier with an open shift who may give back `most`, and the page of what they charged."""
    stage = await set_up(hall)
    await hall.hire(stage.owner, stage.shop, CASHIER, "cashier")
    page = f"/shops/{stage.shop['id']}"
    await hall.client.put(f"/api/v1{page}/limits", json={"cashier_refund_max": most}, headers=stage.owner)
    code = await stage.code()
    cashier = await _browser(hall, CASHIER)
    await cashier.post(f"{page}/shifts")
    done = await cashier.post(f"{page}/counter", amount=str(amount), pay_code=code, request_key=str(ids.new()))
    assert done.status_code == 303, done.text
    return cashier, str(done.headers["location"])


async def test_a_cashier_is_told_the_limit_before_undoing_and_offered_nothing_that_is_refused(hall: Hall) -> None:
    cashier, charge = await _charged_by_a_cashier(hall, most=300)
    shown = (await cashier.get(charge)).text
    assert "You cannot undo this yourself" in shown
    assert "This is more than you may give back in one shift." in shown
    assert f'href="{charge}/undo"' not in shown
    assert (await cashier.get(f"{charge}/undo")).headers["location"] == charge
    assert (await cashier.post(f"{charge}/undo")).headers["location"] == charge
    assert "Payment received" in (await cashier.get(charge)).text, "nothing was given back"
    await hall.books_agree()


async def test_a_cashier_undoes_what_is_within_the_limit(hall: Hall) -> None:
    cashier, charge = await _charged_by_a_cashier(hall, most=350)
    assert f'href="{charge}/undo"' in (await cashier.get(charge)).text
    assert (await cashier.post(f"{charge}/undo")).headers["location"] == charge
    assert "Undone. The money went back." in (await cashier.get(charge)).text
    await hall.books_agree()


async def test_the_form_of_a_refund_says_what_a_cashier_may_give_back_in_this_shift(hall: Hall) -> None:
    cashier, charge = await _charged_by_a_cashier(hall, most=300)
    form = (await cashier.get(f"/payments/{charge.rpartition('/')[2]}/refund?request_key=one")).text
    assert "In this shift you may give back ¥3.00 more." in form
    assert 'value="3.00"' in form


async def test_a_cashier_ends_a_shift_only_after_a_look_at_its_totals(hall: Hall) -> None:
    cashier, charge = await _charged_by_a_cashier(hall, most=300)
    listed = (await cashier.get(f"{charge.partition('/charges')[0]}/shifts")).text
    shift = charge.partition("/charges")[0] + "/shifts/" + listed.partition("/shifts/")[2].partition('"')[0]
    shown = (await cashier.get(shift)).text
    assert f'href="{shift}/close"' in shown
    assert "<form" not in shown.partition("<main")[2], "no tap ends it"
    last_look = (await cashier.get(f"{shift}/close")).text
    for words in ("Close the shift?", "¥3.50", "These numbers become final", "Not yet"):
        assert words in last_look
    assert (await cashier.post(f"{shift}/close")).headers["location"] == shift
    assert "these numbers never change" in (await cashier.get(shift)).text
    assert (await cashier.get(f"{shift}/close")).headers["location"] == shift


async def test_a_cashier_without_a_shop_of_their_own_is_led_to_no_withdrawals(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.hire(owner, shop, CASHIER, "cashier")
    cashier = await _browser(hall, CASHIER)
    shops = (await cashier.get("/shops")).text
    assert f'href="/shops/{shop["id"]}"' in shops
    assert 'href="/money"' not in shops
    assert 'href="/money/' not in (await cashier.get("/money")).text, "who types the address finds nothing to withdraw"
    assert 'href="/money"' in (await (await _browser(hall, OWNER)).get("/shops")).text


async def test_whoever_invited_somebody_is_not_told_to_invite_somebody(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    keeper = await _browser(hall, OWNER)
    page = f"/shops/{shop['id']}/staff"
    assert "You work here alone" in (await keeper.get(page)).text
    await hall.invite(owner, shop, CASHIER, "cashier")
    shown = (await keeper.get(page)).text
    assert "You work here alone" not in shown
    assert "Whom you invited has not answered so far." in shown


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
