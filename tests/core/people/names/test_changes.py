"""A name that is not the one of the register, a name that has changed, and what ends by itself."""

from datetime import timedelta

import pytest

from openhall.base import clock, db
from openhall.base.errors import Problem
from openhall.core.families.actions import counter
from openhall.core.people import names
from openhall.core.people.names import national_id
from openhall.core.people.names.actions import claims, counting, deciding
from openhall.core.people.names.types import Person
from tests.core.people.names.people import DAUGHTER, PHONE, RARE, XIAOMING, be, claim, id_of, rows, state, told, trail
from tests.core.people.names.test_conflict import Twice, twice
from tests.core.people.pins.steps import refusal
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio
__all__ = ["twice"]


async def _was_called(hall: Hall, who: Headers, name: str) -> None:
    """The register confirmed another name for this number once."""
    async with hall.pool.write() as conn:
        person = Person(name, XIAOMING.national_id)
        assert await names.give_name(conn, hall.settings, resident=await id_of(hall, who), person=person)


async def test_another_name_with_the_same_number_is_asked_of_the_register(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    assert (await be(hall, me, XIAOMING)).status_code == 200
    assert refusal(await claim(hall, me, "李四", XIAOMING.national_id)) == (422, "people.name_not_matched")
    assert (await state(hall, me))["name_masked"] == "王*", "what was confirmed stands"
    assert await trail(hall, me) == ["asked", "matched", "asked", "refused"]
    await hall.books_agree()


async def test_a_name_that_changed_by_law_takes_the_place_of_the_old_one(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    await _was_called(hall, me, "陈旧名")
    assert (await be(hall, me, XIAOMING)).status_code == 200
    assert (await state(hall, me))["name_masked"] == "王*"
    assert (await be(hall, me, XIAOMING)).status_code == 200, "said again it is said once"
    assert await trail(hall, me) == ["asked", "matched", "asked", "matched"]
    assert await rows(hall, "select count(*) from people.identity_marks") == [(1,)]
    await hall.books_agree()


async def test_the_old_name_stands_while_the_register_is_silent_about_the_new_one(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    await _was_called(hall, me, "陈旧名")
    hall.outside.plan(on="register", answer="error")
    asked = await be(hall, me, XIAOMING)
    assert (asked.status_code, asked.json()["state"], asked.json()["name_masked"]) == (202, "matched", "陈*")
    with clock.at(clock.now() + timedelta(hours=2)):
        assert await names.ask_due(hall.pool, hall.settings) == 1
    assert (await state(hall, me))["name_masked"] == "王*"
    await hall.books_agree()


async def test_naming_an_account_takes_a_fresh_proof_and_its_owner_is_told(hall: Hall) -> None:
    owner = await hall.sign_in(PHONE)
    await hall.add_passkey(owner)
    assert refusal(await be(hall, owner, XIAOMING)) == (403, "people.proof_too_old")
    other = await hall.sign_in("13800000002")
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert refusal(await be(hall, other, XIAOMING)) == (403, "people.proof_too_old")
    assert (await be(hall, other, XIAOMING)).status_code == 200
    assert ("must", "您的账户已完成实名") in await told(hall, other)


async def test_a_conflict_that_nobody_decides_ends_after_a_month(twice: Twice) -> None:
    hall = twice.hall
    with clock.at(clock.now() + claims.CONFLICT_LIVES + timedelta(minutes=1)):
        async with hall.pool.write() as conn:
            assert await claims.give_up_conflicts(conn) == 1
            assert await claims.give_up_conflicts(conn) == 0
    assert await twice.states() == ("matched", "kept")
    assert await rows(hall, "select count(*) from people.name_claims where box is not null") == [(0,)]
    assert (await trail(hall, twice.asker))[-1] == "given_up"
    await hall.books_agree()


async def test_the_list_of_cases_costs_the_same_however_long_it_is(
    twice: Twice, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall, said = twice.hall, list[object]()
    real = db._execute

    async def counted(*asked: object) -> object:
        said.append(asked)
        return await real(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(db, "_execute", counted)

    async def cost(cases: int) -> int:
        said.clear()
        async with hall.pool.read() as reader:
            assert len(await deciding.open_cases(reader, hall.settings)) == cases
        return len(said)

    one = await cost(1)
    for number, person in enumerate((RARE, DAUGHTER)):
        for phone in (f"1380000003{number}", f"1380000004{number}"):
            await be(hall, await hall.sign_in(phone), person)
    assert await cost(3) == one


async def test_a_claim_whose_key_is_gone_holds_up_nobody(hall: Hall) -> None:
    lost, other = await hall.sign_in(PHONE), await hall.sign_in("13800000002")
    hall.outside.plan(on="register", answer="error", times=2)
    await be(hall, lost, XIAOMING)
    await be(hall, other, RARE)
    async with hall.pool.write() as conn:
        await conn.execute(
            "update people.name_claims set key = 'gone', next_at = asked_at where resident = %s",
            [await id_of(hall, lost)],
        )
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert await names.ask_due(hall.pool, hall.settings) == 2
    assert (await state(hall, other))["state"] == "matched"
    with clock.at(clock.now() + claims.PATIENCE + timedelta(minutes=2)):
        await names.ask_due(hall.pool, hall.settings)
    assert (await state(hall, lost))["state"] == "given_up"


async def test_a_counter_is_counted_apart_from_its_operator_and_from_the_address(hall: Hall) -> None:
    operator = await id_of(hall, await hall.sign_in(PHONE))
    assert hall.settings.names_per_resident < 7 < counting.OPERATOR_A_DAY
    for number in range(7):
        text = f"61019919500101{number:03d}"
        whole = text + national_id.check_digit(text)
        with pytest.raises(Problem, match=r"people\.name_not_matched"):
            await counter.add_person(hall.pool, hall.settings, operator=operator, name="张三", national_id=whole)
