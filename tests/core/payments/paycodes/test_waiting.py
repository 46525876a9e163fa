"""A charge that waits for its payer: confirmed once, refused, closed, over; and both sides are told."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from openhall.base import clock, events
from openhall.base.errors import Problem
from openhall.core import people
from openhall.core.payments import paycodes, safety
from openhall.core.payments.types import Payer
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

PAYER, OWNER, STRANGER = "13800000001", "13800000002", "13800000003"
State = paycodes.ChargeState


async def counter(hall: Hall, money: int = 1000) -> tuple[Headers, dict[str, Any]]:
    """A payer with money, and a shop of somebody else."""
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    if money:
        await hall.give(payer, money)
    return payer, await hall.open_shop(owner)


async def payer_of(hall: Hall, phone: str = PAYER) -> Payer:
    async with hall.pool.read() as reader:
        resident = await people.resident_with(reader, f"+86{phone}")
    assert resident is not None
    return Payer(resident.id, resident.wallet, resident.phone_masked)


async def confirm(hall: Hall, charge: UUID, key: str | None = None, phone: str = PAYER) -> Any:
    payer = await payer_of(hall, phone)
    async with hall.pool.write() as conn:
        guard = safety.Guard(hall.settings, proved=True)
        return await paycodes.confirm(
            conn, payer=payer, charge=charge, key=key or str(uuid4()), offered=hall.offers, guard=guard
        )


async def state_of(hall: Hall, charge: UUID) -> paycodes.ChargeState:
    async with hall.pool.read() as reader:
        (found,) = await paycodes.waiting(reader, [charge])
    assert found is not None
    return found.state


async def test_a_confirmed_charge_is_a_payment_with_its_id_and_both_sides_are_told(hall: Hall) -> None:
    payer, shop = await counter(hall)
    charge = await hall.ask_payer(payer, shop, 600, "table 4")
    assert await state_of(hall, charge) is State.WAITING
    assert (await confirm(hall, charge)).status == 201
    paid = (await hall.client.get(f"/api/v1/payments/{charge}", headers=payer)).json()
    assert (paid["id"], paid["amount"], paid["shop"]["id"]) == (str(charge), 600, shop["id"])
    assert await hall.balance(payer) == 400
    assert await state_of(hall, charge) is State.CONFIRMED
    me = await payer_of(hall)
    async with hall.pool.read() as reader:
        told = await events.after(reader, paycodes.stream_of(me.resident), 0)
        (heard,) = await events.after(reader, f"shop:{shop['id']}", 0)
    assert [event.type for event in told] == ["charge.confirm", "charge.succeeded"]
    assert told[0].data["charge"] == told[1].data["payment"] == str(charge)
    assert told[1].data["receipt_no"] == paid["receipt_no"]
    assert (heard.type, heard.data["id"], heard.data["payer_masked"]) == ("payment.succeeded", str(charge), me.masked)
    await hall.books_agree()


async def test_confirming_twice_pays_once(hall: Hall) -> None:
    payer, shop = await counter(hall)
    charge = await hall.ask_payer(payer, shop, 600)
    first = await confirm(hall, charge, "one-key")
    again = await confirm(hall, charge, "one-key")
    assert (again.status, again.body, again.replayed) == (first.status, first.body, True)
    other = await confirm(hall, charge, "another-key")
    assert other.problem.code == "payments.charge_ended"
    assert other.problem.data == {"state": "confirmed"}
    assert await hall.balance(payer) == 400
    await hall.books_agree()


async def test_many_thumbs_at_once_pay_once(hall: Hall) -> None:
    payer, shop = await counter(hall, 100_000)
    charge = await hall.ask_payer(payer, shop, 600)
    answers = await asyncio.gather(*(confirm(hall, charge) for _ in range(30)))
    assert sorted(answer.status for answer in answers) == [201] + [422] * 29
    assert await hall.balance(payer) == 99_400
    await hall.books_agree()


async def test_without_money_the_charge_still_waits(hall: Hall) -> None:
    payer, shop = await counter(hall, money=0)
    charge = await hall.ask_payer(payer, shop, 600)
    assert (await confirm(hall, charge)).problem.code == "payments.insufficient_funds"
    assert await state_of(hall, charge) is State.WAITING
    await hall.give(payer, 600)
    assert (await confirm(hall, charge)).status == 201
    assert await hall.balance(payer) == 0
    await hall.books_agree()


async def test_nobody_pays_their_own_shop(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    await hall.give(owner, 1000)
    charge = await hall.ask_payer(owner, await hall.open_shop(owner), 600)
    assert (await confirm(hall, charge, phone=OWNER)).problem.code == "payments.own_shop"


async def test_a_stranger_finds_no_charge(hall: Hall) -> None:
    payer, shop = await counter(hall)
    await hall.sign_in(STRANGER)
    charge = await hall.ask_payer(payer, shop, 600)
    for missing in (charge, uuid4()):
        with pytest.raises(Problem) as refused:
            await confirm(hall, missing, phone=STRANGER)
        assert refused.value.code == "payments.charge_not_found"


async def test_what_is_refused_closed_or_over_is_paid_no_more(hall: Hall) -> None:
    payer, shop = await counter(hall)
    me = await payer_of(hall)
    refused, closed, over = [await hall.ask_payer(payer, shop, 100) for _ in range(3)]
    async with hall.pool.write() as conn:
        assert (await paycodes.refuse(conn, resident=me.resident, charge=refused)).state is State.REFUSED
        (shut, none) = await paycodes.close(conn, [closed, uuid4()])
    assert none is None
    assert shut is not None
    assert shut.state is State.CLOSED
    with clock.at(clock.now() + paycodes.CONFIRM_WITHIN + timedelta(seconds=1)):
        assert [await state_of(hall, charge) for charge in (refused, closed, over)] == [
            State.REFUSED, State.CLOSED, State.EXPIRED,
        ]  # fmt: skip
        for charge in (refused, closed, over):
            assert (await confirm(hall, charge)).problem.code == "payments.charge_ended"
    assert await hall.balance(payer) == 1000
    await hall.books_agree()


async def test_a_paid_charge_is_neither_closed_nor_refused(hall: Hall) -> None:
    payer, shop = await counter(hall)
    charge = await hall.ask_payer(payer, shop, 600)
    await confirm(hall, charge)
    me = await payer_of(hall)
    async with hall.pool.write() as conn:
        (found,) = await paycodes.close(conn, [charge])
        refused = await paycodes.refuse(conn, resident=me.resident, charge=charge)
    assert found is not None
    assert found.state is refused.state is State.CONFIRMED
    await hall.books_agree()


async def test_closing_and_confirming_race_and_one_of_them_happens(hall: Hall) -> None:
    payer, shop = await counter(hall, 10_000)

    async def close(charge: UUID) -> paycodes.ChargeState | None:
        async with hall.pool.write() as conn:
            (found,) = await paycodes.close(conn, [charge])
        return found.state if found else None

    for _ in range(10):
        charge = await hall.ask_payer(payer, shop, 100)
        answer, state = await asyncio.gather(confirm(hall, charge), close(charge))
        assert (answer.status, state) in {(201, State.CONFIRMED), (422, State.CLOSED)}
    await hall.books_agree()


async def test_a_charge_is_put_to_its_payer_once(hall: Hall) -> None:
    payer, shop = await counter(hall)
    charge = await hall.ask_payer(payer, shop, 600)
    async with hall.pool.write() as conn:
        (found,) = await paycodes.waiting(conn, [charge])
        assert found is not None
        again = paycodes.NewWaiting(
            charge=charge,
            resident=found.resident,
            payee=found.to,
            amount=700,
            currency="CNY",
            reference="",
            expires_at=found.expires_at,
        )
        await paycodes.ask_payers(conn, [again])
        (same, none) = await paycodes.waiting(conn, [charge, uuid4()])
        told = await events.after(conn, paycodes.stream_of(found.resident), 0)
    assert same == found
    assert none is None
    assert len(told) == 1
