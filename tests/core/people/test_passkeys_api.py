"""Passkeys over the API: made, used and looked after; and everything that can be wrong with one, by its own code."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from openhall.base import clock
from tests.authenticator import Authenticator
from tests.core.people.names.people import XIAOMING, be
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio
ONE, OTHER = "13800138000", "13700137000"
API = "/api/v1/passkeys"
LATER = timedelta(minutes=6)


async def ask(hall: Hall, what: str, headers: Headers | None = None) -> Any:
    asked = await hall.client.post(f"{API}/{what}", headers=headers)
    assert asked.status_code == 200, asked.text
    return asked.json()


async def enter(hall: Hall, credential: Any) -> Any:
    return await hall.client.post(f"{API}/sessions", json={"credential": credential})


async def sign_in(hall: Hall, device: Authenticator, **lies: Any) -> Any:
    return await enter(hall, device.use(await ask(hall, "authentication-options"), **lies))


async def step_up(hall: Hall, headers: Headers, device: Authenticator, **lies: Any) -> Any:
    credential = device.use(await ask(hall, "step-up-options", headers), **lies)
    return await hall.client.post(f"{API}/step-ups", json={"credential": credential}, headers=headers)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def news(hall: Hall) -> list[str]:
    """What residents were told of their account: the category and the code of each message, and its facts."""
    sql = (
        b"select concat_ws(' ', t.category, t.code, m.facts) from messages.messages m "
        b"join messages.templates t on t.id = m.template order by m.told_at, m.id"
    )
    async with hall.pool.read() as conn:
        return [row[0] for row in await (await conn.execute(sql)).fetchall()]


async def acts(hall: Hall) -> list[str]:
    async with hall.pool.read() as conn:
        found = await conn.execute("select act from people.audit order by at, id")
        return [row[0] for row in await found.fetchall()]


async def level(hall: Hall, headers: Headers) -> tuple[str, int]:
    listed = (await hall.client.get("/api/v1/auth/sessions", headers=headers)).json()["sessions"]
    (mine,) = [session for session in listed if session["current"]]
    return mine["way"], mine["level"]


async def test_somebody_signs_in_with_a_passkey_and_no_number(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    passkey, device = await hall.add_passkey(mine, "王小明的手机")
    entered = await sign_in(hall, device)
    assert entered.status_code == 201, entered.text
    assert entered.json()["resident"]["phone"] == f"+86{ONE}"
    there = {"Authorization": f"Bearer {entered.json()['token']}"}
    assert await level(hall, there) == ("passkey", 1)
    (listed,) = (await hall.client.get(API, headers=there)).json()["passkeys"]
    assert (listed["id"], listed["name"], listed["suspended_for"]) == (passkey, "王小明的手机", None)
    assert listed["used_at"] is not None
    (told,) = [text for text in await news(hall) if "王小明的手机" in text]
    assert told.startswith("must people.passkey_added"), "the owner is told of a new passkey"
    assert {"passkey_added", "signed_in"} <= set(await acts(hall))
    await hall.books_agree()


async def test_the_options_ask_for_a_passkey_that_needs_no_number_and_checks_its_owner(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    _, device = await hall.add_passkey(mine)
    assert (await step_up(hall, mine, device)).status_code == 201
    making = await ask(hall, "registration-options", mine)
    assert making["rp"]["id"] == "localhost"
    assert making["authenticatorSelection"]["residentKey"] == "required"
    assert making["authenticatorSelection"]["userVerification"] == "required"
    assert [one["id"] for one in making["excludeCredentials"]] == [device.make(making)["id"]]
    assert ONE not in str(making), "what a device shows beside a passkey is not the whole number"
    using = await ask(hall, "authentication-options")
    assert using["userVerification"] == "required"
    assert not using.get("allowCredentials"), "nobody has said who they are"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"origin": "http://localhost.evil.example"}, "people.passkey_origin_wrong"),
    ({"origin": "https://localhost:8000"}, "people.passkey_origin_wrong"),
    ({"cross": True}, "people.passkey_origin_wrong"),
    ({"rp": "evil.example"}, "people.passkey_hall_wrong"),
    ({"verified": False}, "people.passkey_unverified"),
    ({"kind": "payment.get"}, "people.passkey_malformed"),
    ({"challenge": "A" * 43}, "people.challenge_unknown"),
    ({"challenge": "AAAA"}, "people.passkey_malformed"),
]


@pytest.mark.parametrize(("lies", "code"), WRONG, ids=str)
async def test_a_lying_device_signs_nobody_in(hall: Hall, lies: dict[str, Any], code: str) -> None:
    _, device = await hall.add_passkey(await hall.sign_in(ONE))
    refused = await sign_in(hall, device, **lies)
    assert refusal(refused) == (400 if code.endswith("malformed") else 422, code)
    assert (await sign_in(hall, device)).status_code == 201, "the passkey itself is as good as before"


@pytest.mark.parametrize(("lies", "code"), WRONG[:6], ids=str)
async def test_a_lying_device_adds_no_passkey(hall: Hall, lies: dict[str, Any], code: str) -> None:
    mine = await hall.sign_in(ONE)
    made = Authenticator().make(await ask(hall, "registration-options", mine), **lies)
    refused = await hall.client.post(f"{API}/registrations", json={"credential": made}, headers=mine)
    assert refused.json()["code"] == code
    assert (await hall.client.get(API, headers=mine)).json() == {"passkeys": []}


async def test_a_forged_signature_is_refused_and_switches_nothing_off(hall: Hall) -> None:
    """Whoever knows the name of a passkey must not be able to have it switched off by a low counter."""
    _, device = await hall.add_passkey(await hall.sign_in(ONE))
    for _ in range(3):
        assert (await sign_in(hall, device)).status_code == 201
    forged = await sign_in(hall, device, forged=True, count=1)
    assert refusal(forged) == (422, "people.passkey_signature_wrong")
    wrong_account = await sign_in(hall, device, handle=b"somebody else")
    assert refusal(wrong_account) == (422, "people.passkey_signature_wrong")
    assert (await sign_in(hall, device)).status_code == 201


async def test_an_unknown_passkey_is_refused_as_one_that_was_removed(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    passkey, device = await hall.add_passkey(mine)
    assert (await step_up(hall, mine, device)).status_code == 201
    assert (await hall.client.delete(f"{API}/{passkey}", headers=mine)).status_code == 204
    removed, invented = await sign_in(hall, device), await sign_in(hall, Authenticator())
    assert removed.json() == invented.json()
    assert refusal(removed) == (422, "people.passkey_unknown")
    assert (await hall.sign_in(ONE))["Authorization"], "the code to the phone remains"


async def test_a_question_is_answered_once(hall: Hall) -> None:
    _, device = await hall.add_passkey(await hall.sign_in(ONE))
    credential = device.use(await ask(hall, "authentication-options"))
    assert (await enter(hall, credential)).status_code == 201
    assert refusal(await enter(hall, credential)) == (422, "people.challenge_unknown")


async def test_a_wrong_answer_spends_the_question_too(hall: Hall) -> None:
    _, device = await hall.add_passkey(await hall.sign_in(ONE))
    options = await ask(hall, "authentication-options")
    assert refusal(await enter(hall, device.use(options, verified=False)))[1] == "people.passkey_unverified"
    assert refusal(await enter(hall, device.use(options)))[1] == "people.challenge_unknown"


async def test_a_question_lives_five_minutes(hall: Hall) -> None:
    _, device = await hall.add_passkey(await hall.sign_in(ONE))
    options = await ask(hall, "authentication-options")
    with clock.at(clock.now() + timedelta(minutes=5, seconds=1)):
        assert refusal(await enter(hall, device.use(options)))[1] == "people.challenge_unknown"


async def test_a_question_serves_its_own_purpose_and_session_only(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    _, device = await hall.add_passkey(mine)
    again = await hall.sign_in(ONE)
    for_step_up = await ask(hall, "step-up-options", mine)
    assert refusal(await enter(hall, device.use(for_step_up)))[1] == "people.challenge_unknown"
    for_step_up = await ask(hall, "step-up-options", mine)
    body = {"credential": device.use(for_step_up)}
    elsewhere = await hall.client.post(f"{API}/step-ups", json=body, headers=again)
    assert refusal(elsewhere) == (422, "people.challenge_unknown")
    for_sign_in = await ask(hall, "authentication-options")
    body = {"credential": device.use(for_sign_in)}
    assert refusal(await hall.client.post(f"{API}/step-ups", json=body, headers=mine))[1] == "people.challenge_unknown"


async def test_a_counter_that_goes_back_switches_the_passkey_off_and_its_owner_is_told(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    assert (await be(hall, mine, XIAOMING)).status_code == 200
    _, device = await hall.add_passkey(mine, "Old phone")
    entered = await sign_in(hall, device)
    strong = {"Authorization": f"Bearer {entered.json()['token']}"}
    assert await level(hall, strong) == ("passkey", 3)
    copy = await sign_in(hall, device, count=1)
    assert refusal(copy) == (422, "people.passkey_copied")
    assert refusal(await sign_in(hall, device)) == (422, "people.passkey_suspended"), (
        "the owner's own does not work either"
    )
    (listed,) = (await hall.client.get(API, headers=mine)).json()["passkeys"]
    assert listed["suspended_for"] == "copied"
    (told,) = [text for text in await news(hall) if "people.passkey_copied" in text]
    assert told.startswith("must")
    assert "Old phone" in told
    assert "passkey_suspended" in await acts(hall)
    assert await level(hall, strong) == ("passkey", 2), "nothing is strong by it any more"
    await hall.books_agree()


async def test_a_passkey_that_does_not_count_works_again_and_again(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    device = Authenticator(counts=False)
    body = {"credential": device.make(await ask(hall, "registration-options", mine))}
    assert (await hall.client.post(f"{API}/registrations", json=body, headers=mine)).status_code == 201
    for _ in range(3):
        assert (await sign_in(hall, device)).status_code == 201


async def test_somebody_elses_passkey_proves_nothing_here(hall: Hall) -> None:
    mine, theirs = await hall.sign_in(ONE), await hall.sign_in(OTHER)
    passkey, device = await hall.add_passkey(theirs)
    await hall.add_passkey(mine)
    assert refusal(await step_up(hall, mine, device)) == (422, "people.passkey_unknown")
    changed = await hall.client.patch(f"{API}/{passkey}", json={"name": "mine"}, headers=mine)
    assert refusal(changed) == (404, "people.passkey_not_found")


async def test_a_passkey_is_renamed_by_its_owner(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    passkey, _ = await hall.add_passkey(mine)
    for wish, kept in (("  My \u0000 tablet ", "My tablet"), ("", "My tablet"), ("长" * 99, "长" * 40)):
        changed = await hall.client.patch(f"{API}/{passkey}", json={"name": wish}, headers=mine)
        assert (changed.status_code, changed.json()["name"]) == (200, kept)


async def test_ten_passkeys_are_enough_and_none_is_added_twice(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    _, device = await hall.add_passkey(mine)
    assert (await step_up(hall, mine, device)).status_code == 201
    body = {"credential": device.make(await ask(hall, "registration-options", mine))}
    twice = await hall.client.post(f"{API}/registrations", json=body, headers=mine)
    assert refusal(twice) == (409, "people.passkey_known")
    for _ in range(9):
        await hall.add_passkey(mine)
    body = {"credential": Authenticator().make(await ask(hall, "registration-options", mine))}
    full = await hall.client.post(f"{API}/registrations", json=body, headers=mine)
    assert refusal(full) == (422, "people.passkeys_full")


Act = Callable[[Hall, Headers, str], Awaitable[Any]]
SENSITIVE: list[Act] = [
    lambda hall, headers, passkey: hall.client.post(f"{API}/registration-options", headers=headers),
    lambda hall, headers, passkey: hall.client.delete(f"{API}/{passkey}", headers=headers),
    lambda hall, headers, passkey: hall.client.delete("/api/v1/me/sessions", headers=headers),
]


@pytest.mark.parametrize("act", SENSITIVE, ids=["add", "remove", "sign out everywhere"])
async def test_sensitive_acts_want_a_fresh_passkey_of_whoever_has_one(hall: Hall, act: Act) -> None:
    mine = await hall.sign_in(ONE)
    passkey, device = await hall.add_passkey(mine)
    refused = await act(hall, mine, passkey)
    assert refusal(refused) == (403, "people.proof_too_old"), "a code to a phone that may be stolen is not enough now"
    assert refused.json()["by"] == "passkey"
    by_code = await hall.client.post("/api/v1/auth/step-ups/otp", headers=mine)
    assert refusal(by_code) == (422, "people.passkey_required")
    assert (await step_up(hall, mine, device)).status_code == 201
    with clock.at(clock.now() + LATER):
        assert refusal(await act(hall, mine, passkey))[1] == "people.proof_too_old"
    assert (await act(hall, mine, passkey)).status_code in (200, 204)


@pytest.mark.parametrize("act", SENSITIVE[::2], ids=["add", "sign out everywhere"])
async def test_whoever_has_no_passkey_steps_up_by_a_code(hall: Hall, act: Act) -> None:
    mine = await hall.sign_in(ONE)
    with clock.at(clock.now() + LATER):
        refused = await act(hall, mine, "")
        assert (*refusal(refused), refused.json()["by"]) == (403, "people.proof_too_old", "code")
        sent = await hall.client.post("/api/v1/auth/step-ups/otp", headers=mine)
        assert sent.status_code == 202
        messages = await hall.client.get(f"/demo/phone/{ONE}", headers={"Accept": "application/json"})
        code = messages.json()[0]["code"]
        wrong = "000000" if code != "000000" else "111111"
        mistyped = await hall.client.post("/api/v1/auth/step-ups", json={"code": wrong}, headers=mine)
        assert (*refusal(mistyped), mistyped.json()["tries_left"]) == (422, "people.code_wrong", 4)
        proved = await hall.client.post("/api/v1/auth/step-ups", json={"code": code}, headers=mine)
        assert (proved.status_code, proved.json()["level"]) == (201, 1)
        assert (await act(hall, mine, "")).status_code == 200
    assert "stepped_up" in await acts(hall)


async def test_a_closed_account_is_opened_by_no_passkey(hall: Hall) -> None:
    _, device = await hall.add_passkey(await hall.sign_in(ONE))
    async with hall.pool.write() as conn:
        await conn.execute("update people.residents set state = 'closed'")
    assert refusal(await sign_in(hall, device)) == (403, "people.number_resting")


async def test_who_signs_in_by_a_passkey_must_be_named_by_it(hall: Hall) -> None:
    _, device = await hall.add_passkey(await hall.sign_in(ONE))
    answer = device.use(await ask(hall, "authentication-options"))
    del answer["response"]["userHandle"]
    assert refusal(await hall.client.post(f"{API}/sessions", json={"credential": answer})) == (
        422,
        "people.passkey_signature_wrong",
    )


async def test_what_a_removed_passkey_opened_is_over(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    passkey, device = await hall.add_passkey(mine)
    opened, removes = [{"Authorization": f"Bearer {(await sign_in(hall, device)).json()['token']}"} for _ in range(2)]
    await step_up(hall, mine, device)
    assert (await hall.client.delete(f"{API}/{passkey}", headers=removes)).status_code == 204
    statuses = [(await hall.client.get("/api/v1/me", headers=who)).status_code for who in (opened, removes, mine)]
    assert statuses == [401, 200, 200]
    await hall.books_agree()


async def test_a_device_whose_passkey_is_switched_off_makes_no_second_one(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    await hall.add_passkey(mine)
    async with hall.pool.write() as conn:
        await conn.execute("update people.passkeys set suspended_at = now(), suspended_for = 'copied'")
    options = await ask(hall, "registration-options", mine)
    assert len(options["excludeCredentials"]) == 1


async def test_questions_of_one_session_are_counted(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    statuses = [(await hall.client.post(f"{API}/step-up-options", headers=mine)).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
