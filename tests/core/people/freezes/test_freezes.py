"""Freezing an account: what stops, what goes on, who lifts it, and what happens to a payment that is under way."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from openhall.base import clock
from openhall.base.errors import Problem
from openhall.core import people
from openhall.core.people import freezes
from openhall.core.people.package import CHECKS
from tests.core.people.pins.steps import id_of, refusal, told
from tests.core.people.test_passkeys_api import step_up
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio
PHONE, SELLER, ONE, TWO = "13800000001", "13800000002", "13800000007", "13800000008"
FREEZE = "/api/v1/me/freeze"


async def _counter(hall: Hall) -> tuple[Headers, Headers, dict[str, Any]]:
    payer, owner = await hall.sign_in(PHONE), await hall.sign_in(SELLER)
    await hall.give(payer, 1_000_000)
    return payer, owner, await hall.open_shop(owner)


async def _operators(hall: Hall) -> tuple[UUID, UUID]:
    one, two = await id_of(hall, await hall.sign_in(ONE)), await id_of(hall, await hall.sign_in(TWO))
    async with hall.pool.write() as conn:
        await people.add_operator(conn, one)
        await people.add_operator(conn, two)
    return one, two


async def test_nothing_leaves_a_frozen_account_and_what_comes_in_comes_in(hall: Hall) -> None:
    payer, owner, shop = await _counter(hall)
    paid = (await hall.pay(payer, code=shop["code"], amount=700)).json()["id"]
    old = (await hall.client.post("/api/v1/me/pay-code", headers=payer)).json()["digits"]
    frozen = await hall.client.post(FREEZE, headers=await hall.sign_in(PHONE))
    assert (frozen.status_code, frozen.json()["frozen"]) == (200, True), "from any session, without a proof"
    assert (await hall.client.post(FREEZE, headers=payer)).json()["at"] == frozen.json()["at"]
    assert refusal(await hall.pay(payer, code=shop["code"], amount=1)) == (422, "payments.account_frozen")
    assert refusal(await hall.client.post("/api/v1/me/pay-code", headers=payer)) == (422, "payments.account_frozen")
    charge = {"pay_code": old, "amount": 100, "reference": "R1"}
    asked = await hall.client.post(f"/api/v1/shops/{shop['id']}/charges", json=charge, headers=owner | fresh_key())
    assert refusal(asked) == (422, "payments.not_possible"), "the shop learns no more than that"
    await hall.give(payer, 500)
    back = {"amount": 700, "reason": "Sold out"}
    refund = await hall.client.post(f"/api/v1/payments/{paid}/refunds", json=back, headers=owner | fresh_key())
    assert refund.status_code == 201
    assert await hall.balance(payer) == 1_000_500
    assert await told(hall, payer) == ["people.frozen"]
    await hall.books_agree()


async def test_a_charge_that_waits_cannot_be_confirmed(hall: Hall) -> None:
    payer, _, shop = await _counter(hall)
    charge = await hall.ask_payer(payer, shop, 700)
    await hall.client.post(FREEZE, headers=payer)
    confirm = f"/api/v1/me/charges/{charge}/confirm"
    assert refusal(await hall.client.post(confirm, json={}, headers=payer | fresh_key())) == (
        422,
        "payments.account_frozen",
    )


async def test_the_takings_of_a_frozen_owner_are_not_withdrawn(hall: Hall) -> None:
    payer, owner, shop = await _counter(hall)
    await hall.pay(payer, code=shop["code"], amount=700)
    await hall.client.post(FREEZE, headers=owner)
    asked = await hall.client.post("/api/v1/merchants/me/withdrawals", json={"amount": 1}, headers=owner | fresh_key())
    assert refusal(asked) == (422, "people.account_frozen")


async def test_only_a_fresh_passkey_lifts_it_from_afar(hall: Hall) -> None:
    payer, _, shop = await _counter(hall)
    _, device = await hall.add_passkey(payer)
    thief = await hall.sign_in(PHONE)
    await hall.client.post(FREEZE, headers=payer)
    assert refusal(await hall.client.delete(FREEZE, headers=thief)) == (422, "people.unfreeze_needs_passkey")
    await step_up(hall, payer, device)
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert refusal(await hall.client.delete(FREEZE, headers=payer)) == (422, "people.unfreeze_needs_passkey")
    assert (await hall.client.delete(FREEZE, headers=payer)).status_code == 200
    assert (await hall.pay(payer, code=shop["code"], amount=700)).status_code == 201
    assert refusal(await hall.client.delete(FREEZE, headers=payer)) == (404, "people.freeze_not_found")
    assert (await told(hall, payer))[-1] == "people.unfrozen"
    await hall.books_agree()


async def test_at_the_hall_one_freezes_and_two_lift(hall: Hall) -> None:
    payer, _, shop = await _counter(hall)
    one, two = await _operators(hall)

    async def refused(act: Any) -> str:
        async with hall.pool.write() as conn:
            with pytest.raises(Problem) as problem:
                await act(conn)
            return problem.value.code

    async with hall.pool.write() as conn:
        made = await freezes.by_operator(conn, operator=one, phone=PHONE, note="called, phone lost")
    assert refusal(await hall.pay(payer, code=shop["code"], amount=1)) == (422, "payments.account_frozen")
    assert await refused(lambda c: freezes.lift(c, operator=two, freeze=made)) == "people.lift_needs_another"
    async with hall.pool.write() as conn:
        await freezes.ask_to_lift(conn, operator=one, freeze=made, seen="identity card, ends 0019")
    assert await refused(lambda c: freezes.lift(c, operator=one, freeze=made)) == "people.lift_needs_another"
    mine = await id_of(hall, payer)
    assert await refused(lambda c: freezes.lift(c, operator=mine, freeze=made)) == "people.lift_own"
    async with hall.pool.write() as conn:
        await freezes.lift(conn, operator=two, freeze=made)
    assert await refused(lambda c: freezes.lift(c, operator=two, freeze=made)) == "people.freeze_not_found"
    assert (await hall.pay(payer, code=shop["code"], amount=1)).status_code == 201
    await hall.books_agree()


async def test_a_code_to_the_phone_makes_no_passkey_that_lifts_a_freeze(hall: Hall) -> None:
    payer, _, _ = await _counter(hall)
    await hall.client.post(FREEZE, headers=payer)
    thief = await hall.sign_in(PHONE)
    _, device = await hall.add_passkey(thief)
    assert (await step_up(hall, thief, device)).status_code == 201
    assert refusal(await hall.client.delete(FREEZE, headers=thief)) == (422, "people.unfreeze_needs_passkey")


async def test_the_wish_to_lift_a_freeze_holds_for_an_hour(hall: Hall) -> None:
    await hall.sign_in(PHONE)
    one, two = await _operators(hall)
    async with hall.pool.write() as conn:
        made = await freezes.by_operator(conn, operator=one, phone=PHONE, note="called")
        await freezes.ask_to_lift(conn, operator=one, freeze=made, seen="card")
    with clock.at(clock.now() + timedelta(minutes=61)):
        async with hall.pool.write() as conn:
            with pytest.raises(Problem, match=r"people\.lift_needs_another"):
                await freezes.lift(conn, operator=two, freeze=made)
            await freezes.ask_to_lift(conn, operator=two, freeze=made, seen="card")
            await freezes.lift(conn, operator=one, freeze=made)
    await hall.books_agree()


@pytest.mark.parametrize("attempt", range(3))
async def test_of_freezing_and_a_payment_under_way_one_comes_first(hall: Hall, attempt: int) -> None:
    """What was acknowledged before the freeze stands; after its answer nothing leaves any more."""
    payer, _, shop = await _counter(hall)
    frozen_at: list[int] = []

    async def pay(number: int) -> tuple[int, bool]:
        after = bool(frozen_at)
        answer = await hall.pay(payer, f"{attempt}-{number}", code=shop["code"], amount=10)
        assert answer.status_code in (201, 422), answer.text
        return answer.status_code, after

    async def freeze() -> None:
        assert (await hall.client.post(FREEZE, headers=payer)).status_code == 200
        frozen_at.append(1)

    rounds = [pay(number) for number in range(15)]
    first = await asyncio.gather(*rounds[:8], freeze(), *rounds[8:])
    late = await asyncio.gather(*(pay(100 + number) for number in range(5)))
    answers = [answer for answer in first if answer is not None]
    assert all(status == 422 for status, after in [*answers, *late] if after)
    assert await hall.balance(payer) == 1_000_000 - 10 * sum(status == 201 for status, _ in answers)
    await hall.books_agree()


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("update ledger.accounts set frozen_at = null", "people.frozen_in_the_ledger"),
        ("alter table people.audit disable trigger user; delete from people.audit", "people.freezes_in_the_trail"),
    ],
)
async def test_what_breaks_the_promises_about_freezes_is_found(hall: Hall, sql: str, broken: str) -> None:
    payer, _, _ = await _counter(hall)
    await hall.client.post(FREEZE, headers=payer)
    (check,) = [check for check in CHECKS if check.name == broken]
    async with hall.pool.write() as conn:
        assert not await (await conn.execute(check.query.sql.encode())).fetchall()
        for statement in sql.split(";"):
            await conn.execute(statement.encode())
        assert await (await conn.execute(check.query.sql.encode())).fetchall()
