"""A hall has one currency, and an order its own: no amount is ever taken for another currency's."""

from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from openhall.base.config import Settings
from openhall.city import merchants
from openhall.core import ledger, payments
from tests.conftest import open_hall
from tests.hall import Hall
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio

PAYER, OWNER = "13800000001", "13800000002"


async def give(hall: Hall, resident: dict[str, str], amount: int, currency: str) -> None:
    me = (await hall.client.get("/api/v1/me", headers=resident)).json()
    async with hall.pool.write() as conn:
        (wallet,) = await ledger.accounts_of(conn, UUID(me["id"]))
        bank = await ledger.open_account(conn, kind="rail.bank", owner=None, floor=None, busy=True, currency=currency)
        transfer = ledger.Transfer(
            id=uuid4(), debit=bank, credit=wallet.id, amount=amount, currency=currency, reason="top_up"
        )
        (outcome,) = await ledger.post(conn, [transfer])
        assert outcome.ok, outcome


async def test_a_hall_of_another_currency_has_wallets_and_pays_in_it(
    settings: Settings, outside: OutsideProgram
) -> None:
    async with open_hall(replace(settings, currency="JPY"), outside) as hall:
        payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
        shop = await hall.open_shop(owner)
        await give(hall, payer, 1000, "JPY")
        paid = await hall.pay(payer, code=shop["code"], amount=350)
        assert (paid.status_code, paid.json()["currency"]) == (201, "JPY")
        wallet = (await hall.client.get("/api/v1/wallet", headers=payer)).json()
        assert wallet == {"balance": 650, "available": 650, "currency": "JPY"}
        await hall.books_agree()


async def test_an_order_in_another_currency_moves_nothing(hall: Hall) -> None:
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    async with hall.pool.write() as conn:
        payee = await payments.resolve(conn, [merchants.payees], shop["code"])
        order = await payments.create_order(conn, payments.NewOrder(payee, 350, currency="JPY"))
    refused = await hall.pay(payer, order_id=str(order))
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.not_possible")
    assert await hall.balance(payer) == 1000
    await hall.books_agree()
