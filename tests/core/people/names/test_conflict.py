"""One person, one account: an id that is taken, what may be learnt of it, and how a name moves."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from openhall.base import clock
from openhall.base.errors import Problem
from openhall.core import people
from openhall.core.people import names
from openhall.core.people.names.types import Verdict
from tests.core.people.names.people import (
    OTHER,
    PATH,
    PHONE,
    RARE,
    THIRD,
    XIAOMING,
    be,
    claim,
    id_of,
    rows,
    state,
    texts,
    told,
    trail,
)
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

OPERATORS = ("13800000011", "13800000012", "13800000013")


class Twice:
    """Two accounts that claim the same id: `holder` (PHONE) has it, `asker` (OTHER) wants it."""

    def __init__(self, hall: Hall, holder: Headers, asker: Headers) -> None:
        self.hall = hall
        self.holder = holder
        self.asker = asker

    async def ask_code(self, phone: str) -> Any:
        return await self.hall.client.post(f"{PATH}/move", json={"phone": phone}, headers=self.asker)

    async def confirm(self, code: str) -> Any:
        return await self.hall.client.post(f"{PATH}/move/confirm", json={"code": code}, headers=self.asker)

    async def code(self, phone: str = PHONE) -> str:
        return str(people.code_in((await texts(self.hall, phone))[0]))

    async def states(self) -> tuple[str, str]:
        return (await state(self.hall, self.holder))["state"], (await state(self.hall, self.asker))["state"]

    async def case(self) -> names.Case:
        async with self.hall.pool.read() as reader:
            (case,) = await names.open_cases(reader, self.hall.settings)
        return case

    async def operator(self, phone: str) -> Any:
        who = await id_of(self.hall, await self.hall.sign_in(phone))
        async with self.hall.pool.write() as conn:
            await people.add_operator(conn, who)
        return who

    async def decide(self, operator: Any, verdict: Verdict, reason: str = "Saw the person and the card") -> bool:
        claim = (await self.case()).claim
        async with self.hall.pool.write() as conn:
            return await names.decide(
                conn, self.hall.settings, claim=claim, operator=operator, verdict=verdict, reason=reason
            )


@pytest.fixture
async def twice(hall: Hall) -> AsyncIterator[Twice]:
    holder, asker = await hall.sign_in(PHONE), await hall.sign_in(OTHER)
    assert (await be(hall, holder, XIAOMING)).status_code == 200
    refused = await be(hall, asker, XIAOMING)
    assert (refused.status_code, refused.json()["code"]) == (409, "people.identity_taken")
    assert "138" not in refused.text
    yield Twice(hall, holder, asker)
    await hall.books_agree()


async def test_before_the_register_says_yes_a_taken_id_is_like_any_other(twice: Twice) -> None:
    stranger = await twice.hall.sign_in(THIRD)
    taken = await claim(twice.hall, stranger, "李四", XIAOMING.national_id)
    free = await claim(twice.hall, stranger, "李四", RARE.national_id)
    assert taken.status_code == free.status_code == 422
    assert taken.json() == free.json()


async def test_the_name_moves_by_a_code_to_the_other_phone(twice: Twice) -> None:
    assert (await twice.ask_code(f"+86 {PHONE}")).status_code == 202
    moved = await twice.confirm(await twice.code())
    assert (moved.status_code, moved.json()["state"]) == (200, "matched")
    assert await twice.states() == ("moved", "matched")
    levels = await rows(twice.hall, "select phone, named_at is not null from people.residents order by phone")
    assert levels == [(f"+86{PHONE}", False), (f"+86{OTHER}", True)]
    named = ("must", "您的账户已完成实名")
    assert await told(twice.hall, twice.holder) == [("must", "您的实名已转到另一个账户"), named]
    assert await told(twice.hall, twice.asker) == [named]
    assert (await trail(twice.hall, twice.holder))[-1] == "moved_out"
    assert (await trail(twice.hall, twice.asker))[-2:] == ["code_asked", "moved_in"]
    # And it can be moved back, never copied.
    assert (await be(twice.hall, twice.holder, XIAOMING)).status_code == 409


async def test_a_wrong_phone_gets_the_same_answer_the_same_rows_and_no_message(twice: Twice) -> None:
    await twice.hall.sign_in(THIRD)

    async def made() -> list[Any]:
        counted = "select (select count(*) from people.messages), (select count(*) from jobs.procrastinate_jobs)"
        return await rows(twice.hall, counted)

    before = await made()
    right = await twice.ask_code(PHONE)
    between = await made()
    wrong = await twice.ask_code(THIRD)
    after = await made()
    assert (right.status_code, right.json()) == (wrong.status_code, wrong.json())
    assert _grown(before, between) == _grown(between, after) == [1, 1]
    assert all("move" not in text and "转" not in text for text in await texts(twice.hall, THIRD))
    # The code of the right phone ended with the newer wish.
    assert (await twice.confirm(await twice.code())).status_code == 422
    assert await twice.states() == ("matched", "conflict")


async def test_a_code_is_good_for_five_tries_and_five_minutes(twice: Twice) -> None:
    await twice.ask_code(PHONE)
    right = await twice.code()
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert (await twice.confirm(right)).status_code == 422
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(5):
        refused = await twice.confirm(wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "people.move_code_wrong")
    assert (await twice.confirm(right)).status_code == 422
    assert await twice.states() == ("matched", "conflict")
    assert (await trail(twice.hall, twice.asker)).count("code_wrong") == 7


async def test_the_code_of_a_move_signs_nobody_in(twice: Twice) -> None:
    await twice.ask_code(PHONE)
    body = {"phone": PHONE, "code": await twice.code()}
    assert (await twice.hall.client.post("/api/v1/auth/session", json=body)).status_code == 422


async def test_codes_cannot_be_wished_for_without_end(twice: Twice) -> None:
    for _ in range(5):
        assert (await twice.ask_code(PHONE)).status_code == 202
    locked = await twice.ask_code(PHONE)
    assert (locked.status_code, locked.json()["code"]) == (429, "people.names_locked")


async def test_who_has_no_conflict_moves_nothing(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    for path, body in ((f"{PATH}/move", {"phone": OTHER}), (f"{PATH}/move/confirm", {"code": "123456"})):
        refused = await hall.client.post(path, json=body, headers=me)
        assert (refused.status_code, refused.json()["code"]) == (404, "people.no_conflict")


async def test_two_operators_move_a_name(twice: Twice) -> None:
    one, two, _ = [await twice.operator(phone) for phone in OPERATORS]
    assert not await twice.decide(one, Verdict.MOVE)
    assert await twice.states() == ("matched", "conflict")
    assert await twice.decide(two, Verdict.MOVE)
    assert await twice.states() == ("moved", "matched")


async def test_operators_who_differ_need_a_third(twice: Twice) -> None:
    one, two, three = [await twice.operator(phone) for phone in OPERATORS]
    assert not await twice.decide(one, Verdict.MOVE)
    assert not await twice.decide(two, Verdict.KEEP)
    assert await twice.decide(three, Verdict.KEEP)
    assert await twice.states() == ("matched", "kept")
    assert await rows(twice.hall, "select count(*) from people.name_claims where box is not null") == [(0,)]


async def test_an_operator_decides_once_with_a_reason_and_never_their_own_case(twice: Twice) -> None:
    operator = await twice.operator(OPERATORS[0])
    with pytest.raises(Problem) as without:
        await twice.decide(operator, Verdict.MOVE, "  ")
    assert without.value.code == "people.verdict_malformed"
    for phone in (PHONE, OTHER):
        party = await twice.operator(phone)
        with pytest.raises(Problem) as own:
            await twice.decide(party, Verdict.MOVE)
        assert own.value.code == "people.own_case"
    await twice.decide(operator, Verdict.MOVE)
    with pytest.raises(Problem) as again:
        await twice.decide(operator, Verdict.MOVE)
    assert again.value.code == "people.verdict_given"


def _grown(before: list[Any], after: list[Any]) -> list[int]:
    return [new - old for old, new in zip(before[0], after[0], strict=True)]


async def test_of_many_who_claim_an_id_at_once_one_gets_it(hall: Hall) -> None:
    who = [await hall.sign_in(f"1380000003{number}") for number in range(6)]
    answers = await asyncio.gather(*(be(hall, one, XIAOMING) for one in who))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert await rows(hall, "select count(*) from people.identities") == [(1,)]
    await hall.books_agree()


async def test_one_resident_who_asks_many_times_at_once_is_one_person(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    answers = await asyncio.gather(*(be(hall, me, XIAOMING) for _ in range(4)))
    assert {answer.status_code for answer in answers} <= {200, 202}
    assert (await state(hall, me))["state"] == "matched"
    await hall.books_agree()
