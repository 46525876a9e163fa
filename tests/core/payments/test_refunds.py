"""Giving money back over the API: never more than was paid, by whoever was paid, once."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from openhall.base import events
from openhall.core import ledger
from openhall.core.payments import api
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

PAYER, OTHER, OWNER = "13800000001", "13800000002", "13800000003"


class Sale:
    """A shop that was just paid 3.50."""

    def __init__(
        self, hall: Hall, payer: Headers, owner: Headers, shop: dict[str, Any], payment: dict[str, Any]
    ) -> None:
        self.hall, self.payer, self.owner, self.shop, self.payment = hall, payer, owner, shop, payment

    async def refund(
        self, amount: int, key: str | None = None, by: Headers | None = None, reason: str = "sold out"
    ) -> Any:
        headers = (self.owner if by is None else by) | {"Idempotency-Key": key or str(uuid4())}
        path = f"/api/v1/payments/{self.payment['id']}/refunds"
        return await self.hall.client.post(path, json={"amount": amount, "reason": reason}, headers=headers)

    async def refunded(self, by: Headers | None = None) -> int:
        path = f"/api/v1/payments/{self.payment['id']}"
        return int((await self.hall.client.get(path, headers=by or self.payer)).json()["refunded"])

    async def refunds(self, by: Headers) -> list[dict[str, Any]]:
        path = f"/api/v1/payments/{self.payment['id']}/refunds"
        found: list[dict[str, Any]] = (await self.hall.client.get(path, headers=by)).json()["refunds"]
        return found


@pytest.fixture
async def sale(hall: Hall) -> Sale:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    paid = await hall.pay(payer, code=shop["code"], amount=350)
    assert paid.json()["refunded"] == 0
    return Sale(hall, payer, owner, shop, paid.json())


async def test_part_and_then_the_rest_is_given_back(sale: Sale) -> None:
    first = await sale.refund(100)
    assert first.status_code == 201, first.text
    body = first.json()
    assert (body["amount"], body["state"], body["payment_id"]) == (100, "succeeded", sale.payment["id"])
    assert (await sale.hall.balance(sale.payer), await sale.refunded()) == (750, 100)
    assert (await sale.refund(250)).status_code == 201
    assert (await sale.hall.balance(sale.payer), await sale.refunded()) == (1000, 350)
    told = await sale.refunds(sale.payer)
    assert [one["amount"] for one in told] == [100, 250]
    assert told == await sale.refunds(sale.owner)
    assert len({one["receipt_no"] for one in told} | {sale.payment["receipt_no"]}) == 3
    await sale.hall.books_agree()


async def test_pages_of_refunds_tell_each_of_them_once(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "PAGE", 2)
    made = [(await sale.refund(1)).json()["id"] for _ in range(4)]
    path = f"/api/v1/payments/{sale.payment['id']}/refunds"
    told: list[list[str]] = []
    query = "?"
    while query:
        page = (await sale.hall.client.get(path + query, headers=sale.payer)).json()
        told.append([one["id"] for one in page["refunds"]])
        query = f"?cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert told == [made[:2], made[2:]], "a page that is just full is the last one"


async def test_one_fen_too_much_is_refused_with_what_is_left(sale: Sale) -> None:
    await sale.refund(100)
    refused = await sale.refund(251)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.refund_above_rest")
    assert refused.json()["refundable"] == 250
    assert (await sale.hall.balance(sale.payer), await sale.refunded()) == (750, 100)


@pytest.mark.parametrize("amount", [0, -1, 3.5, "350", None])
async def test_what_is_no_amount_moves_nothing(sale: Sale, amount: Any) -> None:
    refused = await sale.refund(amount)
    assert (refused.status_code, refused.json()["code"]) == (400, "hall.malformed")
    assert await sale.refunded() == 0


async def test_pitfall_1_a_hundred_racing_refunds_give_back_what_was_paid_and_no_more(sale: Sale) -> None:
    answers = await asyncio.gather(*(sale.refund(35) for _ in range(100)))
    codes = [answer.status_code for answer in answers]
    assert codes.count(201) == 10
    assert set(codes) == {201, 422}
    assert (await sale.hall.balance(sale.payer), await sale.refunded()) == (1000, 350)
    await sale.hall.books_agree()


async def test_the_same_wish_gives_back_once(sale: Sale) -> None:
    key = str(uuid4())
    first, second = await sale.refund(100, key=key), await sale.refund(100, key=key)
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    changed = await sale.refund(101, key=key)
    assert (changed.status_code, changed.json()["code"]) == (422, "hall.idempotency_key_reused")
    assert await sale.refunded() == 100


async def test_a_shop_cannot_give_back_what_it_no_longer_has(hall: Hall, sale: Sale) -> None:
    async with hall.pool.write() as conn:
        (account,) = await ledger.accounts_of(conn, UUID(sale.shop["id"]))
        bank = await ledger.open_account(conn, kind="rail.bank", owner=None, floor=None, busy=True)
        gone = ledger.Transfer(id=uuid4(), debit=account.id, credit=bank, amount=300, reason="withdrawal")
        (outcome,) = await ledger.post(conn, [gone])
        assert outcome.ok
    refused = await sale.refund(51)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.refund_without_funds")
    assert (await sale.hall.balance(sale.payer), await sale.refunded()) == (650, 0)
    assert (await sale.refund(50)).status_code == 201
    await hall.books_agree()


async def test_only_the_shop_gives_back_and_a_stranger_sees_nothing(sale: Sale) -> None:
    refused = await sale.refund(100, by=sale.payer)
    assert (refused.status_code, refused.json()["code"]) == (403, "payments.refund_not_yours")
    stranger = await sale.hall.sign_in(OTHER)
    refused = await sale.refund(100, by=stranger)
    assert (refused.status_code, refused.json()["code"]) == (404, "payments.payment_not_found")
    path = f"/api/v1/payments/{sale.payment['id']}/refunds"
    assert (await sale.hall.client.get(path, headers=stranger)).status_code == 404
    assert await sale.refunded() == 0


async def test_the_watchers_of_the_shop_learn_of_it(sale: Sale) -> None:
    made = (await sale.refund(100)).json()
    async with sale.hall.pool.read() as conn:
        told = await events.after(conn, f"shop:{sale.shop['id']}", 0)
    assert [event.type for event in told] == ["payment.succeeded", "payment.refunded"]
    assert (told[1].data["id"], told[1].data["amount"]) == (made["id"], 100)
    assert told[1].data["payer_masked"] == "138****0001"


async def test_the_shops_day_says_what_was_given_back(sale: Sale) -> None:
    await sale.refund(100)
    book = (await sale.hall.client.get(f"/api/v1/shops/{sale.shop['id']}/payments", headers=sale.owner)).json()
    assert (book["count"], book["total"], book["refunded"]) == (1, 350, 100)
    assert book["payments"][0]["refunded"] == 100


async def test_the_payers_statement_names_the_shop_that_gave_back(sale: Sale) -> None:
    await sale.refund(100)
    entries = (await sale.hall.client.get("/api/v1/wallet/entries", headers=sale.payer)).json()["entries"]
    assert [(entry["amount"], entry["reason"]) for entry in entries][:2] == [(100, "refund"), (-350, "payment")]


async def test_a_reason_is_needed_and_has_a_length(sale: Sale) -> None:
    for reason in ("", "x" * 201):
        assert (await sale.refund(100, reason=reason)).status_code == 400
    assert (await sale.refund(100, reason="太咸了" * 60)).status_code == 201
