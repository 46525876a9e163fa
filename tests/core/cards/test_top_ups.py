"""Topping up by card: paid on the processor's page; and silence, late answers and noes."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from openhall.base.config import Settings
from openhall.core.cards import rules
from openhall.core.cards.types import Source
from tests.conftest import open_hall
from tests.core.cards.stage import ASKS, DECLINED, GOOD, LATE, VISITOR, Stage
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio

SOON, LONG_AFTER = timedelta(minutes=1), timedelta(minutes=45)


async def test_money_comes_from_a_card_whose_number_the_hall_never_sees(stage: Stage) -> None:
    top_up = await stage.start()
    assert (await stage.look(top_up))["page"] is None
    opened = await stage.advance(top_up)
    assert (opened["state"], opened["card"]) == ("processing", None)
    assert stage.pay(opened["page"]) == f"/wallet/card/{top_up}"
    paid = await stage.advance(top_up, SOON)
    assert (paid["state"], paid["card"], paid["page"]) == ("succeeded", "Visa •••• 4242", None)
    assert await stage.balance() == (10_000, 10_000)
    async with stage.hall.pool.read() as conn:
        row = await (await conn.execute(b"select t::text from cards.top_ups t")).fetchone()
    assert row is not None
    assert GOOD.replace(" ", "") not in row[0]


async def test_a_card_whose_bank_asks_is_charged_once_its_holder_confirmed(stage: Stage) -> None:
    top_up = await stage.start()
    page = (await stage.advance(top_up))["page"]
    stage.pay(page, ASKS, answer="yes", code="1234")
    assert (await stage.advance(top_up, SOON))["state"] == "succeeded"


@pytest.mark.parametrize(
    ("number", "then", "reason"),
    [(DECLINED, {}, "card_declined"), (ASKS, {"answer": "no"}, "not_confirmed")],
)
async def test_a_no_brings_nothing(stage: Stage, number: str, then: dict[str, str], reason: str) -> None:
    top_up = await stage.start()
    stage.pay((await stage.advance(top_up))["page"], number, **then)
    refused = await stage.advance(top_up, SOON)
    assert (refused["state"], refused["reason"]) == ("failed", reason)
    assert await stage.balance() == (0, 0)


async def test_a_wrong_code_of_the_bank_pays_nothing_and_may_be_typed_again(stage: Stage) -> None:
    top_up = await stage.start()
    page = (await stage.advance(top_up))["page"]
    stage.post(page, number=ASKS)
    assert "not right" in stage.post(page, answer="yes", code="0000").text
    assert (await stage.advance(top_up, SOON))["state"] == "processing"


async def test_the_page_of_somebody_else_cannot_be_guessed(stage: Stage) -> None:
    page = (await stage.advance(await stage.start()))["page"]
    assert stage.post(page[:-4] + "0000", number=GOOD).status_code == 404


async def test_an_answer_that_comes_late_is_unknown_and_not_failed(stage: Stage) -> None:
    top_up = await stage.start()
    page = (await stage.advance(top_up))["page"]
    stage.hall.outside.plan(on="card", settle_after=400)
    stage.pay(page, LATE)
    assert (await stage.advance(top_up, SOON))["state"] == "processing"
    await asyncio.sleep(0.5)
    assert (await stage.advance(top_up, LONG_AFTER))["state"] == "succeeded"
    assert await stage.balance() == (10_000, 10_000)


@pytest.mark.parametrize("answer", ["drop", "error", "garbage", "huge", "redirect", "wrong"])
async def test_a_lost_answer_to_the_first_call_is_asked_for_again(stage: Stage, answer: str) -> None:
    stage.hall.outside.plan(on="checkout", answer=answer)
    top_up = await stage.start()
    assert (await stage.advance(top_up))["page"] is None
    again = await stage.advance(top_up, SOON)
    stage.pay(again["page"])
    assert (await stage.advance(top_up, 2 * SOON))["state"] == "succeeded"


async def test_a_processor_that_is_silent_for_hours_ends_nothing(stage: Stage) -> None:
    top_up = await stage.start()
    stage.pay((await stage.advance(top_up))["page"])
    stage.hall.outside.plan(on="card_query", answer="drop", times=3)
    for hours in (1, 2, 3):
        assert (await stage.advance(top_up, timedelta(hours=hours)))["state"] == "processing"
    assert (await stage.advance(top_up, timedelta(hours=4)))["state"] == "succeeded"


async def test_a_page_where_nobody_pays_is_cancelled_and_can_never_be_paid(stage: Stage) -> None:
    top_up = await stage.start()
    page = (await stage.advance(top_up))["page"]
    ended = await stage.advance(top_up, LONG_AFTER)
    assert (ended["state"], ended["reason"]) == ("failed", "cancelled")
    stage.post(page, number=GOOD)
    assert (await stage.processor.query(str(top_up))).state == "declined"  # type: ignore[union-attr]


async def test_a_cancellation_that_comes_after_the_payment_finds_it_paid(stage: Stage) -> None:
    top_up = await stage.start()
    stage.pay((await stage.advance(top_up))["page"])
    stage.hall.outside.plan(on="card_query", answer="drop")
    await stage.advance(top_up, LONG_AFTER)
    assert (await stage.advance(top_up, 2 * LONG_AFTER))["state"] == "succeeded"


async def test_racing_workers_and_the_notice_credit_once(stage: Stage) -> None:
    top_up = await stage.start()
    stage.pay((await stage.advance(top_up))["page"])
    await asyncio.gather(*(stage.advance(top_up) for _ in range(8)))
    await stage.advance(top_up, SOON)
    await stage.advance(top_up, LONG_AFTER)
    assert await stage.balance() == (10_000, 10_000)


async def test_what_is_refused_is_refused_in_this_order(settings: Settings, outside: OutsideProgram) -> None:
    small = msgspec.structs.replace(settings, card_top_up_max=1_000, card_month_max=2_500)
    async with open_hall(small, outside) as hall:
        stage = Stage(hall, await hall.sign_in(VISITOR))
        assert (await stage.ask(1_001)).json()["code"] == "cards.amount_too_large"
        await stage.top_up(1_000)
        await stage.start(1_000)
        full = await stage.ask(501)
        assert (full.json()["code"], full.json()["left"]) == ("cards.month_full", 500)
        for _ in range(2):
            await stage.start(100)
        assert (await stage.ask(1_000)).json()["code"] == "cards.too_many_open"
    async with open_hall(msgspec.structs.replace(settings, cards_url=""), outside) as hall:
        off = await Stage(hall, await hall.sign_in(VISITOR)).ask()
        assert (off.status_code, off.json()["code"]) == (503, "cards.off")


async def test_the_limit_of_a_month_holds_in_a_race(settings: Settings, outside: OutsideProgram) -> None:
    small = msgspec.structs.replace(settings, card_month_max=2_000)
    async with open_hall(small, outside) as hall:
        stage = Stage(hall, await hall.sign_in(VISITOR))
        answers = await asyncio.gather(*(stage.ask(1_000) for _ in range(10)))
        assert sorted(answer.status_code for answer in answers).count(201) == 2


async def test_the_same_key_is_the_same_top_up(stage: Stage) -> None:
    key = str(uuid4())
    first, again = await stage.ask(key=key), await stage.ask(key=key)
    assert first.json()["id"] == again.json()["id"]


def test_money_is_spread_over_cards_in_the_order_in_which_it_came() -> None:
    one, two = Source(uuid4(), "Visa •••• 4242", 700), Source(uuid4(), None, 500)
    found = rules.spread(900, [one, two], 0)
    assert [(share.top_up, share.amount) for share in found.shares] == [(one.id, 700), (two.id, 200)]
    assert (found.amount, found.rest) == (900, 0)
    assert rules.spread(1_500, [one, two], 0).rest == 300
    assert rules.spread(0, [one], 0).shares == []


@pytest.mark.parametrize(
    "said", ["javascript:alert(1)", "//evil.example", "http://a b", "https://a/\n", "", "x" * 3000]
)
def test_a_page_that_is_no_address_is_not_offered(said: str) -> None:
    assert rules.page(said) is None
    assert rules.page("https://pay.example/1?t=2") == "https://pay.example/1?t=2"
