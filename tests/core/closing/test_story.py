"""Closing an account: what it takes, what ends, who gets it back, and what time does to it."""

from datetime import timedelta
from uuid import UUID

import pytest

from openhall.base import clock
from openhall.base.errors import Problem
from openhall.core.closing.actions import reopening
from tests.core.closing.stage import (
    CLOSING,
    FRIEND,
    PHONE,
    SELLER,
    close,
    closing_of,
    in_the_way,
    operators,
    reopen,
    rows,
    tended,
)
from tests.core.people.names.people import FATHER, be
from tests.core.people.pins.steps import has_pin, id_of, refusal, told
from tests.core.people.test_passkeys_api import sign_in, step_up
from tests.hall import Hall, fresh_key

pytestmark = pytest.mark.anyio


async def test_an_empty_account_closes_and_nothing_of_it_works_any_more(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    _, device = await hall.add_passkey(me)
    await step_up(hall, me, device)
    await has_pin(hall, me)
    other = await hall.sign_in(PHONE)
    code = (await hall.client.post("/api/v1/me/pay-code", headers=me)).json()["digits"]
    enrolled = await hall.client.post("/api/v1/me/pay-code/devices", json={"name": "Phone"}, headers=me)
    assert enrolled.status_code == 201
    wish = {"url": "https://receiver.example/hook", "events": ["*"]}
    assert (await hall.client.post("/api/v1/webhooks", json=wish, headers=me)).status_code == 201
    assert await in_the_way(hall, me) == []
    resident = await id_of(hall, me)
    done = await close(hall, me)
    assert done["closed_at"] < done["rest_until"] < done["keep_until"]
    for token in (me, other):
        assert refusal(await hall.client.get("/api/v1/me", headers=token)) == (401, "people.session_invalid")
    assert refusal(await sign_in(hall, device)) == (422, "people.passkey_unknown"), "as one that was invented"
    owner = await hall.sign_in(SELLER)
    shop = await hall.open_shop(owner)
    charge = {"pay_code": code, "amount": 100, "reference": "R1"}
    asked = await hall.client.post(f"/api/v1/shops/{shop['id']}/charges", json=charge, headers=owner | fresh_key())
    assert asked.status_code == 422, asked.text
    for table, column in (("payments.pay_devices", "revoked_at is null"), ("webhooks.endpoints", "true")):
        assert not await rows(hall, f"select 1 from {table} where resident = %s and {column}", resident), table
    await hall.books_agree()


async def test_it_takes_a_fresh_proof(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert refusal(await hall.client.post(CLOSING, headers=me)) == (403, "people.proof_too_old")
    _, device = await hall.add_passkey(me)
    assert refusal(await hall.client.post(CLOSING, headers=me)) == (403, "people.proof_too_old"), "by the passkey"
    await step_up(hall, me, device)
    await close(hall, me)


async def test_its_number_is_told_and_opens_nothing_while_it_rests(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    await close(hall, me)
    ((said,),) = await rows(hall, "select text from people.messages where about = 'news' and phone = %s", f"+86{PHONE}")
    assert "已注销" in said, "the number itself, for nobody can open the inbox"
    asked = await hall.client.post("/api/v1/auth/otp", json={"phone": PHONE})
    stranger = await hall.client.post("/api/v1/auth/otp", json={"phone": "13800000055"})
    assert (asked.status_code, set(asked.json())) == (202, set(stranger.json())), "as to any other number"
    wrong = {"phone": PHONE, "code": "000000"}
    unknown = {"phone": "13800000055", "code": "000000"}
    answers = [(await hall.client.post("/api/v1/auth/session", json=body)).json() for body in (wrong, unknown)]
    assert answers[0] == answers[1]
    messages = await hall.client.get(f"/demo/phone/{PHONE}", headers={"Accept": "application/json"})
    right = {"phone": PHONE, "code": next(one["code"] for one in messages.json() if one["code"])}
    refused = await hall.client.post("/api/v1/auth/session", json=right)
    assert refusal(refused) == (403, "people.number_resting")
    assert "clos" not in refused.text, "whoever has the number now learns nothing of who had it"


async def test_after_its_rest_the_number_is_free_and_a_name_with_it(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    assert (await be(hall, me, FATHER)).status_code == 200
    old = await id_of(hall, me)
    await close(hall, me)
    await tended(hall)
    assert await rows(hall, "select 1 from people.residents where id = %s and phone is not null", old)
    with clock.at(clock.now() + timedelta(days=hall.settings.closing_rest_days, minutes=1)):
        await tended(hall)
        again = await hall.sign_in(PHONE)
        assert await id_of(hall, again) != old
        assert (await be(hall, again, FATHER)).status_code == 200, "the same person may join anew"
        found = await rows(hall, "select name_masked from people.identities where resident = %s", old)
        assert found, "the law still wants to know who it was"
    await hall.books_agree()


async def test_two_operators_take_it_back_while_it_rests(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    _, device = await hall.add_passkey(me)
    await step_up(hall, me, device)
    resident = await id_of(hall, me)
    await close(hall, me)
    one, two = await operators(hall)
    closing = await closing_of(hall, resident)

    async def refused(operator: UUID) -> str:
        async with hall.pool.write() as conn:
            with pytest.raises(Problem) as problem:
                await reopening.reopen(conn, operator=operator, closing=closing)
            return problem.value.code

    assert await refused(two) == "closing.reopen_needs_another"
    async with hall.pool.write() as conn:
        with pytest.raises(Problem, match=r"closing\.seen_missing"):
            await reopening.ask(conn, operator=one, closing=closing, seen=" ")
    async with hall.pool.write() as conn:
        await reopening.ask(conn, operator=one, closing=closing, seen="identity card")
    assert await refused(one) == "closing.reopen_needs_another"
    assert await refused(resident) == "closing.reopen_own"
    async with hall.pool.write() as conn:
        await reopening.reopen(conn, operator=two, closing=closing)
    assert await refused(two) == "closing.rest_over"
    assert refusal(await hall.client.get("/api/v1/me", headers=me)) == (401, "people.session_invalid")
    assert refusal(await sign_in(hall, device)) == (422, "people.passkey_unknown"), "only the number opens it"
    back = await hall.sign_in(PHONE)
    assert await id_of(hall, back) == resident
    assert (await told(hall, back))[-1] == "closing.reopened"
    await hall.give(back, 500)
    assert await hall.balance(back) == 500
    await hall.books_agree()


async def test_after_its_rest_nobody_takes_it_back(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    resident = await id_of(hall, me)
    await close(hall, me)
    one, _ = await operators(hall)
    with clock.at(clock.now() + timedelta(days=hall.settings.closing_rest_days, minutes=1)):
        async with hall.pool.write() as conn:
            with pytest.raises(Problem, match=r"closing\.rest_over"):
                await reopening.ask(conn, operator=one, closing=await closing_of(hall, resident), seen="card")


async def test_an_account_may_close_again_after_it_was_reopened(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    resident = await id_of(hall, me)
    await close(hall, me)
    await reopen(hall, resident)
    await close(hall, await hall.sign_in(PHONE))
    assert len(await rows(hall, "select 1 from closing.closings where resident = %s", resident)) == 2
    await hall.books_agree()


async def test_whoever_sends_to_somebody_who_left_is_told(hall: Hall) -> None:
    me, sender = await hall.sign_in(PHONE), await hall.sign_in(FRIEND)
    assert (await be(hall, sender, FATHER)).status_code == 200
    await hall.give(sender, 5_000)
    await has_pin(hall, sender)
    code = (await hall.client.post("/api/v1/me/receive-code", headers=me)).json()
    await close(hall, me)
    for wish in ({"to_phone": PHONE}, {"to_code": code["code"]}):
        sent = await hall.client.post(
            "/api/v1/transfers", json=wish | {"amount": 100, "pin": "640851"}, headers=sender | fresh_key()
        )
        assert refusal(sent) == (422, "payments.receiver_closed"), sent.text
    looked = await hall.client.post("/api/v1/transfers/receiver", json={"to_phone": PHONE}, headers=sender)
    assert refusal(looked) == (422, "payments.receiver_closed")
    assert await hall.balance(sender) == 5_000
