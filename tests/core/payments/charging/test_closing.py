"""A shop that closes: no charge waits there for its payer afterwards, whoever was quicker."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from openhall.city import merchants
from tests.core.payments.charging.stage import Stage, make_key, set_up, together
from tests.hall import Hall, fresh_key

pytestmark = pytest.mark.anyio


async def test_a_closed_shop_is_not_paid_by_a_charge_that_waited(hall: Hall) -> None:
    stage = await set_up(hall, money=500_000)
    large = hall.settings.pay_code_max + 1
    waiting = (await stage.charge(await stage.code(), large)).json()
    assert (await close_shop(stage)).status_code == 200
    late = await stage.confirm(waiting["id"])
    assert (late.status, late.problem.code) == (422, "payments.charge_ended")
    assert (await stage.look(waiting["id"])).json()["state"] == "closed"
    assert await hall.balance(stage.payer) == 500_000
    await hall.books_agree()


async def test_closing_a_shop_races_charges_and_none_waits_afterwards(hall: Hall) -> None:
    stage = await set_up(hall, money=500_000)
    large = hall.settings.pay_code_max + 1
    for number in range(6):
        shop = await hall.open_shop(stage.owner, f"Stall {number}")
        stall = Stage(hall, stage.owner, stage.payer, shop, await make_key(hall, stage.owner, shop))
        code = await stage.code()
        charged, closed = await together(stall.charge(code, large), close_shop(stall))
        assert closed.status_code == 200
        if charged.status_code == 202:
            assert (await stall.look(charged.json()["id"])).json()["state"] == "closed"
        else:
            assert charged.json()["code"] == "merchants.shop_closed"
        async with hall.pool.read() as reader:
            left = await reader.execute(b"select 1 from payments.waiting_charges where state = 'waiting'")
            assert await left.fetchall() == []
    await hall.books_agree()


async def test_a_charge_waits_for_whoever_closes_the_shop_and_then_is_refused(hall: Hall) -> None:
    stage = await set_up(hall, money=500_000)
    large = hall.settings.pay_code_max + 1
    code = await stage.code()
    async with hall.pool.write() as conn:
        owner = (await hall.client.get("/api/v1/me", headers=stage.owner)).json()["id"]
        await merchants.close_shop(conn, owner=UUID(owner), shop=UUID(stage.shop["id"]))
        charge = asyncio.create_task(stage.charge(code, large))
        await hall.somebody_waits()
    refused = await charge
    assert (refused.status_code, refused.json()["code"]) == (422, "merchants.shop_closed")


async def close_shop(stage: Stage) -> Any:
    return await stage.hall.client.post(f"/api/v1/shops/{stage.shop['id']}/close", headers=stage.owner | fresh_key())
