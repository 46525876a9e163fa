"""Starting a top-up, and the plain ways in which it ends."""

import asyncio
import uuid
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from openhall.base.errors import Kind, Problem
from openhall.core import ledger, rails
from openhall.core.rails import TopUpState, rules
from tests.core.rails.stage import MOST, Stage

pytestmark = pytest.mark.anyio


async def test_a_top_up_is_processing_until_the_bank_was_asked(stage: Stage) -> None:
    found = await stage.look(await stage.start())
    assert (found.state, found.amount, found.bank_account) == (TopUpState.PROCESSING, 1000, "demo")
    assert (stage.taken(), await stage.balance()) == (0, 0)


async def test_a_yes_moves_the_amount_from_the_bank_into_the_wallet(stage: Stage) -> None:
    found = await stage.advance(await stage.start(350))
    assert (found.state, found.reason) == (TopUpState.SUCCEEDED, None)
    assert (stage.taken(), await stage.balance(), await stage.rail_balance()) == (350, 350, -350)


async def test_the_statement_names_the_top_up(stage: Stage) -> None:
    top_up = await stage.start(350)
    await stage.advance(top_up)
    async with stage.pool.read() as conn:
        (entry,) = (await ledger.statement(conn, stage.wallet)).entries
    assert (entry.transfer, entry.reason, entry.amount, entry.balance) == (top_up, "top_up", 350, 350)


async def test_a_no_says_why_and_moves_nothing(stage: Stage) -> None:
    stage.outside.plan(outcome="no", reason="account_frozen")
    found = await stage.advance(await stage.start())
    assert (found.state, found.reason) == (TopUpState.FAILED, "account_frozen")
    assert (stage.taken(), await stage.balance()) == (0, 0)


async def test_an_empty_bank_account_fails_the_top_up(stage: Stage) -> None:
    stage.outside.set_balance(stage.agreement, 999)
    found = await stage.advance(await stage.start(1000))
    assert (found.state, found.reason) == (TopUpState.FAILED, "insufficient_funds")


async def test_what_is_final_is_not_asked_about_again(stage: Stage) -> None:
    top_up = await stage.start()
    await stage.advance(top_up)
    stage.outside.plan(on="query", answer="error")
    await stage.advance(top_up, after=timedelta(days=1))
    assert [planned["left"] for planned in stage.outside.call("GET", "/faults").json()] == [1]


async def test_the_first_top_ups_of_a_hall_share_one_rail_account(stage: Stage) -> None:
    started = [await stage.start(100) for _ in range(8)]
    await asyncio.gather(*(stage.advance(top_up) for top_up in started))
    assert (await stage.balance(), await stage.rail_balance()) == (800, -800)


async def refusal(stage: Stage, amount: int = 1000, bank_account: str = "demo") -> Problem:
    with pytest.raises(Problem) as caught:
        await stage.start(amount, bank_account)
    return caught.value


@pytest.mark.parametrize("amount", [0, -1])
async def test_an_amount_of_nothing_is_refused(stage: Stage, amount: int) -> None:
    assert (await refusal(stage, amount)).code == "rails.amount_invalid"


async def test_more_than_one_top_up_may_bring_is_refused_and_the_bound_is_told(stage: Stage) -> None:
    problem = await refusal(stage, MOST + 1)
    assert (problem.code, problem.kind, problem.data["most"]) == ("rails.amount_too_large", Kind.REFUSED, MOST)
    assert (await stage.look(await stage.start(MOST))).amount == MOST


async def test_a_bank_account_that_is_not_linked_is_refused(stage: Stage) -> None:
    assert (await refusal(stage, bank_account="other")).code == "rails.bank_account_unknown"


async def test_another_residents_bank_account_is_as_good_as_none(stage: Stage) -> None:
    other = Stage(stage.pool, stage.outside)
    await other.open()
    async with stage.pool.write() as conn:
        await rails.link_bank_account(
            conn, resident=other.resident, name="theirs", bank="B", masked="**** 1", agreement="a"
        )
    assert (await refusal(stage, bank_account="theirs")).code == "rails.bank_account_unknown"


async def test_refusals_come_in_their_documented_order(stage: Stage) -> None:
    for _ in range(rules.MOST_PROCESSING):
        await stage.start()
    assert (await refusal(stage, 0, "other")).code == "rails.amount_invalid"
    assert (await refusal(stage, MOST + 1, "other")).code == "rails.amount_too_large"
    assert (await refusal(stage, 1, "other")).code == "rails.bank_account_unknown"
    assert (await refusal(stage)).code == "rails.too_many_processing"


async def test_racing_starts_stop_at_the_bound(stage: Stage) -> None:
    attempts = [stage.start(100) for _ in range(rules.MOST_PROCESSING * 3)]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    started = [result for result in results if isinstance(result, UUID)]
    refused = [result for result in results if isinstance(result, Problem)]
    assert len(started) == rules.MOST_PROCESSING
    assert {problem.code for problem in refused} == {"rails.too_many_processing"}
    assert len(started) + len(refused) == len(attempts)


async def test_a_finished_top_up_makes_room_for_the_next(stage: Stage) -> None:
    started = [await stage.start() for _ in range(rules.MOST_PROCESSING)]
    await stage.advance(started[0])
    assert (await stage.look(await stage.start())).state is TopUpState.PROCESSING


async def test_a_stranger_does_not_find_a_top_up(stage: Stage) -> None:
    top_up = await stage.start()
    async with stage.pool.read() as conn:
        for resident, asked in ((uuid.uuid4(), top_up), (stage.resident, uuid.uuid4())):
            with pytest.raises(Problem) as caught:
                await rails.top_up(conn, resident=resident, top_up_id=asked)
            assert (caught.value.code, caught.value.kind) == ("rails.top_up_not_found", Kind.NOT_FOUND)


async def link(stage: Stage, agreement: str, name: str = "demo") -> rails.BankAccount:
    async with stage.pool.write() as conn:
        return await rails.link_bank_account(
            conn, resident=stage.resident, name=name, bank="Demo Bank", masked="**** 1234", agreement=agreement
        )


async def test_linking_twice_is_linking_once(stage: Stage) -> None:
    again = await link(stage, stage.agreement)
    async with stage.pool.read() as conn:
        assert await rails.bank_accounts(conn, stage.resident) == [again]


async def test_a_name_names_one_bank_account(stage: Stage) -> None:
    with pytest.raises(Problem) as caught:
        await link(stage, "another agreement")
    assert caught.value.code == "rails.bank_account_name_taken"
    await link(stage, "another agreement", "second")
    async with stage.pool.read() as conn:
        assert [account.name for account in await rails.bank_accounts(conn, stage.resident)] == ["demo", "second"]


@pytest.mark.parametrize("outcome", ["yes", "no"])
async def test_the_database_keeps_a_final_top_up_as_it_is(stage: Stage, outcome: str) -> None:
    stage.outside.plan(outcome=outcome)
    top_up = await stage.start()
    await stage.advance(top_up)
    for change in ("state = 'processing', next_query_at = now()", "amount = 1", "reason = 'other'"):
        with pytest.raises(psycopg.errors.RaiseException, match="for ever"):
            async with stage.pool.write() as conn:
                await conn.execute(f"update rails.top_ups set {change} where id = %s".encode(), [top_up])
