"""Who is in a market: by the word of both sides, one at a time; managers who change; strangers who see nothing."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from openhall.base import events
from openhall.base.errors import Problem
from openhall.city.merchants import markets
from openhall.city.merchants.markets import NewMarket, Side
from tests.core.people.test_pages import Browser
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio

MANAGER, OWNER, OTHER = "13900000011", "13900000012", "13900000013"


async def send(hall: Hall, who: Headers, method: str, path: str, body: object = None) -> Any:
    return await hall.client.request(method, f"/api/v1{path}", json=body, headers=who)


async def found(hall: Hall, manager: Headers, name: str = "西市") -> str:
    made = await send(hall, manager, "POST", "/markets", {"name": name, "city": "长安"})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def requests(hall: Hall, manager: Headers, market: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await send(hall, manager, "GET", f"/markets/{market}/requests")).json()["requests"]
    return listed


async def market_of(hall: Hall, owner: Headers, shop: str) -> Any:
    return (await send(hall, owner, "GET", f"/shops/{shop}/market")).json()


async def test_an_invited_shop_is_in_when_its_owner_accepts_and_not_before(hall: Hall) -> None:
    manager, owner = await hall.sign_in(MANAGER), await hall.sign_in(OWNER)
    shop, market = await hall.open_shop(owner), await found(hall, manager)
    for _ in range(2):
        invited = await send(
            hall, manager, "POST", f"/markets/{market}/invitations", {"short_code": f" {shop['short_code']} "}
        )
        assert invited.status_code == 201, invited.text
        assert len(invited.json()["requests"]) == 1, "inviting again changes nothing"
    asked = await market_of(hall, owner, shop["id"])
    assert (asked["market"], [one["asked_by"] for one in asked["requests"]]) == (None, ["market"])
    request = asked["requests"][0]["id"]
    refused = await send(hall, manager, "POST", f"/markets/{market}/requests/{request}/accept")
    assert (refused.status_code, refused.json()["code"]) == (404, "merchants.request_not_found"), "not by who asked"
    joined = await send(hall, owner, "POST", f"/shops/{shop['id']}/market/requests/{request}/accept")
    assert (joined.status_code, joined.json()["market"]["id"], joined.json()["requests"]) == (201, market, [])
    again = await send(hall, manager, "POST", f"/markets/{market}/invitations", {"short_code": shop["short_code"]})
    assert (again.status_code, again.json()["code"]) == (409, "merchants.shop_in_market")
    await hall.books_agree()


async def test_an_owner_asks_and_the_manager_accepts_or_declines(hall: Hall) -> None:
    manager, owner = await hall.sign_in(MANAGER), await hall.sign_in(OWNER)
    shop, market = await hall.open_shop(owner), await found(hall, manager, "West Market")
    names = (await send(hall, owner, "GET", "/markets/find?name=west")).json()["markets"]
    assert names == [{"id": market, "name": "West Market", "city": "长安"}]
    assert (await send(hall, owner, "GET", "/markets/find?name=est")).json() == {"markets": []}
    for word in ("decline", "accept"):
        await send(hall, owner, "POST", f"/shops/{shop['id']}/market/requests", {"market": market})
        (request,) = await requests(hall, manager, market)
        done = await send(hall, manager, "POST", f"/markets/{market}/requests/{request['id']}/{word}")
        assert done.status_code == 204, done.text
        assert await requests(hall, manager, market) == []
    assert (await market_of(hall, owner, shop["id"]))["market"]["id"] == market
    other = await found(hall, manager, "East")
    refused = await send(hall, owner, "POST", f"/shops/{shop['id']}/market/requests", {"market": other})
    assert (refused.status_code, refused.json()["code"]) == (409, "merchants.shop_in_market")
    for _ in range(2):
        left = await send(hall, owner, "POST", f"/shops/{shop['id']}/market/leave")
        assert left.status_code == 204
    assert (await market_of(hall, owner, shop["id"]))["market"] is None
    await hall.books_agree()


async def test_a_manager_takes_a_shop_out_and_its_owner_is_told(hall: Hall) -> None:
    manager, owner, other = [await hall.sign_in(phone) for phone in (MANAGER, OWNER, OTHER)]
    shop, market = await hall.open_shop(owner), await found(hall, manager)
    path = f"/markets/{market}/shops/{shop['id']}/remove"
    early = await send(hall, manager, "POST", path)
    assert (early.status_code, early.json()["code"]) == (404, "merchants.member_not_found")
    await send(hall, manager, "POST", f"/markets/{market}/invitations", {"short_code": shop["short_code"]})
    await send(hall, owner, "POST", f"/shops/{shop['id']}/market/requests", {"market": market})
    for stranger in (owner, other):
        refused = await send(hall, stranger, "POST", path)
        assert (refused.status_code, refused.json()["code"]) == (404, "merchants.market_not_found")
    elsewhere = await found(hall, manager, "East")
    refused = await send(hall, manager, "POST", f"/markets/{elsewhere}/shops/{shop['id']}/remove")
    assert refused.json()["code"] == "merchants.member_not_found", "of another market"
    removed = await asyncio.gather(*(send(hall, manager, "POST", path) for _ in range(4)))
    assert sorted(one.status_code for one in removed) == [204, 404, 404, 404]
    assert (await market_of(hall, owner, shop["id"]))["market"] is None
    async with hall.pool.read() as reader:
        told = await events.after(reader, f"shop:{shop['id']}", 0)
    assert [(one.type, one.data["what"]) for one in told] == [("shop.changed", "market")]
    inbox = (await hall.client.get("/api/v1/messages", headers=owner)).json()["messages"]
    (said,) = [one for one in inbox if one["template"] == "merchants.left_market"]
    assert "西市" in said["body"]
    await send(hall, manager, "POST", f"/markets/{market}/invitations", {"short_code": shop["short_code"]})
    (request,) = (await market_of(hall, owner, shop["id"]))["requests"]
    joined = await send(hall, owner, "POST", f"/shops/{shop['id']}/market/requests/{request['id']}/accept")
    assert joined.json()["market"]["id"] == market, "both may agree again"
    await hall.books_agree()


async def test_a_shop_is_taken_out_on_its_page_in_the_list_of_shops(hall: Hall) -> None:
    manager, owner = await hall.sign_in(MANAGER), await hall.sign_in(OWNER)
    shop, market = await hall.open_shop(owner), await found(hall, manager)
    await send(hall, manager, "POST", f"/markets/{market}/invitations", {"short_code": shop["short_code"]})
    await send(hall, owner, "POST", f"/shops/{shop['id']}/market/requests", {"market": market})
    browser = Browser(hall)
    await browser.sign_in(MANAGER)
    listed = (await browser.get(f"/markets/{market}/shops")).text
    place = f"/markets/{market}/shops/{shop['id']}"
    assert f'href="{place}"' in listed
    page = (await browser.get(place)).text
    assert "Take this shop out of the market?" in page
    assert shop["name"] in page
    assert (await browser.post(f"{place}/remove")).headers["location"] == f"/markets/{market}/shops"
    assert shop["name"] not in (await browser.get(f"/markets/{market}/shops")).text
    assert (await browser.get(place)).status_code == 404


async def test_both_asking_is_an_agreement(hall: Hall) -> None:
    manager, owner = await hall.sign_in(MANAGER), await hall.sign_in(OWNER)
    shop, market = await hall.open_shop(owner), await found(hall, manager)
    await send(hall, manager, "POST", f"/markets/{market}/invitations", {"short_code": shop["short_code"]})
    joined = await send(hall, owner, "POST", f"/shops/{shop['id']}/market/requests", {"market": market})
    assert (joined.status_code, joined.json()["market"]["id"], joined.json()["requests"]) == (201, market, [])


async def test_a_shop_that_two_markets_want_is_in_one_of_them(hall: Hall) -> None:
    manager, owner = await hall.sign_in(MANAGER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    shop_id = UUID(shop["id"])
    for number in range(10):
        market = await found(hall, manager, f"Market {number}")
        await send(hall, manager, "POST", f"/markets/{market}/invitations", {"short_code": shop["short_code"]})
    async with hall.pool.read() as reader:
        waiting = await markets.requests_of(reader, side=Side.SHOP, whose=shop_id)
    assert len(waiting) == 10

    async def accept(request: UUID) -> str:
        try:
            async with hall.pool.write() as conn:
                await markets.decide(conn, request=request, side=Side.SHOP, whose=shop_id, accept=True)
        except Problem as problem:
            return problem.code
        return "in"

    outcomes = await asyncio.gather(*[accept(one.id) for one in waiting])
    assert sorted(outcomes) == ["in"] + ["merchants.shop_in_market"] * 9
    async with hall.pool.read() as reader:
        assert len(await markets.requests_of(reader, side=Side.SHOP, whose=shop_id)) == 9, "the refused ones stay open"
    await hall.books_agree()


async def test_a_market_is_handed_over_when_the_other_accepts(hall: Hall) -> None:
    manager, other, third = await hall.sign_in(MANAGER), await hall.sign_in(OTHER), await hall.sign_in(OWNER)
    market = await found(hall, manager)
    for phone in (OWNER, OTHER):
        offered = await send(hall, manager, "POST", f"/markets/{market}/handover", {"phone": phone})
        assert offered.status_code == 202, offered.text
    late = await send(hall, third, "POST", f"/markets/{market}/handover/accept")
    assert (late.status_code, late.json()["code"]) == (404, "merchants.handover_not_found"), "the first offer has ended"
    assert [one["id"] for one in (await send(hall, other, "GET", "/markets")).json()["offered"]] == [market]
    assert (await send(hall, other, "GET", f"/markets/{market}/requests")).status_code == 404, "not yet"
    answers = await asyncio.gather(
        *[send(hall, other, "POST", f"/markets/{market}/handover/{word}") for word in ("accept", "accept", "accept")]
    )
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404]
    assert (await send(hall, other, "GET", f"/markets/{market}/requests")).status_code == 200
    assert (await send(hall, manager, "GET", f"/markets/{market}/requests")).status_code == 404
    assert (await send(hall, manager, "GET", "/markets")).json() == {"markets": [], "offered": []}


async def test_an_offer_to_nobody_looks_like_any_other(hall: Hall) -> None:
    manager = await hall.sign_in(MANAGER)
    market = await found(hall, manager)
    answer = await send(hall, manager, "POST", f"/markets/{market}/handover", {"phone": "13712345678"})
    assert answer.status_code == 202
    wrong = await send(hall, manager, "POST", f"/markets/{market}/handover", {"phone": "110"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "people.phone_invalid")


async def test_another_manager_finds_nothing_of_a_market(hall: Hall) -> None:
    manager, other = await hall.sign_in(MANAGER), await hall.sign_in(OTHER)
    market = await found(hall, manager)
    await found(hall, other, "Another")
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"wholesale_from": 1}),
        ("GET", "/shops", None),
        ("GET", "/shops.csv", None),
        ("GET", "/requests", None),
        ("POST", "/invitations", {"short_code": "123456782"}),
        ("POST", "/handover", {"phone": OTHER}),
    ):
        answer = await send(hall, other, method, f"/markets/{market}{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "merchants.market_not_found"), path


async def test_only_the_owner_lets_a_shop_into_a_market(hall: Hall) -> None:
    manager, owner, other = await hall.sign_in(MANAGER), await hall.sign_in(OWNER), await hall.sign_in(OTHER)
    shop, market = await hall.open_shop(owner), await found(hall, manager)
    for who in (manager, other):
        refused = await send(hall, who, "POST", f"/shops/{shop['id']}/market/requests", {"market": market})
        assert (refused.status_code, refused.json()["code"]) == (404, "merchants.shop_not_found")
    assert (await market_of(hall, owner, shop["id"])) == {"market": None, "since": None, "requests": []}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": " ", "city": "长安"}, "merchants.market_name_invalid"),
        ({"name": "西市", "city": "\n"}, "merchants.city_invalid"),
        ({"name": "西市", "city": "长安", "wholesale_from": 0}, "merchants.wholesale_from_invalid"),
    ],
)
async def test_a_market_has_a_name_a_city_and_a_bound(hall: Hall, body: dict[str, Any], code: str) -> None:
    manager = await hall.sign_in(MANAGER)
    refused = await send(hall, manager, "POST", "/markets", body)
    assert (refused.status_code, refused.json()["code"]) == (400, code)


async def test_a_double_tap_founds_one_market_and_nobody_founds_without_end(hall: Hall) -> None:
    manager = await hall.sign_in(MANAGER)
    key = fresh_key()
    body = {"name": "西市", "city": "长安"}
    made = [await hall.client.post("/api/v1/markets", json=body, headers=manager | key) for _ in range(2)]
    assert made[0].json() == made[1].json()
    me = UUID((await send(hall, manager, "GET", "/me")).json()["id"])
    async with hall.pool.write() as conn:
        for _ in range(19):
            await markets.found_market(conn, manager=me, new=NewMarket("西市", "长安", 1))
    refused = await send(hall, manager, "POST", "/markets", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "merchants.too_many_markets")


async def test_what_is_no_code_of_an_open_shop_invites_nobody(hall: Hall) -> None:
    manager, owner = await hall.sign_in(MANAGER), await hall.sign_in(OWNER)
    market, shop = await found(hall, manager), await hall.open_shop(owner)
    await send(hall, owner, "POST", f"/shops/{shop['id']}/close")
    for text in ("", "hello", "123456782", shop["short_code"]):
        refused = await send(hall, manager, "POST", f"/markets/{market}/invitations", {"short_code": text})
        assert (refused.status_code, refused.json()["code"]) == (404, "merchants.short_code_unknown"), text
