"""Counters in a hurry: one code and many counters, one reference and many charges, in one process and in two."""

import pytest

from openhall.base.config import Settings
from tests.conftest import open_hall
from tests.core.payments.charging.stage import Stage, make_key, set_up, together
from tests.hall import Hall
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio


async def test_a_code_that_many_counters_read_at_once_pays_one_of_them(hall: Hall) -> None:
    stage = await set_up(hall)
    shops = [await hall.open_shop(stage.owner, f"Stall {number}") for number in range(5)]
    stages = [Stage(hall, stage.owner, stage.payer, shop, await make_key(hall, stage.owner, shop)) for shop in shops]
    for _ in range(5):
        code = await stage.code()
        before = await hall.balance(stage.payer)
        answers = await together(*(one.charge(code) for one in stages for _ in range(6)))
        refused = [answer.json()["code"] for answer in answers if answer.status_code != 201]
        assert refused == ["payments.pay_code_used"] * 29
        assert await hall.balance(stage.payer) == before - 350
    await hall.books_agree()


async def test_a_hundred_racing_charges_with_one_reference_pay_once(hall: Hall) -> None:
    stage = await set_up(hall)
    code = await stage.code()
    answers = await together(*(stage.charge(code, 350, "R1") for _ in range(100)))
    paid = [answer.json() for answer in answers if answer.status_code == 201]
    assert paid
    assert all(one == paid[0] for one in paid)
    others = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert others <= {"payments.charge_in_flight"}
    assert (await stage.charge(code, 350, "R1")).json() == paid[0]
    assert await hall.balance(stage.payer) == 99_650
    await hall.books_agree()


async def test_a_hundred_racing_charges_that_differ_under_one_reference_pay_once(hall: Hall) -> None:
    stage = await set_up(hall)
    code = await stage.code()
    answers = await together(*(stage.charge(code, 100 + number, "R1") for number in range(100)))
    assert [answer.status_code for answer in answers].count(201) == 1
    others = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert others <= {"payments.charge_in_flight", "payments.reference_taken"}
    assert len(await stage.taken()) == 1
    await hall.books_agree()


async def test_processes_race_for_references_and_codes_and_nothing_is_paid_twice(
    hall: Hall, settings: Settings, outside: OutsideProgram
) -> None:
    stage = await set_up(hall)
    async with open_hall(settings, outside) as other:
        beside = Stage(other, stage.owner, stage.payer, stage.shop, stage.key)
        for number in range(10):
            code = await stage.code()
            same = [one.charge(code, 350, f"R{number}") for one in (stage, beside) for _ in range(10)]
            differ = [one.charge(code, 350, None) for one in (stage, beside) for _ in range(3)]
            answers = await together(*same, *differ)
            assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
            codes = {answer.json()["code"] for answer in answers if answer.status_code != 201}
            assert codes <= {"payments.charge_in_flight", "payments.pay_code_used", "payments.reference_taken"}
    assert len(await stage.taken()) == 10
    assert await hall.balance(stage.payer) == 96_500
    await hall.books_agree()


async def test_many_payers_at_many_counters_are_each_charged_once(hall: Hall) -> None:
    stage = await set_up(hall)
    payers = [await hall.sign_in(f"138000010{number:02}") for number in range(20)]
    for payer in payers:
        await hall.give(payer, 1000)
    codes = [await stage.code(payer) for payer in payers]
    answers = await together(*(stage.charge(code) for code in codes))
    assert [answer.status_code for answer in answers] == [201] * 20
    assert [await hall.balance(payer) for payer in payers] == [650] * 20
    await hall.books_agree()
