"""The way back: after a reversal nothing is paid by the charge any more, whatever had become of it."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from openhall.base import clock
from openhall.core.payments import paycodes
from tests.core.payments.charging.stage import OTHER, PAYER, Stage, set_up, together
from tests.hall import Hall, fresh_key

pytestmark = pytest.mark.anyio


async def refunds_of(stage: Stage, payment: str) -> list[dict[str, object]]:
    answer = await stage.hall.client.get(f"/api/v1/payments/{payment}/refunds", headers=stage.owner)
    refunds: list[dict[str, object]] = answer.json()["refunds"]
    return refunds


async def test_a_paid_charge_is_given_back_once_however_often_it_is_reversed(hall: Hall) -> None:
    stage = await set_up(hall)
    paid = (await stage.charge(await stage.code(), 350, "R1")).json()
    answers = [await stage.reverse(paid["id"]), await stage.reverse(paid["id"]), await stage.reverse_reference("R1")]
    assert {answer.status_code for answer in answers} == {200}
    body = {"payment_id": paid["id"], "state": "refunded", "refunded": 350, "currency": "CNY", "reference": "R1"}
    assert [answer.json() for answer in answers] == [body] * 3
    (refund,) = await refunds_of(stage, paid["id"])
    assert (refund["amount"], refund["reason"]) == (350, "Undone by the shop")
    assert await hall.balance(stage.payer) == 100_000
    await hall.books_agree()


async def test_only_what_is_left_is_given_back(hall: Hall) -> None:
    stage = await set_up(hall)
    paid = (await stage.charge(await stage.code(), 350)).json()
    part = {"amount": 100, "reason": "sold out"}
    given = await hall.client.post(
        f"/api/v1/payments/{paid['id']}/refunds", json=part, headers=stage.owner | fresh_key()
    )
    assert given.status_code == 201
    assert (await stage.reverse(paid["id"])).json()["refunded"] == 350
    assert [one["amount"] for one in await refunds_of(stage, paid["id"])] == [100, 250]
    await hall.books_agree()


async def test_a_payment_by_the_printed_code_is_undone_the_same_way(hall: Hall) -> None:
    stage = await set_up(hall)
    paid = (await hall.pay(stage.payer, code=stage.shop["code"], amount=350)).json()
    assert (await stage.reverse(paid["id"], by=stage.owner)).json()["state"] == "refunded"
    assert await hall.balance(stage.payer) == 100_000
    await hall.books_agree()


async def test_a_waiting_charge_is_closed_and_a_late_yes_pays_nothing(hall: Hall) -> None:
    stage = await set_up(hall, money=1_000_000)
    waiting = (await stage.charge(await stage.code(), 500_000, "T1")).json()
    undone = (await stage.reverse(waiting["id"])).json()
    assert (undone["state"], undone["refunded"], undone["payment_id"]) == ("closed", 0, waiting["id"])
    late = await stage.confirm(waiting["id"])
    assert (late.status, late.problem.code) == (422, "payments.charge_ended")
    assert (await stage.look(waiting["id"])).json()["state"] == "closed"
    again = await stage.charge(await stage.code(), 500_000, "T1")
    assert again.json()["code"] == "payments.charge_over"
    assert await hall.balance(stage.payer) == 1_000_000
    await hall.books_agree()


async def test_an_expired_charge_is_closed_too(hall: Hall) -> None:
    stage = await set_up(hall, money=1_000_000)
    waiting = (await stage.charge(await stage.code(), 500_000, "T1")).json()
    with clock.at(clock.now() + paycodes.CONFIRM_WITHIN + timedelta(seconds=1)):
        assert (await stage.reverse_reference("T1")).json()["state"] == "closed"
    assert (await stage.confirm(waiting["id"])).status == 422
    await hall.books_agree()


async def test_reversing_races_confirming_and_the_payer_never_pays_in_the_end(hall: Hall) -> None:
    stage = await set_up(hall, money=1_000_000)
    seen = set()
    for number in range(12):
        waiting = (await stage.charge(await stage.code(), 200_000)).json()
        pair = [stage.confirm(waiting["id"]), stage.reverse(waiting["id"])]
        if number % 2:
            pair.reverse()
        await together(*pair)
        state = (await stage.look(waiting["id"])).json()
        seen.add(state["state"])
        assert (state["state"], state["refunded"]) in {("closed", 0), ("succeeded", 200_000)}
    assert seen
    assert await hall.balance(stage.payer) == 1_000_000
    await hall.books_agree()


async def test_a_charge_that_comes_after_its_reversal_is_refused_and_leaves_the_code_alone(hall: Hall) -> None:
    stage = await set_up(hall)
    code = await stage.code()
    undone = await stage.reverse_reference("R1")
    assert undone.json() == {
        "payment_id": None, "state": "closed", "refunded": 0, "currency": "CNY", "reference": "R1"
    }  # fmt: skip
    assert (await stage.reverse_reference("R1")).json() == undone.json()
    late = await stage.charge(code, 350, "R1")
    assert (late.status_code, late.json()["code"], late.json()["state"]) == (422, "payments.charge_over", "closed")
    assert (await stage.charge(code, 350, "R2")).status_code == 201
    assert await hall.balance(stage.payer) == 99_650
    await hall.books_agree()


async def test_reversing_by_reference_races_the_charge_itself(hall: Hall) -> None:
    """The till lost its patience: the charge may be before the reversal, after it or in its very middle."""
    stage = await set_up(hall)
    for number in range(20):
        reference, code = str(uuid4()), await stage.code()
        charged, undone = await together(stage.charge(code, 350, reference), _soon(stage, reference, number))
        assert undone.status_code == 200, undone.text
        if charged.status_code == 201:
            assert undone.json()["state"] == "refunded"
        else:
            assert charged.json()["code"] in {"payments.charge_over", "payments.charge_in_flight"}
            assert undone.json()["state"] == "closed"
        retried = await stage.charge(code, 350, reference)
        assert retried.status_code == (201 if undone.json()["state"] == "refunded" else 422)
    assert await hall.balance(stage.payer) == 100_000
    await hall.books_agree()


async def _soon(stage: Stage, reference: str, number: int) -> object:
    for _ in range(number % 7):
        await asyncio.sleep(0)
    return await stage.reverse_reference(reference)


async def test_fifty_reversals_at_once_give_back_once(hall: Hall) -> None:
    stage = await set_up(hall)
    paid = (await stage.charge(await stage.code(), 350, "R1")).json()
    answers = await together(
        *(stage.reverse(paid["id"]) for _ in range(25)), *(stage.reverse_reference("R1") for _ in range(25))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len(await refunds_of(stage, paid["id"])) == 1
    await hall.books_agree()


async def test_an_order_that_waits_for_anybody_is_closed_by_its_reference(hall: Hall) -> None:
    stage = await set_up(hall)
    from openhall.core import payments

    async with hall.pool.write() as conn:
        payee = await payments.resolve(conn, hall.sources, stage.shop["code"])
        order = await payments.create_order(conn, payments.NewOrder(payee=payee, amount=350, reference="R1"))
    taken = await stage.charge(await stage.code(), 350, "R1")
    assert (taken.status_code, taken.json()["code"]) == (409, "payments.reference_taken")
    assert (await stage.reverse_reference("R1")).json()["state"] == "closed"
    refused = await hall.pay(stage.payer, order_id=str(order))
    assert refused.json()["code"] == "payments.order_closed"
    await hall.books_agree()


async def test_without_money_in_the_shop_nothing_is_undone_yet(hall: Hall) -> None:
    stage = await set_up(hall)
    paid = (await stage.charge(await stage.code(), 350)).json()
    # What the shop took lies elsewhere by now: all of it was given back for another payment.
    async with hall.pool.write() as conn:
        await conn.execute(b"update ledger.accounts set debits = debits + 350 where kind = 'merchant'")
    refused = await stage.reverse(paid["id"])
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.refund_without_funds")
    async with hall.pool.write() as conn:
        await conn.execute(b"update ledger.accounts set debits = debits - 350 where kind = 'merchant'")
    assert (await stage.reverse(paid["id"])).json()["state"] == "refunded"
    await hall.books_agree()


async def test_nobody_elses_payment_is_reversed(hall: Hall) -> None:
    stage = await set_up(hall)
    paid = (await stage.charge(await stage.code(), 350, "R1")).json()
    other = await hall.sign_in(OTHER)
    for somebody in (other, stage.payer):
        refused = await stage.reverse(paid["id"], by=somebody)
        assert (refused.status_code, refused.json()["code"]) == (404, "payments.payment_not_found")
        refused = await stage.reverse_reference("R1", by=somebody)
        assert (refused.status_code, refused.json()["code"]) == (404, "merchants.shop_not_found")
    for missing in (UUID(int=7), uuid4()):
        assert (await stage.reverse(str(missing))).status_code == 404
    assert await hall.balance(stage.payer) == 99_650


async def test_a_cashier_charges_and_undoes_within_their_own_shift(hall: Hall) -> None:
    stage = await set_up(hall)
    cashier = await hall.sign_in(OTHER)
    await hall.hire(stage.owner, stage.shop, OTHER, "cashier")
    early = (await stage.charge(await stage.code(), by=cashier)).json()["id"]
    refused = await stage.reverse(early, by=cashier)
    assert (refused.status_code, refused.json()["code"].partition(".")[0]) == (422, "merchants")
    assert (await hall.client.post(f"/api/v1/shops/{stage.shop['id']}/shifts", headers=cashier)).status_code == 201
    mine = (await stage.charge(await stage.code(), by=cashier)).json()["id"]
    assert (await stage.reverse(mine, by=cashier)).json()["state"] == "refunded"
    assert await hall.balance(stage.payer) == 99_650
    body = {"name": "Scanner", "scopes": ["charges:write"]}
    made = await hall.client.post(f"/api/v1/shops/{stage.shop['id']}/keys", json=body, headers=cashier)
    assert (made.status_code, made.json()["code"]) == (403, "merchants.role_insufficient")
    await hall.books_agree()


async def test_who_works_there_never_decides_about_money_they_paid_themselves(hall: Hall) -> None:
    stage = await set_up(hall)
    await hall.hire(stage.owner, stage.shop, PAYER, "manager")
    paid = (await stage.charge(await stage.code())).json()["id"]
    refused = await stage.reverse(paid, by=stage.payer)
    assert (refused.status_code, refused.json()["code"]) == (403, "payments.refund_not_yours")
    await hall.books_agree()
