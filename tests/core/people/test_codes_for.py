"""What a one-time code is for, and what strangers can do about somebody else's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import pytest

from openhall.core.people.actions import codes
from tests.core.people.test_recovery_api import OLD, Counter, counter, regain
from tests.hall import Hall

pytestmark = pytest.mark.anyio
__all__ = ["counter"]
PHONE = "13800000001"
OTP, SESSION = "/api/v1/auth/otp", "/api/v1/auth/session"


@asynccontextmanager
async def elsewhere(hall: Hall) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at another address."""
    app = cast(Any, hall.client._transport).app
    transport = httpx.ASGITransport(app, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def text_at(hall: Hall, phone: str = PHONE) -> tuple[str, str]:
    """The newest message of a phone, and the code in it."""
    texts = (await hall.client.get(f"/demo/phone/{phone}", headers={"Accept": "application/json"})).json()
    return texts[0]["text"], texts[0]["code"]


async def test_a_code_says_what_it_is_for_and_serves_nothing_else(hall: Hall) -> None:
    mine, elsewhere_signed_in = await hall.sign_in(PHONE) | {"Accept-Language": "en"}, await hall.sign_in(PHONE)
    await hall.client.post(OTP, json={"phone": PHONE}, headers={"Accept-Language": "en"})
    text, to_sign_in = await text_at(hall)
    assert f"{to_sign_in} signs you in" in text
    stepped = await hall.client.post("/api/v1/auth/step-ups", json={"code": to_sign_in}, headers=mine)
    assert (stepped.status_code, stepped.json()["code"]) == (422, "people.code_expired")
    assert (await hall.client.post("/api/v1/auth/step-ups/otp", headers=mine)).status_code == 202
    text, to_step_up = await text_at(hall)
    assert f"{to_step_up} allows an important step" in text
    entered = await hall.client.post(SESSION, json={"phone": PHONE, "code": to_step_up})
    assert entered.json()["code"] == ("people.code_wrong" if to_step_up != to_sign_in else None)
    other = await hall.client.post("/api/v1/auth/step-ups", json={"code": to_step_up}, headers=elsewhere_signed_in)
    assert other.json()["code"] == "people.code_spent", "it is for the session that asked"
    stepped = await hall.client.post("/api/v1/auth/step-ups", json={"code": to_step_up}, headers=mine)
    assert stepped.status_code == 201, "the wrong try at the one code spent nothing of the other"


async def test_a_code_to_sign_in_does_not_move_an_account(hall: Hall, counter: Counter) -> None:
    mine = await hall.sign_in(OLD)
    await hall.client.delete("/api/v1/auth/session", headers=mine)
    recovery = (await counter.confirm(await counter.open())).code
    await hall.client.post(OTP, json={"phone": PHONE})
    _, code = await text_at(hall)
    moved = await regain(hall, recovery, new=PHONE, code=code)
    assert (moved.status_code, moved.json()["code"]) == (422, "people.code_expired")


async def test_a_stranger_who_asks_for_codes_locks_nobody_out(hall: Hall) -> None:
    for _ in range(hall.settings.otp_per_phone):
        await hall.client.post(OTP, json={"phone": PHONE})
    assert (await hall.client.post(OTP, json={"phone": PHONE})).status_code == 429
    async with elsewhere(hall) as owner:
        assert (await owner.post(OTP, json={"phone": PHONE})).status_code == 202


async def test_a_stranger_takes_half_of_a_days_codes_at_most(hall: Hall) -> None:
    half = hall.settings.otp_per_phone_day // 2
    signed_in = [await hall.sign_in(PHONE) for _ in range(half)]
    assert len(signed_in) == half
    assert (await hall.client.post(OTP, json={"phone": PHONE})).status_code == 429
    async with elsewhere(hall) as owner:
        assert (await owner.post(OTP, json={"phone": PHONE})).status_code == 202


async def test_a_stranger_who_guesses_spends_nobody_elses_code(hall: Hall) -> None:
    await hall.client.post(OTP, json={"phone": PHONE})
    _, code = await text_at(hall)
    wrong = {"phone": PHONE, "code": "000000" if code != "000000" else "111111"}
    async with elsewhere(hall) as stranger:
        told = [(await stranger.post(SESSION, json=wrong)).json() for _ in range(codes.STRANGE_TRIES + 1)]
        assert [one["code"] for one in told[-2:]] == ["people.code_spent"] * 2
        right = await stranger.post(SESSION, json={"phone": PHONE, "code": code})
        assert right.json()["code"] == "people.code_spent", "from there not even the right one"
    assert (await hall.client.post(SESSION, json={"phone": PHONE, "code": code})).status_code == 201


async def test_a_phone_that_changes_its_network_may_use_its_code(hall: Hall) -> None:
    await hall.client.post(OTP, json={"phone": PHONE})
    _, code = await text_at(hall)
    async with elsewhere(hall) as same_phone:
        assert (await same_phone.post(SESSION, json={"phone": PHONE, "code": code})).status_code == 201
