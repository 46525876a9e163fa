"""Who answers an invitation, and who changes the staff of the same shop in the same moment."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from openhall.base import clock, db
from openhall.city.merchants import access, staff
from openhall.city.merchants.access import Act
from openhall.city.merchants.staff import actions
from openhall.city.merchants.types import Role, Workplace
from openhall.core import people
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

OWNER, MANAGER, FRIEND, CASHIER = "13900000001", "13900000002", "13900000003", "13900000004"
q = db.load("openhall.city.merchants")


class Shop:
    """A shop whose owner is about to change something, in a transaction that the test holds open."""

    def __init__(self, hall: Hall, owner: Headers, shop: dict[str, Any], boss: people.Resident) -> None:
        self.hall, self.owner, self.shop, self.boss = hall, owner, shop, boss
        self.id = UUID(shop["id"])
        self.path = f"/api/v1/shops/{self.id}"

    async def lock(self, conn: db.Conn) -> Workplace:
        place = await access.shop_for(conn, resident=self.boss.id, shop=self.id, act=Act.STAFF)
        await db.one(conn, q.lock_shop, str, shop=self.id)
        return place

    async def remove(self, conn: db.Conn, phone: str) -> None:
        """The owner removes whoever has this number."""
        place = await self.lock(conn)
        (worker,) = [one.id for one in await staff.staff_of(conn, shop=self.id) if one.phone.endswith(phone)]
        await staff.remove(conn, shop=place, by=self.boss.id, worker=worker)

    def answer(self, friend: Headers, invitation: str, answer: str = "accept") -> asyncio.Task[Any]:
        path = f"/api/v1/me/invitations/{invitation}/{answer}"
        return asyncio.create_task(self.hall.client.post(path, headers=friend))


@pytest.fixture
async def shop(hall: Hall) -> Shop:
    owner = await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    async with hall.pool.read() as reader:
        boss = await people.resident_with(reader, f"+86{OWNER}")
    assert boss is not None
    return Shop(hall, owner, shop, boss)


async def test_accepting_and_inviting_again_never_wait_for_each_other(shop: Shop) -> None:
    made = await shop.hall.invite(shop.owner, shop.shop, FRIEND, "cashier")
    friend = await shop.hall.sign_in(FRIEND)
    async with shop.hall.pool.write() as conn:
        place = await shop.lock(conn)
        accepting = shop.answer(friend, made["id"])
        await shop.hall.somebody_waits()
        await staff.invite(conn, shop=place, by=shop.boss, phone=FRIEND, role=Role.MANAGER, shown_as=None)
    answered = await accepting
    # They find what the number is invited for now.
    assert (answered.status_code, answered.json()["role"]) == (200, "manager")


@pytest.mark.parametrize("answer", ["accept", "decline"])
async def test_an_answer_and_the_removal_of_who_invited_never_wait_for_each_other(shop: Shop, answer: str) -> None:
    manager = await shop.hall.hire(shop.owner, shop.shop, MANAGER, "manager")
    made = await shop.hall.invite(manager, shop.shop, FRIEND, "cashier")
    friend = await shop.hall.sign_in(FRIEND)
    async with shop.hall.pool.write() as conn:
        await shop.lock(conn)
        answering = shop.answer(friend, made["id"], answer)
        await shop.hall.somebody_waits()
        await shop.remove(conn, MANAGER)
    answered = await answering
    assert (answered.status_code, answered.json()["code"]) == (404, "merchants.invitation_not_found")


async def test_the_sweep_of_late_invitations_waits_for_nobody(shop: Shop) -> None:
    busy, _ = [await shop.hall.invite(shop.owner, shop.shop, phone, "cashier") for phone in (FRIEND, CASHIER)]
    with clock.at(clock.now() + timedelta(days=8)):
        async with shop.hall.pool.write() as conn, shop.hall.pool.write() as sweeper:
            await conn.execute(b"select from merchants.invitations where id = %s for update", [UUID(busy["id"])])
            await sweeper.execute(b"set local lock_timeout = '5s'")
            assert await actions.sweep(sweeper) == 1
        async with shop.hall.pool.write() as conn:
            assert await actions.sweep(conn) == 1, "what was in hand is left for the next hour"


async def test_a_manager_who_is_just_being_removed_changes_nothing_any_more(shop: Shop) -> None:
    manager = await shop.hall.hire(shop.owner, shop.shop, MANAGER, "manager")
    cashier = await shop.hall.hire(shop.owner, shop.shop, CASHIER, "cashier")
    made = await shop.hall.invite(shop.owner, shop.shop, FRIEND, "cashier")
    listed = (await shop.hall.client.get(f"{shop.path}/staff", headers=shop.owner)).json()["staff"]
    (theirs,) = [f"{shop.path}/staff/{one['id']}" for one in listed if one["role"] == "cashier"]
    client, wish = shop.hall.client, {"phone": "13900000009", "role": "cashier"}
    async with shop.hall.pool.write() as conn:
        await shop.remove(conn, MANAGER)
        tried = [
            asyncio.create_task(client.post(f"{shop.path}/invitations", json=wish, headers=manager)),
            asyncio.create_task(client.delete(f"{shop.path}/invitations/{made['id']}", headers=manager)),
            asyncio.create_task(client.patch(theirs, json={"role": "cashier", "shown_as": "Eve"}, headers=manager)),
            asyncio.create_task(client.delete(theirs, headers=manager)),
        ]
        await shop.hall.somebody_waits(len(tried))
    codes = [(answer.status_code, answer.json().get("code")) for answer in await asyncio.gather(*tried)]
    assert codes == [(404, "merchants.shop_not_found")] * len(tried)
    left = (await client.get(f"{shop.path}/staff", headers=shop.owner)).json()
    assert [one["id"] for one in left["invitations"]] == [made["id"]]
    assert [one["shown_as"] for one in left["staff"]] == [None]
    assert (await client.get(shop.path, headers=cashier)).status_code == 200
