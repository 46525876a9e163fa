"""Visitors: joined by e-mail, by a number from abroad, or by a passkey alone; with small limits until the real name."""

import asyncio
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from openhall.base.config import Settings
from openhall.core.people import rules
from tests.authenticator import Authenticator
from tests.conftest import open_hall
from tests.core.people.names.people import XIAOMING, be
from tests.core.people.visiting import EMAIL, OTP, SESSION, by_email, by_passkey
from tests.hall import Hall, Headers
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio


async def me(hall: Hall, headers: Headers) -> dict[str, Any]:
    told: dict[str, Any] = (await hall.client.get("/api/v1/me", headers=headers)).json()
    return told


async def test_an_email_address_opens_an_account_and_the_same_one_again(hall: Hall) -> None:
    first = await me(hall, await by_email(hall))
    assert (first["email"], first["phone"], first["phone_masked"]) == (EMAIL, "", "e***@example.org")
    assert (first["visitor"], first["lang"]) == (True, "en")
    again = await me(hall, await by_email(hall, " Emma.Clarke@Example.ORG "))
    assert again["id"] == first["id"]


async def test_the_code_goes_to_the_mailbox_and_says_so_in_english(hall: Hall) -> None:
    await hall.client.post(OTP, json={"email": EMAIL}, headers={"Accept-Language": "en"})
    (mail, *_) = hall.outside.call("GET", "/mail", to=EMAIL).json()
    assert "signs you in" in mail["text"]


@pytest.mark.parametrize("written", ["a@b", "ann@", "@example.org", "ann@exam ple.org", "аnn@example.org", "a\n@b.org"])
async def test_what_is_no_email_address_is_refused(hall: Hall, written: str) -> None:
    """The fifth begins with a Cyrillic letter."""
    refused = await hall.client.post(OTP, json={"email": written})
    assert (refused.status_code, refused.json()["code"]) == (400, "people.email_invalid")


async def test_a_hall_without_a_mail_gateway_says_so_at_once(settings: Settings, outside: OutsideProgram) -> None:
    async with open_hall(msgspec.structs.replace(settings, mail_url=""), outside) as hall:
        refused = await hall.client.post(OTP, json={"email": EMAIL})
        assert (refused.status_code, refused.json()["code"]) == (422, "people.email_off")


async def test_racing_codes_of_one_address_open_one_account(hall: Hall) -> None:
    await hall.client.post(OTP, json={"email": EMAIL})
    (mail, *_) = hall.outside.call("GET", "/mail", to=EMAIL).json()
    body = {"email": EMAIL, "code": rules.code_in(mail["text"])}
    answers = await asyncio.gather(*(hall.client.post(SESSION, json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 7
    await hall.books_agree()


async def test_a_number_from_abroad_is_a_visitors_and_a_local_one_is_not(hall: Hall) -> None:
    assert (await me(hall, await hall.sign_in("+447700900123")))["visitor"] is True
    assert (await me(hall, await hall.sign_in("13800138000")))["visitor"] is False


async def test_a_passkey_alone_opens_an_account_and_signs_in_again(hall: Hall) -> None:
    headers, device = await by_passkey(hall)
    first = await me(hall, headers)
    assert (first["name"], first["phone"], first["email"], first["visitor"]) == ("Emma", "", None, True)
    asked = await hall.client.post("/api/v1/passkeys/authentication-options")
    entered = await hall.client.post("/api/v1/passkeys/sessions", json={"credential": device.use(asked.json())})
    assert entered.status_code == 201, entered.text
    assert entered.json()["resident"]["id"] == first["id"]
    await hall.books_agree()


async def test_an_answer_to_a_question_opens_one_account(hall: Hall) -> None:
    device = Authenticator(hall.settings.public_url)
    asked = await hall.client.post("/api/v1/passkeys/joining-options")
    body = {"credential": device.make(asked.json())}
    answers = [await hall.client.post("/api/v1/passkeys/joinings", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 422]
    assert answers[1].json()["code"] == "people.challenge_unknown"


async def test_a_passkey_that_is_somebodys_opens_no_second_account(hall: Hall) -> None:
    _, device = await by_passkey(hall)
    asked = await hall.client.post("/api/v1/passkeys/joining-options")
    again = await hall.client.post("/api/v1/passkeys/joinings", json={"credential": device.make(asked.json())})
    assert (again.status_code, again.json()["code"]) == (409, "people.passkey_known")


async def test_a_question_to_sign_in_opens_no_account(hall: Hall) -> None:
    device = Authenticator(hall.settings.public_url)
    asked = (await hall.client.post("/api/v1/passkeys/authentication-options")).json()
    options = {"user": {"id": "AAAA"}, "rp": {"id": asked["rpId"]}, "challenge": asked["challenge"]}
    refused = await hall.client.post("/api/v1/passkeys/joinings", json={"credential": device.make(options)})
    assert refused.json()["code"] == "people.challenge_unknown"


async def test_the_only_way_in_cannot_be_removed(hall: Hall) -> None:
    headers, _ = await by_passkey(hall)
    (only,) = (await hall.client.get("/api/v1/passkeys", headers=headers)).json()["passkeys"]
    refused = await hall.client.delete(f"/api/v1/passkeys/{only['id']}", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "people.last_passkey")
    await hall.add_passkey(headers, "Second")
    assert (await hall.client.delete(f"/api/v1/passkeys/{only['id']}", headers=headers)).status_code == 204


async def test_one_address_opens_only_so_many_accounts(settings: Settings, outside: OutsideProgram) -> None:
    async with open_hall(msgspec.structs.replace(settings, joins_per_address=2), outside) as hall:
        for _ in range(2):
            await by_passkey(hall)
        asked = await hall.client.post("/api/v1/passkeys/joining-options")
        made = Authenticator(settings.public_url).make(asked.json())
        assert (await hall.client.post("/api/v1/passkeys/joinings", json={"credential": made})).status_code == 429


@pytest.mark.parametrize("way", ["email", "passkey", "abroad"])
async def test_a_visitor_pays_up_to_small_limits(settings: Settings, outside: OutsideProgram, way: str) -> None:
    async with open_hall(msgspec.structs.replace(settings, visitor_payment_max=1_000), outside) as hall:
        await _pays_little(hall, way)


async def _pays_little(hall: Hall, way: str) -> None:
    owner = await hall.sign_in("13900139000")
    shop = await hall.open_shop(owner)
    if way == "abroad":
        visitor = await hall.sign_in("+447700900123")
    else:
        visitor = await by_email(hall) if way == "email" else (await by_passkey(hall))[0]
    await hall.give(visitor, 1_000_000)
    limits = (await hall.client.get("/api/v1/me/limits", headers=visitor)).json()
    assert (limits["payment_max"], limits["day_max"]) == (1_000, 100_000)
    paid = await hall.pay(visitor, code=shop["code"], amount=350)
    assert paid.status_code == 201, paid.text
    refused = await hall.pay(visitor, code=shop["code"], amount=1_001)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.above_own_limit")
    await hall.books_agree()


async def test_a_real_name_ends_the_small_limits(hall: Hall) -> None:
    visitor = await by_email(hall)
    assert (await be(hall, visitor, XIAOMING)).status_code == 200
    assert (await me(hall, visitor))["visitor"] is False
    limits = (await hall.client.get("/api/v1/me/limits", headers=visitor)).json()
    assert limits["payment_max"] == hall.settings.payment_max


async def test_a_visitor_sends_nothing_to_people(hall: Hall) -> None:
    visitor = await by_email(hall)
    wish = {"to_phone": "13800138000", "amount": 100}
    headers = visitor | {"Idempotency-Key": str(uuid4())}
    refused = await hall.client.post("/api/v1/transfers", json=wish, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "people.level_too_low")


async def test_warnings_reach_a_visitor_by_email(hall: Hall) -> None:
    """A code for a step-up goes to the mailbox too."""
    visitor = await by_email(hall)
    asked = await hall.client.post("/api/v1/auth/step-ups/otp", headers=visitor)
    assert asked.status_code == 202, asked.text
    assert asked.json()["phone_masked"] == "e***@example.org"


async def test_the_visitors_page_lets_in_by_email_without_script(hall: Hall) -> None:
    page = await hall.client.get("/visit", headers={"Accept-Language": "en"})
    assert "You do not need to carry a wallet" in page.text
    token = {"_csrf_token": hall.client.cookies["openhall_csrf"]}
    wrong = await hall.client.post("/sign-in", data=token | {"phone": "ann@", "visit": "1"})
    assert wrong.status_code == 400
    assert 'value="ann@"' in wrong.text
    sent = await hall.client.post("/sign-in", data=token | {"phone": EMAIL, "visit": "1"})
    assert sent.headers["Location"] == "/sign-in/code"
    told = await hall.client.get(f"/demo/phone/{EMAIL}", headers={"Accept": "application/json"})
    entered = await hall.client.post("/sign-in/code", data=token | {"phone": EMAIL, "code": told.json()[0]["code"]})
    assert entered.status_code == 303, entered.text
    mine = await hall.client.get("/me")
    assert "e***@example.org" in mine.text


def test_addresses_are_kept_in_one_form() -> None:
    assert rules.email(" Ann@Example.org\n") == "ann@example.org"
    assert rules.address("138 0013 8000") == "+8613800138000"
    assert rules.masked("ann@example.org") == "a***@example.org"
    assert rules.is_from_abroad("+447700900123")
    assert not rules.is_from_abroad("+8613800138000")
