"""When the outcome is not known: silence is never "no", and however it ends, the money moves once on both sides."""

import asyncio
import os
import signal
import sys
import uuid
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from openhall.base import clock, db
from openhall.core import ledger, rails
from openhall.core.rails import Charge, ChargeState, HttpBank, TopUpState, Unknown, rules
from openhall.core.rails.actions.settle import CreditRefusedError, hear
from tests.core.rails.stage import NOWHERE, Stage

pytestmark = pytest.mark.anyio

SOON = timedelta(minutes=1)


async def settled(stage: Stage, top_up: UUID, *, amount: int = 1000) -> None:
    """The bank is asked again later: the top-up succeeded, and the money moved exactly once on both sides."""
    found = await stage.advance(top_up, after=SOON)
    assert found.state is TopUpState.SUCCEEDED
    for hours in (1, 2, 3):
        await stage.advance(top_up, after=timedelta(hours=hours))
    assert (stage.taken(), await stage.balance(), await stage.rail_balance()) == (amount, amount, -amount)


@pytest.mark.parametrize(
    "fault",
    [
        {"answer_after": 5000},
        {"answer": "drop"},
        {"answer": "error"},
        {"answer": "garbage"},
        {"answer": "huge"},
        {"answer": "redirect"},
    ],
    ids=str,
)
async def test_money_taken_without_a_usable_answer_is_found_by_our_reference(
    stage: Stage, fault: dict[str, object]
) -> None:
    stage.outside.plan(**fault)
    top_up = await stage.start()
    assert (await stage.advance(top_up)).state is TopUpState.PROCESSING
    assert (stage.taken(), await stage.balance()) == (1000, 0)
    await settled(stage, top_up)


@pytest.mark.parametrize("answer", ["drop", "error", "plain"])
async def test_a_request_that_was_lost_is_sent_again_under_the_same_reference(stage: Stage, answer: str) -> None:
    stage.outside.plan(outcome="never", answer=answer)
    top_up = await stage.start()
    assert (await stage.advance(top_up)).state is TopUpState.PROCESSING
    assert stage.taken() == 0
    await settled(stage, top_up)


async def test_a_request_that_was_only_slow_meets_its_twin_and_the_money_is_taken_once(stage: Stage) -> None:
    stage.outside.plan(answer="drop", unseen_for=3_600_000)
    top_up = await stage.start()
    await stage.advance(top_up)
    assert await stage.bank.query(str(top_up)) is None
    await settled(stage, top_up)


async def test_a_no_without_a_usable_answer_becomes_a_failure_once_it_is_heard(stage: Stage) -> None:
    stage.outside.plan(outcome="no", answer="drop")
    top_up = await stage.start()
    assert (await stage.advance(top_up)).state is TopUpState.PROCESSING
    found = await stage.advance(top_up, after=SOON)
    assert (found.state, found.reason) == (TopUpState.FAILED, "declined_by_bank")
    assert (stage.taken(), await stage.balance()) == (0, 0)


async def test_an_accepted_charge_is_asked_about_until_it_is_final(stage: Stage) -> None:
    stage.outside.plan(settle_after=400)
    top_up = await stage.start()
    assert (await stage.advance(top_up)).state is TopUpState.PROCESSING
    assert (await stage.advance(top_up, after=SOON)).state is TopUpState.PROCESSING
    await becomes_final(stage, top_up)
    found = await stage.advance(top_up, after=2 * SOON)
    assert found.state is TopUpState.SUCCEEDED
    assert (stage.taken(), await stage.balance()) == (1000, 1000)


async def becomes_final(stage: Stage, top_up: UUID) -> None:
    for _ in range(1000):
        said = await stage.bank.query(str(top_up))
        if said is not None and said.state is not ChargeState.ACCEPTED:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the charge never became final")


async def test_a_bank_that_is_away_is_asked_again_when_it_is_back(stage: Stage) -> None:
    top_up = await stage.start()
    stage.outside.stop(kill=True)
    try:
        assert (await stage.advance(top_up)).state is TopUpState.PROCESSING
        assert (await stage.advance(top_up, after=SOON)).state is TopUpState.PROCESSING
    finally:
        stage.outside.start()
    found = await stage.advance(top_up, after=2 * SOON)
    assert found.state is TopUpState.SUCCEEDED


async def test_a_query_that_breaks_leaves_it_open_however_old_it_is(stage: Stage) -> None:
    stage.outside.plan(outcome="never", times=100)
    stage.outside.plan(on="query", answer="error", times=2)
    top_up = await stage.start()
    await stage.advance(top_up)
    assert (await stage.advance(top_up, after=SOON)).state is TopUpState.PROCESSING
    assert (await stage.advance(top_up, after=timedelta(days=9))).state is TopUpState.PROCESSING


async def test_after_half_an_hour_the_bank_is_asked_to_cancel_and_its_answer_ends_it(stage: Stage) -> None:
    stage.outside.plan(outcome="never", times=2)
    top_up = await stage.start()
    await stage.advance(top_up)
    assert (await stage.advance(top_up, after=SOON)).state is TopUpState.PROCESSING
    found = await stage.advance(top_up, after=rules.GIVE_UP_AFTER + SOON)
    assert (found.state, found.reason) == (TopUpState.FAILED, "cancelled")
    # The first request arrives after all: the reference is used up.
    late = await stage.bank.charge(reference=str(top_up), agreement=stage.agreement, amount=1000, currency="CNY")
    assert late.state is ChargeState.DECLINED
    assert (stage.taken(), await stage.balance()) == (0, 0)


async def test_a_lost_answer_to_the_cancellation_leaves_it_open(stage: Stage) -> None:
    stage.outside.plan(outcome="never", times=100)
    stage.outside.plan(on="cancel", answer="drop")
    top_up = await stage.start()
    await stage.advance(top_up)
    late = rules.GIVE_UP_AFTER + SOON
    assert (await stage.advance(top_up, after=late)).state is TopUpState.PROCESSING
    assert (await stage.advance(top_up, after=late + timedelta(hours=1))).state is TopUpState.FAILED


async def test_a_cancellation_that_comes_too_late_is_a_success(stage: Stage) -> None:
    stage.outside.plan(answer="drop", unseen_for=86_400_000)
    top_up = await stage.start()
    await stage.advance(top_up)
    found = await stage.advance(top_up, after=rules.GIVE_UP_AFTER + SOON)
    assert found.state is TopUpState.SUCCEEDED
    assert (stage.taken(), await stage.balance()) == (1000, 1000)


class Held(HttpBank):
    """The demo bank behind a line that keeps each answer until `release` is set, and counts the calls."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(f"{stage.outside.url}/bank", stage.outside.secret, notify_url=NOWHERE, timeout_s=5)
        self.calls = 0
        self.release = asyncio.Event()

    async def _call(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        self.calls += 1
        answer = await super()._call(method, path, body)
        await self.release.wait()
        return answer


async def test_racing_workers_ask_the_bank_once(stage: Stage) -> None:
    top_up = await stage.start()
    bank = Held(stage)
    workers = [asyncio.create_task(rails.advance(stage.pool, bank, top_up)) for _ in range(16)]
    # All but one find the top-up claimed and go away while its worker still waits for the bank.
    finished = asyncio.as_completed(workers)
    async with asyncio.timeout(30):
        for _ in range(15):
            await next(finished)
    bank.release.set()
    await asyncio.gather(*workers)
    assert bank.calls == 1
    assert (await stage.look(top_up)).state is TopUpState.SUCCEEDED


async def test_a_slow_worker_does_not_cut_short_the_lease_of_the_next_one(stage: Stage) -> None:
    stage.outside.plan(outcome="never", times=2)
    top_up = await stage.start()
    slow, next_one = Held(stage), Held(stage)
    first = asyncio.create_task(rails.advance(stage.pool, slow, top_up))
    await claimed(stage, top_up, times=1)
    with clock.at(datetime.now(UTC) + SOON):
        second = asyncio.create_task(rails.advance(stage.pool, next_one, top_up))
        await claimed(stage, top_up, times=2)
        slow.release.set()
        await first
    assert await sweep(stage, SOON + timedelta(seconds=10)) == 0, "the second worker still has the top-up"
    next_one.release.set()
    await second
    await settled(stage, top_up)


async def test_workers_whose_leases_ran_out_credit_once_all_the_same(stage: Stage) -> None:
    """Eight workers, each so slow that the next one takes over, hear the same "yes" at the same moment."""
    top_up = await stage.start()
    everybody = asyncio.Barrier(8)

    class Slow(HttpBank):
        async def _call(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
            answer = await super()._call(method, path, body)
            await everybody.wait()
            return answer

    bank = Slow(f"{stage.outside.url}/bank", stage.outside.secret, notify_url=NOWHERE, timeout_s=0.5)
    started = []
    for number in range(8):
        with clock.at(datetime.now(UTC) + number * timedelta(minutes=1)):
            started.append(asyncio.create_task(rails.advance(stage.pool, bank, top_up)))
            await claimed(stage, top_up, times=number + 1)
        while stage.taken() == 0:  # noqa: ASYNC110  the bank is another process
            await asyncio.sleep(0.01)
    await asyncio.gather(*started)
    await settled(stage, top_up)


async def claimed(stage: Stage, top_up: UUID, times: int) -> None:
    """Wait until workers have claimed the top-up so often."""
    query = b"select 1 from rails.top_ups where id = %s and attempts = %s"
    for _ in range(1000):
        async with stage.pool.read() as conn:
            if await (await conn.execute(query, [top_up, times])).fetchone():
                return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody claimed it")


WORKER = """
import asyncio, sys
from uuid import UUID
from openhall.base import db
from openhall.core import rails

async def main(dsn, url, secret, top_up):
    pool = db.Pool(dsn, 2)
    await pool.open()
    bank = rails.HttpBank(url, secret, notify_url="http://127.0.0.1:9/", timeout_s=60)
    await rails.advance(pool, bank, UUID(top_up))

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_worker_killed_between_the_charge_and_the_record_is_replaced(stage: Stage, database_url: str) -> None:
    stage.outside.plan(answer_after=60_000)
    top_up = await stage.start()
    arguments = [database_url, f"{stage.outside.url}/bank", stage.outside.secret, str(top_up)]
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, *arguments)
    while stage.taken() == 0:
        assert worker.returncode is None
        await asyncio.sleep(0.02)
    os.kill(worker.pid, signal.SIGKILL)
    await worker.wait()
    assert (await stage.look(top_up)).state is TopUpState.PROCESSING
    await sweep(stage, after=timedelta(seconds=1))
    assert (await stage.look(top_up)).state is TopUpState.PROCESSING, "the dead worker's lease still holds"
    await sweep(stage, after=timedelta(minutes=5))
    await settled(stage, top_up)


async def sweep(stage: Stage, after: timedelta) -> int:
    with clock.at(datetime.now(UTC) + after):
        return await rails.sweep(stage.pool, stage.bank)


async def test_a_top_up_whose_job_never_ran_is_found_by_the_sweep(stage: Stage) -> None:
    top_up = await stage.start()
    assert await sweep(stage, SOON) == 1
    assert (await stage.look(top_up)).state is TopUpState.SUCCEEDED
    assert await sweep(stage, 2 * SOON) == 0


async def test_one_broken_top_up_does_not_hold_up_the_sweep(stage: Stage) -> None:
    other = Stage(stage.pool, stage.outside)
    await other.open()
    broken = await other.start()
    async with stage.pool.write() as conn:
        await ledger.close_account(conn, other.wallet)
    good = await stage.start()
    with pytest.raises(CreditRefusedError):
        await sweep(stage, SOON)
    assert (await stage.look(good)).state is TopUpState.SUCCEEDED
    assert (await other.look(broken)).state is TopUpState.PROCESSING


class Parrot:
    """A bank that says what it was taught."""

    timeout_s = 1.0

    def __init__(self, amount: int, currency: str) -> None:
        self.said = (ChargeState.SUCCEEDED, amount, currency)

    async def charge(self, *, reference: str, agreement: str, amount: int, currency: str) -> Charge:
        return Charge(reference, *self.said)

    async def query(self, reference: str) -> Charge | None:
        return Charge(reference, *self.said)

    async def cancel(self, reference: str) -> Charge:
        raise Unknown("never asked")


@pytest.mark.parametrize(("amount", "currency"), [(999, "CNY"), (1001, "CNY"), (1000, "JPY")])
async def test_money_of_another_amount_is_credited_to_nobody_and_reported(
    pool: db.Pool, stage: Stage, amount: int, currency: str
) -> None:
    top_up = await stage.start()
    for after in (timedelta(), SOON):
        found = await stage.advance(top_up, bank=Parrot(amount, currency), after=after)
        assert found.state is TopUpState.PROCESSING
    assert await stage.balance() == 0
    assert await stage.breaches() == ["rails.contradicted"]
    async with pool.write() as conn:
        await conn.execute(b"delete from rails.inbox")


async def test_a_top_up_that_nobody_asks_about_is_reported(pool: db.Pool, stage: Stage) -> None:
    with clock.at(datetime.now(UTC) - timedelta(hours=1)):
        top_up = await stage.start()
    assert await stage.breaches() == ["rails.forgotten"]
    await stage.advance(top_up)
    assert await stage.breaches() == []


async def test_a_top_up_that_is_asked_about_for_a_day_in_vain_is_reported(pool: db.Pool, stage: Stage) -> None:
    """As when the ledger refuses money that the bank has taken: asked about in time, again and again, and yet lost."""
    with clock.at(datetime.now(UTC) - timedelta(hours=25)):
        top_up = await stage.start()
    async with pool.write() as conn:
        await conn.execute(b"update rails.top_ups set next_query_at = now() where id = %s", [top_up])
    assert await stage.breaches() == ["rails.stuck"]
    await stage.advance(top_up)
    assert await stage.breaches() == []


async def test_a_succeeded_top_up_without_its_transfer_is_reported(pool: db.Pool, stage: Stage) -> None:
    top_up = await stage.start()
    async with pool.write() as conn:
        await conn.execute(
            b"update rails.top_ups set state = 'succeeded', next_query_at = null, finished_at = now() where id = %s",
            [top_up],
        )
    assert await stage.breaches() == ["rails.succeeded"]
    await repair(pool, top_up)


async def test_a_transfer_without_a_succeeded_top_up_is_reported(pool: db.Pool, stage: Stage) -> None:
    settled_one = await stage.start()
    await stage.advance(settled_one)
    async with pool.write() as conn:
        await conn.execute(b"alter table rails.top_ups disable trigger a_final_top_up_stays")
        await conn.execute(b"update rails.top_ups set state = 'failed', reason = 'x' where id = %s", [settled_one])
    assert await stage.breaches() == ["rails.unfinished", "rails.rail"]
    async with pool.write() as conn:
        await conn.execute(b"update rails.top_ups set state = 'succeeded', reason = null where id = %s", [settled_one])


async def repair(pool: db.Pool, top_up: UUID) -> None:
    async with pool.write() as conn:
        await conn.execute(b"delete from rails.top_ups where id = %s", [top_up])


async def test_a_reference_that_is_not_ours_is_heard_without_effect(pool: db.Pool) -> None:
    async with pool.write() as conn:
        for reference in (str(uuid.uuid4()), "not a uuid", ""):
            assert await hear(conn, Charge(reference, ChargeState.SUCCEEDED, 1000, "CNY")) is None
