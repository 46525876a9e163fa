"""Withdrawals over the API: by the owner, once, from the right shop, never more than there is."""

import asyncio
import re
from datetime import timedelta

import pytest

from openhall.base import clock
from openhall.core.rails.iso20022 import Agent, read_payouts
from openhall.core.webhooks.actions.collect import collect
from openhall.web.discover import packages
from tests.core.payouts.stage import ACCOUNT, OWNER, PAYER, Stage, days_later
from tests.core.rails.iso20022.oracle import assert_legal
from tests.hall import fresh_key

pytestmark = pytest.mark.anyio

URL = "/merchants/me/withdrawals"
IBAN = "DE89370400440532013000"


async def test_a_retry_with_the_same_key_is_the_same_withdrawal(stage: Stage) -> None:
    key = fresh_key()
    first, again = [await stage.post(URL, {"amount": 30_000}, key) for _ in range(2)]
    assert (first.status_code, again.json()) == (201, first.json())
    assert (first.json()["state"], first.json()["amount"]) == ("requested", 30_000)
    assert await stage.balance() == 70_000
    refused = await stage.post(URL, {"amount": 1}, key)
    assert (refused.status_code, refused.json()["code"]) == (422, "hall.idempotency_key_reused")
    await stage.go()
    path = f"/api/v1{URL}/{first.json()['id']}"
    assert (await stage.hall.client.get(path, headers=stage.owner)).json()["state"] == "settled"
    listed = (await stage.hall.client.get(f"/api/v1{URL}", headers=stage.owner)).json()
    assert ([one["state"] for one in listed["withdrawals"]], listed["next_cursor"]) == (["settled"], None)


@pytest.mark.parametrize("amount", [0, -1, 3.5, "100", None, 10**15 + 1])
async def test_what_is_no_amount_moves_nothing(stage: Stage, amount: object) -> None:
    refused = await stage.post(URL, {"amount": amount})
    assert (refused.status_code, refused.json()["code"]) == (400, "hall.malformed")
    assert await stage.balance() == 100_000


async def test_one_fen_too_much_is_refused(stage: Stage) -> None:
    refused = await stage.post(URL, {"amount": 100_001})
    assert (refused.status_code, refused.json()["code"]) == (422, "payouts.insufficient_funds")


async def test_of_several_shops_one_has_to_be_named_and_only_ones_own(stage: Stage) -> None:
    other = await stage.shop(500, "小店")
    refused = await stage.post(URL, {"amount": 100})
    assert (refused.status_code, refused.json()["code"]) == (400, "merchants.which_shop")
    made = await stage.post(URL, {"amount": 100, "shop_id": str(other.id)})
    assert (made.status_code, await stage.balance(other), await stage.balance()) == (201, 400, 100_000)
    stranger = await stage.hall.sign_in(PAYER)
    refused = await stage.post(URL, {"amount": 100, "shop_id": str(other.id)}, by=stranger)
    assert (refused.status_code, refused.json()["code"]) == (404, "merchants.shop_not_found")
    refused = await stage.post(URL, {"amount": 100}, by=stranger)
    assert (refused.status_code, refused.json()["code"]) == (404, "merchants.shop_not_found")


async def test_a_new_bank_account_is_told_on_the_phone_and_has_to_cool(stage: Stage) -> None:
    path = "/api/v1/merchants/me/bank-account"
    body = {"holder": "王小明", "number": " DE89 3704 0044 0532 0130 00 "}
    named = (await stage.hall.client.put(path, json=body, headers=stage.owner)).json()["bank_account"]
    assert (named["holder"], named["number"]) == ("王小明", "**** 3000")
    refused = await stage.post(URL, {"amount": 100})
    assert (refused.status_code, refused.json()["code"]) == (422, "payouts.cooling")
    assert refused.json()["usable_at"] == named["usable_at"]
    assert await stage.told("bank_account.") == ["bank_account.changed"]
    (told,) = (await stage.hall.client.get("/api/v1/messages", headers=stage.owner)).json()["messages"]
    assert re.fullmatch(r"从 .* 起，您的提现将转到银行账户 \*\*\*\* 3000。.*请在此之前拨打 12345。", told["body"])
    assert (told["category"], told["link"]) == ("must", "/wallet/withdrawals")
    again = (await stage.hall.client.put(path, json=body, headers=stage.owner)).json()["bank_account"]
    assert again == named, "the same account again changes nothing"
    assert len(await stage.told("bank_account.")) == 1


async def test_another_bank_account_takes_a_fresh_proof_and_a_withdrawal_to_the_present_one_none(stage: Stage) -> None:
    path, body = "/api/v1/merchants/me/bank-account", {"holder": "王小明", "number": IBAN}
    pin = await stage.hall.client.put("/api/v1/me/pin", json={"pin": "258036"}, headers=stage.owner)
    assert pin.status_code == 200
    with clock.at(clock.now() + timedelta(minutes=6)):
        refused = await stage.hall.client.put(path, json=body, headers=stage.owner)
        assert (refused.status_code, refused.json()["code"]) == (403, "people.proof_too_old")
        kept = (await stage.hall.client.get(path, headers=stage.owner)).json()["bank_account"]
        assert kept["number"] == f"**** {ACCOUNT[-4:]}"
        assert (await stage.post(URL, {"amount": 100})).status_code == 201, "it goes to the owner's own account"
        proved = await stage.hall.sign_in(OWNER)
        assert (await stage.hall.client.put(path, json=body, headers=proved)).status_code == 200


@pytest.mark.parametrize(
    ("typed", "kept", "agent"),
    [
        ("1025 2100 2418", "102521002418", Agent(cnaps="102521002418")),
        ("cobadeffxxx", "COBADEFFXXX", Agent(bic="COBADEFFXXX")),
        ("  ", None, None),
    ],
)
async def test_the_code_of_the_bank_is_optional_and_goes_into_the_file(
    stage: Stage, typed: str, kept: str | None, agent: Agent | None
) -> None:
    body = {"holder": "王小明", "number": ACCOUNT, "bank_code": typed}
    named = await stage.hall.client.put("/api/v1/merchants/me/bank-account", json=body, headers=stage.owner)
    assert (named.status_code, named.json()["bank_account"]["bank_code"]) == (200, kept)
    with days_later(2):
        await stage.withdraw(100)
        await stage.exchange()
    async with stage.pool.read() as reader:
        ((content,),) = await (await reader.execute(b"select content from payouts.batches")).fetchall()
    assert [payout.creditor_agent for payout in read_payouts(content).payouts] == [agent]
    assert_legal(content, "pain.001.001.09")


@pytest.mark.parametrize("typed", ["10252100241", "1025210024189", "COBADEF", "COBADE1FXX", "银行"])
async def test_what_names_no_bank_is_refused_and_changes_nothing(stage: Stage, typed: str) -> None:
    path, body = "/api/v1/merchants/me/bank-account", {"holder": "王小明", "number": IBAN, "bank_code": typed}
    refused = await stage.hall.client.put(path, json=body, headers=stage.owner)
    assert (refused.status_code, refused.json()["code"]) == (400, "payouts.bank_code_invalid")
    kept = (await stage.hall.client.get(path, headers=stage.owner)).json()["bank_account"]
    assert kept["number"] == f"**** {ACCOUNT[-4:]}"


@pytest.mark.parametrize(
    ("holder", "number", "code"),
    [
        ("王小明", "DE89370400440532013001", "payouts.number_invalid"),
        ("王小明", "6222021234567890123", "payouts.number_invalid"),
        ("王小明", "not a number", "payouts.number_invalid"),
        ("  ", IBAN, "payouts.holder_invalid"),
        ("a\nb", IBAN, "payouts.holder_invalid"),
        ("\u202ecba", IBAN, "payouts.holder_invalid"),
    ],
)
async def test_an_account_that_no_file_could_carry_is_refused(
    stage: Stage, holder: str, number: str, code: str
) -> None:
    body = {"holder": holder, "number": number}
    refused = await stage.hall.client.put("/api/v1/merchants/me/bank-account", json=body, headers=stage.owner)
    assert (refused.status_code, refused.json()["code"]) == (400, code)


async def test_a_withdrawal_of_everything_races_a_refund_and_the_shop_is_never_below_zero(stage: Stage) -> None:
    payer = await stage.hall.sign_in(PAYER)
    await stage.hall.give(payer, 10_000)
    shop = (await stage.hall.client.get("/api/v1/shops", headers=stage.owner)).json()["shops"][0]
    paid = (await stage.hall.pay(payer, code=shop["code"], amount=10_000)).json()
    wants = [stage.post(URL, {"amount": 110_000}) for _ in range(5)]
    refund = f"/payments/{paid['id']}/refunds"
    wants += [stage.post(refund, {"amount": 2_000, "reason": "sold out"}) for _ in range(5)]
    answers = await asyncio.gather(*wants)
    withdrawn = sum(answer.status_code == 201 for answer in answers[:5])
    refunded = sum(answer.status_code == 201 for answer in answers[5:])
    assert (withdrawn, refunded) in ((1, 0), (0, 5)), "either everything went, or something was given back before"
    assert await stage.balance() == 110_000 - withdrawn * 110_000 - refunded * 2_000


async def test_what_is_withdrawn_each_day_is_said_by_the_owner(stage: Stage) -> None:
    path = f"/api/v1/shops/{stage.source.id}/standing-withdrawal"
    for keep in (5_000, 0, None):
        said = await stage.hall.client.put(path, json={"keep": keep}, headers=stage.owner)
        assert (said.status_code, said.json()["keep"]) == (200, keep)
    purses = (await stage.hall.client.get("/api/v1/merchants/me/money", headers=stage.owner)).json()
    assert purses["shops"] == [
        {"shop_id": str(stage.source.id), "name": "王记早餐", "available": 100_000, "keep": None}
    ]


async def test_a_webhook_is_told_of_withdrawals_and_settlements(stage: Stage) -> None:
    wanted = {"url": "https://receiver.example/hook", "events": ["withdrawal.*", "settlement.*"]}
    webhook = (await stage.post("/webhooks", wanted)).json()["id"]
    await stage.post(URL, {"amount": 100})
    await stage.go()
    async with stage.pool.write() as conn:
        await collect(conn, [source for package in packages(demo=True) for source in package.streams])
    log = await stage.hall.client.get(f"/api/v1/webhooks/{webhook}/deliveries", headers=stage.owner)
    assert [one["type"] for one in reversed(log.json()["deliveries"])] == [
        "withdrawal.requested", "settlement.sent", "withdrawal.accepted", "withdrawal.settled", "settlement.finished",
    ]  # fmt: skip


async def test_a_hall_without_a_bank_folder_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openhall.core.payouts.types.Rail.of", lambda settings: None)
    refused = await stage.post(URL, {"amount": 100})
    assert (refused.status_code, refused.json()["code"]) == (503, "payouts.rail_off")
    assert await stage.balance() == 100_000
