"""Withdrawals from a wallet: to the owner's own bank account, once, within the limits, and apart from the shops'."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from openhall.base import clock
from openhall.city.merchants.money import api as shops_api
from openhall.core.payouts.wallets import api as wallet_api
from openhall.core.people import freezes
from openhall.core.rails.iso20022 import read_payouts
from tests.core.payouts.stage import OWNER, Stage, days_later
from tests.core.rails.test_pages import Person
from tests.hall import Headers, fresh_key

pytestmark = pytest.mark.anyio

URL = "/me/withdrawals"
WALLET = 80_000


@pytest.fixture
async def saver(stage: Stage) -> Stage:
    """The owner of the shop, with money in the wallet too."""
    await stage.hall.give(stage.owner, WALLET)
    return stage


async def get(stage: Stage, path: str, by: Headers | None = None) -> Any:
    return (await stage.hall.client.get(f"/api/v1{path}", headers=by or stage.owner)).json()


async def told(stage: Stage) -> list[dict[str, Any]]:
    """What the owner was told, newest first."""
    found: list[dict[str, Any]] = (await get(stage, "/messages"))["messages"]
    return found


async def test_it_leaves_the_wallet_at_once_and_arrives(saver: Stage) -> None:
    key = fresh_key()
    first, again = [await saver.post(URL, {"amount": 30_000}, key) for _ in range(2)]
    assert (first.status_code, first.json()["state"], again.json()) == (201, "requested", first.json())
    assert await saver.hall.balance(saver.owner) == WALLET - 30_000, "once, however often it is asked"
    assert (await saver.balance(), await saver.clearing()) == (100_000, 30_000), "the shop keeps what it has"
    await saver.go()
    assert (await get(saver, f"{URL}/{first.json()['id']}"))["state"] == "settled"
    assert (await saver.clearing(), await saver.paid_out()) == (0, 30_000)
    entry = (await get(saver, "/wallet/entries"))["entries"][0]
    assert (entry["amount"], entry["reason"]) == (-30_000, "withdrawal")


async def test_wallet_and_shops_are_listed_apart(saver: Stage) -> None:
    wallet = (await saver.post(URL, {"amount": 100})).json()
    shop = (await saver.post("/merchants/me/withdrawals", {"amount": 200})).json()
    assert "shop_id" not in wallet
    for path, mine, other in ((URL, wallet, shop), ("/merchants/me/withdrawals", shop, wallet)):
        listed = await get(saver, path)
        assert [one["id"] for one in listed["withdrawals"]] == [mine["id"]]
        assert (await get(saver, f"{path}/{other['id']}"))["code"] == "payouts.payout_not_found"
    async with saver.pool.read() as reader:
        found = await reader.execute(b"select data ->> 'shop_id' from base.events where type = 'withdrawal.requested'")
        assert {row[0] for row in await found.fetchall()} == {None, shop["shop_id"]}


async def test_a_page_of_withdrawals_that_is_just_full_and_the_last_promises_no_other(
    saver: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (wallet_api, shops_api):
        monkeypatch.setattr(module, "PAGE", 2)
    for path in (URL, "/merchants/me/withdrawals"):
        made = [(await saver.post(path, {"amount": 100})).json()["id"] for _ in range(3)]
        for more, ids_, cursor in (("", made[:0:-1], made[1]), (f"?cursor={made[2]}", made[1::-1], None)):
            page = await get(saver, path + more)
            assert ([one["id"] for one in page["withdrawals"]], page["next_cursor"]) == (ids_, cursor)


async def test_the_banks_file_names_no_shop(saver: Stage) -> None:
    await saver.post(URL, {"amount": 100})
    await saver.exchange()
    async with saver.pool.read() as reader:
        ((content,),) = await (await reader.execute(b"select content from payouts.batches")).fetchall()
    (payout,) = read_payouts(content).payouts
    assert (payout.amount, payout.remittance) == (100, saver.rail.hall)


async def test_more_than_there_is_stays(saver: Stage) -> None:
    refused = await saver.post(URL, {"amount": WALLET + 1})
    assert (refused.status_code, refused.json()["code"]) == (422, "payouts.insufficient_funds")
    assert await saver.hall.balance(saver.owner) == WALLET


async def test_many_at_once_never_take_more_than_there_is(saver: Stage) -> None:
    answers = await asyncio.gather(*[saver.post(URL, {"amount": 50_000}) for _ in range(5)])
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422]
    assert await saver.hall.balance(saver.owner) == WALLET - 50_000


async def test_the_limit_of_a_day_holds_for_payments_and_withdrawals_together(saver: Stage) -> None:
    lowered = await saver.hall.client.put("/api/v1/me/limits", json={"day_max": 20_000}, headers=saver.owner)
    assert lowered.status_code == 200, lowered.text
    answers = await asyncio.gather(*[saver.post(URL, {"amount": 15_000}) for _ in range(3)])
    refused = [answer.json()["code"] for answer in answers if answer.status_code != 201]
    assert refused == ["payments.above_spending_limit"] * 2
    assert await saver.hall.balance(saver.owner) == WALLET - 15_000
    with days_later(1):
        again = await saver.post(URL, {"amount": 15_000}, by=await saver.hall.sign_in(OWNER))
        assert again.status_code == 201, "the next day has its own room"


async def test_the_limit_of_one_payment_holds_too(saver: Stage) -> None:
    await saver.hall.client.put("/api/v1/me/limits", json={"payment_max": 9_999}, headers=saver.owner)
    refused = await saver.post(URL, {"amount": 10_000})
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.above_own_limit")


async def test_what_was_asked_for_before_a_freeze_goes_to_no_bank_and_comes_back(saver: Stage) -> None:
    wallet = (await saver.post(URL, {"amount": 30_000})).json()
    shop = (await saver.post("/merchants/me/withdrawals", {"amount": 20_000})).json()
    assert (await saver.hall.client.post("/api/v1/me/freeze", headers=saver.owner)).status_code == 200
    await saver.go()
    for path, made in ((URL, wallet), ("/merchants/me/withdrawals", shop)):
        found = await get(saver, f"{path}/{made['id']}")
        assert (found["state"], found["sent_at"], found["settled_at"]) == ("rejected", None, None), found
    assert (await saver.hall.balance(saver.owner), await saver.balance()) == (WALLET, 100_000)
    assert (await saver.clearing(), await saver.paid_out()) == (0, 0)
    assert {one["template"] for one in await told(saver)} >= {"payouts.stopped", "payouts.wallet_stopped"}
    await saver.hall.books_agree()


async def test_what_the_bank_had_before_a_freeze_takes_its_way(saver: Stage) -> None:
    made = (await saver.post(URL, {"amount": 30_000})).json()
    await saver.exchange()
    assert (await saver.hall.client.post("/api/v1/me/freeze", headers=saver.owner)).status_code == 200
    await saver.go()
    assert (await get(saver, f"{URL}/{made['id']}"))["state"] == "settled"


async def test_nothing_leaves_a_frozen_wallet(saver: Stage) -> None:
    assert (await saver.hall.client.post("/api/v1/me/freeze", headers=saver.owner)).status_code == 200
    refused = await saver.post(URL, {"amount": 100})
    assert (refused.status_code, refused.json()["code"]) == (422, "people.account_frozen")
    assert await saver.hall.balance(saver.owner) == WALLET


async def test_takings_stay_where_their_owner_is_just_being_frozen(stage: Stage) -> None:
    async with stage.pool.write() as conn:
        await freezes.by_operator(conn, operator=stage.source.owner, phone=OWNER, note="called, phone lost")
        asking = asyncio.create_task(stage.post("/merchants/me/withdrawals", {"amount": 100}))
        await stage.hall.somebody_waits()
    refused = await asking
    assert (refused.status_code, refused.json()["code"]) == (422, "people.account_frozen")
    assert await stage.balance() == 100_000


async def test_another_bank_account_takes_a_fresh_proof_and_cools(saver: Stage) -> None:
    path, body = "/api/v1/me/bank-account", {"holder": "王小明", "number": "DE89370400440532013000"}
    with clock.at(clock.now() + timedelta(minutes=6)):
        stale = await saver.hall.client.put(path, json=body, headers=saver.owner)
        assert (stale.status_code, stale.json()["code"]) == (403, "people.proof_too_old")
    named = await saver.hall.client.put(path, json=body, headers=saver.owner)
    assert (named.status_code, named.json()["bank_account"]["number"]) == (200, "**** 3000")
    assert (await get(saver, "/me/bank-account")) == named.json()
    refused = await saver.post(URL, {"amount": 100})
    assert (refused.status_code, refused.json()["code"]) == (422, "payouts.cooling")
    assert (await told(saver))[0]["link"] == "/wallet/withdrawals"


async def test_what_came_back_is_in_the_wallet_and_its_owner_reads_of_no_shop(saver: Stage) -> None:
    saver.plan("reject", reason="AC04")
    made = (await saver.post(URL, {"amount": 700})).json()
    await saver.go()
    assert (await get(saver, f"{URL}/{made['id']}"))["reason_code"] == "AC04"
    assert await saver.hall.balance(saver.owner) == WALLET
    (message,) = await told(saver)
    assert message["link"] == f"/wallet/withdrawals/{made['id']}"
    assert "钱包" in message["body"]
    assert "店铺" not in message["body"]


async def test_of_a_large_sum_the_owner_is_told(saver: Stage) -> None:
    large = saver.hall.settings.large_payment
    await saver.hall.give(saver.owner, 2 * large)
    await saver.post(URL, {"amount": large - 1})
    assert await told(saver) == []
    await saver.post(URL, {"amount": large})
    (message,) = await told(saver)
    assert message["title"].endswith("将转到您的银行账户")


async def test_a_person_withdraws_everything_and_follows_it(saver: Stage) -> None:
    person = Person(saver.hall)
    await person.sign_in(OWNER)
    assert 'href="/wallet/withdrawals"' in (await person.look("/wallet")).text
    assert "Nothing withdrawn yet" in (await person.look("/wallet/withdrawals")).text
    form = (await person.look("/wallet/withdraw?everything=true")).text
    assert 'value="800.00"' in form
    key = form.partition('name="request_key" value="')[2].partition('"')[0]
    refused = await person.send("/wallet/withdraw", request_key=key, amount="many")
    assert refused.status_code == 400
    places = [await person.send("/wallet/withdraw", request_key=key, amount="800.00") for _ in range(2)]
    place, twice = (answer.headers["location"] for answer in places)
    assert place == twice, "a double tap is one withdrawal"
    assert await saver.hall.balance(saver.owner) == 0
    assert "Goes to your bank soon" in (await person.look(place)).text
    assert "There is nothing to withdraw" in (await person.look("/wallet/withdraw")).text
    saver.plan("reject", reason="AC01")
    await saver.go()
    page = (await person.look(place)).text
    assert "Not taken by the bank; the money is back in your wallet" in page
    assert "The account number is wrong." in page
    assert "shop" not in page.partition("<main")[2].partition("</main")[0]
    wallet = (await person.look("/wallet")).text
    assert "A withdrawal that came back" in wallet
    assert f'href="{place}"' in wallet


async def test_a_person_names_the_bank_account_from_the_wallet(saver: Stage) -> None:
    person = Person(saver.hall)
    await person.sign_in(OWNER)
    await person.look("/wallet/bank-account")
    typed = {"holder": "王小明", "number": "DE89370400440532013000", "again": "DE02120300000000202051"}
    refused = await person.send("/wallet/bank-account", **typed)
    assert (refused.status_code, "The two account numbers are not the same." in refused.text) == (400, True)
    named = await person.send("/wallet/bank-account", **typed | {"again": typed["number"]})
    assert named.headers["location"] == "/wallet/withdrawals"
    assert "Your bank account is new" in (await person.look("/wallet/withdrawals")).text


async def test_a_stranger_sees_nothing_of_it(saver: Stage) -> None:
    made = UUID((await saver.post(URL, {"amount": 100})).json()["id"])
    stranger = await saver.hall.sign_in("13800000001")
    assert (await get(saver, f"{URL}/{made}", stranger))["code"] == "payouts.payout_not_found"
    assert (await get(saver, URL, stranger))["withdrawals"] == []
