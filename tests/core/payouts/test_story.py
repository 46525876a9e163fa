"""A withdrawal from the shop's account to the bank's last word, with the real demo bank at the folder."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sepaxml.validation import try_valid_xml

from openhall.base import db
from openhall.base.errors import Problem
from openhall.core import payouts
from openhall.core.payouts.actions import batches, withdraw
from openhall.core.rails import iso20022
from tests.core.payouts.stage import Stage, days_later
from tests.core.rails.iso20022 import oracle

pytestmark = pytest.mark.anyio


async def test_a_withdrawal_arrives(stage: Stage) -> None:
    payout = await stage.withdraw(30_000)
    assert (await stage.balance(), await stage.clearing()) == (70_000, 30_000)
    assert await stage.state(payout) == "requested"
    await stage.exchange()
    assert await stage.state(payout) == "sent"
    stage.bank.step()
    await stage.exchange()
    assert await stage.state(payout) == "settled"
    assert (await stage.balance(), await stage.clearing(), await stage.paid_out()) == (70_000, 0, 30_000)
    assert await stage.told() == ["withdrawal.requested", "withdrawal.accepted", "withdrawal.settled"]
    assert await stage.told("settlement.") == ["settlement.sent", "settlement.finished"]
    stage.end_day()
    await stage.exchange()
    assert await stage.breaks() == []
    assert [file.state for file in await stage.files()] == ["read"] * 3


async def test_a_rejected_withdrawal_is_back_in_the_shop_with_the_banks_reason(stage: Stage) -> None:
    stage.plan("reject", reason="AC04")
    payout = await stage.withdraw(30_000)
    await stage.go()
    found = await stage.look(payout)
    assert (found.state, found.reason_code) == ("rejected", "AC04")
    assert (await stage.balance(), await stage.clearing(), await stage.paid_out()) == (100_000, 0, 0)
    assert (await stage.told())[-1] == "withdrawal.rejected"


async def test_what_the_bank_tells_of_in_its_statement_alone_arrives_with_that(stage: Stage) -> None:
    stage.plan("silent")
    quiet, told = await stage.withdraw(100), await stage.withdraw(200)
    await stage.go()
    assert (await stage.state(quiet), await stage.state(told)) == ("accepted", "settled")
    stage.end_day()
    await stage.exchange()
    assert (await stage.state(quiet), await stage.paid_out()) == ("settled", 300)
    assert await stage.breaks() == []
    assert (await stage.told()).count("withdrawal.settled") == 2


async def test_money_that_comes_back_from_the_bank_is_back_in_the_shop(stage: Stage) -> None:
    stage.plan("give_back", reason="AC01")
    payout = await stage.withdraw(30_000)
    await stage.go(1)
    assert await stage.state(payout) == "settled"
    await stage.go(1)
    found = await stage.look(payout)
    assert (found.state, found.reason_code) == ("returned", "AC01")
    assert (await stage.balance(), await stage.clearing(), await stage.paid_out()) == (100_000, 0, 0)
    stage.end_day()
    await stage.exchange()
    assert await stage.breaks() == []


async def test_what_arrived_and_came_back_unseen_is_both_in_the_books(stage: Stage) -> None:
    """The notices were lost; the statement tells of both at once."""
    stage.plan("give_back")
    payout = await stage.withdraw(30_000)
    await stage.exchange()
    stage.bank.step()
    stage.bank.step()
    for file in stage.folder.incoming.glob("*notice*"):
        file.unlink()
    stage.end_day()
    await stage.exchange()
    assert await stage.state(payout) == "returned"
    assert await stage.balance() == 100_000


async def test_a_batch_is_one_legal_file_for_all_shops_with_exact_sums(stage: Stage) -> None:
    other = await stage.shop(5_000, "李记肉夹馍")
    ids = [await stage.withdraw(amount) for amount in (1, 52_680, 24)] + [await stage.withdraw(5_000, other)]
    await stage.exchange()
    (path,) = stage.folder.out.glob("*.xml")
    content = path.read_bytes()
    assert try_valid_xml(content, "pain.001.001.09") in (None, True)
    oracle.assert_legal(content, "pain.001.001.09")
    said = iso20022.read_payouts(content)
    assert [payout.end_to_end_id for payout in said.payouts] == [payout.hex for payout in ids]
    assert (len(said.payouts), said.total) == (4, 57_705)
    async with stage.pool.read() as reader:
        (batch,) = await batches.newest(reader, limit=9)
    assert (batch.count, batch.total, f"{batch.message_id}.xml") == (4, 57_705, path.name)


async def test_what_the_bank_says_is_legal_too(stage: Stage) -> None:
    stage.plan("reject")
    stage.plan("give_back")
    for _ in range(3):
        await stage.withdraw(100)
    await stage.exchange()
    stage.bank.step()
    stage.bank.step()
    stage.end_day()
    legal = []
    for file in sorted(stage.folder.incoming.glob("*.xml")):
        content = file.read_bytes()
        kind = next(
            kind for kind in ("pain.002.001.10", "camt.053.001.08", "camt.054.001.08") if kind.encode() in content
        )
        oracle.assert_legal(content, kind)
        legal.append(kind)
    assert sorted(legal) == ["camt.053.001.08", "camt.054.001.08", "camt.054.001.08", "pain.002.001.10"]
    await stage.exchange()
    assert (await stage.balance(), await stage.breaks()) == (100_000 - 100, [])


async def test_a_daily_batch_waits_for_the_end_of_its_business_date(stage: Stage) -> None:
    stage.rail = payouts.Rail(
        **{name: getattr(stage.rail, name) for name in stage.rail.__struct_fields__} | {"at_once": False}
    )
    payout = await stage.withdraw(100)
    await stage.exchange()
    assert await stage.state(payout) == "requested"
    with days_later(1):
        late = await stage.withdraw(200)
        await stage.exchange()
        assert (await stage.state(payout), await stage.state(late)) == ("sent", "requested")


async def test_the_whole_balance_is_withdrawn_once_by_fifty_at_once(stage: Stage) -> None:
    answers = await asyncio.gather(*(stage.withdraw(100_000) for _ in range(50)), return_exceptions=True)
    refused = [answer.code for answer in answers if isinstance(answer, Problem)]
    assert refused == ["payouts.insufficient_funds"] * 49
    assert (await stage.balance(), await stage.clearing()) == (0, 100_000)


async def test_without_a_bank_account_or_before_it_has_cooled_nothing_leaves(stage: Stage) -> None:
    await stage.link("DE89370400440532013000", timedelta(hours=24))
    with pytest.raises(Problem) as refused:
        await stage.withdraw(100)
    assert refused.value.code == "payouts.cooling"
    with days_later(1):
        await stage.withdraw(100)
        assert await stage.balance() == 99_900


async def test_standing_withdrawals_leave_what_is_to_be_kept_once_a_day(stage: Stage) -> None:
    other = await stage.shop(300, "小店")
    async with stage.pool.write() as conn:
        await payouts.stand(conn, source=stage.source, keep=40_000)
        await payouts.stand(conn, source=other, keep=300)
    await stage.exchange()
    assert await stage.balance() == 100_000, "the day is not over"
    with days_later(1):
        await stage.exchange()
        await stage.exchange()
        assert (await stage.balance(), await stage.balance(other)) == (40_000, 300)
        async with stage.pool.write() as conn:
            await payouts.stand_down(conn, source=stage.source)
            (made,) = await payouts.payouts_of(conn, owner=stage.source.owner)
        assert (made.automatic, made.amount, made.state) == (True, 60_000, "sent")


async def test_a_standing_withdrawal_that_is_refused_costs_nobody_else_theirs(stage: Stage) -> None:
    async with stage.pool.write() as conn:
        await payouts.stand(conn, source=stage.source, keep=0)
    with days_later(1):
        await stage.link("DE89370400440532013000", timedelta(hours=24))
        await stage.exchange()
        assert await stage.balance() == 100_000
    with days_later(3):
        await stage.exchange()
        assert await stage.balance() == 0


async def test_a_standing_withdrawal_that_breaks_stops_no_other_and_is_tried_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await stage.shop(300, "小店")
    async with stage.pool.write() as conn:
        await payouts.stand(conn, source=stage.source, keep=0)
        await payouts.stand(conn, source=other, keep=0)
    well = withdraw.withdraw

    async def breaking(conn: db.Conn, rail: payouts.Rail, **named: Any) -> payouts.Payout:
        if named["source"].id == stage.source.id:
            raise RuntimeError("broken")
        return await well(conn, rail, **named)

    with days_later(1):
        monkeypatch.setattr(withdraw, "withdraw", breaking)
        with pytest.raises(withdraw.NotSweptError):
            await stage.exchange()
        assert (await stage.balance(), await stage.balance(other)) == (100_000, 0)
        monkeypatch.undo()
        await stage.exchange()
        assert await stage.balance() == 0
