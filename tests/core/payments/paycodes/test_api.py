"""Pay codes over the API."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from openhall.base import clock
from openhall.base.config import Settings
from openhall.core.payments import paycodes
from openhall.core.payments.codes import pay
from openhall.core.payments.paycodes import jobs
from tests.conftest import open_hall
from tests.core.payments.paycodes.counter import SHOP, made_by, words
from tests.hall import Hall, fresh_key
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio

PAYER = "13800000001"
DEVICES = "/api/v1/me/pay-code/devices"


async def read(hall: Hall, digits: str) -> str:
    """What a counter of this hall makes of the digits."""
    asked = paycodes.CodeAsk(digits=digits, charge=uuid4(), shop=SHOP, amount=350, now=clock.now())
    async with hall.pool.write() as conn:
        (answer,), _ = await paycodes.consume(conn, [asked], settings=hall.settings)
    return words(answer)


async def test_a_resident_gets_a_code_that_works_for_a_minute(hall: Hall) -> None:
    payer = await hall.sign_in(PAYER)
    with clock.at(datetime.now(UTC)):
        answer = await hall.client.post("/api/v1/me/pay-code", headers=payer)
        assert answer.status_code == 201, answer.text
        body = answer.json()
        assert set(body) == {"digits", "qr_payload", "emv_payload", "expires_at"}
        assert datetime.fromisoformat(body["expires_at"]) == clock.now() + timedelta(seconds=60)
        assert pay.read(body["digits"]) == pay.read(body["qr_payload"]) == pay.read(body["emv_payload"])
        assert await read(hall, body["emv_payload"]) == "consumed"
        assert await read(hall, body["digits"]) == "payments.pay_code_used"


async def test_the_same_key_gets_the_same_code_and_none_a_fresh_one(hall: Hall) -> None:
    payer, key = await hall.sign_in(PAYER), fresh_key()
    first, again, other = [
        await hall.client.post("/api/v1/me/pay-code", headers=payer | given) for given in (key, key, {})
    ]
    assert first.json() == again.json() != other.json()
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_asking_without_end_is_refused(settings: Settings, outside: OutsideProgram) -> None:
    async with open_hall(replace(settings, pay_codes_per_resident=2), outside) as hall:
        payer, other = await hall.sign_in(PAYER), await hall.sign_in("13800000002")
        answers = [await hall.client.post("/api/v1/me/pay-code", headers=payer) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert (await hall.client.post("/api/v1/me/pay-code", headers=other)).status_code == 201


async def test_a_device_is_enrolled_pays_offline_is_listed_and_revoked(hall: Hall) -> None:
    payer = await hall.sign_in(PAYER)
    answer = await hall.client.post(DEVICES, json={"name": " Old phone "}, headers=payer)
    assert answer.status_code == 201, answer.text
    device = answer.json()
    assert (device["name"], device["algorithm"], device["digits"], device["period_s"]) == ("Old phone", "SHA256", 8, 30)
    assert await read(hall, made_by(device)) == "consumed"
    (listed,) = (await hall.client.get(DEVICES, headers=payer)).json()["devices"]
    assert (listed["id"], listed["spent_today"]) == (device["id"], 350)
    assert "secret" not in listed
    assert (await hall.client.delete(f"{DEVICES}/{device['id']}", headers=payer)).status_code == 204
    assert (await hall.client.get(DEVICES, headers=payer)).json() == {"devices": []}
    again = await hall.client.delete(f"{DEVICES}/{device['id']}", headers=payer)
    assert (again.status_code, again.json()["code"]) == (404, "payments.device_not_found")


async def test_a_device_ends_with_the_session_that_enrolled_it(hall: Hall) -> None:
    payer, elsewhere = await hall.sign_in(PAYER), await hall.sign_in(PAYER)
    devices = [await hall.client.post(DEVICES, json={"name": "Phone"}, headers=who) for who in (payer, elsewhere)]
    codes = [made_by(answer.json()) for answer in devices]
    (session,) = [
        one["id"]
        for one in (await hall.client.get("/api/v1/auth/sessions", headers=elsewhere)).json()["sessions"]
        if not one["current"]
    ]
    assert (await hall.client.delete(f"/api/v1/auth/sessions/{session}", headers=elsewhere)).status_code == 204
    assert [await read(hall, code) for code in codes] == ["payments.pay_code_invalid", "consumed"]


async def test_the_secret_of_a_device_stands_nowhere(hall: Hall) -> None:
    payer = await hall.sign_in(PAYER)
    device = (await hall.client.post(DEVICES, json={"name": "Phone"}, headers=payer | fresh_key())).json()
    async with hall.pool.read() as reader:
        rows = await (await reader.execute("select d::text from payments.pay_devices d")).fetchall()
        answers = await (await reader.execute("select body from base.idempotency")).fetchall()
    assert len(rows) == 1
    assert all(device["secret"] not in str(row) and device["device_digits"] not in str(row) for row in rows + answers)


async def test_a_nameless_device_is_refused(hall: Hall) -> None:
    answer = await hall.client.post(DEVICES, json={"name": " "}, headers=await hall.sign_in(PAYER))
    assert (answer.status_code, answer.json()["code"]) == (400, "payments.device_name_invalid")


async def test_a_pay_code_pays_nobody_as_a_shop_code(hall: Hall) -> None:
    """Who scans a neighbour's pay code to pay is told what it is."""
    payer, other = await hall.sign_in(PAYER), await hall.sign_in("13800000002")
    code = (await hall.client.post("/api/v1/me/pay-code", headers=payer)).json()
    await hall.give(other, 1000)
    for text in (code["digits"], code["emv_payload"]):
        answer = await hall.pay(other, code=text, amount=350)
        assert (answer.status_code, answer.json()["code"]) == (422, "payments.code_of_payer")


async def test_what_is_over_is_forgotten_a_day_later(hall: Hall) -> None:
    payer = await hall.sign_in(PAYER)
    code = (await hall.client.post("/api/v1/me/pay-code", headers=payer)).json()["digits"]
    await hall.client.post("/api/v1/me/pay-code", headers=payer)
    assert [await read(hall, code), await read(hall, "71" + "0" * 16)] == ["consumed", "payments.pay_code_invalid"]

    async def left() -> list[int]:
        tables = ("pay_codes", "pay_code_uses", "pay_code_guesses")
        async with hall.pool.read() as reader:
            counts = [await reader.execute(f"select count(*) from payments.{table}".encode()) for table in tables]
            return [int((await count.fetchall())[0][0]) for count in counts]

    for after, rows in ((timedelta(hours=23), [2, 1, 0]), (timedelta(hours=25), [0, 0, 0])):
        with clock.at(clock.now() + after):
            await jobs.forget(hall.pool)
        assert await left() == rows
