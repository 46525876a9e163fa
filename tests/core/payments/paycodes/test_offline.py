"""Codes made offline: a device's, in one half minute, small, and once."""

import base64
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from openhall.base import clock, db
from openhall.base.errors import Problem
from openhall.core.payments import paycodes
from openhall.core.payments.codes import pay
from openhall.core.payments.paycodes import otp, rules
from tests.core.payments.charging.stage import set_up
from tests.core.payments.paycodes.counter import SECRET, ask, join, made_offline, read, words
from tests.hall import Hall

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 21, 8, 0, 15, tzinfo=UTC)
STEP = timedelta(seconds=30)
USED, INVALID = "payments.pay_code_used", "payments.pay_code_invalid"
ABOVE = "payments.above_offline_cap"


async def enrolled(conn: db.Conn, name: str = "Old phone", phone: str = "+8613800000001") -> paycodes.Enrolled:
    resident = await join(conn, phone)
    with clock.at(NOW):
        return await paycodes.enrol(conn, resident=resident.id, name=name, secret=SECRET)


async def test_a_device_pays_without_a_connection(conn: db.Conn) -> None:
    device = await enrolled(conn)
    (answer,) = await read(conn, [ask(made_offline(device, NOW), now=NOW)])
    assert isinstance(answer, paycodes.Consumed)
    assert (answer.offline, answer.requires_action, answer.masked) == (True, False, "138****0001")
    (listed,) = await paycodes.devices(conn, resident=answer.resident)
    assert (listed.id, listed.name) == (device.id, "Old phone")


@pytest.mark.parametrize(("steps", "answer"), [(-2, INVALID), (-1, "consumed"), (1, "consumed"), (2, INVALID)])
async def test_a_devices_clock_may_be_one_step_off(conn: db.Conn, steps: int, answer: str) -> None:
    device = await enrolled(conn)
    asked = ask(made_offline(device, NOW + steps * STEP), now=NOW)
    assert [words(given) for given in await read(conn, [asked])] == [answer]


async def test_pitfall_11_an_offline_code_is_replayed_in_vain(conn: db.Conn) -> None:
    device = await enrolled(conn)
    digits = made_offline(device, NOW)
    first = ask(digits, now=NOW)
    await read(conn, [first])
    answers = await read(conn, [ask(digits, now=NOW + STEP), first, ask(made_offline(device, NOW + STEP), now=NOW)])
    assert [words(answer) for answer in answers] == [USED, "again", "consumed"]


async def test_a_retry_gets_its_answer_when_its_step_is_long_over(conn: db.Conn) -> None:
    device = await enrolled(conn)
    digits, charge, later = made_offline(device, NOW), uuid4(), NOW + timedelta(hours=1)
    await read(conn, [ask(digits, charge=charge, now=NOW)])
    asks = [
        ask(digits, charge=charge, now=later),
        ask(digits, charge=charge, now=later, amount=1),
        ask(digits, now=later),
    ]
    assert [words(answer) for answer in await read(conn, asks)] == ["again", USED, INVALID]


async def test_a_guessed_one_time_half_is_wrong_and_counted(conn: db.Conn) -> None:
    device = await enrolled(conn)
    right = made_offline(device, NOW)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    answers = await read(conn, [ask(wrong, now=NOW), ask(right, now=NOW)], pay_code_guesses=1)
    assert [words(answer) for answer in answers] == [INVALID, "hall.rate_limited"]


async def test_above_the_small_cap_it_is_refused_at_once_and_may_still_pay_less(conn: db.Conn) -> None:
    device = await enrolled(conn)
    code = made_offline(device, NOW)
    caps = {"offline_code_max": 100, "offline_code_day_max": 1000}
    for asked, answered in (([101], [ABOVE]), ([101, 100, 100], [ABOVE, "consumed", USED]), ([100], [USED])):
        answers = await read(conn, [ask(code, now=NOW, amount=amount) for amount in asked], **caps)
        assert [words(answer) for answer in answers] == answered
    resident = await join(conn)
    with clock.at(NOW):
        (listed,) = await paycodes.devices(conn, resident=resident.id)
    assert listed.spent_today == 100


async def test_a_counter_is_told_so_and_charges_less_by_the_same_code(hall: Hall) -> None:
    stage = await set_up(hall)
    body = {"name": "Phone"}
    made = (await hall.client.post("/api/v1/me/pay-code/devices", json=body, headers=stage.payer)).json()
    secret = base64.b32decode(made["secret"] + "=" * (-len(made["secret"]) % 8))
    code = made["prefix"] + made["device_digits"] + otp.hotp(secret, otp.step_at(clock.now()))
    most = hall.settings.offline_code_max
    refused = await stage.charge(code, most + 1)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.above_offline_cap")
    assert (await stage.charge(code, 100)).status_code == 201
    waiting = (await hall.client.get("/api/v1/me/charges", headers=stage.payer)).json()
    assert waiting["charges"] == [], "nobody was asked on a phone without a network"
    await hall.books_agree()


async def test_above_the_cap_of_the_day_it_is_refused(conn: db.Conn) -> None:
    """Counted within a batch, over batches, and anew on the next business date."""
    device = await enrolled(conn)
    tomorrow = NOW + timedelta(days=1)
    caps = {"offline_code_max": 100, "offline_code_day_max": 200}

    async def pays(*times: datetime) -> list[bool]:
        answers = await read(conn, [ask(made_offline(device, at), now=at, amount=90) for at in times], **caps)
        assert {words(answer) for answer in answers} <= {"consumed", ABOVE}
        return [isinstance(answer, paycodes.Consumed) for answer in answers]

    assert await pays(NOW) == [True]
    assert await pays(NOW + 2 * STEP, NOW + 4 * STEP) == [True, False]
    assert await pays(NOW + 6 * STEP) == [False]
    assert await pays(tomorrow, tomorrow + 2 * STEP, tomorrow + 4 * STEP) == [True, True, False]


async def test_a_revoked_device_pays_nothing(conn: db.Conn) -> None:
    device = await enrolled(conn)
    resident = await join(conn)
    await paycodes.revoke(conn, resident=resident.id, device=device.id)
    assert [words(answer) for answer in await read(conn, [ask(made_offline(device, NOW), now=NOW)])] == [INVALID]
    assert await paycodes.devices(conn, resident=resident.id) == []
    with pytest.raises(Problem) as twice:
        await paycodes.revoke(conn, resident=resident.id, device=device.id)
    assert twice.value.code == "payments.device_not_found"


async def test_nobody_revokes_the_device_of_another(conn: db.Conn) -> None:
    device, stranger = await enrolled(conn), await join(conn, "+8613800000002")
    with pytest.raises(Problem) as refused:
        await paycodes.revoke(conn, resident=stranger.id, device=device.id)
    assert refused.value.code == "payments.device_not_found"
    assert [words(answer) for answer in await read(conn, [ask(made_offline(device, NOW), now=NOW)])] == ["consumed"]


async def test_a_person_has_a_few_devices_only(conn: db.Conn) -> None:
    made = [await enrolled(conn, f"Phone {n}") for n in range(rules.MOST_DEVICES)]
    with pytest.raises(Problem) as refused:
        await enrolled(conn, "One more")
    assert refused.value.code == "payments.too_many_devices"
    resident = await join(conn)
    await paycodes.revoke(conn, resident=resident.id, device=made[0].id)
    fresh = await enrolled(conn, "One more")
    assert len({device.device_digits for device in [*made, fresh]}) == rules.MOST_DEVICES + 1
    assert len({device.secret for device in [*made, fresh]}) == rules.MOST_DEVICES + 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "line\nbreak"])
async def test_a_device_has_a_name_that_people_can_read(conn: db.Conn, name: str) -> None:
    with pytest.raises(Problem) as refused:
        await enrolled(conn, name)
    assert refused.value.code == "payments.device_name_invalid"


async def test_the_digits_of_devices_do_not_count_up(conn: db.Conn) -> None:
    digits = [int((await enrolled(conn, phone=f"+861380000{n:04d}")).device_digits) for n in range(5)]
    assert all(abs(one - next_) > 1 for one, next_ in pairwise(digits))
    assert {len(f"{number:0{pay.HALF}d}") for number in digits} == {8}
