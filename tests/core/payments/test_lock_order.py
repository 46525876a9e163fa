"""Everything that locks many rows takes them in one order, so that nobody waits for others in a circle.

Each test holds the first of them and looks whether the second is still free while somebody waits for the first.
"""

import asyncio
from typing import Any
from uuid import UUID

import psycopg
import pytest

from openhall.city.campaigns.jobs import end_what_is_over
from openhall.core import payments, people
from openhall.core.payments import offers, paycodes
from tests.city.campaigns.sponsor import SPONSOR, Sponsor
from tests.core.payments.charging.stage import PAYER, Stage, set_up
from tests.core.payments.paycodes.counter import ask, made_offline
from tests.hall import Hall

pytestmark = pytest.mark.anyio


async def is_free(hall: Hall, query: bytes, *values: Any) -> bool:
    """Whether a row can be locked at once."""
    try:
        async with hall.pool.write() as conn:
            rows = await (await conn.execute(query + b" for update nowait", values)).fetchall()
    except psycopg.errors.LockNotAvailable:
        return False
    assert rows, "there is such a row"
    return True


async def orders_of(stage: Stage, count: int) -> list[UUID]:
    path = f"/api/v1/shops/{stage.shop['id']}/orders"
    made = [await stage.hall.client.post(path, json={"amount": 100}, headers=stage.owner) for _ in range(count)]
    return sorted(UUID(answer.json()["id"]) for answer in made)


async def test_pitfall_5_orders_are_closed_in_the_order_of_their_ids(hall: Hall) -> None:
    stage = await set_up(hall)
    first, second = await orders_of(stage, 2)
    async with hall.pool.write() as conn:
        # Its rows now lie behind the other's, as the rows of orders that were changed do.
        await conn.execute(b"update payments.orders set created_at = created_at where id = %s", [first])
        await conn.execute(b"update payments.order_codes set note = note where order_id = %s", [first])

    async def close() -> int:
        async with hall.pool.write() as conn:
            # As they lie in the table: a plan that happens to find them in order proves nothing.
            await conn.execute(b"set local enable_indexscan = off")
            await conn.execute(b"set local enable_bitmapscan = off")
            return await payments.close_orders_of(conn, payee=UUID(stage.shop["id"]))

    async with hall.pool.write() as conn:
        await conn.execute(b"select 1 from payments.orders where id = %s for update", [first])
        closing = asyncio.create_task(close())
        await hall.somebody_waits()
        assert await is_free(hall, b"select 1 from payments.orders where id = %s", second)
    assert await closing == 2


async def test_pitfall_5_devices_of_new_and_repeated_charges_are_locked_together_in_one_order(hall: Hall) -> None:
    stage = await set_up(hall)
    async with hall.pool.write() as conn:
        resident = await people.resident_with(conn, f"+86{PAYER}")
        assert resident is not None
        secret = hall.settings.secret
        devices = [
            await paycodes.enrol(conn, resident=resident.id, name=name, secret=secret) for name in ("one", "two")
        ]
    low, high = sorted(devices, key=lambda device: device.id)
    shop = UUID(stage.shop["id"])
    fresh = ask("", shop=shop)
    new, repeated = (ask(made_offline(device, fresh.now), shop=shop) for device in (low, high))

    async def read() -> Any:
        async with hall.pool.write() as conn:
            return await paycodes.consume(conn, [new], settings=hall.settings, shown=[repeated])

    async with hall.pool.write() as conn:
        await conn.execute(b"select 1 from payments.pay_devices where id = %s for update", [low.id])
        reading = asyncio.create_task(read())
        await hall.somebody_waits()
        assert await is_free(hall, b"select 1 from payments.pay_devices where id = %s", high.id)
    (answer,), (payer,) = await reading
    assert isinstance(answer, paycodes.Consumed)
    assert payer == resident.id


async def test_pitfall_5_campaigns_end_one_by_one_and_hold_no_money_while_they_wait(hall: Hall) -> None:
    sponsor = await Sponsor.enter(hall)
    async with hall.pool.read() as reader:
        resident = await people.resident_with(reader, f"+86{SPONSOR}")
    assert resident is not None
    yesterday = {"first_day": "2026-01-01", "last_day": "2026-01-02"}
    first, second = sorted([(await sponsor.run(**yesterday))["id"] for _ in range(2)])
    async with hall.pool.write() as conn:
        await conn.execute(b"select 1 from campaigns.campaigns where id = %s for no key update", [second])
        sweeping = asyncio.create_task(end_what_is_over(hall.pool, offers.Offers()))
        await hall.somebody_waits()
        assert await is_free(hall, b"select 1 from ledger.accounts where id = %s", resident.wallet)
        assert (await sponsor.look(first))["state"] == "ended"
    assert await sweeping == 2
    await hall.books_agree()
