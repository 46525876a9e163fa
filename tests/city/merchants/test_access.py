"""Who may do what at a shop, and what a stranger learns."""

from uuid import UUID, uuid4

import psycopg
import pytest

from openhall.base import clock, ids
from openhall.base.errors import Problem
from openhall.city.merchants import access
from openhall.city.merchants.access import Act
from openhall.city.merchants.types import Role
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

OWNER, WORKER = "13900000001", "13900000002"

FOR_CASHIERS = {Act.LOOK, Act.CHARGE, Act.REFUND, Act.SELL}
FOR_MANAGERS = FOR_CASHIERS | {Act.BOOK, Act.STAFF, Act.MANAGE, Act.HIRE, Act.EQUIP}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [(Role.OWNER, set(Act)), (Role.MANAGER, FOR_MANAGERS), (Role.CASHIER, FOR_CASHIERS)],
)
def test_each_role_may_do_exactly_its_acts(role: Role, allowed: set[Act]) -> None:
    assert {act for act in Act if access.may(role, act)} == allowed


async def me(hall: Hall, headers: Headers) -> UUID:
    return UUID((await hall.client.get("/api/v1/me", headers=headers)).json()["id"])


async def hire(hall: Hall, shop: UUID, resident: UUID, role: str) -> None:
    async with hall.pool.write() as conn:
        await conn.execute(
            b"insert into merchants.staff (id, shop, resident, role, since) values (%s, %s, %s, %s, %s)",
            (ids.new(), shop, resident, role, clock.now()),
        )


async def test_the_owner_needs_no_row_among_the_staff(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    shop = UUID((await hall.open_shop(owner))["id"])
    async with hall.pool.read() as conn:
        found = await access.shop_for(conn, resident=await me(hall, owner), shop=shop, act=Act.OWN)
    assert (found.id, found.role) == (shop, Role.OWNER)


async def test_a_stranger_and_whoever_left_find_no_shop_whatever_they_want(hall: Hall) -> None:
    owner, worker = await hall.sign_in(OWNER), await hall.sign_in(WORKER)
    shop, resident = UUID((await hall.open_shop(owner))["id"]), await me(hall, worker)

    async def refusals(shop: UUID) -> set[str]:
        codes = set()
        async with hall.pool.read() as conn:
            for act in Act:
                with pytest.raises(Problem) as refused:
                    await access.shop_for(conn, resident=resident, shop=shop, act=act)
                codes.add(refused.value.code)
        return codes

    assert await refusals(shop) == await refusals(uuid4()) == {"merchants.shop_not_found"}
    await hire(hall, shop, resident, "manager")
    async with hall.pool.write() as conn:
        await conn.execute(b"update merchants.staff set until = %s", (clock.now(),))
    assert await refusals(shop) == {"merchants.shop_not_found"}


async def test_staff_do_what_their_role_allows_and_are_told_when_it_does_not(hall: Hall) -> None:
    owner, worker = await hall.sign_in(OWNER), await hall.sign_in(WORKER)
    shop, resident = UUID((await hall.open_shop(owner))["id"]), await me(hall, worker)
    await hire(hall, shop, resident, "cashier")
    async with hall.pool.read() as conn:
        found = await access.shop_for(conn, resident=resident, shop=shop, act=Act.CHARGE)
        assert (found.id, found.role, found.owner) == (shop, Role.CASHIER, await me(hall, owner))
        with pytest.raises(Problem) as refused:
            await access.shop_for(conn, resident=resident, shop=shop, act=Act.BOOK)
    assert (refused.value.code, refused.value.data) == ("merchants.role_insufficient", {"role": "cashier"})


async def test_what_a_closed_shop_has_no_more_is_refused_to_its_owner_too(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    assert (await hall.client.post(f"/api/v1/shops/{shop['id']}/close", headers=owner)).status_code == 200
    refused = set()
    async with hall.pool.read() as conn:
        for act in Act:
            try:
                await access.shop_for(conn, resident=await me(hall, owner), shop=UUID(shop["id"]), act=act)
            except Problem as problem:
                refused.add((act, problem.code))
    closed = "merchants.shop_is_closed"
    assert refused == {(act, closed) for act in (Act.SELL, Act.HIRE, Act.EQUIP, Act.STEER)}


async def test_one_person_has_one_role_at_a_shop(hall: Hall) -> None:
    owner, worker = await hall.sign_in(OWNER), await hall.sign_in(WORKER)
    shop, resident = UUID((await hall.open_shop(owner))["id"]), await me(hall, worker)
    await hire(hall, shop, resident, "cashier")
    with pytest.raises(psycopg.errors.UniqueViolation):
        await hire(hall, shop, resident, "manager")
