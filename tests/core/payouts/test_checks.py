"""Each check finds the breach it is for. The breach is made behind the hall's back, with the guards taken down."""

import pytest

from openhall.core.payouts.package import CHECKS
from tests.core.payouts.stage import Stage, breaches

pytestmark = pytest.mark.anyio

GUARDS = """
alter table payouts.batches disable trigger a_batch_stays;
alter table payouts.payouts disable trigger a_final_payout_stays;
alter table payouts.payouts disable trigger a_payout_is_never_deleted;
alter table payouts.breaks disable trigger all;
alter table payouts.break_steps disable trigger all;
alter table payouts.break_steps drop constraint a_way_is_confirmed;
alter table payouts.payouts drop constraint settled_by_a_transfer;
alter table payouts.payouts drop constraint given_back_by_a_transfer;
alter table payouts.lines drop constraint lines_payout_fkey;
alter table payouts.breaks drop constraint breaks_payout_fkey;
alter table ledger.journal disable trigger append_only;
"""
UNSENT = "update payouts.batches set state = 'ready', sent_at = null, finished_at = null"
COPIED = "insert into base.events select stream, number + 100, type, data, at from base.events"
UNDO = "update payouts.payouts set state = '{}' where state = 'settled'"
GIVEN_BACK = """update payouts.payouts set state = 'returned', giving_back = gen_random_uuid(),
                       ended_at = now() - interval '10 days' where state = 'settled'"""
STEP = "insert into payouts.break_steps (break, number, what, way, reason, resident, at)"
ALONE = "select break, 2, 'resolved', 'settled', 'x', (select id from people.residents limit 1), at"
BREACHES = {
    "payouts.clearing": [
        "update payouts.payouts set state = 'accepted' where state = 'settled'",
        "update payouts.payouts set amount = amount + 1 where state = 'requested'",
        "delete from ledger.journal where reason = 'withdrawal'",
    ],
    "payouts.transfers": [
        "update payouts.payouts set amount = amount + 1 where state = 'settled'",
        "update payouts.payouts set settling = gen_random_uuid() where state = 'settled'",
        "update payouts.payouts set giving_back = gen_random_uuid() where state = 'rejected'",
        "update payouts.payouts set account = (select clearing from payouts.rails) where state = 'rejected'",
        "delete from payouts.payouts where state = 'settled'",
        "delete from ledger.journal where reason = 'withdrawal_rejected'",
    ],
    "payouts.batches": [
        "update payouts.batches set count = count + 1",
        "update payouts.batches set total = total + 1",
        "update payouts.payouts set amount = amount + 1 where batch is not null",
    ],
    "payouts.states": [
        "update payouts.payouts set state = 'sent' where state = 'settled'",
        "update payouts.batches set state = 'sent', finished_at = null; " + UNDO.format("batched"),
        f"{UNSENT}; " + UNDO.format("sent"),
    ],
    "payouts.breaks": [
        "update payouts.breaks set state = 'resolved'",
        "delete from payouts.break_steps",
        f"{STEP} select break, 2, 'resolved', null, 'x', null, at from payouts.break_steps",
    ],
    "payouts.exits": [
        f"{STEP} {ALONE} from payouts.break_steps",
    ],
    "payouts.forgotten": [
        "update payouts.payouts set requested_at = now() - interval '4 days' where state = 'requested'",
        f"{UNSENT}, made_at = now() - interval '2 hours'",
    ],
    "payouts.stuck": [
        "update payouts.batches set sent_at = now() - interval '8 days'; " + UNDO.format("accepted"),
    ],
    "payouts.wallets": [
        "update payouts.payouts set source = owner where state = 'requested'",
        "update payouts.payouts set account = (select r.wallet from people.residents r where r.id = owner)",
    ],
    "payouts.twice": [
        "update payouts.files set at = at - interval '1 day'; " + GIVEN_BACK,
    ],
    "payouts.told": [
        "delete from base.events where type = 'withdrawal.settled'",
        f"{COPIED} where type = 'withdrawal.rejected'",
    ],
}


@pytest.fixture
async def busy(stage: Stage) -> Stage:
    """One that arrived twice, one rejected, and one that waits."""
    stage.plan("double")
    await stage.withdraw(100)
    await stage.go()
    stage.plan("reject")
    await stage.withdraw(200)
    await stage.go()
    stage.end_day()
    await stage.exchange()
    assert len(await stage.breaks()) == 1
    await stage.withdraw(300)
    return stage


@pytest.mark.parametrize("name", BREACHES)
async def test_each_check_finds_its_breaches(busy: Stage, name: str) -> None:
    for statement in BREACHES[name]:
        async with busy.pool.write() as conn, conn.transaction(force_rollback=True):
            assert await breaches(conn, name) == []
            await conn.execute(GUARDS.encode())
            for part in statement.split("; "):
                assert (await conn.execute(part.encode())).rowcount > 0, part
            assert await breaches(conn, name), f"{name} does not find: {statement}"


def test_every_check_is_tried() -> None:
    assert {check.name for check in CHECKS} == set(BREACHES)
