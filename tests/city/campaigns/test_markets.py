"""An offer of a market: for whoever is in it at the moment of paying."""

import re
from typing import Any

import pytest

from tests.city.campaigns.sponsor import OTHER_OWNER, OWNER, SPONSOR, Sponsor
from tests.core.people.test_pages import Browser
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

PAYER, MANAGER = "13800000001", "13800000008"


async def _market(hall: Hall, *owners: Headers) -> tuple[str, list[dict[str, Any]]]:
    """A market, and a shop in it of each of these owners."""
    manager = await hall.sign_in(MANAGER)
    made = await hall.client.post("/api/v1/markets", json={"name": "西市", "city": "长安"}, headers=manager)
    market = str(made.json()["id"])
    shops = [await hall.open_shop(owner) for owner in owners]
    for owner, shop in zip(owners, shops, strict=True):
        code = {"short_code": shop["short_code"]}
        invited = await hall.client.post(f"/api/v1/markets/{market}/invitations", json=code, headers=manager)
        request = invited.json()["requests"][-1]["id"]
        path = f"/api/v1/shops/{shop['id']}/market/requests/{request}/accept"
        assert (await hall.client.post(path, headers=owner)).status_code == 201
    return market, shops


async def _discount(hall: Hall, payer: Headers, shop: dict[str, Any]) -> int:
    paid = await hall.pay(payer, code=shop["code"], amount=700)
    assert paid.status_code == 201, paid.text
    return int(paid.json()["discount"])


async def test_every_shop_of_the_market_and_no_other_gives_the_lower_price(hall: Hall) -> None:
    owner, other, payer = [await hall.sign_in(phone) for phone in (OWNER, OTHER_OWNER, PAYER)]
    await hall.give(payer, 10_000)
    market, (first, second) = await _market(hall, owner, other)
    outside = await hall.open_shop(owner, "城外早餐")
    campaign = await (await Sponsor.enter(hall)).run(groups=[{"kind": "market", "id": market}])
    assert campaign["rules"]["groups"] == [{"kind": "market", "id": market}]
    assert [await _discount(hall, payer, shop) for shop in (first, second, outside)] == [350, 350, 0]
    await hall.books_agree()


async def test_a_shop_that_leaves_its_market_leaves_the_offer(hall: Hall) -> None:
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(PAYER)
    await hall.give(payer, 10_000)
    market, (shop,) = await _market(hall, owner)
    await (await Sponsor.enter(hall)).run(groups=[{"kind": "market", "id": market}])
    assert await _discount(hall, payer, shop) == 350
    left = await hall.client.post(f"/api/v1/shops/{shop['id']}/market/leave", headers=owner)
    assert left.status_code == 204, left.text
    assert await _discount(hall, payer, shop) == 0
    await hall.books_agree()


async def test_a_campaign_of_a_market_may_name_other_places_too(hall: Hall) -> None:
    owner, other, payer = [await hall.sign_in(phone) for phone in (OWNER, OTHER_OWNER, PAYER)]
    await hall.give(payer, 10_000)
    market, (inside,) = await _market(hall, owner)
    outside = await hall.open_shop(other)
    groups = [{"kind": "market", "id": market}, {"kind": "category", "id": "5814"}]
    await (await Sponsor.enter(hall)).run(groups=groups)
    assert [await _discount(hall, payer, shop) for shop in (inside, outside)] == [350, 350]


async def test_a_market_that_nobody_knows_is_refused(hall: Hall) -> None:
    sponsor = await Sponsor.enter(hall)
    unknown = await sponsor.ask(groups=[{"kind": "market", "id": "0192f0c1-0000-7000-8000-000000000000"}])
    assert (unknown.status_code, unknown.json()["code"]) == (400, "campaigns.group_unknown")


async def test_the_form_offers_the_markets_that_have_shops(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    market, _ = await _market(hall, owner)
    empty = await hall.client.post("/api/v1/markets", json={"name": "空市", "city": "长安"}, headers=owner)
    await Sponsor.enter(hall)
    browser = Browser(hall)
    await browser.sign_in(SPONSOR)
    page = (await browser.get("/campaigns/new?request_key=one")).text
    assert f'value="market {market}"' in page
    assert "西市 · 长安" in page
    assert empty.json()["id"] not in page
    wish = {"title": "Market day", "kind": "amount_off", "amount": "3.50", "min_spend": "5", "budget": "100"}
    days = {"first_day": "2026-11-20", "last_day": "2026-11-30", "from_time": "00:00", "to_time": "24:00"}
    made = await browser.post("/campaigns/new", **wish, **days, place=f"market {market}", request_key="one")
    assert made.status_code == 303, re.sub(r"<[^>]+>", " ", made.text)
    assert "西市 · 长安" in (await browser.get(made.headers["location"])).text
