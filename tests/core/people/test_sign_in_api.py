"""Signing in over the API, as a program does it."""

import json
from datetime import timedelta

import httpx
import pytest

from openhall.base import clock
from tests.hall import Hall

pytestmark = pytest.mark.anyio
PHONE = "13800138000"
JSON = {"Content-Type": "application/json"}


async def ask(hall: Hall, phone: str = PHONE) -> str:
    """Ask for a code and read it from the demo phone."""
    asked = await hall.client.post("/api/v1/auth/otp", json={"phone": phone})
    assert asked.status_code == 202, asked.text
    messages = await hall.client.get(f"/demo/phone/{phone}", headers={"Accept": "application/json"})
    return str(messages.json()[0]["code"])


async def enter(hall: Hall, code: str, phone: str = PHONE) -> tuple[int, dict[str, object]]:
    answer = await hall.client.post("/api/v1/auth/session", json={"phone": phone, "code": code})
    return answer.status_code, answer.json()


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_a_code_arrives_and_opens_a_session(hall: Hall) -> None:
    status, body = await enter(hall, await ask(hall))
    assert status == 201
    me = await hall.client.get("/api/v1/me", headers={"Authorization": f"Bearer {body['token']}"})
    assert me.status_code == 200
    assert me.json() == body["resident"]
    assert me.json()["phone"] == "+8613800138000"
    assert me.json()["phone_masked"] == "138****8000"


async def test_signing_in_again_finds_the_same_resident(hall: Hall) -> None:
    _, first = await enter(hall, await ask(hall))
    _, second = await enter(hall, await ask(hall, "+86 138 0013 8000"), "0086-138-0013-8000")
    assert isinstance(first["resident"], dict)
    assert isinstance(second["resident"], dict)
    assert first["resident"]["id"] == second["resident"]["id"]
    assert first["token"] != second["token"]


async def test_known_and_unknown_phones_get_the_same_answer(hall: Hall) -> None:
    await hall.sign_in(PHONE)
    known = await hall.client.post("/api/v1/auth/otp", json={"phone": PHONE})
    unknown = await hall.client.post("/api/v1/auth/otp", json={"phone": "13700137000"})
    assert known.status_code == unknown.status_code == 202
    assert known.json().keys() == unknown.json().keys()
    assert known.json()["phone_masked"] == "138****8000"
    assert unknown.json()["phone_masked"] == "137****7000"


async def test_a_malformed_phone_is_refused(hall: Hall) -> None:
    for phone in ("", "123", "+86 10 6512 3456", "not a phone", "１２８００１３８０００"):
        asked = await hall.client.post("/api/v1/auth/otp", json={"phone": phone})
        assert (asked.status_code, asked.json()["code"]) == (400, "people.phone_invalid"), phone
        status, body = await enter(hall, "123456", phone)
        assert (status, body["code"]) == (400, "people.phone_invalid"), phone


async def test_a_body_of_another_shape_is_refused(hall: Hall) -> None:
    bodies: tuple[object, ...] = (
        {},
        {"phone": None},
        {"phone": 13800138000},
        {"phone": "1" * 65},
        {"phone": True},
        [],
        PHONE,
        None,
    )
    for body in bodies:
        asked = await hall.client.post("/api/v1/auth/otp", content=json.dumps(body), headers=JSON)
        assert (asked.status_code, asked.json()["code"]) == (400, "hall.malformed"), body
    missing = await hall.client.post("/api/v1/auth/session", json={"phone": PHONE})
    assert (missing.status_code, missing.json()["code"]) == (400, "hall.malformed")


async def test_broken_utf_8_is_refused(hall: Hall) -> None:
    asked = await hall.client.post("/api/v1/auth/otp", content=b'{"phone": "\xff\xfe"}', headers=JSON)
    assert (asked.status_code, asked.json()["code"]) == (400, "hall.malformed")


async def test_a_form_is_not_taken_for_json(hall: Hall) -> None:
    asked = await hall.client.post("/api/v1/auth/otp", data={"phone": PHONE})
    assert (asked.status_code, asked.json()["code"]) == (415, "hall.unsupported_type")


async def test_a_code_works_once(hall: Hall) -> None:
    code = await ask(hall)
    assert (await enter(hall, code))[0] == 201
    status, body = await enter(hall, code)
    assert (status, body["code"]) == (422, "people.code_expired")


async def test_a_code_belongs_to_its_phone(hall: Hall) -> None:
    code = await ask(hall)
    await ask(hall, "13700137000")
    status, body = await enter(hall, code, "13700137000")
    assert (status, body["code"]) == (422, "people.code_wrong")


async def test_without_a_code_there_is_nothing_to_guess(hall: Hall) -> None:
    status, body = await enter(hall, "123456")
    assert (status, body["code"]) == (422, "people.code_expired")


async def test_a_code_expires_after_five_minutes(hall: Hall) -> None:
    code = await ask(hall)
    with clock.at(clock.now() + timedelta(minutes=5, seconds=1)):
        status, body = await enter(hall, code)
    assert (status, body["code"]) == (422, "people.code_expired")


async def test_five_wrong_tries_end_a_code_even_for_who_knows_it(hall: Hall) -> None:
    code = await ask(hall)
    told = [await enter(hall, other_than(code)) for _ in range(5)]
    assert [body.get("tries_left") for _, body in told] == [4, 3, 2, 1, None]
    assert [body["code"] for _, body in told] == ["people.code_wrong"] * 4 + ["people.code_spent"]
    status, body = await enter(hall, code)
    assert (status, body["code"]) == (422, "people.code_spent")


async def test_the_fifth_try_may_still_be_right(hall: Hall) -> None:
    code = await ask(hall)
    for _ in range(4):
        await enter(hall, other_than(code))
    assert (await enter(hall, code))[0] == 201


async def test_what_is_not_six_digits_counts_as_a_wrong_try(hall: Hall) -> None:
    await ask(hall)
    for left, typed in ((4, ""), (3, "abcdef"), (2, "12345"), (1, "1234567")):
        status, body = await enter(hall, typed)
        assert (status, body["code"], body["tries_left"]) == (422, "people.code_wrong", left)


async def test_a_double_tap_sends_one_message(hall: Hall) -> None:
    phone = "13100131000"
    before = len(hall.outside.messages(f"+86{phone}"))
    code = await ask(hall, phone)
    assert await ask(hall, phone) == code
    assert len(hall.outside.messages(f"+86{phone}")) == before + 1


async def test_asked_again_after_half_a_minute_a_new_code_takes_the_place_of_the_old(hall: Hall) -> None:
    old = await ask(hall)
    with clock.at(clock.now() + timedelta(seconds=31)):
        new = await ask(hall)
        if old != new:
            assert (await enter(hall, old))[1]["code"] == "people.code_wrong"
        assert (await enter(hall, new))[0] == 201


async def test_too_many_codes_for_one_phone_are_refused_with_the_time_to_wait(hall: Hall) -> None:
    for _ in range(5):
        assert (await hall.client.post("/api/v1/auth/otp", json={"phone": PHONE})).status_code == 202
    refused = await hall.client.post("/api/v1/auth/otp", json={"phone": PHONE})
    assert (refused.status_code, refused.json()["code"]) == (429, "hall.rate_limited")
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    other = await hall.client.post("/api/v1/auth/otp", json={"phone": "13700137000"})
    assert other.status_code == 202


async def test_signing_in_clears_the_count_of_the_phone(hall: Hall) -> None:
    for _ in range(7):
        await hall.sign_in(PHONE)
    assert (await hall.client.post("/api/v1/auth/otp", json={"phone": PHONE})).status_code == 202


async def test_too_many_codes_from_one_address_are_refused(hall: Hall) -> None:
    statuses = [
        (await hall.client.post("/api/v1/auth/otp", json={"phone": f"139{number:08d}"})).status_code
        for number in range(hall.settings.otp_per_address + 1)
    ]
    assert statuses == [202] * hall.settings.otp_per_address + [429]


async def test_who_owns_a_network_is_counted_as_one(hall: Hall) -> None:
    """An IPv6 customer has 2**64 addresses: another one for each guess must not start another count."""
    app = hall.client._transport.app  # type: ignore[attr-defined]
    statuses = []
    for number in range(hall.settings.otp_per_address * 5 + 1):
        transport = httpx.ASGITransport(app, client=(f"2001:db8::{number:x}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            answer = await client.post("/api/v1/auth/session", json={"phone": PHONE, "code": "000000"})
            statuses.append(answer.status_code)
    assert statuses == [422] * (len(statuses) - 1) + [429]
