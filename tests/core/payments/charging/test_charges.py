"""A shop reads a pay code and is paid: at once, or after the payer's yes; and each charge has its one reference."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from openhall.base import clock, events
from openhall.core import people
from openhall.core.payments import paycodes
from tests.core.payments.charging.stage import OTHER, PAYER, make_key, set_up
from tests.hall import Hall

pytestmark = pytest.mark.anyio


async def facts(hall: Hall, stream: str) -> list[tuple[str, dict[str, object]]]:
    async with hall.pool.read() as reader:
        return [(event.type, event.data) for event in await events.after(reader, stream, 0)]


async def stream_of(hall: Hall, phone: str) -> str:
    async with hall.pool.read() as reader:
        resident = await people.resident_with(reader, f"+86{phone}")
    assert resident is not None
    return paycodes.stream_of(resident.id)


async def test_a_scanner_reads_a_code_and_the_shop_is_paid(hall: Hall) -> None:
    stage = await set_up(hall)
    charged = await stage.charge(await stage.code(), 350, "table 4")
    assert charged.status_code == 201, charged.text
    body = charged.json()
    assert (body["state"], body["amount"], body["reference"]) == ("succeeded", 350, "table 4")
    assert body["shop"] == {"id": stage.shop["id"], "name": stage.shop["name"]}
    paid = (await hall.client.get(f"/api/v1/payments/{body['id']}", headers=stage.payer)).json()
    # What is not among the fields of a charge is not asked at a counter.
    assert set(paid) - set(body) == {"offer", "offer_en", "bounty", "on_behalf"}
    assert {name: paid[name] for name in paid if name in body} == {name: body[name] for name in paid if name in body}
    assert (body["paid"], body["discount"]) == (350, 0)
    assert (await stage.look(body["id"])).json() == body
    assert await hall.balance(stage.payer) == 99_650
    ((shop_type, to_shop),) = await facts(hall, f"shop:{stage.shop['id']}")
    ((payer_type, to_payer),) = await facts(hall, await stream_of(hall, PAYER))
    assert (shop_type, to_shop["id"], to_shop["reference"]) == ("payment.succeeded", body["id"], "table 4")
    assert (payer_type, to_payer["payment"]) == ("charge.succeeded", body["id"])
    await hall.books_agree()


async def test_a_resident_who_works_there_charges_too_and_stands_on_the_payment(hall: Hall) -> None:
    stage = await set_up(hall)
    by_owner = await stage.charge(await stage.code(), by=stage.owner)
    by_scanner = await stage.charge(await stage.code())
    assert (by_owner.status_code, by_scanner.status_code) == (201, 201)
    me = (await hall.client.get("/api/v1/me", headers=stage.owner)).json()["id"]
    async with hall.pool.read() as reader:
        found = await reader.execute(b"select p.id::text, p.taken_by, o.taken_by from payments.payments p "
                                     b"join payments.orders o on o.id = p.order_id")  # fmt: skip
        takers = {payment: (of_payment, of_order) for payment, of_payment, of_order in await found.fetchall()}
    assert takers[by_owner.json()["id"]] == (UUID(me), UUID(me))
    (key,) = (await hall.client.get(f"/api/v1/shops/{stage.shop['id']}/keys", headers=stage.owner)).json()["keys"]
    assert takers[by_scanner.json()["id"]] == (UUID(key["id"]),) * 2, "a machine is a hand of its own"


async def test_the_same_key_gets_the_same_answer(hall: Hall) -> None:
    stage = await set_up(hall)
    code, reference = await stage.code(), str(uuid4())
    first = await stage.charge(code, 350, reference, key="one")
    again = await stage.charge(code, 350, reference, key="one")
    assert (again.status_code, again.content, again.headers["Idempotent-Replayed"]) == (201, first.content, "true")
    other = await stage.charge(code, 351, reference, key="one")
    assert (other.status_code, other.json()["code"]) == (422, "hall.idempotency_key_reused")
    assert await hall.balance(stage.payer) == 99_650
    await hall.books_agree()


async def test_a_second_charge_with_a_reference_is_the_first_when_equal_and_refused_when_not(hall: Hall) -> None:
    stage = await set_up(hall)
    other = await hall.sign_in(OTHER)
    await hall.give(other, 1000)
    code = await stage.code()
    first = await stage.charge(code, 350, "R1")
    same_code = await stage.charge(code, 350, "R1")
    fresh = await stage.code()
    fresh_code = await stage.charge(fresh, 350, "R1")
    assert [same_code.status_code, fresh_code.status_code] == [201, 201]
    assert same_code.json() == fresh_code.json() == first.json()
    others = await stage.code(other)
    for code, amount in ((fresh, 351), (others, 350), ("710000000000000000", 350)):
        refused = await stage.charge(code, amount, "R1")
        assert (refused.status_code, refused.json()["code"]) == (409, "payments.reference_taken")
    # Nobody's code was used up by any of it.
    assert (await stage.charge(fresh, 100)).status_code == 201
    assert (await stage.charge(others, 100)).status_code == 201
    assert (await hall.balance(stage.payer), await hall.balance(other)) == (99_550, 900)
    await hall.books_agree()


async def test_an_open_order_holds_its_reference_and_no_charge_takes_it(hall: Hall) -> None:
    """It was nobody's payment yet: a charge under it is no repetition of anything, whatever its amount."""
    stage = await set_up(hall, money=1_000)
    path = f"/api/v1/shops/{stage.shop['id']}/orders"
    order = (await hall.client.post(path, json={"amount": 350, "reference": "A-17"}, headers=stage.owner)).json()
    code = await stage.code()
    for amount in (350, 351):
        refused = await stage.charge(code, amount, "A-17")
        assert (refused.status_code, refused.json()["code"]) == (409, "payments.reference_taken")
    assert await hall.balance(stage.payer) == 1_000
    paid = await hall.pay(stage.payer, code=order["code"])
    assert (paid.status_code, paid.json()["amount"]) == (201, 350), "the order is still there to be paid"
    again = await stage.charge(code, 350, "A-17")
    assert again.status_code == 201, again.text
    assert again.json()["id"] == paid.json()["id"], "once paid it is the same payer's payment of the same amount"
    assert (await stage.charge(code, 350, "A-18")).status_code == 201, "and the code is as it was"
    await hall.books_agree()


async def test_a_reference_is_the_shops_own_and_another_shop_may_use_the_same(hall: Hall) -> None:
    stage = await set_up(hall)
    elsewhere = await hall.open_shop(stage.owner, "Next door")
    key = await make_key(hall, stage.owner, elsewhere)
    assert (await stage.charge(await stage.code(), 350, "R1")).status_code == 201
    body = {"pay_code": await stage.code(), "amount": 350, "reference": "R1"}
    charged = await hall.client.post(
        f"/api/v1/shops/{elsewhere['id']}/charges", json=body, headers=key | {"Idempotency-Key": "k"}
    )
    assert charged.status_code == 201
    await hall.books_agree()


async def test_a_large_charge_waits_for_the_payers_yes(hall: Hall) -> None:
    stage = await set_up(hall, money=1_000_000)
    charged = await stage.charge(await stage.code(), 500_000, "T1")
    assert charged.status_code == 202
    waiting = charged.json()
    assert (waiting["state"], waiting["receipt_no"]) == ("requires_action", None)
    assert waiting["expires_at"] is not None
    assert (await stage.look(waiting["id"])).json() == waiting
    # Asking again under another key finds the same charge, and asks nobody again.
    again = await stage.charge(await stage.code(), 500_000, "T1")
    assert (again.status_code, again.json()) == (202, waiting)
    assert [type_ for type_, _ in await facts(hall, await stream_of(hall, PAYER))] == ["charge.confirm"]
    assert (await stage.confirm(waiting["id"])).status == 201
    paid = (await stage.look(waiting["id"])).json()
    assert (paid["state"], paid["id"], paid["order_id"]) == ("succeeded", waiting["id"], waiting["order_id"])
    assert paid["receipt_no"]
    after = await stage.charge(await stage.code(), 500_000, "T1")
    assert (after.status_code, after.json()) == (201, paid)
    assert await hall.balance(stage.payer) == 500_000
    assert [one["id"] for one in await stage.taken()] == [waiting["id"]]
    await hall.books_agree()


async def test_nobody_else_pays_the_order_of_a_waiting_charge(hall: Hall) -> None:
    stage = await set_up(hall, money=1_000_000)
    waiting = (await stage.charge(await stage.code(), 500_000)).json()
    other = await hall.sign_in(OTHER)
    await hall.give(other, 1_000_000)
    for somebody in (other, stage.payer):
        refused = await hall.pay(somebody, order_id=waiting["order_id"])
        assert (refused.status_code, refused.json()["code"]) == (422, "payments.order_closed")
    assert (await stage.confirm(waiting["id"])).status == 201
    await hall.books_agree()


async def test_who_tries_the_order_of_a_waiting_charge_never_waits_for_its_payers_yes(hall: Hall) -> None:
    stage = await set_up(hall, money=1_000_000)
    waiting = (await stage.charge(await stage.code(), 500_000)).json()
    other = await hall.sign_in(OTHER)
    async with hall.pool.write() as conn:
        # The yes has everything it locks and is about to commit; it would never commit if somebody waited for it here.
        said = await stage.confirm(waiting["id"], conn=conn)
        async with asyncio.timeout(60):
            refused = await hall.pay(other, order_id=waiting["order_id"])
    assert (said.status, refused.status_code, refused.json()["code"]) == (201, 422, "payments.order_closed")
    assert (await stage.look(waiting["id"])).json()["state"] == "succeeded"
    await hall.books_agree()


async def test_what_the_payer_refused_stays_over_under_its_reference(hall: Hall) -> None:
    stage = await set_up(hall, money=1_000_000)
    waiting = (await stage.charge(await stage.code(), 500_000, "T1")).json()
    me = (await hall.client.get("/api/v1/me", headers=stage.payer)).json()["id"]
    async with hall.pool.write() as conn:
        await paycodes.refuse(conn, resident=UUID(me), charge=UUID(waiting["id"]))
    assert (await stage.look(waiting["id"])).json()["state"] == "refused"
    heard = await facts(hall, f"shop:{stage.shop['id']}")
    assert [(type_, data["id"], data["reference"]) for type_, data in heard] == [
        ("charge.refused", waiting["id"], "T1")
    ]
    again = await stage.charge(await stage.code(), 500_000, "T1")
    assert (again.status_code, again.json()["code"], again.json()["state"]) == (422, "payments.charge_over", "refused")
    await hall.books_agree()


async def test_a_charge_nobody_answered_expires(hall: Hall) -> None:
    stage = await set_up(hall, money=1_000_000)
    waiting = (await stage.charge(await stage.code(), 500_000, "T1")).json()
    with clock.at(clock.now() + paycodes.CONFIRM_WITHIN + timedelta(seconds=1)):
        assert (await stage.look(waiting["id"])).json()["state"] == "expired"
        again = await stage.charge(await stage.code(), 500_000, "T1")
        assert again.json()["state"] == "expired"
        assert (await stage.confirm(waiting["id"])).status == 422
    await hall.books_agree()


async def test_without_money_the_counter_and_the_payer_are_told_and_the_code_still_works(hall: Hall) -> None:
    stage = await set_up(hall, money=100)
    code = await stage.code()
    refused = await stage.charge(code, 350, "R1", key="one")
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.payer_lacks_funds")
    assert set(refused.json()) == {"type", "title", "status", "detail", "code"}, "how much they have is theirs to know"
    assert refused.json()["title"] == "付款人余额不足。", "and not: top up your wallet"
    ((told, data),) = await facts(hall, await stream_of(hall, PAYER))
    assert (told, data["code"], data["payee_name"]) == (
        "charge.refused", "payments.insufficient_funds", stage.shop["name"]
    )  # fmt: skip
    await hall.give(stage.payer, 1000)
    # The refusal stands for its key; another try, with the same code and reference, goes through.
    again = await stage.charge(code, 350, "R1", key="one")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (422, "true")
    assert (await stage.charge(code, 350, "R1")).status_code == 201
    assert await hall.balance(stage.payer) == 750
    await hall.books_agree()


async def test_nobody_charges_themselves_and_the_code_still_works(hall: Hall) -> None:
    stage = await set_up(hall)
    await hall.give(stage.owner, 1000)
    code = await stage.code(stage.owner)
    refused = await stage.charge(code)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.own_shop")
    elsewhere = await hall.open_shop(stage.payer, "Next door")
    key = await make_key(hall, stage.payer, elsewhere)
    body = {"pay_code": code, "amount": 350, "reference": "R1"}
    charged = await hall.client.post(
        f"/api/v1/shops/{elsewhere['id']}/charges", json=body, headers=key | {"Idempotency-Key": "k"}
    )
    assert charged.status_code == 201
    await hall.books_agree()


async def test_a_refused_code_is_refused_by_its_name(hall: Hall) -> None:
    stage = await set_up(hall)
    used, old = await stage.code(), await stage.code()
    assert (await stage.charge(used)).status_code == 201
    refusals = {
        used: "payments.pay_code_used",
        "710000000000000000": "payments.pay_code_invalid",
        "hello": "payments.pay_code_invalid",
        "135112298638468293": "payments.pay_code_foreign",
    }
    for code, reason in refusals.items():
        refused = await stage.charge(code)
        assert (refused.status_code, refused.json()["code"]) == (422, reason)
    with clock.at(clock.now() + timedelta(seconds=61)):
        refused = await stage.charge(old)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.pay_code_expired")


async def test_a_closed_shop_charges_nobody_but_can_still_give_back(hall: Hall) -> None:
    stage = await set_up(hall)
    paid = (await stage.charge(await stage.code())).json()
    await hall.client.post(f"/api/v1/shops/{stage.shop['id']}/close", headers=stage.owner)
    refused = await stage.charge(await stage.code())
    assert (refused.status_code, refused.json()["code"]) == (422, "merchants.shop_closed")
    assert (await stage.reverse(paid["id"])).json()["state"] == "refunded"
    await hall.books_agree()


async def test_nobody_is_charged_more_than_the_hall_allows_and_the_code_still_works(hall: Hall) -> None:
    stage = await set_up(hall)
    code, most = await stage.code(), hall.settings.payment_max
    refused = await stage.charge(code, most + 1, "R1")
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.above_hall_limit")
    assert refused.json()["limit"] == most
    assert (await stage.charge(code, 350, "R2")).status_code == 201
    assert (await stage.charge(await stage.code(), most, "R3")).status_code == 202, "the limit itself is asked for"
    await hall.books_agree()
