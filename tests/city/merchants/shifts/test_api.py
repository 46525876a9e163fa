"""Shifts over the API: what is in them, and that their numbers stay."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from openhall.city.merchants import access, staff
from openhall.city.merchants.access import Act
from openhall.city.merchants.package import PACKAGE
from openhall.city.merchants.shifts import api
from tests.city.campaigns.sponsor import Sponsor
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio

OWNER, ANNA, BEN, PAYER = "13900000001", "13900000002", "13900000003", "13900000004"


class Till:
    """A shop with two cashiers, and somebody with 1000.00 in the wallet."""

    def __init__(self, hall: Hall, shop: dict[str, Any], people: dict[str, Headers]) -> None:
        self.hall, self.shop, self.people = hall, shop, people
        self.path = f"/api/v1/shops/{shop['id']}"

    async def open(self, who: str) -> dict[str, Any]:
        made = await self.hall.client.post(f"{self.path}/shifts", headers=self.people[who])
        assert made.status_code == 201, made.text
        shift: dict[str, Any] = made.json()
        return shift

    async def look(self, who: str, shift: str) -> dict[str, Any]:
        found: dict[str, Any] = (
            await self.hall.client.get(f"{self.path}/shifts/{shift}", headers=self.people[who])
        ).json()
        return found

    async def close(self, who: str, shift: str) -> dict[str, Any]:
        closed = await self.hall.client.post(f"{self.path}/shifts/{shift}/close", headers=self.people[who])
        assert closed.status_code == 200, closed.text
        body: dict[str, Any] = closed.json()
        return body

    async def poster(self, amount: int) -> dict[str, Any]:
        paid = await self.hall.pay(self.people["payer"], code=self.shop["code"], amount=amount)
        assert paid.status_code == 201, paid.text
        payment: dict[str, Any] = paid.json()
        return payment

    async def take(self, who: str, amount: int) -> dict[str, Any]:
        """An order of this cashier, paid."""
        wish = {"amount": amount}
        order = await self.hall.client.post(f"{self.path}/orders", json=wish, headers=self.people[who])
        paid = await self.hall.pay(self.people["payer"], code=order.json()["code"])
        assert paid.status_code == 201, paid.text
        payment: dict[str, Any] = paid.json()
        return payment

    async def refund(self, who: str, payment: dict[str, Any], amount: int) -> Any:
        path = f"/api/v1/payments/{payment['id']}/refunds"
        body = {"amount": amount, "reason": "salt"}
        return await self.hall.client.post(path, json=body, headers=self.people[who] | fresh_key())


def numbers(shift: dict[str, Any]) -> tuple[int, ...]:
    names = ("payments", "taken", "refunds", "refunded", "poster_payments", "poster_taken")
    assert not any(amount for name, amount in shift.items() if name.startswith("scanner_"))
    return tuple(shift[name] for name in names)


@pytest.fixture
async def till(hall: Hall) -> Till:
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(PAYER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 100_000)
    anna = await hall.hire(owner, shop, ANNA, "cashier", shown_as="Anna")
    ben = await hall.hire(owner, shop, BEN, "cashier")
    return Till(hall, shop, {"owner": owner, "payer": payer, "anna": anna, "ben": ben})


async def test_a_shift_counts_what_its_person_took_and_gave_back_and_the_poster_apart(till: Till) -> None:
    await till.poster(1)
    shift = await till.open("anna")
    assert (shift["state"], shift["cashier"], numbers(shift)) == ("open", "Anna", (0, 0, 0, 0, 0, 0))
    mine = await till.take("anna", 350)
    await till.take("ben", 700)
    paid = await till.poster(20)
    assert (await till.refund("anna", mine, 100)).status_code == 201
    assert (await till.refund("anna", paid, 5)).status_code == 201
    assert (await till.refund("owner", mine, 50)).status_code == 201
    assert numbers(await till.look("anna", shift["id"])) == (1, 350, 2, 105, 1, 20)
    closed = await till.close("anna", shift["id"])
    assert (closed["state"], numbers(closed)) == ("closed", (1, 350, 2, 105, 1, 20))
    await till.hall.books_agree()


async def test_the_numbers_of_a_closed_shift_never_change(till: Till) -> None:
    shift = await till.open("anna")
    mine = await till.take("anna", 350)
    closed = await till.close("anna", shift["id"])
    await till.take("anna", 7)
    await till.poster(8)
    assert (await till.refund("owner", mine, 350)).status_code == 201
    assert await till.close("anna", shift["id"]) == closed
    assert await till.look("anna", shift["id"]) == closed
    await till.hall.books_agree()


async def test_opening_again_while_one_is_open_is_that_one(till: Till) -> None:
    first = await till.open("anna")
    racing = await asyncio.gather(*(till.open("anna") for _ in range(10)))
    assert {shift["id"] for shift in racing} == {first["id"]}
    assert (await till.open("ben"))["id"] != first["id"]
    await till.close("anna", first["id"])
    assert (await till.open("anna"))["id"] != first["id"]


async def test_first_openings_that_race_open_one(till: Till) -> None:
    opened = await asyncio.gather(*(till.open("anna") for _ in range(10)))
    assert len({shift["id"] for shift in opened}) == 1


async def test_pitfall_14_payments_while_shifts_change_are_in_exactly_one_of_them(till: Till) -> None:
    """Shift follows shift while payers pay: whatever was paid after the first opening is in one, and in one only."""
    shifts = [(await till.open("anna"))["id"]]

    async def pay_some() -> None:
        for _ in range(12):
            await till.poster(3)

    paying = asyncio.gather(*(pay_some() for _ in range(5)))
    while not paying.done():
        await till.close("anna", shifts[-1])
        shifts.append((await till.open("anna"))["id"])
    await paying
    closed = [await till.close("anna", shift) for shift in shifts]
    # Between a closing and the next opening nobody was at the till: what came in then is in no shift.
    counted = sum(shift["poster_payments"] for shift in closed)
    async with till.hall.pool.read() as conn:
        rows = await conn.execute(
            b"select count(*) from ledger.entries e join merchants.shops s on s.account = e.account"
            b" where exists (select from merchants.shifts h where h.shop = s.id"
            b" and e.number > h.opened_after and e.number <= h.closed_after)"
        )
        assert (counted,) == await rows.fetchone()
    assert len(shifts) > 2
    await till.hall.books_agree()


async def test_two_who_work_together_each_have_their_own_and_share_the_poster(till: Till) -> None:
    anna, ben = await till.open("anna"), await till.open("ben")
    await till.take("anna", 10)
    await till.take("ben", 20)
    await till.poster(5)
    assert numbers(await till.close("anna", anna["id"])) == (1, 10, 0, 0, 1, 5)
    assert numbers(await till.close("ben", ben["id"])) == (1, 20, 0, 0, 1, 5)


async def test_cashiers_see_their_own_shifts_and_the_owner_everybodys(till: Till) -> None:
    anna, ben = await till.open("anna"), await till.open("ben")

    async def listed(who: str) -> list[str]:
        found = await till.hall.client.get(f"{till.path}/shifts", headers=till.people[who])
        return [shift["id"] for shift in found.json()["shifts"]]

    assert await listed("anna") == [anna["id"]]
    assert await listed("owner") == [ben["id"], anna["id"]]
    for method, path in (("GET", ben["id"]), ("POST", f"{ben['id']}/close")):
        refused = await till.hall.client.request(method, f"{till.path}/shifts/{path}", headers=till.people["anna"])
        assert (refused.status_code, refused.json()["code"]) == (404, "merchants.shift_not_found")
    assert (await till.close("owner", ben["id"]))["state"] == "closed"


async def test_a_page_of_shifts_that_is_just_full_and_the_last_promises_no_other(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "PAGE", 2)
    made = [(await till.open(who))["id"] for who in ("anna", "ben", "owner")]
    for more, ids_, cursor in (("", made[:0:-1], made[1]), (f"?cursor={made[2]}", made[1::-1], None)):
        page = (await till.hall.client.get(f"{till.path}/shifts{more}", headers=till.people["owner"])).json()
        assert ([shift["id"] for shift in page["shifts"]], page["next_cursor"]) == (ids_, cursor)


async def test_a_closed_shop_opens_no_shift(till: Till) -> None:
    shift = await till.open("anna")
    await till.hall.client.post(f"{till.path}/close", headers=till.people["owner"])
    refused = await till.hall.client.post(f"{till.path}/shifts", headers=till.people["ben"])
    assert (refused.status_code, refused.json()["code"]) == (422, "merchants.shop_closed")
    assert (await till.close("anna", shift["id"]))["state"] == "closed"


async def test_who_is_just_being_removed_opens_no_shift_any_more(till: Till) -> None:
    async with till.hall.pool.write() as conn:
        shop = UUID(till.shop["id"])
        (anna,) = [one for one in await staff.staff_of(conn, shop=shop) if one.shown_as == "Anna"]
        place = await access.shop_for(conn, resident=anna.resident, shop=shop, act=Act.LOOK)
        await staff.remove(conn, shop=place, by=anna.resident, worker=anna.id)
        asked = till.hall.client.post(f"{till.path}/shifts", headers=till.people["anna"])
        opening = asyncio.create_task(asked)
        await till.hall.somebody_waits()
    refused = await opening
    assert (refused.status_code, refused.json()["code"]) == (404, "merchants.shop_not_found")
    listed = (await till.hall.client.get(f"{till.path}/shifts", headers=till.people["owner"])).json()
    assert listed["shifts"] == []
    await till.hall.books_agree()


async def test_the_database_keeps_a_closed_shift_and_one_open_shift_each(till: Till) -> None:
    shift = await till.open("anna")
    await till.close("anna", shift["id"])
    again = await till.open("anna")
    for statement in (
        b"update merchants.shifts set taken = 1 where id = '%s'" % shift["id"].encode(),
        b"delete from merchants.shifts",
        b"truncate merchants.shifts",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            async with till.hall.pool.write() as conn:
                await conn.execute(statement)
    with pytest.raises(psycopg.errors.UniqueViolation):
        async with till.hall.pool.write() as conn:
            await conn.execute(
                b"insert into merchants.shifts (id, shop, resident, opened_at, opened_after)"
                b" select %s, shop, resident, opened_at, opened_after from merchants.shifts where id = %s",
                (uuid4(), UUID(again["id"])),
            )


BREACHES = {
    "merchants.shifts": b"alter table merchants.shifts disable trigger user;"
    b"update merchants.shifts set taken = taken + 1 where closed_at is not null",
    "merchants.open_shifts": b"update merchants.staff set until = since",
    "merchants.open_orders": b"update merchants.codes set revoked_at = issued_at;"
    b"update merchants.shops set state = 'closed', closed_at = opened_at",
}


@pytest.mark.parametrize("name", BREACHES)
async def test_a_broken_promise_is_found(till: Till, name: str) -> None:
    closed = await till.open("anna")
    await till.take("anna", 10)
    await till.close("anna", closed["id"])
    await till.open("ben")
    await till.hall.client.post(f"{till.path}/orders", json={"amount": 1}, headers=till.people["anna"])
    async with till.hall.pool.write() as conn:
        await conn.execute(BREACHES[name])
    found = set()
    async with till.hall.pool.read() as conn:
        for check in PACKAGE.checks:
            if await (await conn.execute(check.query.sql.encode(), {})).fetchall():
                found.add(check.name)
    assert found == {name}


async def test_a_refund_that_goes_wholly_to_the_budget_of_an_offer_is_in_the_shift(hall: Hall) -> None:
    sponsor, owner, payer = await Sponsor.enter(hall), await hall.sign_in(OWNER), await hall.sign_in(PAYER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    await sponsor.run(kind="fixed_price", amount=1, most_off=1000)
    till = Till(hall, shop, {"owner": owner, "payer": payer})
    shift = await till.open("owner")
    breakfast = await till.poster(350)
    shares = [(await till.refund("owner", breakfast, part)).json()["to_payer"] for part in (100, 250)]
    assert shares == [1, 0], "of the second nothing goes to the payer: the ledger has no entry under its own id"
    closed = await till.close("owner", shift["id"])
    assert (closed["refunds"], closed["refunded"]) == (2, 350)
    await hall.books_agree()
