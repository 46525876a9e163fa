"""Payouts that the bank lost or booked wrongly are ended by two operators, and by nobody alone."""

import re
from uuid import UUID

import psycopg
import pytest

from openhall.base import clock
from openhall.base.errors import Problem
from openhall.core import people
from openhall.core.payouts import rules
from openhall.core.payouts.actions import batches, breaks, exits
from openhall.core.payouts.actions.accounts import lock_rail
from openhall.core.payouts.actions.hear import hear
from openhall.core.payouts.types import BreakKind, Said, State, Step, Way, Word
from openhall.core.rails.iso20022 import BatchStatus, StatusReport, TransactionStatus, write_status_report
from tests.core.payouts.stage import OWNER, Stage, breaches, days_later
from tests.core.rails.test_pages import Person

pytestmark = pytest.mark.anyio
OTHER = "13800000009"


async def other(stage: Stage) -> UUID:
    """A second operator."""
    signed_in = await stage.hall.sign_in(OTHER)
    me = UUID((await stage.hall.client.get("/api/v1/me", headers=signed_in)).json()["id"])
    async with stage.pool.write() as conn:
        await people.add_operator(conn, me)
    return me


async def lost(stage: Stage, plan: str = "missing") -> tuple[UUID, UUID]:
    """A payout that the bank never books, or by another plan too late, and its break."""
    stage.plan(plan)
    payout = await stage.withdraw(5_000)
    await stage.withdraw(1)
    await stage.go()
    stage.end_day()
    await stage.exchange()
    with days_later(4):
        await stage.reconcile()
    return payout, await open_break(stage)


async def booked_wrongly(stage: Stage) -> tuple[UUID, UUID]:
    """A payout of which the bank booked one fen more, and its break."""
    stage.plan("wrong")
    payout = await stage.withdraw(5_000)
    await stage.go()
    stage.end_day()
    await stage.exchange()
    return payout, await open_break(stage)


async def open_break(stage: Stage) -> UUID:
    (one,) = [one for one in await stage.breaks() if one.state == "open"]
    return one.id


async def ask(stage: Stage, break_id: UUID, way: str, reason: str = "The bank says so in writing.") -> None:
    await stage.operator()
    async with stage.pool.write() as conn:
        await exits.ask(conn, break_id=break_id, resident=stage.source.owner, way=way, reason=reason)


async def confirm(stage: Stage, break_id: UUID, by: UUID, number: int = 2) -> None:
    async with stage.pool.write() as conn:
        await exits.confirm(conn, break_id=break_id, resident=by, number=number)


async def end(stage: Stage, break_id: UUID, way: str) -> UUID:
    """One operator asks for it, a second one confirms it; who that was."""
    second = await other(stage)
    await ask(stage, break_id, way)
    await confirm(stage, break_id, second)
    return second


async def decline(stage: Stage, break_id: UUID, by: UUID, number: int = 2) -> None:
    async with stage.pool.write() as conn:
        await exits.decline(conn, break_id=break_id, resident=by, number=number)


async def history(stage: Stage, break_id: UUID) -> list[Step]:
    async with stage.pool.read() as reader:
        return await breaks.history(reader, break_id)


async def test_a_lost_payout_is_given_back_when_a_second_operator_confirms(stage: Stage) -> None:
    payout, one = await lost(stage)
    second = await other(stage)
    await ask(stage, one, Way.GIVE_BACK)
    assert (await stage.state(payout), await stage.clearing()) == ("sent", 5_000), "asking moves nothing"
    with pytest.raises(Problem) as alone:
        await confirm(stage, one, stage.source.owner)
    assert alone.value.code == "payouts.same_person"
    await confirm(stage, one, second)
    assert (await stage.state(payout), await stage.balance(), await stage.clearing()) == ("rejected", 99_999, 0)
    steps = [(step.what, step.way, step.resident) for step in await history(stage, one)]
    assert steps == [
        ("opened", None, None),
        ("asked", Way.GIVE_BACK, stage.source.owner),
        ("resolved", Way.GIVE_BACK, second),
    ]
    assert (await stage.told())[-1] == "withdrawal.rejected"
    assert (await stage.told("settlement."))[-1] == "settlement.finished"
    with pytest.raises(Problem) as twice:
        await confirm(stage, one, second)
    assert twice.value.code == "payouts.break_resolved"


async def test_what_the_bank_booked_with_another_amount_is_settled(stage: Stage) -> None:
    payout, one = await booked_wrongly(stage)
    await end(stage, one, Way.SETTLED)
    assert (await stage.state(payout), await stage.paid_out(), await stage.clearing()) == ("settled", 5_000, 0)
    with days_later(9):
        assert await stage.reconcile() == 0


async def test_what_cannot_be_written_is_given_back_without_a_batch(stage: Stage) -> None:
    payout = await stage.withdraw(5_000)
    async with stage.pool.write() as conn:
        await breaks.open_break(conn, kind=BreakKind.UNWRITABLE, payout=payout, line=None, ours=5_000, theirs=None)
    await stage.go()
    assert await stage.state(payout) == "requested"
    await end(stage, await open_break(stage), Way.GIVE_BACK)
    assert (await stage.state(payout), await stage.balance()) == ("rejected", 100_000)


async def test_what_was_declined_or_asked_anew_cannot_be_confirmed(stage: Stage) -> None:
    payout, one = await lost(stage)
    second = await other(stage)
    for way, reason, code in (
        ("steal", "x", "payouts.exit_impossible"),
        (Way.SETTLED, "  ", "payouts.reason_missing"),
    ):
        with pytest.raises(Problem) as refused:
            await ask(stage, one, way, reason)
        assert refused.value.code == code
    with pytest.raises(Problem) as early:
        await confirm(stage, one, second)
    assert early.value.code == "payouts.nothing_asked"
    await ask(stage, one, Way.SETTLED)
    with pytest.raises(Problem) as again:
        await ask(stage, one, Way.GIVE_BACK)
    assert again.value.code == "payouts.exit_asked"
    await decline(stage, one, second)
    await ask(stage, one, Way.GIVE_BACK)
    with pytest.raises(Problem) as stale:
        await confirm(stage, one, second, number=2)
    assert stale.value.code == "payouts.nothing_asked", "they had seen something else"
    await confirm(stage, one, second, number=4)
    assert await stage.state(payout) == "rejected"


async def test_the_bank_that_books_it_after_all_opens_a_new_difference(stage: Stage) -> None:
    payout, one = await lost(stage, "late")
    await end(stage, one, Way.GIVE_BACK)
    with days_later(4):
        await stage.go()
        stage.end_day()
        await stage.exchange()
    assert (await stage.state(payout), await stage.paid_out()) == ("rejected", 1)
    assert "contradiction" in {found.kind for found in await stage.breaks() if found.state == "open"}


async def test_the_check_finds_what_one_operator_did_alone(stage: Stage) -> None:
    payout, one = await lost(stage)
    second = await end(stage, one, Way.GIVE_BACK)
    steps = "payouts.break_steps set"
    another = f"select id from payouts.payouts where id <> '{payout}'"
    for change in (
        f"update {steps} resident = asked_by, asked_by = '{second}' where number = 3 and break = '{one}'",
        f"update {steps} way = 'settled' where break = '{one}' and number = 3",
        f"delete from payouts.break_steps where number = 2 and break = '{one}'",
        f"update payouts.breaks set payout = ({another}) where id = '{one}'",
    ):
        async with stage.pool.write() as conn, conn.transaction(force_rollback=True):
            assert await breaches(conn, "payouts.exits") == []
            await conn.execute(b"alter table payouts.break_steps disable trigger all")
            assert (await conn.execute(change.encode())).rowcount == 1
            assert await breaches(conn, "payouts.exits"), change


@pytest.mark.parametrize(
    ("way", "asked_in", "asked_by", "refused_by"),
    [
        ("give_back", 2, "first", "confirmed_by_another_operator"),
        ("give_back", 2, "second", "confirms_what_was_asked"),
        ("settled", 2, "first", "confirms_what_was_asked"),
        ("give_back", 1, "first", "confirms_what_was_asked"),
        ("give_back", None, None, "a_way_is_confirmed"),
        (None, 2, "first", "a_way_is_confirmed"),
    ],
)
async def test_the_database_lets_nobody_end_a_payout_alone(
    stage: Stage, way: str | None, asked_in: int | None, asked_by: str | None, refused_by: str
) -> None:
    _, one = await lost(stage)
    await ask(stage, one, Way.GIVE_BACK)
    people_of = {"first": stage.source.owner, "second": await other(stage), None: None}
    alone = refused_by == "confirmed_by_another_operator"
    row = (one, way, people_of["first" if alone or asked_by == "second" else "second"], asked_in, people_of[asked_by])
    with pytest.raises(psycopg.IntegrityError) as refused:
        async with stage.pool.write() as conn:
            await conn.execute(
                b"insert into payouts.break_steps (break, number, what, way, reason, resident, asked_in, asked_by, at)"
                b" values (%s, 3, 'resolved', %s, 'x', %s, %s, %s, now())",
                row,
            )
    assert refused.value.diag.constraint_name == refused_by


async def test_nobody_closes_a_difference_alone_on_which_a_payout_hangs(stage: Stage) -> None:
    payout, one = await lost(stage)
    with pytest.raises(Problem) as alone:
        async with stage.pool.write() as conn:
            await breaks.resolve(conn, break_id=one, resident=stage.source.owner, reason="They never got it.")
    assert alone.value.code == "payouts.exit_first"
    await stage.operator()
    person = Person(stage.hall)
    await person.sign_in(OWNER)
    assert ">Resolved<" not in (await person.look(f"/operator/bank/breaks/{one}")).text
    await end(stage, one, Way.GIVE_BACK)
    assert await stage.state(payout) == "rejected"


async def test_what_an_operator_asked_for_who_is_none_any_more_is_not_confirmed(stage: Stage) -> None:
    payout, one = await lost(stage)
    second = await other(stage)
    await ask(stage, one, Way.GIVE_BACK)
    async with stage.pool.write() as conn:
        await people.remove_operator(conn, stage.source.owner)
    with pytest.raises(Problem) as refused:
        await confirm(stage, one, second)
    assert (refused.value.code, await stage.state(payout)) == ("payouts.nothing_asked", "sent")
    await decline(stage, one, second)


async def test_a_file_of_which_money_was_given_back_is_not_sent_again(stage: Stage) -> None:
    _, one = await lost(stage)
    await end(stage, one, Way.GIVE_BACK)
    async with stage.pool.write() as conn:
        (batch,) = await batches.newest(conn, limit=9)
        with pytest.raises(Problem) as refused:
            await batches.resend(conn, batch=batch.id, resident=stage.source.owner)
    assert refused.value.code == "payouts.batch_given_back"
    person = Person(stage.hall)
    await person.sign_in(OWNER)
    assert "resend" not in (await person.look(f"/operator/bank/batches/{batch.id}")).text


@pytest.mark.parametrize(
    ("way", "state", "balance"), [("give_back", "returned", 100_000), ("settled", "settled", 95_000)]
)
async def test_what_the_bank_reported_as_settled_and_never_booked_has_an_end(
    stage: Stage, way: str, state: str, balance: int
) -> None:
    payout = await stage.withdraw(5_000)
    await stage.exchange()
    async with stage.pool.read() as reader:
        (batch,) = await batches.newest(reader, limit=9)
    done = TransactionStatus(end_to_end_id=payout.hex, status="ACSC")
    said = StatusReport(
        message_id="DONE-1",
        created_at=clock.now(),
        original_message_id=batch.message_id,
        original_message_name="pain.001.001.09",
        batches=(BatchStatus(payment_information_id=batch.message_id, transactions=(done,)),),
    )
    stage.drop("done.xml", write_status_report(said))
    await stage.exchange()
    assert await stage.state(payout) == "settled"
    with days_later(4):
        await stage.reconcile()
        await end(stage, await open_break(stage), way)
        assert await stage.reconcile() == 0
    assert (await stage.state(payout), await stage.balance()) == (state, balance)


@pytest.mark.parametrize("kind", BreakKind)
def test_nothing_is_ended_that_is_over_or_may_still_go(kind: BreakKind) -> None:
    for state in (State.BATCHED, State.REJECTED, State.RETURNED):
        assert rules.ways(kind, 100, state) == ()
    if kind in (BreakKind.LATE, BreakKind.DUPLICATE, BreakKind.MISSING_OURS):
        assert [rules.ways(kind, -100, state) for state in State] == [()] * len(State)


async def test_the_page_says_to_both_operators_who_bears_what_was_booked_too_much(stage: Stage) -> None:
    _, one = await booked_wrongly(stage)
    await stage.operator()
    person = Person(stage.hall)
    await person.sign_in(OWNER)
    place, words = f"/operator/bank/breaks/{one}", "What the bank booked too much stays"
    assert words in (await person.look(place)).text
    await person.send(place, reason="They booked it so.", way="settled")
    assert words in (await person.look(place)).text
    # Given back, the shop has all of it.
    await person.send(f"{place}/answer", step="2", answer="decline")
    await person.look(place)
    await person.send(place, reason="They took it back.", way="give_back")
    assert words not in (await person.look(place)).text


async def test_of_what_was_not_booked_at_all_the_shop_bears_what_is_missing(stage: Stage) -> None:
    _, one = await lost(stage)
    await stage.operator()
    person = Person(stage.hall)
    await person.sign_in(OWNER)
    assert "What the bank booked too little is the owner" in (await person.look(f"/operator/bank/breaks/{one}")).text


@pytest.mark.parametrize(
    ("kind", "why", "says_account"),
    [
        (BreakKind.MISSING_THEIRS, "The bank never booked it.", False),
        (BreakKind.UNWRITABLE, "cannot be written into a bank&#39;s file", True),
    ],
)
async def test_a_merchant_is_told_that_the_hall_gave_it_back_and_why(
    stage: Stage, kind: BreakKind, why: str, says_account: bool
) -> None:
    if kind is BreakKind.UNWRITABLE:
        payout = await stage.withdraw(5_000)
        async with stage.pool.write() as conn:
            await breaks.open_break(conn, kind=kind, payout=payout, line=None, ours=5_000, theirs=None)
        one = await open_break(stage)
    else:
        payout, one = await lost(stage)
    await end(stage, one, Way.GIVE_BACK)
    person = Person(stage.hall)
    await person.sign_in(OWNER)
    page = (await person.look(f"/money/withdrawals/{payout}")).text
    assert "Given back by the hall; the money is in your shop" in page
    assert "Not taken by the bank" not in page
    assert (why in page, "Check the bank account" in page) == (True, says_account)
    told = (await stage.hall.client.get("/api/v1/messages", headers=stage.owner)).json()["messages"]
    (said,) = [one["body"] for one in told if one["link"] == f"/money/withdrawals/{payout}"]
    assert "大厅已把钱退回您的营业款" in said
    assert "核对银行账户" not in said
    shown = await stage.hall.client.get(f"/api/v1/merchants/me/withdrawals/{payout}", headers=stage.owner)
    assert (shown.json()["state"], shown.json()["by_hand"]) == ("rejected", kind)


async def test_the_list_and_the_history_say_who_is_waited_for_and_who_confirmed(stage: Stage) -> None:
    payout, one = await lost(stage)
    await stage.operator()
    second = await other(stage)
    person = Person(stage.hall)
    await person.sign_in(OWNER)
    assert ">open<" in (await person.look("/operator/bank")).text
    await ask(stage, one, Way.GIVE_BACK)
    waiting = (await person.look("/operator/bank")).text
    assert (">for the second operator<" in waiting, ">open<" in waiting) == (True, False)
    await confirm(stage, one, second)
    page = (await person.look(f"/operator/bank/breaks/{one}")).text
    assert "138****0003 · asks for it · Give the money back" in page
    assert "138****0009 · confirmed it · Give the money back" in page
    assert page.count(payout.hex) + page.count(str(payout)) == 1, "its id stands there once"
    day = (await person.look("/operator/bank")).text
    assert "1 ended by two operators (¥50.00)" in day
    (batch,) = re.findall(r"/operator/bank/batches/[-0-9a-f]{36}", day)
    assert "Given back by two operators" in (await person.look(batch)).text


async def test_what_was_settled_by_hand_and_comes_back_came_back_from_the_bank(stage: Stage) -> None:
    payout, one = await booked_wrongly(stage)
    await end(stage, one, Way.SETTLED)
    assert (await stage.look(payout)).by_hand == "amount"
    async with stage.pool.write() as conn:
        await lock_rail(conn)
        await hear(conn, [Said(payout, Word.RETURNED, "AC04")], currency="CNY")
    found = await stage.look(payout)
    assert (found.state, found.by_hand, found.reason_code) == ("returned", None, "AC04")


async def test_two_operators_end_a_payout_on_their_pages(stage: Stage) -> None:
    payout, one = await lost(stage)
    await stage.operator()
    await other(stage)
    first = Person(stage.hall)
    await first.sign_in(OWNER)
    place = f"/operator/bank/breaks/{one}"
    assert "Give the money back" in (await first.look(place)).text
    assert (await first.send(place, reason=" ", way="give_back")).status_code == 400
    await first.look(place)
    assert (await first.send(place, reason="They never had it.", way="give_back")).status_code == 303
    mine = (await first.look(place)).text
    assert ("Take it back" in mine, 'value="confirm"' in mine) == (True, False)
    assert (await first.send(f"{place}/answer", step="2", answer="confirm")).status_code == 422
    # Both sit at the same browser, one after the other.
    stage.hall.client.cookies.clear()
    second = Person(stage.hall)
    await second.sign_in(OTHER)
    theirs = (await second.look(place)).text
    assert "They never had it." in theirs
    assert 'value="confirm"' in theirs
    assert (await second.send(f"{place}/answer", step="2", answer="confirm")).status_code == 303
    assert await stage.state(payout) == "rejected"
    assert 'name="answer"' not in (await second.look(place)).text
