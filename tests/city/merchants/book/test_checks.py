"""Each check of the book finds the breach it is for, made behind the hall's back, with the guards taken down."""

from datetime import timedelta

import pytest

from openhall.base import db
from openhall.city.merchants.package import PACKAGE
from tests.city.merchants.book.trade import MIDNIGHT, ONE_DAY, Trade, close_all, open_trade
from tests.hall import Hall

pytestmark = pytest.mark.anyio

CHECKS = {check.name: check for check in PACKAGE.checks}
BREACHES = {
    "merchants.closings": [
        "update payments.payments set amount = amount + 1",
        "update payments.refunds set amount = amount + 1",
        "update payments.payments set business_date = business_date + 1",
        "update payments.payments set taken_by = gen_random_uuid()",
        "delete from payments.refunds",
        "update merchants.closings set count = count + 1",
        "update merchants.closings set refund_total = refund_total + 1 where refund_count > 0",
        "update merchants.closed_hours set total = total + 1",
        "delete from merchants.closed_hours where refund_count > 0",
        "delete from merchants.closings; delete from merchants.closed_hours",
    ],
    "merchants.closing_numbers": [
        "update merchants.closings set number = number + 7",
        "update merchants.closings set hash = sha256(hash)",
        "update merchants.closed_hours set hour = hour + 1",
        "delete from merchants.closings where number = 1",
        "update merchants.closings set business_date = business_date + 9 where number = 1",
    ],
}


async def broken(conn: db.ReadConn, name: str) -> list[tuple[object, ...]]:
    return await (await conn.execute(CHECKS[name].query.sql.encode(), {})).fetchall()


@pytest.fixture
async def closed(hall: Hall) -> Trade:
    """A shop with two closed days, and trade on a day that is not closed."""
    trade = await open_trade(hall)
    paid = await trade.pay(350, MIDNIGHT + timedelta(hours=7))
    await trade.refund(paid, 100, MIDNIGHT + timedelta(hours=9))
    await trade.pay(700, MIDNIGHT + ONE_DAY)
    await close_all(hall, MIDNIGHT + ONE_DAY * 2 + timedelta(minutes=5))
    await trade.pay(900, MIDNIGHT + ONE_DAY * 2 + timedelta(minutes=6))
    return trade


@pytest.mark.parametrize(("name", "breach"), [(name, one) for name, listed in BREACHES.items() for one in listed])
async def test_a_breach_is_found(closed: Trade, name: str, breach: str) -> None:
    async with closed.hall.pool.write() as conn:
        assert not await broken(conn, name), "nothing is wrong yet"
        # Triggers and references do not hold for a replica.
        await conn.execute("set local session_replication_role = replica")
        await conn.execute(breach.encode())
        assert await broken(conn, name)
