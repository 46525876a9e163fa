"""The day close: written once, numbered, and final, whatever was on its way at the cut-off."""

import pytest

from openhall.base import clock
from tests.city.merchants.book.trade import DAY, MIDNIGHT, ONE_DAY, close_all, open_trade
from tests.hall import Hall

pytestmark = pytest.mark.anyio


async def test_closings_smoke(hall: Hall) -> None:
    trade = await open_trade(hall)
    first = await trade.pay(350, MIDNIGHT + ONE_DAY / 4)
    await trade.refund(first, 100, MIDNIGHT + ONE_DAY / 2)
    await close_all(hall, MIDNIGHT + ONE_DAY * 2)
    async with hall.pool.read() as conn:
        rows = await (await conn.execute("select business_date, number, count, total, refund_count, refund_total, encode(hash,'hex') from merchants.closings")).fetchall()
        print(rows)
        print(await (await conn.execute("select * from merchants.closed_hours")).fetchall())
    await hall.books_agree()
