"""Where our books and the bank's differ: found, told apart, resolved by itself or by somebody with a reason."""

import msgspec
import psycopg
import pytest

from openhall.base import clock
from openhall.base.errors import Problem
from openhall.core.payouts.actions import breaks
from openhall.core.payouts.ports import Folder
from openhall.core.rails.iso20022 import BatchStatus, StatusReport, TransactionStatus, write_status_report
from openhall.demo.clearing import Clearing
from openhall.demo.clearing.bank import OPENING_BALANCE
from tests.core.payouts.stage import Stage, days_later

pytestmark = pytest.mark.anyio


async def kinds(stage: Stage, state: str = "open") -> list[str]:
    return sorted(one.kind.value for one in await stage.breaks() if one.state == state)


async def closed_day(stage: Stage) -> None:
    """A round, and the bank's statement of the day."""
    await stage.go()
    stage.end_day()
    await stage.exchange()


async def test_a_day_that_agrees_has_no_break(stage: Stage) -> None:
    await stage.withdraw(100)
    await closed_day(stage)
    with days_later(5):
        assert await stage.reconcile() == 0
    async with stage.pool.read() as reader:
        (day,) = await breaks.days(reader, limit=9)
    assert (day.ours, day.ours_total, day.theirs, day.theirs_total, day.has_statement) == (1, 100, 1, 100, True)


async def test_what_is_booked_late_resolves_itself_when_it_comes(stage: Stage) -> None:
    stage.plan("late")
    payout = await stage.withdraw(100)
    await stage.withdraw(200)
    await closed_day(stage)
    assert await stage.reconcile() == 0, "the day is not over"
    with days_later(1):
        assert (await stage.reconcile(), await stage.reconcile()) == (1, 0)
        assert await kinds(stage) == ["late"]
        await stage.go()
        assert await stage.state(payout) == "settled"
        stage.end_day()
        await stage.exchange()
        assert (await kinds(stage), await kinds(stage, "resolved")) == ([], ["late"])
        (one,) = await stage.breaks()
        async with stage.pool.read() as reader:
            steps = await breaks.history(reader, one.id)
        assert [(step.what, step.resident) for step in steps] == [("opened", None), ("resolved", None)]


async def test_what_the_bank_never_books_is_missing_after_three_days(stage: Stage) -> None:
    stage.plan("missing")
    payout = await stage.withdraw(100)
    await stage.withdraw(200)
    await closed_day(stage)
    with days_later(1):
        await stage.reconcile()
    with days_later(3):
        await stage.reconcile()
        assert (await kinds(stage), await kinds(stage, "resolved")) == (["missing_theirs"], ["late"])
        assert await stage.reconcile() == 0
    assert (await stage.state(payout), await stage.clearing()) == ("sent", 100), "only the bank's word ends it"


async def test_a_statement_that_never_comes_makes_everything_late(stage: Stage) -> None:
    await stage.withdraw(100)
    await stage.go()
    with days_later(1):
        assert await stage.reconcile() == 0, "it may still come"
    with days_later(2):
        assert await stage.reconcile() == 1


async def test_another_amount_is_not_believed_and_found(stage: Stage) -> None:
    stage.plan("wrong")
    payout = await stage.withdraw(100)
    await closed_day(stage)
    assert await kinds(stage) == ["amount"]
    (one,) = await stage.breaks()
    assert (one.ours, one.theirs, one.payout) == (-100, -101, payout)
    assert (await stage.state(payout), await stage.clearing()) == ("accepted", 100)


async def test_what_the_bank_booked_twice_is_paid_out_once_and_found(stage: Stage) -> None:
    stage.plan("double")
    payout = await stage.withdraw(100)
    await closed_day(stage)
    assert await kinds(stage) == ["duplicate"]
    assert (await stage.state(payout), await stage.paid_out()) == ("settled", 100)


async def test_what_the_bank_booked_of_nobody_knows_what_is_found(stage: Stage) -> None:
    await stage.withdraw(100)
    await stage.go()
    stage.end_day()
    (path,) = stage.folder.incoming.glob("*statement*")
    payout = (await stage.told_ids())[0]
    path.write_bytes(path.read_bytes().replace(payout.hex.encode(), b"0" * 32))
    await stage.exchange()
    (one,) = await stage.breaks()
    assert (one.kind, one.payout, one.end_to_end_id, one.theirs) == ("missing_ours", None, "0" * 32, -100)


async def test_a_statement_that_does_not_begin_where_the_last_one_ended_is_found_until_the_missing_one_comes(
    stage: Stage,
) -> None:
    await stage.withdraw(100)
    await closed_day(stage)
    with days_later(1):
        await stage.withdraw(200)
        await stage.go()
        stage.end_day()
        (path,) = stage.folder.incoming.glob("*statement*")
        lost = path.read_bytes()
        path.unlink()
    with days_later(2):
        await stage.withdraw(400)
        await closed_day(stage)
        (one,) = await stage.breaks()
        assert (one.kind, one.state, one.payout, one.line) == ("balance", "open", None, None)
        assert one.ours == OPENING_BALANCE - 100
        assert one.theirs == OPENING_BALANCE - 300
        assert await stage.reconcile() == 1, "and what the lost one would have booked is late"
        stage.drop("found.xml", lost)
        await stage.exchange()
    assert await kinds(stage) == []
    assert await kinds(stage, "resolved") == ["balance", "late"]
    async with stage.pool.read() as reader:
        steps = await breaks.history(reader, one.id)
    assert [(step.what, step.resident) for step in steps] == [("opened", None), ("resolved", None)]


async def test_a_statement_of_another_account_begins_anew(stage: Stage) -> None:
    await closed_day(stage)
    stage.rail = msgspec.structs.replace(stage.rail, account="6200000000000000001")
    stage.folder = Folder(stage.rail)
    stage.bank.close()
    stage.bank = Clearing(stage.rail.folder, stage.data / "other", account=stage.rail.account)
    with days_later(1):
        (stage.data / "other" / "end-day").touch()
        stage.bank.step()
        (path,) = stage.folder.incoming.glob("*statement*")
        renamed = path.read_bytes().replace(b"DEMO-STATEMENT-1", b"DEMO-STATEMENT-X")
        path.write_bytes(renamed.replace(b"1000000000.00", b"5000.00"))
        await stage.exchange()
    assert [file.state for file in await stage.files()] == ["read", "read"]
    assert await stage.breaks() == []


async def test_a_bank_that_rejects_what_it_booked_is_not_obeyed(stage: Stage) -> None:
    payout = await stage.withdraw(100)
    await stage.exchange()
    stage.bank.step()
    (status,) = stage.folder.incoming.glob("*status*")
    said = status.read_bytes()
    status.unlink()
    await stage.exchange()
    assert await stage.state(payout) == "settled"
    stage.drop("later.xml", said.replace(b"ACSP", b"RJCT"))
    await stage.exchange()
    assert (await kinds(stage), await stage.state(payout)) == (["contradiction"], "settled")
    assert await stage.balance() == 100_000 - 100


async def test_a_break_is_resolved_once_with_a_reason_and_its_history_stays(stage: Stage) -> None:
    stage.plan("double")
    await stage.withdraw(100)
    await closed_day(stage)
    (one,) = await stage.breaks()
    for reason, code in (("  ", "payouts.reason_missing"), ("x" * 501, "payouts.reason_missing")):
        with pytest.raises(Problem) as refused:
            await resolve(stage, one.id, reason)
        assert refused.value.code == code
    await resolve(stage, one.id, "The bank gave it back by telephone.")
    with pytest.raises(Problem) as again:
        await resolve(stage, one.id, "Once more.")
    assert again.value.code == "payouts.break_resolved"
    async with stage.pool.read() as reader:
        steps = await breaks.history(reader, one.id)
    assert [(step.what, step.resident) for step in steps] == [("opened", None), ("resolved", stage.source.owner)]
    for change in ("update payouts.break_steps set reason = 'x'", "delete from payouts.break_steps"):
        with pytest.raises(psycopg.errors.RaiseException):
            async with stage.pool.write() as conn:
                await conn.execute(change.encode())


async def resolve(stage: Stage, break_id: object, reason: str) -> None:
    async with stage.pool.write() as conn:
        await breaks.resolve(conn, break_id=break_id, resident=stage.source.owner, reason=reason)  # type: ignore[arg-type]


async def test_a_rejection_ends_what_was_late(stage: Stage) -> None:
    stage.plan("missing")
    payout = await stage.withdraw(100)
    await stage.withdraw(200)
    await closed_day(stage)
    (sent,) = stage.bank.taken.glob("*.xml")
    with days_later(1):
        await stage.reconcile()
        assert await kinds(stage) == ["late"]
        said = StatusReport(
            message_id="LATE-1",
            created_at=clock.now(),
            original_message_id=sent.stem,
            original_message_name="pain.001.001.09",
            batches=(
                BatchStatus(
                    payment_information_id=sent.stem,
                    transactions=(TransactionStatus(end_to_end_id=payout.hex, status="RJCT"),),
                ),
            ),
        )
        stage.drop("late.xml", write_status_report(said))
        await stage.exchange()
        assert (await stage.state(payout), await kinds(stage)) == ("rejected", [])
        assert await stage.told("settlement.") == ["settlement.sent", "settlement.finished"]
