"""A payment from the counter to the books, over the API."""

import asyncio
from uuid import UUID, uuid4

import pytest

from openhall.base import clock, events, idempotency
from openhall.city import merchants
from openhall.core import ledger, payments
from tests.hall import Hall

pytestmark = pytest.mark.anyio

PAYER, OWNER, STRANGER = "13800000001", "13800000002", "13800000003"


async def test_a_payment_moves_the_money_once_and_tells_the_shop(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    paid = await hall.pay(payer, code=shop["code"], amount=350)
    assert paid.status_code == 201, paid.text
    payment = paid.json()
    assert payment["state"] == "succeeded"
    assert (payment["amount"], payment["currency"]) == (350, "CNY")
    assert payment["shop"] == {"id": shop["id"], "name": shop["name"]}
    assert await hall.balance(payer) == 650
    async with hall.pool.read() as conn:
        (event,) = await events.after(conn, f"shop:{shop['id']}", 0)
    assert (event.type, event.data["amount"], event.data["id"]) == ("payment.succeeded", 350, payment["id"])
    shown = await hall.client.get(f"/api/v1/payments/{payment['id']}", headers=payer)
    assert shown.json() == payment
    await hall.books_agree()


async def test_the_short_code_pays_the_same_shop(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    paid = await hall.pay(payer, code=shop["short_code"], amount=1)
    assert paid.json()["shop"]["id"] == shop["id"]


async def test_the_same_key_answers_the_same_and_pays_once(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    key = str(uuid4())
    first = await hall.pay(payer, key, code=shop["code"], amount=350)
    again = await hall.pay(payer, key, code=shop["code"], amount=350)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    other = await hall.pay(payer, key, code=shop["code"], amount=351)
    assert (other.status_code, other.json()["code"]) == (422, "hall.idempotency_key_reused")
    assert await hall.balance(payer) == 650


async def test_a_key_in_flight_is_a_conflict_and_then_a_replay(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    key = str(uuid4())
    answers = await asyncio.gather(*(hall.pay(payer, key, code=shop["code"], amount=350) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"hall.idempotency_in_flight"}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert await hall.balance(payer) == 650
    assert (await hall.pay(payer, key, code=shop["code"], amount=350)).status_code == 201


async def test_a_key_held_by_another_transaction_is_in_flight(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    me = (await hall.client.get("/api/v1/me", headers=payer)).json()["id"]
    async with hall.pool.write() as conn:
        (claim,) = await idempotency.claim(conn, "POST /payments", [(me, "the-key")])
        assert claim.held
        refused = await hall.pay(payer, "the-key", code=shop["code"], amount=350)
    assert (refused.status_code, refused.json()["code"]) == (409, "hall.idempotency_in_flight")


async def test_one_fen_short_is_refused_and_stays_refused(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 349)
    key = str(uuid4())
    refused = await hall.pay(payer, key, code=shop["code"], amount=350)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.insufficient_funds")
    await hall.give(payer, 1)
    late = await hall.pay(payer, key, code=shop["code"], amount=350)
    assert (late.status_code, late.json()["code"]) == (422, "payments.insufficient_funds")
    assert late.headers["Idempotent-Replayed"] == "true"
    assert await hall.balance(payer) == 350
    assert (await hall.pay(payer, code=shop["code"], amount=350)).status_code == 201


@pytest.mark.parametrize(
    "amount",
    [0, -1, 10**18, 3.5, "350", None, True],
    ids=["0", "negative", "10^18", "fraction", "text", "null", "bool"],
)
async def test_an_amount_that_is_none_is_malformed(hall: Hall, amount: object) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    refused = await hall.pay(payer, code=shop["code"], amount=amount)
    assert refused.status_code == 400, refused.text
    assert refused.json()["code"] == ("payments.what_missing" if amount is None else "hall.malformed")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert await hall.balance(payer) == 1000


async def test_a_missing_amount_is_asked_for_and_the_key_may_be_used_again(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    refused = await hall.pay(payer, "my-key", code=shop["code"])
    assert (refused.status_code, refused.json()["code"]) == (400, "payments.what_missing")
    assert (await hall.pay(payer, "my-key", code=shop["code"], amount=350)).status_code == 201


@pytest.mark.parametrize("key", [None, "", "two words", "x" * 256, "长安"])
async def test_a_payment_needs_a_proper_key(hall: Hall, key: str | None) -> None:
    payer = await hall.sign_in(PAYER)
    headers = payer | ({} if key is None else {"Idempotency-Key": key})
    body = {"code": "123456782", "amount": 1}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    refused = await hall.client.post("/api/v1/payments", json=body, headers=raw)
    assert refused.status_code == 400
    assert refused.json()["code"].startswith("hall.idempotency_key_")


async def test_nobody_pays_their_own_shop(hall: Hall) -> None:
    owner = await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(owner, 1000)
    refused = await hall.pay(owner, code=shop["code"], amount=350)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.own_shop")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("482907316", "payments.code_damaged"),
        ("000201 hello", "payments.code_damaged"),
        ("hello", "payments.code_unknown"),
        ("00020101021129370016A000000677010111011300668012345675802TH530376463046197", "payments.code_foreign"),
        ("00020101021129370016A000000677010111011300668012345675802TH530376463046198", "payments.code_damaged"),
    ],
)
async def test_a_code_that_cannot_be_paid_says_why(hall: Hall, code: str, expected: str) -> None:
    payer = await hall.sign_in(PAYER)
    refused = await hall.pay(payer, code=code, amount=350)
    assert (refused.status_code, refused.json()["code"]) == (422, expected)


async def test_a_payment_is_seen_by_its_two_sides_only(hall: Hall) -> None:
    payer, owner, stranger = [await hall.sign_in(phone) for phone in (PAYER, OWNER, STRANGER)]
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    paid = (await hall.pay(payer, code=shop["code"], amount=350)).json()
    path = f"/api/v1/payments/{paid['id']}"
    assert (await hall.client.get(path, headers=owner)).status_code == 200
    assert (await hall.client.get(path, headers=stranger)).status_code == 404
    assert (await hall.client.get(path)).status_code == 401


async def test_without_a_valid_token_nothing_is_paid(hall: Hall) -> None:
    body = {"code": "123456782", "amount": 1}
    for token in ("", "Bearer ", "Bearer invented", "Basic abc"):
        headers = {"Authorization": token, "Idempotency-Key": "k"} if token else {"Idempotency-Key": "k"}
        refused = await hall.client.post("/api/v1/payments", json=body, headers=headers)
        assert refused.status_code == 401, token


async def test_two_hundred_racing_payments_on_money_for_ten_pay_ten(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 3500)
    answers = await asyncio.gather(*(hall.pay(payer, code=shop["code"], amount=350) for _ in range(200)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(201), statuses.count(422)) == (10, 190)
    assert await hall.balance(payer) == 0
    await hall.books_agree()


async def test_an_order_is_paid_at_most_once(hall: Hall) -> None:
    first, second, owner = [await hall.sign_in(phone) for phone in (PAYER, STRANGER, OWNER)]
    shop = await hall.open_shop(owner)
    for payer in (first, second):
        await hall.give(payer, 1000)
    async with hall.pool.write() as conn:
        payee = await payments.resolve(conn, [merchants.payees], shop["code"])
        order = await payments.create_order(conn, payments.NewOrder(payee, 250))
    wrong = await hall.pay(first, order_id=str(order), amount=249)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "payments.amount_differs")
    answers = await asyncio.gather(*(hall.pay(payer, order_id=str(order)) for payer in [first, second] * 10))
    assert [answer.status_code for answer in answers].count(201) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code != 201} <= {
        "payments.order_paid", "payments.order_contended",
    }  # fmt: skip
    assert await hall.balance(first) + await hall.balance(second) == 1750
    await hall.books_agree()


async def test_an_unknown_or_expired_order_is_refused(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    unknown = await hall.pay(payer, order_id=str(uuid4()))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "payments.order_not_found")
    async with hall.pool.write() as conn:
        payee = await payments.resolve(conn, [merchants.payees], shop["code"])
        order = await payments.create_order(conn, payments.NewOrder(payee, 250, expires_at=clock.now()))
    late = await hall.pay(payer, order_id=str(order))
    assert (late.status_code, late.json()["code"]) == (422, "payments.order_expired")


async def test_above_the_halls_limit_nobody_is_sent_for_a_code_that_would_be_refused_too(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    most = hall.settings.payment_max
    asked = {"amount": most + 1}
    order = await hall.client.post(f"/api/v1/shops/{shop['id']}/orders", json=asked, headers=owner)
    paid = await hall.pay(payer, code=shop["code"], amount=most + 1)
    for refused in (order, paid):
        assert (refused.status_code, refused.json()["code"]) == (422, "payments.above_hall_limit")
        assert refused.json()["limit"] == most


async def test_a_payment_is_one_transfer_with_its_id(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    paid = (await hall.pay(payer, code=shop["code"], amount=350)).json()
    async with hall.pool.read() as conn:
        transfer = await ledger.transfer(conn, UUID(paid["id"]))
    assert transfer is not None
    assert (transfer.amount, transfer.reason, transfer.kind) == (350, "payment", "posted")
