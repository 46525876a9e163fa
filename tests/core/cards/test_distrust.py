"""What the processor says is believed, and nothing more: odd words of it neither block money nor leak a number."""

import asyncio
from uuid import UUID

import msgspec
import pytest

from openhall.core.cards.actions import giving_back, leaving
from openhall.core.rails.types import Charge, ChargeState
from tests.core.cards.stage import KEEPS, Stage
from tests.core.cards.test_leaving import spend
from tests.core.cards.test_notices import post, signed
from tests.hall import Hall

pytestmark = pytest.mark.anyio


async def told(stage: Stage, top_up: UUID, **said: object) -> None:
    body = msgspec.json.encode({"reference": str(top_up), "amount": 10_000, "currency": "CNY"} | said)
    heard = await post(stage, signed(stage.hall.outside.secret, body), body)
    assert heard.status_code == 204, heard.text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Visa 4242 4242 4242 4242", "Visa •••• •••• •••• 4242"),
        ("Visa 4242424242424242", "Visa ••••••••••••4242"),
        ("Visa\u0000 •••• 4242", "Visa •••• 4242"),
        ("x" * 300 + " 4242", "x" * 35 + " 4242"),
        ("", None),
    ],
)
async def test_a_processor_that_tells_a_whole_number_is_heard_and_the_number_is_not_kept(
    stage: Stage, said: str, kept: str | None
) -> None:
    top_up = await stage.start()
    await told(stage, top_up, state="succeeded", card=said)
    found = await stage.look(top_up)
    assert (found["state"], found["card"]) == ("succeeded", kept)
    assert await stage.balance() == (10_000, 10_000)


@pytest.mark.parametrize("reason", ["\u0000", "x" * 10_000, "Sorry, no!"])
async def test_a_reason_that_is_no_code_is_a_plain_no(stage: Stage, reason: str) -> None:
    top_up = await stage.start()
    await told(stage, top_up, state="declined", reason=reason)
    found = await stage.look(top_up)
    assert (found["state"], found["reason"]) == ("failed", "declined")


async def test_money_that_the_cards_bank_took_back_goes_to_no_card_again(stage: Stage) -> None:
    """A chargeback reaches us as a word against the processor's own final word. A person has to look."""
    disputed = await stage.top_up(10_000)
    await stage.top_up(500)
    await told(stage, disputed, state="declined", reason="charged_back")
    assert (await stage.look(disputed))["state"] == "succeeded"
    gone = (await stage.leave()).json()
    assert ([part["amount"] for part in gone["parts"]], gone["rest"]) == ([500], 10_000)
    await stage.give_back()
    with pytest.raises(AssertionError, match=r"cards\.contradicted"):
        await stage.hall.books_agree()
    async with stage.hall.pool.write() as conn:
        await conn.execute(b"delete from cards.inbox")


async def test_a_refund_that_comes_back_and_a_new_leaving_do_not_wait_for_each_other_in_a_circle(
    stage: Stage, hall: Hall
) -> None:
    top_up = await stage.top_up(1_000, KEEPS)
    await spend(stage, 600)
    gone = (await stage.leave()).json()
    await hall.give(stage.me, 300)
    async with hall.pool.read() as conn:
        row = await (await conn.execute(b"select id, resident, wallet from cards.refunds")).fetchone()
    assert row is not None
    refund, resident, wallet = row
    no = Charge(str(refund), ChargeState.DECLINED, 400, "CNY", "card_closed")

    async def comes_back() -> None:
        async with hall.pool.write() as conn:
            await giving_back.hear_refund(conn, refund, no)

    async def leaves() -> None:
        async with hall.pool.write() as conn:
            await leaving.leave(conn, resident=resident, wallet=wallet, currency="CNY")

    async with hall.pool.write() as conn:
        await conn.execute(b"select from ledger.accounts where id = %s for update", [wallet])
        first = asyncio.create_task(comes_back())
        await hall.somebody_waits()
        second = asyncio.create_task(leaves())
        await hall.somebody_waits(2)
    await asyncio.gather(first, second)
    assert (await stage.left(gone["id"]))["parts"][0]["state"] == "failed"
    assert (await stage.look(top_up))["returned"] == 300
    await stage.give_back()
    assert await stage.balance() == (700, 700)
