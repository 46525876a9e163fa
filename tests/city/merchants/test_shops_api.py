"""Opening shops over the API, and what nobody else may see of them."""

import asyncio
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import zxingcpp
from PIL import Image

from openhall.base import clock, db
from openhall.city.merchants import actions
from openhall.city.merchants.package import PACKAGE
from openhall.core import ledger
from openhall.core.payments import codes
from openhall.core.payments.codes import mpm
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio

OWNER, OTHER = "13900000001", "13900000002"
BODY = {"shop_name": "老王包子铺", "category": "breakfast", "city": "长安"}


async def post(hall: Hall, headers: Headers, **changes: Any) -> Any:
    body = {name: value for name, value in (BODY | changes).items() if value is not None}
    return await hall.client.post("/api/v1/merchants", json=body, headers=headers)


async def breaches(hall: Hall) -> list[Any]:
    """Rows that break an invariant of this package; the checks run as `openhall check` runs them."""
    found: list[Any] = []
    async with hall.pool.read() as conn:
        for check in PACKAGE.checks:
            found += await (await conn.execute(check.query.sql.encode(), {})).fetchall()
    return found


async def test_a_resident_becomes_a_merchant_and_the_shop_can_be_paid_at_once(hall: Hall) -> None:
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(OTHER)
    made = await post(hall, owner | fresh_key())
    assert made.status_code == 201
    shop = made.json()["shop"]
    assert (shop["name"], shop["city"], shop["category"], shop["state"]) == ("老王包子铺", "长安", "5814", "open")
    assert mpm.parse(shop["code"]).warnings == ()
    assert isinstance(codes.read(shop["code"]), codes.ShopCode)
    assert codes.read(shop["short_code"]) == shop["short_code"]
    await hall.give(payer, 1000)
    for code in (shop["code"], shop["short_code"], codes.short.show(shop["short_code"])):
        paid = await hall.pay(payer, code=code, amount=100)
        assert paid.status_code == 201
        assert paid.json()["shop"] == {"id": shop["id"], "name": "老王包子铺"}
    async with hall.pool.read() as conn:
        (account,) = await ledger.accounts_of(conn, shop["id"])
        assert (account.kind, account.floor) == ("merchant", 0)
        assert (await ledger.balance(conn, account.id)).available == 300
    assert await breaches(hall) == []


async def test_a_second_shop_belongs_to_the_same_merchant_and_has_its_own_code(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    first = (await post(hall, owner | fresh_key(), shop_name="One")).json()
    second = (await post(hall, owner | fresh_key(), shop_name="Two")).json()
    assert first["merchant"] == second["merchant"]
    assert first["shop"]["id"] != second["shop"]["id"]
    assert first["shop"]["short_code"] != second["shop"]["short_code"]
    listed = (await hall.client.get("/api/v1/shops", headers=owner)).json()["shops"]
    assert [shop["name"] for shop in listed] == ["One", "Two"]


async def test_the_same_key_opens_one_shop_and_another_body_is_refused(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    key = owner | fresh_key()
    first, again = await post(hall, key), await post(hall, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await post(hall, key, shop_name="Other")
    assert (other.status_code, other.json()["code"]) == (422, "hall.idempotency_key_reused")
    assert len((await hall.client.get("/api/v1/shops", headers=owner)).json()["shops"]) == 1


async def test_first_requests_that_race_make_one_merchant(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    made = await asyncio.gather(*(post(hall, owner | fresh_key(), shop_name=f"Shop {n}") for n in range(8)))
    assert [answer.status_code for answer in made] == [201] * 8
    assert len({answer.json()["merchant"]["id"] for answer in made}) == 1
    assert len({answer.json()["shop"]["short_code"] for answer in made}) == 8
    assert await breaches(hall) == []


async def test_without_a_city_the_shop_stands_in_the_hall_s_own(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    assert (await post(hall, owner, city=None)).json()["shop"]["city"] == hall.settings.city_zh


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"shop_name": "   "}, 400, "merchants.name_invalid"),
        ({"shop_name": "x" * 41}, 400, "merchants.name_invalid"),
        ({"shop_name": "turned \u202egnaW"}, 400, "merchants.name_invalid"),
        ({"shop_name": "nul\x00"}, 400, "merchants.name_invalid"),
        ({"city": "two\nlines"}, 400, "merchants.city_invalid"),
        ({"category": "spaceship"}, 400, "merchants.category_unknown"),
        ({"shop_name": 7}, 400, "hall.malformed"),
        ({"shop_name": None}, 400, "hall.malformed"),
        ({"category": None}, 400, "hall.malformed"),
        ({"category": 5814}, 400, "hall.malformed"),
    ],
)
async def test_bad_fields_are_refused_by_name_and_may_be_corrected_under_the_same_key(
    hall: Hall, changes: dict[str, Any], status: int, code: str
) -> None:
    owner = await hall.sign_in(OWNER)
    key = owner | fresh_key()
    refused = await post(hall, key, **changes)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert (await post(hall, key)).status_code == 201


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"shop_name=x", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 400),
        (b'{"shop_name": "\xff\xfe", "category": "other"}', "application/json", 400),
        (b'{"shop_name": "\\ud800", "category": "other"}', "application/json", 400),
        (b'{"shop_name": "' + b"x" * 1_000_000 + b'", "category": "other"}', "application/json", 413),
    ],
)
async def test_bodies_that_cannot_be_read_are_refused(
    hall: Hall, content: bytes, content_type: str, status: int
) -> None:
    owner = await hall.sign_in(OWNER)
    headers = owner | {"Content-Type": content_type}
    refused = await hall.client.post("/api/v1/merchants", content=content, headers=headers)
    assert refused.status_code == status
    assert (await hall.client.get("/api/v1/shops", headers=owner)).json() == {"shops": []}


async def test_nobody_opens_a_shop_without_signing_in(hall: Hall) -> None:
    refused = await post(hall, {})
    assert (refused.status_code, refused.json()["code"]) == (401, "hall.sign_in_required")
    stolen = await post(hall, {"Authorization": f"Bearer {uuid4()}"})
    assert stolen.status_code == 401


@pytest.mark.parametrize("path", ["", "/code.svg", "/code.png", "/payments", "/stream"])
async def test_a_stranger_gets_404_for_everything_of_a_shop(hall: Hall, path: str) -> None:
    owner, stranger = await hall.sign_in(OWNER), await hall.sign_in(OTHER)
    shop = await hall.open_shop(owner)
    for headers, shop_id in ((stranger, shop["id"]), (owner, uuid4())):
        refused = await hall.client.get(f"/api/v1/shops/{shop_id}{path}", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (404, "merchants.shop_not_found")
    assert (await hall.client.get(f"/api/v1/shops/{shop['id']}{path}")).status_code == 401
    assert (await hall.client.get(f"/api/v1/shops/not-an-id{path}", headers=owner)).status_code == 404
    closed = await hall.client.post(f"/api/v1/shops/{shop['id']}/close", headers=stranger)
    assert closed.status_code == 404


async def test_the_code_is_drawn_as_svg_and_as_png_that_scanners_read(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner, "老王包子铺")
    png = await hall.client.get(f"/api/v1/shops/{shop['id']}/code.png", headers=owner)
    assert png.headers["content-type"] == "image/png"
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.content)))
    assert read.bytes.decode() == shop["code"]
    svg = await hall.client.get(f"/api/v1/shops/{shop['id']}/code.svg", headers=owner)
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert svg.text == codes.svg(shop["code"], title="老王包子铺")


async def test_a_closed_shop_takes_no_payment_and_keeps_its_book(hall: Hall) -> None:
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(OTHER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    assert (await hall.pay(payer, code=shop["code"], amount=350)).status_code == 201
    for _ in range(2):
        closed = await hall.client.post(f"/api/v1/shops/{shop['id']}/close", headers=owner)
        assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    for code in (shop["code"], shop["short_code"]):
        refused = await hall.pay(payer, code=code, amount=350)
        assert (refused.status_code, refused.json()["code"]) == (422, "merchants.shop_closed")
    assert await hall.balance(payer) == 650
    book = await hall.client.get(f"/api/v1/shops/{shop['id']}/payments", headers=owner)
    assert (book.json()["count"], book.json()["total"]) == (1, 350)
    assert await breaches(hall) == []


async def test_a_revoked_printing_is_refused_while_the_shop_stays_open(hall: Hall) -> None:
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(OTHER)
    shop = await hall.open_shop(owner)
    async with hall.pool.write() as conn:
        await db.run(conn, actions.q.revoke_codes, shop=shop["id"], now="now")
    refused = await hall.client.get("/api/v1/codes/resolve", params={"payload": shop["code"]}, headers=payer)
    assert (refused.status_code, refused.json()["code"]) == (422, "merchants.code_revoked")
    assert len(await breaches(hall)) == 1


async def test_own_shop_cannot_be_paid(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(owner, 1000)
    refused = await hall.pay(owner, code=shop["code"], amount=100)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.own_shop")


async def test_the_number_of_open_shops_has_an_end(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_SHOPS", 1)
    owner = await hall.sign_in(OWNER)
    key = owner | fresh_key()
    assert (await post(hall, owner | fresh_key())).status_code == 201
    refused = await post(hall, key)
    assert (refused.status_code, refused.json()["code"]) == (422, "merchants.too_many_shops")
    (shop,) = (await hall.client.get("/api/v1/shops", headers=owner)).json()["shops"]
    await hall.client.post(f"/api/v1/shops/{shop['id']}/close", headers=owner)
    assert (await post(hall, key)).json()["code"] == "merchants.too_many_shops", "a refusal stays a refusal"
    soon = await post(hall, owner | fresh_key())
    assert soon.json()["code"] == "merchants.too_many_shops", "whoever opens and closes in turn uses up short codes too"
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        owner = await hall.sign_in(OWNER)
        assert (await post(hall, owner | fresh_key())).status_code == 201


async def test_the_kinds_of_shops_are_told_in_both_languages(hall: Hall) -> None:
    told = {}
    for language in ("zh-CN", "en"):
        listed = await hall.client.get("/api/v1/categories", headers={"Accept-Language": language})
        told[language] = {kind["code"]: kind["title"] for kind in listed.json()["categories"]}
    assert told["zh-CN"]["5814"] == "早餐小吃"
    assert told["en"]["5814"] == "Breakfast stall, snacks"
    assert all(told["zh-CN"][code] != told["en"][code] for code in told["en"])


async def test_short_codes_are_drawn_again_until_one_is_free(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = await hall.sign_in(OWNER)
    taken = (await hall.open_shop(owner))["short_code"]
    free = codes.short.new()
    drawn = iter([taken, taken, free])
    monkeypatch.setattr(codes.short, "new", lambda: next(drawn))
    assert (await hall.open_shop(owner))["short_code"] == free
