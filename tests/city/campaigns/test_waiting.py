"""A charge that its payer confirms on the phone gets what offers give, at the price that the phone showed."""

import asyncio
import html
import re
from typing import Any

from tests.city.campaigns.sponsor import Sponsor, refund
from tests.core.payments.charging.stage import PAYER, Stage, set_up
from tests.hall import Hall
from tests.house.visitor import enter

LARGE = 500_000


async def _waiting(hall: Hall, money: int = 1_000_000) -> tuple[Stage, str]:
    stage = await set_up(hall, money=money)
    return stage, await _charge(stage)


async def _charge(stage: Stage) -> str:
    charged = await stage.charge(await stage.code(), LARGE)
    assert charged.status_code == 202, charged.text
    return str(charged.json()["id"])


async def _page(hall: Hall, charge: str) -> str:
    shown = await hall.client.get(f"/pay-code/charges/{charge}", headers={"Accept-Language": "en"})
    assert shown.status_code == 200, shown.text
    return html.unescape(shown.text)


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


async def _press_pay(hall: Hall, charge: str, page: str) -> Any:
    form = {name: _field(page, name) for name in ("_csrf_token", "request_key", "expected_paid")}
    return await hall.client.post(
        f"/pay-code/charges/{charge}", data=form | {"answer": "pay"}, headers={"Accept-Language": "en"}
    )


async def test_the_payer_sees_the_lower_price_and_pays_it(hall: Hall) -> None:
    stage, charge = await _waiting(hall)
    sponsor = await Sponsor.enter(hall)
    campaign = await sponsor.run(amount=9_900, budget=10_000)
    await enter(hall, PAYER)
    page = await _page(hall, charge)
    assert "Friday breakfast: ¥99.00 off ¥5,000.00" in page
    assert "Pay ¥4,901.00" in page
    assert _field(page, "expected_paid") == "490100"
    assert (await _press_pay(hall, charge, page)).headers["Location"] == f"/payments/{charge}?paid=1"
    paid = (await stage.look(charge)).json()
    assert (paid["amount"], paid["paid"], paid["discount"]) == (LARGE, 490_100, 9_900)
    assert await hall.balance(stage.payer) == 1_000_000 - 490_100
    assert (await sponsor.look(campaign["id"]))["left"] == 100
    await hall.books_agree()


async def test_who_was_shown_a_lower_price_is_asked_again_when_the_offer_is_gone(hall: Hall) -> None:
    stage, charge = await _waiting(hall)
    sponsor = await Sponsor.enter(hall)
    campaign = await sponsor.run(amount=9_900, budget=10_000)
    await enter(hall, PAYER)
    page = await _page(hall, charge)
    assert (await sponsor.post(campaign["id"], "end")).status_code == 200
    again = await _press_pay(hall, charge, page)
    assert again.status_code == 422
    assert "Pay ¥5,000.00" in html.unescape(again.text)
    assert await hall.balance(stage.payer) == 1_000_000
    assert (await _press_pay(hall, charge, again.text)).status_code == 303
    assert (await stage.look(charge)).json()["paid"] == LARGE
    await hall.books_agree()


async def test_an_offer_that_begins_after_the_page_was_shown_lowers_the_price_all_the_same(hall: Hall) -> None:
    stage, charge = await _waiting(hall)
    await (await Sponsor.enter(hall)).run(amount=9_900, budget=10_000)
    assert (await stage.confirm(charge, expected_paid=LARGE)).status == 201
    assert (await stage.look(charge)).json()["discount"] == 9_900


async def test_a_discount_can_make_a_charge_affordable(hall: Hall) -> None:
    stage, charge = await _waiting(hall, money=490_100)
    assert (await stage.confirm(charge)).problem.code == "payments.insufficient_funds"
    await (await Sponsor.enter(hall)).run(amount=9_900, budget=10_000)
    assert (await stage.confirm(charge)).status == 201
    assert await hall.balance(stage.payer) == 0
    await hall.books_agree()


async def test_limits_and_the_budget_hold_when_many_confirm_at_once(hall: Hall) -> None:
    stage = await set_up(hall, money=5_000_000)
    sponsor = await Sponsor.enter(hall)
    limited = await sponsor.run(amount=9_900, budget=100_000, per_person=2)
    charges = [await _charge(stage) for _ in range(6)]
    assert all(answer.status == 201 for answer in await asyncio.gather(*(stage.confirm(one) for one in charges)))
    discounts = sorted([(await stage.look(one)).json()["discount"] for one in charges])
    assert discounts == [0, 0, 0, 0, 9_900, 9_900]
    assert (await sponsor.look(limited["id"]))["uses"] == 2
    await hall.books_agree()


async def test_a_budget_for_one_is_given_to_one_of_many(hall: Hall) -> None:
    stage = await set_up(hall, money=5_000_000)
    sponsor = await Sponsor.enter(hall)
    campaign = await sponsor.run(amount=9_900, budget=10_000)
    charges = [await _charge(stage) for _ in range(4)]
    await asyncio.gather(*(stage.confirm(one) for one in charges))
    assert [(await stage.look(one)).json()["discount"] for one in charges].count(9_900) == 1
    assert (await sponsor.look(campaign["id"]))["left"] == 100
    await hall.books_agree()


async def test_a_refund_gives_each_side_its_share_and_a_bounty_comes_too(hall: Hall) -> None:
    stage, charge = await _waiting(hall)
    sponsor = await Sponsor.enter(hall)
    discount = await sponsor.run(amount=10_000, budget=10_000)
    bounty = await sponsor.run(title="Thanks", kind="bounty", amount=0, low=40, high=40, min_spend=100, budget=1_000)
    assert (await stage.confirm(charge)).status == 201
    assert await hall.balance(stage.payer) == 1_000_000 - 490_000 + 40
    assert (await refund(hall, stage.owner, charge, LARGE // 2)).status_code == 201
    assert await hall.balance(stage.payer) == 1_000_000 - 245_000 + 20
    assert [(await sponsor.look(one["id"]))["left"] for one in (discount, bounty)] == [5_000, 980]
    assert (await refund(hall, stage.owner, charge, LARGE // 2)).status_code == 201
    assert await hall.balance(stage.payer) == 1_000_000
    assert [(await sponsor.look(one["id"]))["left"] for one in (discount, bounty)] == [10_000, 1_000]
    await hall.books_agree()
