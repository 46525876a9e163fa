"""Leaving: what is left goes back to the cards it came from, once, and never more than came."""

import asyncio
from datetime import timedelta

import pytest

from tests.core.cards.stage import GOOD, KEEPS, OTHER, Stage
from tests.hall import Hall

pytestmark = pytest.mark.anyio

SOON = timedelta(minutes=1)


async def spend(stage: Stage, amount: int) -> None:
    shop = await stage.hall.open_shop(await stage.hall.sign_in("13900139000"))
    paid = await stage.hall.pay(stage.me, code=shop["code"], amount=amount)
    assert paid.status_code == 201, paid.text


async def test_what_is_left_goes_back_in_the_order_in_which_it_came(stage: Stage) -> None:
    await stage.top_up(10_000, GOOD)
    await stage.top_up(5_000, OTHER)
    await spend(stage, 3_000)
    gone = await stage.leave()
    assert gone.status_code == 201, gone.text
    body = gone.json()
    assert (body["amount"], body["rest"]) == (12_000, 0)
    assert [(part["card"], part["amount"]) for part in body["parts"]] == [
        ("Visa •••• 4242", 10_000),
        ("Mastercard •••• 4444", 2_000),
    ]
    assert await stage.balance() == (12_000, 0)
    await stage.give_back()
    left = await stage.left(body["id"])
    assert [part["state"] for part in left["parts"]] == ["succeeded", "succeeded"]
    assert await stage.balance() == (0, 0)


async def test_what_came_from_no_card_stays(stage: Stage) -> None:
    await stage.top_up(1_000)
    await stage.hall.give(stage.me, 700)
    gone = (await stage.leave()).json()
    await stage.give_back()
    assert (gone["amount"], gone["rest"]) == (1_000, 700)
    assert await stage.balance() == (700, 700)


async def test_a_wallet_without_card_money_has_nothing_to_give_back(stage: Stage) -> None:
    await stage.hall.give(stage.me, 700)
    refused = await stage.leave()
    assert (refused.status_code, refused.json()["code"]) == (422, "cards.nothing_from_cards")


async def test_nobody_leaves_while_a_card_is_still_being_asked(stage: Stage) -> None:
    await stage.top_up(1_000)
    await stage.start()
    refused = await stage.leave()
    assert (refused.status_code, refused.json()["code"]) == (409, "cards.top_up_under_way")


async def test_a_frozen_account_gives_nothing_back(stage: Stage) -> None:
    await stage.top_up(1_000)
    await stage.hall.client.post("/api/v1/me/freeze", headers=stage.me)
    refused = await stage.leave()
    assert (refused.status_code, refused.json()["code"]) == (422, "ledger.debit_account_frozen")
    assert (await stage.balance())[0] == 1_000


async def test_a_card_that_takes_nothing_back_leaves_the_money_in_the_wallet(stage: Stage) -> None:
    top_up = await stage.top_up(1_000, KEEPS)
    gone = (await stage.leave()).json()
    await stage.give_back()
    (part,) = (await stage.left(gone["id"]))["parts"]
    assert (part["state"], part["reason"]) == ("failed", "card_closed")
    assert await stage.balance() == (1_000, 1_000)
    assert (await stage.look(top_up))["returned"] == 0
    english = stage.me | {"Accept-Language": "en"}
    told = (await stage.hall.client.get("/api/v1/messages", headers=english)).json()["messages"]
    assert "did not take the money back" in told[0]["title"]


@pytest.mark.parametrize("answer", ["drop", "error", "garbage", "huge", "wrong"])
async def test_a_refund_without_a_usable_answer_is_unknown_and_given_once(stage: Stage, answer: str) -> None:
    await stage.top_up(1_000)
    stage.hall.outside.plan(on="refund", answer=answer)
    gone = (await stage.leave()).json()
    await stage.give_back()
    assert (await stage.left(gone["id"]))["parts"][0]["state"] == "processing"
    assert await stage.balance() == (1_000, 0)
    await stage.give_back(SOON)
    assert (await stage.left(gone["id"]))["parts"][0]["state"] == "succeeded"
    assert await stage.balance() == (0, 0)


async def test_a_refund_that_was_lost_is_asked_for_under_the_same_reference(stage: Stage) -> None:
    await stage.top_up(1_000)
    stage.hall.outside.plan(on="refund", unseen_for=3_600_000, answer="drop")
    gone = (await stage.leave()).json()
    await stage.give_back()
    await stage.give_back(SOON)
    assert (await stage.left(gone["id"]))["parts"][0]["state"] == "succeeded"
    again = await stage.processor.refund(reference=gone["id"], payment=gone["id"], amount=1, currency="CNY")
    assert again.reason == "no_such_payment"


async def test_racing_leavings_give_back_once(stage: Stage) -> None:
    await stage.top_up(1_000)
    answers = await asyncio.gather(*(stage.leave() for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 7
    await stage.give_back()
    assert await stage.balance() == (0, 0)


async def test_a_payment_that_races_with_leaving_takes_from_what_is_left_or_finds_nothing(stage: Stage) -> None:
    shop = await stage.hall.open_shop(await stage.hall.sign_in("13900139000"))
    await stage.top_up(1_000)
    left, paid = await asyncio.gather(stage.leave(), stage.hall.pay(stage.me, code=shop["code"], amount=400))
    assert (left.status_code, paid.status_code) in {(201, 422), (201, 201), (422, 201)}
    await stage.give_back()
    balance, available = await stage.balance()
    assert balance == available >= 0


async def test_card_money_that_came_after_leaving_goes_back_next_time(stage: Stage) -> None:
    first = await stage.top_up(1_000)
    await stage.leave()
    await stage.give_back()
    await stage.top_up(500, OTHER)
    again = (await stage.leave()).json()
    await stage.give_back()
    assert [part["amount"] for part in again["parts"]] == [500]
    assert (await stage.look(first))["returned"] == 1_000


async def test_somebody_elses_statement_is_not_there(stage: Stage, hall: Hall) -> None:
    await stage.top_up(1_000)
    gone = (await stage.leave()).json()
    stranger = await hall.sign_in("13800138000")
    assert (await hall.client.get(f"/api/v1/me/leavings/{gone['id']}", headers=stranger)).status_code == 404
    await stage.give_back()
