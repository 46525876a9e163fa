"""Whose a printed code is, and how a swapped sticker, an old poster or a changed shop come to light.

The tests named after pitfall 10 of payments (the sticker swap) are its acceptance list."""

import asyncio
import re
from typing import Any
from uuid import UUID

import pytest

from openhall.base import events
from openhall.city import merchants
from openhall.city.merchants import categories, trust
from openhall.core.payments import codes
from tests.core.people.test_pages import Browser
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

OWNER, PAYER, STRANGER = "13900000001", "13900000002", "13900000003"


async def a_shop(hall: Hall, phone: str = OWNER, name: str = "王记早餐") -> tuple[Headers, dict[str, Any]]:
    owner = await hall.sign_in(phone)
    return owner, await hall.open_shop(owner, name)


async def a_payer(hall: Hall) -> Headers:
    payer = await hall.sign_in(PAYER)
    await hall.give(payer, 1_000_000)
    return payer


async def check(hall: Hall, payload: str) -> Any:
    return await hall.client.get("/api/v1/codes/check", params={"payload": payload})


async def replace(hall: Hall, owner: Headers, shop: dict[str, Any], replaces: str) -> Any:
    path = f"/api/v1/shops/{shop['id']}/codes"
    return await hall.client.post(path, json={"replaces": replaces}, headers=owner)


async def now(hall: Hall, owner: Headers, shop: dict[str, Any]) -> dict[str, Any]:
    """The shop as it is now."""
    shown: dict[str, Any] = (await hall.client.get(f"/api/v1/shops/{shop['id']}", headers=owner)).json()
    return shown


async def test_anybody_learns_whose_a_code_is_without_signing_in(hall: Hall) -> None:
    _, shop = await a_shop(hall)
    for text in (shop["code"], shop["short_code"], codes.short.show(shop["short_code"])):
        found = await check(hall, text)
        assert found.status_code == 200
        body = found.json()
        assert (body["standing"], body["name"], body["district"]) == ("valid", "王记早餐", "Chang'an")
        assert (body["short_code"], body["replaced_at"]) == (shop["short_code"], None)
        assert "owner" not in body


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12345678" + codes.short.check_digit("12345678"), "payments.code_unknown"),
        ("123456780", "payments.code_damaged"),
        ("00020101021129370016A000000677010111011300668123456785802TH530376463045D82", "payments.code_foreign"),
    ],
)
async def test_what_is_no_code_of_ours_is_called_so(hall: Hall, text: str, code: str) -> None:
    refused = await check(hall, text)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_looking_up_codes_one_after_the_other_has_an_end(hall: Hall) -> None:
    _, shop = await a_shop(hall)
    statuses = [(await check(hall, shop["short_code"])).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    page = f"/check?code={shop['short_code']}"
    assert (await hall.client.get(page)).status_code == 429
    somebody = Browser(hall)
    await somebody.sign_in(STRANGER)
    assert (await somebody.get(page)).status_code == 200, "whoever has a name is counted by it"


async def test_pitfall_10_what_a_payer_sees_comes_from_the_registry_and_never_from_the_code(hall: Hall) -> None:
    """A sticker whose text claims the name of the shop it hangs in, with a right checksum: the thief's name shows."""
    _, honest = await a_shop(hall)
    _, thief = await a_shop(hall, STRANGER, "小偷的店")
    named = codes.read(thief["code"])
    assert isinstance(named, codes.ShopCode)
    forged = codes.generate(
        hall=hall.settings.hall_id,
        code=named.code,
        short_code=honest["short_code"],
        category="5814",
        name=honest["name"],
        city="长安",
        plain_city="Chang'an",
    )
    assert honest["name"] in forged
    payer = await a_payer(hall)
    for path in ("/api/v1/codes/resolve", "/api/v1/codes/check"):
        shown = await hall.client.get(path, params={"payload": forged}, headers=payer)
        assert shown.json()["name"] == "小偷的店", path
    paid = await hall.pay(payer, code=forged, amount=350)
    assert paid.json()["shop"]["name"] == "小偷的店", "the receipt says it too"


async def test_pitfall_10_a_code_with_a_right_checksum_that_nobody_issued_pays_nobody(hall: Hall) -> None:
    _, shop = await a_shop(hall)
    invented = codes.generate(
        hall=hall.settings.hall_id,
        code=codes.new_id(),
        short_code=shop["short_code"],
        category="5814",
        name=shop["name"],
        city="长安",
        plain_city="Chang'an",
    )
    refused = await hall.pay(await a_payer(hall), code=invented, amount=350)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.code_unknown")
    assert (await check(hall, invented)).json()["code"] == "payments.code_unknown"


async def test_pitfall_10_a_replaced_printing_stops_at_once_and_the_new_one_is_paid(hall: Hall) -> None:
    owner, shop = await a_shop(hall)
    _, other = await a_shop(hall, STRANGER, "别家")
    payer = await a_payer(hall)
    assert (await hall.pay(payer, code=shop["code"], amount=350)).status_code == 201
    made = await replace(hall, owner, shop, shop["short_code"])
    assert made.status_code == 201
    present, old = made.json()["codes"]
    assert present["replaced_at"] is None
    assert (old["short_code"], old["replaced_at"] is None) == (shop["short_code"], False)
    for text in (shop["code"], shop["short_code"]):
        refused = await hall.pay(payer, code=text, amount=350)
        assert (refused.status_code, refused.json()["code"]) == (422, "merchants.code_revoked")
        checked = (await check(hall, text)).json()
        assert (checked["standing"], checked["replaced_at"]) == ("replaced", old["replaced_at"])
    fresh = await now(hall, owner, shop)
    assert fresh["short_code"] == present["short_code"]
    assert (await hall.pay(payer, code=fresh["code"], amount=350)).status_code == 201
    assert (await hall.pay(payer, code=other["code"], amount=350)).status_code == 201, "no other shop is touched"
    await hall.books_agree()


async def test_a_double_tap_and_a_race_replace_a_code_once(hall: Hall) -> None:
    owner, shop = await a_shop(hall)
    answers = await asyncio.gather(*[replace(hall, owner, shop, shop["short_code"]) for _ in range(6)])
    assert {answer.status_code for answer in answers} == {201}
    assert (await replace(hall, owner, shop, shop["short_code"])).status_code == 201
    listed = (await hall.client.get(f"/api/v1/shops/{shop['id']}/codes", headers=owner)).json()["codes"]
    assert len(listed) == 2
    await hall.books_agree()


async def test_replacing_codes_has_an_end_for_a_day(hall: Hall) -> None:
    owner, shop = await a_shop(hall)
    statuses = []
    for _ in range(11):
        present = (await now(hall, owner, shop))["short_code"]
        statuses.append((await replace(hall, owner, shop, present)).status_code)
    assert statuses == [201] * 10 + [429]


async def test_a_closed_shop_gets_no_new_code_and_no_new_name(hall: Hall) -> None:
    owner, shop = await a_shop(hall)
    await hall.client.post(f"/api/v1/shops/{shop['id']}/close", headers=owner)
    refused = await replace(hall, owner, shop, shop["short_code"])
    assert (refused.status_code, refused.json()["code"]) == (409, "merchants.shop_is_closed")
    path = f"/api/v1/shops/{shop['id']}/name"
    refused = await hall.client.post(path, json={"shop_name": "新名"}, headers=owner)
    assert refused.json()["code"] == "merchants.shop_is_closed"
    assert (await check(hall, shop["code"])).json()["standing"] == "closed"


async def test_the_owner_is_told_of_a_new_code_and_of_a_new_name(hall: Hall) -> None:
    owner, shop = await a_shop(hall)
    await replace(hall, owner, shop, shop["short_code"])
    renamed = await hall.client.post(f"/api/v1/shops/{shop['id']}/name", json={"shop_name": " 新  名 "}, headers=owner)
    assert renamed.json() == {"id": shop["id"], "name": "新 名"}
    await hall.client.post(f"/api/v1/shops/{shop['id']}/name", json={"shop_name": "新 名"}, headers=owner)
    async with hall.pool.read() as conn:
        told = await events.after(conn, f"shop:{shop['id']}", 0)
    assert [(event.type, event.data["what"]) for event in told] == [("shop.changed", "code"), ("shop.changed", "name")]
    inbox = (await hall.client.get("/api/v1/messages", headers=owner | {"Accept-Language": "en"})).json()["messages"]
    assert [(one["template"], one["title"]) for one in inbox] == [
        ("merchants.renamed", "王记早餐 has another name"),
        ("merchants.code_replaced", "王记早餐 has a new printed code"),
    ]
    name, code = inbox
    assert "新 名" in name["body"]
    assert "Call 12345" in code["body"]
    assert code["link"] == f"/shops/{shop['id']}/codes"
    assert (code["category"], name["category"]) == ("must", "must")
    listed = (await hall.client.get("/api/v1/webhooks/events", headers=owner)).json()["events"]
    assert "shop.changed" in {one["type"] for one in listed}


async def test_a_new_name_is_what_payers_see_and_old_receipts_keep_theirs(hall: Hall) -> None:
    owner, shop = await a_shop(hall)
    payer = await a_payer(hall)
    before = (await hall.pay(payer, code=shop["code"], amount=350)).json()
    path = f"/api/v1/shops/{shop['id']}/name"
    await hall.client.post(path, json={"shop_name": "老王包子"}, headers=owner)
    after = (await hall.pay(payer, code=shop["code"], amount=350)).json()
    assert after["shop"]["name"] == "老王包子", "the printed code stays valid"
    kept = (await hall.client.get(f"/api/v1/payments/{before['id']}", headers=payer)).json()
    assert kept["shop"]["name"] == "王记早餐"
    refused = await hall.client.post(path, json={"shop_name": "turned \u202egnaW"}, headers=owner)
    assert refused.json()["code"] == "merchants.name_invalid"


async def test_pitfall_10_a_printed_code_takes_small_sums_only_by_the_kind_of_shop(hall: Hall) -> None:
    _, shop = await a_shop(hall)
    payer = await a_payer(hall)
    assert (await hall.pay(payer, code=shop["code"], amount=categories.SMALL)).status_code == 201
    refused = await hall.pay(payer, code=shop["short_code"], amount=categories.SMALL + 1)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.above_limit")
    assert refused.json()["limit"] == categories.SMALL
    owner = await hall.sign_in(OWNER)
    body = {"shop_name": "家电城", "category": "appliances", "city": "Chang'an"}
    large = (await hall.client.post("/api/v1/merchants", json=body, headers=owner)).json()["shop"]
    assert (await hall.pay(payer, code=large["code"], amount=categories.LARGE)).status_code == 201


def test_every_kind_of_shop_has_a_cap_for_its_printed_code() -> None:
    assert {kind.printed_max for kind in categories.CATEGORIES} == {
        categories.SMALL,
        categories.MIDDLE,
        categories.LARGE,
    }
    assert 0 < categories.SMALL < categories.MIDDLE < categories.LARGE


async def test_the_owner_scans_their_own_poster_and_a_stranger_is_told_what_to_do(hall: Hall) -> None:
    owner, shop = await a_shop(hall)
    anybody = Browser(hall)
    page = (await anybody.get(f"/check?code={shop['short_code']}")).text
    assert "王记早餐" in page
    assert "This code is valid" in page
    assert "call 12345" in page
    unknown = await anybody.get("/check?code=123456780")
    assert unknown.status_code == 422
    assert "do not pay by it" in unknown.text
    keeper = Browser(hall)
    await keeper.sign_in(OWNER)
    mine = (await keeper.get(f"/check?code={shop['short_code']}")).text
    assert "This is the present code of your shop" in mine
    await replace(hall, owner, shop, shop["short_code"])
    old = (await keeper.get(f"/check?code={shop['short_code']}")).text
    assert "This is an old printing of your shop" in old


async def test_a_shop_that_is_closed_while_its_code_is_replaced_keeps_no_active_code(hall: Hall) -> None:
    owner, shop = await a_shop(hall)
    me = UUID((await hall.client.get("/api/v1/me", headers=owner)).json()["id"])
    async with hall.pool.write() as conn:
        found = await merchants.find_shop(conn, owner=me, shop=UUID(shop["id"]))
        city = merchants.Hall(hall.settings.hall_id, "City", "CNY")
        await trust.replace_code(conn, shop=found, replaces=shop["short_code"], resident=me, hall=city)
        closing = asyncio.create_task(hall.client.post(f"/api/v1/shops/{shop['id']}/close", headers=owner))
        await hall.somebody_waits()
    assert (await closing).status_code == 200
    async with hall.pool.read() as reader:
        codes_left = await reader.execute(b"select short_code from merchants.codes where revoked_at is null")
        assert await codes_left.fetchall() == []
    await hall.books_agree()


async def test_a_code_is_not_replaced_for_a_shop_that_somebody_is_closing(hall: Hall) -> None:
    owner, shop = await a_shop(hall)
    me = UUID((await hall.client.get("/api/v1/me", headers=owner)).json()["id"])
    async with hall.pool.write() as conn:
        await merchants.close_shop(conn, owner=me, shop=UUID(shop["id"]))
        replacing = asyncio.create_task(replace(hall, owner, shop, shop["short_code"]))
        await hall.somebody_waits()
    refused = await replacing
    assert (refused.status_code, refused.json()["code"]) == (409, "merchants.shop_is_closed")


async def test_a_code_is_replaced_on_a_page_that_keeps_its_history(hall: Hall) -> None:
    _, shop = await a_shop(hall)
    keeper = Browser(hall)
    await keeper.sign_in(OWNER)
    address = f"/shops/{shop['id']}/codes"
    assert f'href="{address}"' in (await keeper.get(f"/shops/{shop['id']}")).text
    (hidden,) = re.findall(rf'href="{address}/(\d{{9}})/replace"', (await keeper.get(address)).text)
    assert hidden == shop["short_code"]
    for _ in range(2):
        done = await keeper.post(address, replaces=hidden)
        assert (done.status_code, done.headers["location"]) == (303, address)
    after = (await keeper.get(address)).text
    assert "Printings before" in after
    assert codes.short.show(hidden) in after
    assert f'href="/shops/{shop["id"]}/poster"' in after
    (fresh,) = re.findall(rf'href="{address}/(\d{{9}})/replace"', after)
    assert fresh != hidden
    poster = re.sub(r"<[^>]+>|\s", "", (await keeper.get(f"/shops/{shop['id']}/poster")).text)
    assert fresh in poster
    assert hidden not in poster


async def test_a_name_is_changed_on_a_page(hall: Hall) -> None:
    _, shop = await a_shop(hall)
    keeper = Browser(hall)
    await keeper.sign_in(OWNER)
    address = f"/shops/{shop['id']}/name"
    refused = await keeper.post(address, shop_name=" ")
    assert refused.status_code == 400
    done = await keeper.post(address, shop_name="老王包子")
    assert (done.status_code, done.headers["location"]) == (303, f"/shops/{shop['id']}")
    assert "老王包子" in (await keeper.get(f"/shops/{shop['id']}")).text


async def test_replacing_on_the_page_asks_first_and_a_second_submit_leaves_the_new_code_alone(hall: Hall) -> None:
    owner, shop = await a_shop(hall)
    keeper = Browser(hall)
    await keeper.sign_in(OWNER)
    path = f"/shops/{shop['id']}/codes"
    listed = (await keeper.get(path)).text
    assert "<form" not in listed.partition("<main")[2], "nothing is replaced by one tap"
    last_look = (await keeper.get(f"{path}/{shop['short_code']}/replace")).text
    named = re.findall(r'name="replaces" value="([^"]+)"', last_look)
    assert named == [shop["short_code"]]
    for _ in range(2):
        assert (await keeper.post(path, replaces=named[0])).status_code == 303
    fresh = await now(hall, owner, shop)
    assert (await check(hall, fresh["short_code"])).json()["standing"] == "valid"
    assert len((await hall.client.get(f"/api/v1{path}", headers=owner)).json()["codes"]) == 2
    assert (await keeper.get(f"{path}/{shop['short_code']}/replace")).headers["location"] == path
