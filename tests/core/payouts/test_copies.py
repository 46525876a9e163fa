"""What the bank says of a second copy of a file is no word on the money: the first copy may well be paid."""

import pytest

from openhall.base import clock
from openhall.core.payouts.actions import batches
from openhall.core.rails.iso20022 import BatchStatus, Reason, StatusReport, TransactionStatus, write_status_report
from tests.core.payouts.stage import Stage

pytestmark = pytest.mark.anyio


async def answer(stage: Stage, code: str, *, only: str | None = None) -> bytes:
    """The bank rejects the newest file as one that it has, or one payout of it."""
    async with stage.pool.read() as reader:
        batch = (await batches.newest(reader, limit=1))[0]
    reasons = (Reason("NARR"), Reason(code))
    one = TransactionStatus(end_to_end_id=only or "", status="RJCT", reasons=reasons)
    return write_status_report(
        StatusReport(
            message_id=f"COPY-{code}",
            created_at=clock.now(),
            original_message_id=batch.message_id,
            original_message_name="pain.001.001.09",
            status=None if only else "RJCT",
            reasons=() if only else reasons,
            batches=(BatchStatus(payment_information_id=batch.message_id, transactions=(one,)),) if only else (),
        )
    )


@pytest.mark.parametrize("code", ["DU01", "DU02", "DU03", "DU04", "DU05", "AM05"])
async def test_a_batch_that_the_bank_has_already_gives_no_money_back(stage: Stage, code: str) -> None:
    made = [await stage.withdraw(5_000), await stage.withdraw(100)]
    await stage.exchange()
    stage.drop("000-copy.xml", await answer(stage, code))
    await stage.exchange()
    assert [await stage.state(payout) for payout in made] == ["sent", "sent"]
    assert (await stage.balance(), await stage.clearing()) == (100_000 - 5_100, 5_100)
    (one,) = await stage.breaks()
    assert (one.kind, one.state, one.payout, one.ours) == ("second_copy", "open", None, 5_100)
    assert one.message_id is not None
    await stage.go()
    assert [await stage.state(payout) for payout in made] == ["settled", "settled"]
    assert [one.state for one in await stage.breaks()] == ["resolved"]


async def test_told_after_the_end_it_explains_itself(stage: Stage) -> None:
    await stage.withdraw(5_000)
    await stage.go()
    stage.drop("copy.xml", await answer(stage, "DU01"))
    await stage.exchange()
    assert [(one.kind, one.state) for one in await stage.breaks()] == [("second_copy", "resolved")]
    assert await stage.paid_out() == 5_000


async def test_one_payout_called_a_duplicate_is_a_difference_of_its_own(stage: Stage) -> None:
    called, other = await stage.withdraw(5_000), await stage.withdraw(5_000)
    await stage.exchange()
    stage.drop("000-copy.xml", await answer(stage, "AM05", only=called.hex))
    await stage.exchange()
    assert (await stage.state(called), await stage.state(other)) == ("sent", "sent")
    (one,) = await stage.breaks()
    assert (one.kind, one.payout, one.ours, one.state) == ("second_copy", called, 5_000, "open")


async def test_another_reason_still_gives_the_money_back(stage: Stage) -> None:
    payout = await stage.withdraw(5_000)
    await stage.exchange()
    stage.drop("000-no.xml", await answer(stage, "AC04"))
    await stage.exchange()
    assert (await stage.state(payout), await stage.balance()) == ("rejected", 100_000)


async def test_the_bank_at_play_declines_a_second_copy_and_pays_the_first(stage: Stage) -> None:
    payout = await stage.withdraw(5_000)
    await stage.exchange()
    (path,) = stage.folder.out.glob("*.xml")
    content = path.read_bytes()
    stage.bank.step()
    path.write_bytes(content)
    await stage.go()
    assert (await stage.state(payout), await stage.paid_out()) == ("settled", 5_000)
    assert [(one.kind, one.state) for one in await stage.breaks()] == [("second_copy", "resolved")]
