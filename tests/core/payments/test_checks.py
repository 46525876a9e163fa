"""Each check finds the breach it is for. The breach is made behind the hall's back, with the guards taken down."""

import pytest

from openhall.base import db
from openhall.web.discover import packages
from tests.city.campaigns.sponsor import Sponsor
from tests.core.payments.charging.breaches import BREACHES as OF_CHARGES
from tests.core.payments.paycodes.breaches import BREACHES as OF_PAY_CODES
from tests.core.payments.safety.breaches import BREACHES as OF_LIMITS
from tests.core.payments.transfers.breaches import BREACHES as OF_TRANSFERS
from tests.hall import Hall, fresh_key

pytestmark = pytest.mark.anyio

PAYER, OTHER, OWNER = "13800000001", "13800000002", "13800000003"
CHECKS = {check.name: check for package in packages(demo=False) for check in package.checks}
BREACHES = {
    "payments.orders": ["update payments.orders set state = 'open'", "delete from payments.payments"],
    "payments.amounts": [
        "update payments.orders set amount = amount + 1",
        "update payments.payments set payee = gen_random_uuid()",
    ],
    "payments.transfers": [
        "update payments.payments set amount = amount + 1",
        "update payments.payments set business_date = business_date + 1",
        "update payments.payments p set payer = r.id from people.residents r where r.id <> p.payer",
        "update payments.orders set account = gen_random_uuid()",
        "delete from ledger.journal where reason = 'payment'",
        "update payments.subsidies set amount = amount - 1",
    ],
    "payments.unexplained": ["delete from payments.payments"],
    "payments.answers": [
        "delete from payments.payments",
        "delete from base.idempotency",
        "update base.idempotency set body = replace(body, '350', '351')",
    ],
    "payments.told": [
        "delete from base.events",
        "insert into base.events select stream, number + 10, type, data, at from base.events",
    ],
    "payments.refunds": [
        "update payments.orders set refunded = refunded - 1",
        "delete from payments.refunds",
    ],
    "payments.refund_transfers": [
        "update payments.refunds set amount = amount + 1",
        "delete from payments.refunds",
        "delete from ledger.journal where reason = 'refund'",
        "update payments.subsidy_returns set amount = amount - 1",
        "delete from payments.subsidy_returns",
        "update payments.orders set account = gen_random_uuid()",
    ],
    "payments.shown_orders": [
        "update payments.orders set expires_at = null where reference = 'shown'",
        "update payments.orders set expires_at = created_at where reference = 'shown'",
        "update payments.payments set at = at + interval '1 hour'",
    ],
    "payments.subsidies": [
        "update payments.subsidies set amount = amount + 1",
        "update payments.subsidies set account = gen_random_uuid()",
        "update payments.subsidies set payer = gen_random_uuid()",
        "update payments.subsidies set kind = 'bounty'",
        "delete from payments.subsidies",
        "delete from ledger.journal where reason = 'discount'",
    ],
    "payments.subsidy_sums": ["update payments.subsidies set amount = 350"],
    "payments.subsidy_returns": [
        "update payments.subsidy_returns set amount = amount + 1",
        "delete from payments.subsidy_returns",
        "delete from ledger.journal where reason = 'subsidy_return'",
        "update payments.orders set account = gen_random_uuid()",
    ],
    "payments.pro_rata": [
        "update payments.subsidy_returns set amount = amount - 1",
        "update payments.subsidies set amount = amount * 2",
        "delete from payments.subsidy_returns",
    ],
    "merchants.orders": [
        "update payments.orders set account = gen_random_uuid()",
        "update payments.orders set payee = gen_random_uuid()",
    ],
}
GUARDS = """
alter table payments.payments disable trigger payments_append_only;
alter table payments.refunds disable trigger refunds_append_only;
alter table payments.refunds drop constraint refunds_payment_fkey;
alter table payments.subsidies drop constraint subsidies_payment_fkey;
alter table payments.subsidies disable trigger subsidies_append_only;
alter table payments.subsidy_returns disable trigger subsidy_returns_append_only;
alter table payments.subsidy_returns drop constraint subsidy_returns_refund_fkey;
alter table payments.subsidy_returns drop constraint subsidy_returns_subsidy_fkey;
alter table payments.orders drop constraint order_refunded_within_what_was_paid;
alter table ledger.journal disable trigger append_only;
"""


async def broken(conn: db.ReadConn, name: str) -> list[tuple[object, ...]]:
    return await (await conn.execute(CHECKS[name].query.sql.encode(), {})).fetchall()


@pytest.fixture
async def paid(hall: Hall) -> Hall:
    """Two payments at prices that an offer lowered, one of an order that was shown, a part of the other given back."""
    payer, _, owner = [await hall.sign_in(phone) for phone in (PAYER, OTHER, OWNER)]
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    sponsor = await Sponsor.enter(hall)
    await sponsor.run(amount=101)
    payment = (await hall.pay(payer, code=shop["code"], amount=350)).json()["id"]
    order = {"amount": 350, "reference": "shown"}
    shown = await hall.client.post(f"/api/v1/shops/{shop['id']}/orders", json=order, headers=owner)
    assert (await hall.pay(payer, code=shown.json()["code"])).status_code == 201
    body = {"amount": 100, "reason": "sold out"}
    given_back = await hall.client.post(f"/api/v1/payments/{payment}/refunds", json=body, headers=owner | fresh_key())
    assert given_back.status_code == 201
    return hall


@pytest.mark.parametrize("name", BREACHES)
async def test_each_check_finds_its_breaches(paid: Hall, name: str) -> None:
    for statement in BREACHES[name]:
        async with paid.pool.write() as conn, conn.transaction(force_rollback=True):
            assert await broken(conn, name) == []
            await conn.execute(GUARDS.encode())
            assert (await conn.execute(statement.encode())).rowcount > 0, statement
            assert await broken(conn, name), f"{name} does not find: {statement}"


def test_every_check_of_payments_is_tried() -> None:
    tried = set(BREACHES) | set(OF_PAY_CODES) | set(OF_CHARGES)
    tried |= {name for _, name in OF_LIMITS} | {name for _, name in OF_TRANSFERS}
    assert {name for name in CHECKS if name.startswith("payments.")} <= tried
