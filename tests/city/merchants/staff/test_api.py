"""Cashiers and managers over the API: invited, appointed, removed; and what each may and may not do."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from openhall.base import clock
from openhall.city.merchants.staff import actions
from tests.city.merchants.streams import served
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio

OWNER, WORKER, OTHER, PAYER = "13900000001", "13900000002", "13900000003", "13900000004"


class Shop:
    """A shop with its owner."""

    def __init__(self, hall: Hall, owner: Headers, shop: dict[str, Any]) -> None:
        self.hall, self.owner, self.shop = hall, owner, shop

    @property
    def path(self) -> str:
        return f"/api/v1/shops/{self.shop['id']}"

    async def staff(self, headers: Headers | None = None) -> dict[str, Any]:
        found = await self.hall.client.get(f"{self.path}/staff", headers=headers or self.owner)
        assert found.status_code == 200, found.text
        listed: dict[str, Any] = found.json()
        return listed

    async def hire(self, phone: str, role: str, **more: Any) -> Headers:
        return await self.hall.hire(self.owner, self.shop, phone, role, **more)

    async def try_inviting(self, phone: str, role: str = "cashier", by: Headers | None = None, **more: Any) -> Any:
        wish = {"phone": phone, "role": role} | more
        return await self.hall.client.post(f"{self.path}/invitations", json=wish, headers=by or self.owner)

    async def paid(self, payer: Headers, amount: int) -> dict[str, Any]:
        await self.hall.give(payer, amount)
        made = await self.hall.pay(payer, code=self.shop["code"], amount=amount)
        assert made.status_code == 201, made.text
        payment: dict[str, Any] = made.json()
        return payment

    async def refund(self, payment: dict[str, Any], amount: int, by: Headers) -> Any:
        path = f"/api/v1/payments/{payment['id']}/refunds"
        return await self.hall.client.post(path, json={"amount": amount, "reason": "salt"}, headers=by | fresh_key())

    async def open_shift(self, by: Headers) -> Any:
        return await self.hall.client.post(f"{self.path}/shifts", headers=by)


@pytest.fixture
async def shop(hall: Hall) -> Shop:
    owner = await hall.sign_in(OWNER)
    return Shop(hall, owner, await hall.open_shop(owner))


async def test_somebody_is_invited_accepts_with_their_own_phone_and_works_there(shop: Shop) -> None:
    made = await shop.hall.invite(shop.owner, shop.shop, "139 0000 0002", "cashier", shown_as="2号收银")
    assert (made["phone_masked"], made["role"], made["shown_as"]) == ("139****0002", "cashier", "2号收银")
    worker = await shop.hall.sign_in(WORKER)
    assert (await shop.hall.client.get(shop.path, headers=worker)).status_code == 404
    (offer,) = (await shop.hall.client.get("/api/v1/me/invitations", headers=worker)).json()["invitations"]
    assert (offer["shop"]["name"], offer["role"]) == (shop.shop["name"], "cashier")
    accepted = await shop.hall.client.post(f"/api/v1/me/invitations/{offer['id']}/accept", headers=worker)
    assert accepted.status_code == 200
    assert (await shop.hall.client.get(shop.path, headers=worker)).json()["role"] == "cashier"
    listed = (await shop.hall.client.get("/api/v1/shops", headers=worker)).json()["shops"]
    assert [(one["id"], one["role"]) for one in listed] == [(shop.shop["id"], "cashier")]
    staff = await shop.staff()
    assert [(one["phone_masked"], one["shown_as"]) for one in staff["staff"]] == [("139****0002", "2号收银")]
    assert staff["invitations"] == []
    await shop.hall.books_agree()


async def test_nobody_learns_whether_a_number_has_an_account(shop: Shop) -> None:
    await shop.hall.sign_in(WORKER)
    known, unknown = await shop.try_inviting(WORKER), await shop.try_inviting(OTHER)
    assert known.status_code == unknown.status_code == 201
    assert known.json().keys() == unknown.json().keys()
    assert {one["phone_masked"] for one in (await shop.staff())["invitations"]} == {"139****0002", "139****0003"}


async def test_the_number_is_forgotten_once_it_is_answered_or_too_late(shop: Shop) -> None:
    declined = await shop.hall.invite(shop.owner, shop.shop, WORKER, "cashier")
    await shop.hall.invite(shop.owner, shop.shop, OTHER, "cashier")
    worker = await shop.hall.sign_in(WORKER)
    path = f"/api/v1/me/invitations/{declined['id']}"
    assert (await shop.hall.client.post(f"{path}/decline", headers=worker)).status_code == 204
    assert (await shop.hall.client.post(f"{path}/accept", headers=worker)).status_code == 404
    late = clock.now() + timedelta(days=7, seconds=1)
    with clock.at(late):
        other = await shop.hall.sign_in(OTHER)
        assert (await shop.hall.client.get("/api/v1/me/invitations", headers=other)).json()["invitations"] == []
        async with shop.hall.pool.write() as conn:
            assert await actions.sweep(conn) == 1
    async with shop.hall.pool.read() as conn:
        kept = await (await conn.execute(b"select phone, outcome from merchants.invitations order by id")).fetchall()
    assert kept == [(None, "declined"), (None, "expired")]


async def test_an_invitation_is_for_its_number_alone_and_can_be_withdrawn(shop: Shop) -> None:
    made = await shop.hall.invite(shop.owner, shop.shop, WORKER, "cashier")
    other, worker = await shop.hall.sign_in(OTHER), await shop.hall.sign_in(WORKER)
    accept = f"/api/v1/me/invitations/{made['id']}/accept"
    assert (await shop.hall.client.post(accept, headers=other)).status_code == 404
    withdraw = f"{shop.path}/invitations/{made['id']}"
    assert (await shop.hall.client.delete(withdraw, headers=shop.owner)).status_code == 204
    assert (await shop.hall.client.post(accept, headers=worker)).json()["code"] == "merchants.invitation_not_found"
    assert (await shop.hall.client.delete(withdraw, headers=shop.owner)).status_code == 404


async def test_inviting_a_number_again_replaces_what_it_was_invited_for(shop: Shop) -> None:
    first = await shop.hall.invite(shop.owner, shop.shop, WORKER, "cashier")
    second = await shop.hall.invite(shop.owner, shop.shop, WORKER, "manager")
    assert (first["id"], second["role"]) == (second["id"], "manager")


async def test_an_invitation_raced_is_accepted_once(shop: Shop) -> None:
    made = await shop.hall.invite(shop.owner, shop.shop, WORKER, "cashier")
    worker = await shop.hall.sign_in(WORKER)
    path = f"/api/v1/me/invitations/{made['id']}/accept"
    answers = await asyncio.gather(*(shop.hall.client.post(path, headers=worker) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 9
    assert len((await shop.staff())["staff"]) == 1


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"phone": "110"}, 400, "people.phone_invalid"),
        ({"phone": OWNER}, 422, "merchants.invitation_to_yourself"),
        ({"phone": WORKER, "role": "owner"}, 400, "hall.malformed"),
        ({"phone": WORKER, "shown_as": "x" * 21}, 400, "hall.malformed"),
        ({"phone": WORKER, "shown_as": "a\nb"}, 400, "merchants.shown_as_invalid"),
    ],
)
async def test_an_invitation_that_makes_no_sense_is_refused(
    shop: Shop, wish: dict[str, Any], status: int, code: str
) -> None:
    refused = await shop.try_inviting(**({"role": "cashier"} | wish))
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_only_so_many_wait_for_an_answer(shop: Shop) -> None:
    for n in range(20):
        await shop.hall.invite(shop.owner, shop.shop, f"137000000{n:02d}", "cashier")
    refused = await shop.try_inviting(WORKER)
    assert (refused.status_code, refused.json()["code"]) == (422, "merchants.too_many_staff")


async def test_only_so_many_work_at_a_shop_however_many_were_invited(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_STAFF", 1)
    made = [await shop.hall.invite(shop.owner, shop.shop, phone, "cashier") for phone in (WORKER, OTHER)]
    answers = []
    for phone, invitation in zip((WORKER, OTHER), made, strict=True):
        path = f"/api/v1/me/invitations/{invitation['id']}/accept"
        answers.append(await shop.hall.client.post(path, headers=await shop.hall.sign_in(phone)))
    assert [one.status_code for one in answers] == [200, 422]
    assert answers[1].json()["code"] == "merchants.too_many_staff"
    # The invitation stays: they may say yes once there is room.
    assert [one["id"] for one in (await shop.staff())["invitations"]] == [made[1]["id"]]
    assert len((await shop.staff())["staff"]) == 1


async def test_a_manager_invites_and_removes_cashiers_and_touches_no_manager(shop: Shop) -> None:
    manager = await shop.hire(WORKER, "manager")
    await shop.hire(OTHER, "manager")
    assert (await shop.try_inviting(PAYER, "cashier", manager)).status_code == 201
    for refused in (
        await shop.try_inviting(PAYER, "manager", manager),
        await shop.hall.client.post(f"{shop.path}/close", headers=manager),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "merchants.role_insufficient")
    other = next(one for one in (await shop.staff())["staff"] if one["phone_masked"].endswith("0003"))
    path = f"{shop.path}/staff/{other['id']}"
    assert (await shop.hall.client.delete(path, headers=manager)).status_code == 403
    changed = await shop.hall.client.patch(path, json={"role": "cashier"}, headers=manager)
    assert changed.status_code == 403
    demoted = await shop.hall.client.patch(path, json={"role": "cashier"}, headers=shop.owner)
    assert (demoted.status_code, demoted.json()["role"]) == (200, "cashier")
    assert (await shop.hall.client.delete(path, headers=manager)).status_code == 404, "another role is another id"
    removed = await shop.hall.client.delete(f"{shop.path}/staff/{demoted.json()['id']}", headers=manager)
    assert removed.status_code == 204


async def test_a_cashier_sees_the_till_and_the_orders_and_neither_book_nor_staff(shop: Shop) -> None:
    cashier = await shop.hire(WORKER, "cashier")
    get = shop.hall.client.get
    for path in ("", "/orders", "/shifts", "/code.svg", "/limits"):
        assert (await get(shop.path + path, headers=cashier)).status_code == 200, path
    for path in ("/payments", "/staff"):
        refused = await get(shop.path + path, headers=cashier)
        assert (refused.status_code, refused.json()["code"]) == (403, "merchants.role_insufficient"), path
    limits = await shop.hall.client.put(f"{shop.path}/limits", json={"cashier_refund_max": 1}, headers=cashier)
    assert limits.status_code == 403


async def test_whoever_is_removed_can_do_nothing_from_the_next_request_on(shop: Shop) -> None:
    cashier, payer = await shop.hire(WORKER, "cashier"), await shop.hall.sign_in(PAYER)
    payment = await shop.paid(payer, 100)
    shift = (await shop.open_shift(cashier)).json()
    (worker,) = (await shop.staff())["staff"]
    assert (await shop.hall.client.get(f"/api/v1/payments/{payment['id']}", headers=cashier)).status_code == 200
    removed = await shop.hall.client.delete(f"{shop.path}/staff/{worker['id']}", headers=shop.owner)
    assert removed.status_code == 204
    get = shop.hall.client.get
    for path in (shop.path, f"{shop.path}/orders", f"{shop.path}/shifts", f"/api/v1/payments/{payment['id']}"):
        assert (await get(path, headers=cashier)).status_code == 404, path
    assert (await shop.refund(payment, 1, cashier)).status_code == 404
    closed = (await get(f"{shop.path}/shifts/{shift['id']}", headers=shop.owner)).json()
    assert closed["state"] == "closed"
    await shop.hall.books_agree()


async def test_anybody_may_leave_and_comes_back_by_another_invitation_only(shop: Shop) -> None:
    cashier = await shop.hire(WORKER, "cashier")
    (worker,) = (await shop.staff())["staff"]
    assert (await shop.hall.client.delete(f"{shop.path}/staff/{worker['id']}", headers=cashier)).status_code == 204
    assert (await shop.hall.client.get(shop.path, headers=cashier)).status_code == 404
    again = await shop.hire(WORKER, "manager")
    assert (await shop.hall.client.get(shop.path, headers=again)).json()["role"] == "manager"


async def test_who_is_removed_has_invited_nobody(shop: Shop) -> None:
    manager = await shop.hire(WORKER, "manager")
    friend = (await shop.try_inviting(OTHER, "cashier", manager)).json()
    (worker,) = (await shop.staff())["staff"]
    await shop.hall.client.delete(f"{shop.path}/staff/{worker['id']}", headers=shop.owner)
    other = await shop.hall.sign_in(OTHER)
    accepted = await shop.hall.client.post(f"/api/v1/me/invitations/{friend['id']}/accept", headers=other)
    assert accepted.status_code == 404


async def test_the_stream_ends_at_once_for_who_was_removed_and_goes_on_for_others(shop: Shop) -> None:
    cashier, payer = await shop.hire(WORKER, "cashier"), await shop.hall.sign_in(PAYER)
    (worker,) = (await shop.staff())["staff"]
    async with (
        served(shop.hall) as client,
        client.stream("GET", f"{shop.path}/stream?after=0", headers=cashier) as theirs,
        client.stream("GET", f"{shop.path}/stream?after=0", headers=shop.owner) as mine,
    ):
        assert theirs.status_code == mine.status_code == 200
        their_text = theirs.aiter_text()
        assert "retry" in await anext(their_text)
        await shop.hall.client.delete(f"{shop.path}/staff/{worker['id']}", headers=shop.owner)
        await shop.paid(payer, 5)
        async with asyncio.timeout(20):
            heard = "".join([part async for part in their_text])
        assert "payment.succeeded" not in heard
        text = ""
        async with asyncio.timeout(20):
            async for part in mine.aiter_text():
                text += part
                if "payment.succeeded" in text:
                    break


async def test_a_cashier_gives_back_in_their_shift_up_to_the_limit_of_the_shop(shop: Shop) -> None:
    cashier, payer = await shop.hire(WORKER, "cashier"), await shop.hall.sign_in(PAYER)
    early = await shop.paid(payer, 1000)
    limits = {"cashier_refund_max": 300}
    assert (await shop.hall.client.put(f"{shop.path}/limits", json=limits, headers=shop.owner)).json() == limits
    refused = await shop.refund(early, 100, cashier)
    assert (refused.status_code, refused.json()["code"]) == (422, "merchants.refund_needs_shift")
    await shop.open_shift(cashier)
    assert (await shop.refund(early, 100, cashier)).json()["code"] == "merchants.refund_outside_shift"
    payment = await shop.paid(payer, 1000)
    assert (await shop.refund(payment, 200, cashier)).status_code == 201
    above = await shop.refund(payment, 101, cashier)
    assert (above.status_code, above.json()["code"]) == (422, "merchants.refund_above_limit")
    assert (above.json()["left"], above.json()["limit"]) == (100, 300)
    assert (await shop.refund(payment, 100, cashier)).status_code == 201
    await shop.hall.books_agree()


async def test_pitfall_1_racing_refunds_of_a_cashier_stay_within_the_limit(shop: Shop) -> None:
    cashier, payer = await shop.hire(WORKER, "cashier"), await shop.hall.sign_in(PAYER)
    await shop.hall.client.put(f"{shop.path}/limits", json={"cashier_refund_max": 50}, headers=shop.owner)
    await shop.open_shift(cashier)
    payments = [await shop.paid(payer, 100) for _ in range(5)]
    answers = await asyncio.gather(*(shop.refund(payments[n % 5], 10, cashier) for n in range(100)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(201), set(codes)) == (5, {201, 422})
    await shop.hall.books_agree()


async def test_what_another_cashier_took_is_not_for_this_one_to_give_back(shop: Shop) -> None:
    mine, theirs = await shop.hire(WORKER, "cashier"), await shop.hire(OTHER, "cashier")
    payer = await shop.hall.sign_in(PAYER)
    await shop.hall.give(payer, 1000)
    for who in (mine, theirs):
        await shop.open_shift(who)
    order = (await shop.hall.client.post(f"{shop.path}/orders", json={"amount": 350}, headers=theirs)).json()
    payment = (await shop.hall.pay(payer, code=order["code"])).json()
    assert (await shop.refund(payment, 1, mine)).json()["code"] == "merchants.refund_outside_shift"
    assert (await shop.refund(payment, 1, theirs)).status_code == 201


async def test_managers_give_back_at_any_time_and_it_is_known_who_did(shop: Shop) -> None:
    manager, payer = await shop.hire(WORKER, "manager"), await shop.hall.sign_in(PAYER)
    payment = await shop.paid(payer, 40_000)
    assert (await shop.refund(payment, 40_000, manager)).status_code == 201
    me = (await shop.hall.client.get("/api/v1/me", headers=manager)).json()["id"]
    async with shop.hall.pool.read() as conn:
        (by,) = await (await conn.execute(b"select refunded_by from payments.refunds")).fetchone() or (None,)
    assert by == UUID(me)


async def test_nobody_gives_money_back_to_themselves(shop: Shop) -> None:
    manager = await shop.hire(WORKER, "manager")
    payment = await shop.paid(manager, 100)
    refused = await shop.refund(payment, 100, manager)
    assert (refused.status_code, refused.json()["code"]) == (403, "payments.refund_not_yours")
    assert (await shop.refund(payment, 100, shop.owner)).status_code == 201


async def test_a_stranger_finds_nothing_of_the_shop(shop: Shop) -> None:
    stranger = await shop.hall.sign_in(OTHER)
    await shop.hire(WORKER, "cashier")
    (worker,) = (await shop.staff())["staff"]
    client, body = shop.hall.client, {"role": "cashier"}
    answers = [
        await client.get(f"{shop.path}/staff", headers=stranger),
        await client.patch(f"{shop.path}/staff/{worker['id']}", json=body, headers=stranger),
        await client.delete(f"{shop.path}/staff/{worker['id']}", headers=stranger),
        await client.put(f"{shop.path}/limits", json={"cashier_refund_max": 0}, headers=stranger),
        await client.post(f"{shop.path}/shifts", headers=stranger),
        await shop.try_inviting(PAYER, "cashier", stranger),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "merchants.shop_not_found")}
