"""Whom a code pays, from the registry; and the exact reason when it pays nobody."""

from typing import Any

import pytest

from openhall.base.errors import Problem
from openhall.city import merchants
from openhall.core.payments import Payee, codes
from tests.core.payments.codes import vectors as v
from tests.hall import Hall

pytestmark = pytest.mark.anyio

OWNER, PAYER = "13900000001", "13900000002"


async def resolve(hall: Hall, payload: str, language: str = "en") -> Any:
    payer = await hall.sign_in(PAYER)
    headers = payer | {"Accept-Language": language}
    return await hall.client.get("/api/v1/codes/resolve", params={"payload": payload}, headers=headers)


async def test_the_registered_shop_is_told_whatever_the_code_claims(hall: Hall) -> None:
    shop = await hall.open_shop(await hall.sign_in(OWNER), "老王包子铺")
    for payload in (shop["code"], shop["short_code"], f" {codes.short.show(shop['short_code'])} "):
        told = (await resolve(hall, payload)).json()
        assert (told["kind"], told["id"], told["name"]) == ("shop", shop["id"], "老王包子铺")
        assert (told["district"], told["category"]) == ("Chang'an", "Breakfast stall, snacks")
        assert told["shop"] == {"id": shop["id"], "name": "老王包子铺"}
    own = codes.read(shop["code"])
    assert isinstance(own, codes.ShopCode)
    forged = codes.generate(
        hall=own.hall, code=own.code, short_code="123456789", category="5814", name="City Tax Office",
        city="Elsewhere", plain_city="Elsewhere",
    )  # fmt: skip
    assert (await resolve(hall, forged)).json()["name"] == "老王包子铺"


@pytest.mark.parametrize(
    ("payload", "code", "facts"),
    [
        (v.PROMPTPAY_PHONE, "payments.code_foreign", {"network": "PromptPay", "payer": False}),
        (v.PAYNOW, "payments.code_foreign", {"network": "PayNow"}),
        (v.FPS, "payments.code_foreign", {"network": "FPS"}),
        (v.PIX_DYNAMIC, "payments.code_foreign", {"network": "Pix"}),
        (v.ANNEX_B, "payments.code_foreign", {"network": "EMVCo"}),
        (v.CPM, "payments.code_foreign", {"network": "EMVCo", "payer": True}),
        ("135112298638468293", "payments.code_foreign", {"network": "WeChat Pay", "payer": True}),
        ("upi://pay?pa=shop@bank", "payments.code_foreign", {"network": "UPI"}),
        (v.WRONG_CRC, "payments.code_damaged", {"reason": "checksum_wrong", "computed": "6197", "expected": "6198"}),
        (v.LENGTH_IN_BYTES, "payments.code_damaged", {"reason": "wrong_length", "tag": "64"}),
        (v.DUPLICATE_53, "payments.code_damaged", {"reason": "duplicate_id", "tag": "53"}),
        (v.CRC_NOT_LAST, "payments.code_damaged", {"reason": "checksum_not_last"}),
        (v.CUT_OFF, "payments.code_damaged", {"reason": "cut_off", "tag": "58"}),
        ("123456789", "payments.code_damaged", {"reason": "short_code_check_digit"}),
        ("12345", "payments.code_damaged", {"reason": "short_code_length"}),
        ("hello", "payments.code_unknown", {"reason": "not_a_payment_code"}),
        ("x" * 513, "payments.code_unknown", {"reason": "too_long"}),
        ("nul\x00byte", "payments.code_unknown", {"reason": "not_a_payment_code"}),
        ("", "payments.code_unknown", {"reason": "empty"}),
        (codes.short.new(lambda n: 7), "payments.code_unknown", {"reason": "not_registered"}),
    ],
)
async def test_a_code_that_pays_nobody_here_says_exactly_why(
    hall: Hall, payload: str, code: str, facts: dict[str, Any]
) -> None:
    refused = await resolve(hall, payload)
    told = refused.json()
    assert (refused.status_code, told["code"]) == (422, code)
    assert {name: told.get(name) for name in facts} == facts


async def test_a_code_of_a_hall_elsewhere_is_not_known_here(hall: Hall) -> None:
    elsewhere = codes.generate(
        hall="elsewhere", code=codes.new_id(), short_code="123456789", category="5814", name="Shop", city="City",
        plain_city="City",
    )  # fmt: skip
    assert (await resolve(hall, elsewhere)).json()["code"] == "payments.code_unknown"


async def test_the_network_is_named_in_the_reader_s_language(hall: Hall) -> None:
    assert (await resolve(hall, v.PROMPTPAY_PHONE, "en")).json()["title"] == (
        "This code belongs to another network (PromptPay)."
    )
    assert (await resolve(hall, v.PROMPTPAY_PHONE, "zh-CN")).json()["title"] == "这是别家的码（PromptPay）。"


async def test_resolving_needs_a_resident_and_a_payload(hall: Hall) -> None:
    assert (await hall.client.get("/api/v1/codes/resolve", params={"payload": "x"})).status_code == 401
    payer = await hall.sign_in(PAYER)
    missing = await hall.client.get("/api/v1/codes/resolve", headers=payer)
    assert (missing.status_code, missing.json()["code"]) == (400, "hall.malformed")


async def test_a_whole_list_of_texts_is_resolved_in_its_order_by_one_statement(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    first, second = await hall.open_shop(owner, "One"), await hall.open_shop(owner, "Two")
    await hall.client.post(f"/api/v1/shops/{second['id']}/close", headers=owner)
    texts = [first["code"], "nonsense", second["short_code"], first["short_code"], v.PAYNOW, first["code"]]
    async with hall.pool.read() as conn:
        found = await merchants.payees(conn, texts)
        assert await merchants.payees(conn, []) == []
    kinds = [
        answer.name if isinstance(answer, Payee) else answer.code if isinstance(answer, Problem) else None
        for answer in found
    ]
    assert kinds == ["One", None, "merchants.shop_closed", "One", None, "One"]
