"""Money that is in the shop again and left the bank all the same is there twice: a difference says so."""

from uuid import UUID

import pytest

from openhall.core.payouts.actions import breaks
from openhall.core.payouts.rules import Move, means
from openhall.core.payouts.types import State, Way, Word
from openhall.core.rails import iso20022
from openhall.core.rails.iso20022.types import Notification, NotificationFile
from openhall.demo.clearing.bank import OPENING_BALANCE
from tests.core.payouts.stage import Stage, days_later
from tests.core.payouts.test_corrections import statement, states
from tests.core.payouts.test_exits import end, open_break, other

pytestmark = pytest.mark.anyio


def notice(stage: Stage, number: str, amounts: list[int], payout: UUID) -> bytes:
    """A notice of the same entries that a statement would have."""
    written = statement(stage, number, OPENING_BALANCE, amounts, payout)
    read = iso20022.read_statements(written, account=stage.rail.account, currency=stage.rail.currency)
    (one,) = read.statements
    told = Notification(
        id=number, account=one.account, currency=one.currency, created_at=one.created_at, entries=one.entries
    )
    return iso20022.write_notifications(
        NotificationFile(message_id=number, created_at=read.created_at, notifications=(told,))
    )


async def hear(stage: Stage, name: str, content: bytes) -> None:
    stage.drop(f"{name}.xml", content)
    await stage.exchange()
    assert (await stage.files())[0].state == "read"


async def sent(stage: Stage) -> UUID:
    payout = await stage.withdraw(5_000)
    await stage.exchange()
    return payout


async def test_what_was_given_back_by_hand_and_is_booked_after_all_contradicts(stage: Stage) -> None:
    payout = await sent(stage)
    await hear(stage, "n", notice(stage, "N1", [-5_000], payout))
    with days_later(4):
        await stage.reconcile()
        await end(stage, await open_break(stage), Way.GIVE_BACK)
    assert (await stage.state(payout), await stage.balance()) == ("returned", 100_000)
    with days_later(5):
        await hear(stage, "s", statement(stage, "S1", OPENING_BALANCE, [-5_000], payout))
        assert await states(stage) == [("contradiction", "open"), ("missing_theirs", "resolved")]
        assert await stage.reconcile() == 0, "one difference says it already"


@pytest.mark.parametrize(
    ("notices", "booked"),
    [
        ([[-5_000], [5_000]], [-5_000, -5_000, 5_000]),
        ([[-5_000, 5_000]], [-5_000]),
    ],
)
async def test_a_return_that_statements_do_not_bear_out_contradicts(
    stage: Stage, notices: list[list[int]], booked: list[int]
) -> None:
    payout = await sent(stage)
    for number, amounts in enumerate(notices):
        await hear(stage, f"n{number}", notice(stage, f"N{number}", amounts, payout))
    assert (await stage.state(payout), await stage.balance()) == ("returned", 100_000)
    assert await stage.reconcile() == 0, "no statement is here yet"
    await hear(stage, "s", statement(stage, "S1", OPENING_BALANCE, booked, payout))
    assert await stage.reconcile() == 1
    (found,) = await stage.breaks()
    assert (found.kind, found.payout, found.ours, found.theirs) == ("contradiction", payout, 0, -5_000)
    assert await stage.reconcile() == 0
    await resolved(stage)
    assert await stage.reconcile() == 0, "people have decided"


async def test_what_the_bank_takes_back_is_a_difference_no_more(stage: Stage) -> None:
    payout = await sent(stage)
    await hear(stage, "n0", notice(stage, "N0", [-5_000, 5_000], payout))
    await hear(stage, "s1", statement(stage, "S1", OPENING_BALANCE, [-5_000], payout))
    assert await stage.reconcile() == 1
    assert await states(stage) == [("contradiction", "open")]
    await hear(stage, "s2", statement(stage, "S2", OPENING_BALANCE - 5_000, [5_000], payout))
    assert await stage.reconcile() == 0
    (found,) = await stage.breaks()
    assert (found.kind, found.state) == ("contradiction", "resolved")
    async with stage.pool.read() as reader:
        last = (await breaks.history(reader, found.id))[-1]
    assert (last.what, last.reason, last.resident) == ("resolved", "The bank has put it right.", None)


async def resolved(stage: Stage) -> None:
    one, operator = await open_break(stage), await other(stage)
    async with stage.pool.write() as conn:
        await breaks.resolve(conn, break_id=one, resident=operator, reason="The bank takes it back tomorrow.")


async def test_a_return_that_the_statement_has_too_is_no_difference(stage: Stage) -> None:
    payout = await sent(stage)
    await hear(stage, "n", notice(stage, "N1", [-5_000, 5_000], payout))
    await hear(stage, "s", statement(stage, "S1", OPENING_BALANCE, [-5_000, 5_000], payout))
    with days_later(5):
        assert await stage.reconcile() == 0
    assert await stage.breaks() == []


def test_settled_contradicts_a_return_by_hand_and_is_old_after_one_of_the_bank() -> None:
    assert means(State.RETURNED, Word.SETTLED, ended_by_hand=True) is Move.CONTRADICTION
    assert means(State.RETURNED, Word.SETTLED) is Move.NOTHING_NEW
