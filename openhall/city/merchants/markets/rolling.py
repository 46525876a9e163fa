"""The part of markets in the day close: what their members took on a closed date, written down once."""

from collections.abc import Sequence
from datetime import date, timedelta

from openhall.base import db
from openhall.core import ledger

q = db.load("openhall.city.merchants.markets")


async def roll_up(conn: db.Conn, dates: Sequence[date]) -> int:
    """Roll up business dates on which every shop is closed; how many it wrote, over all markets. Again is nothing."""
    ends = [ledger.begins(day + timedelta(days=1)) for day in dates]
    return await db.one(conn, q.roll_up_markets, int, dates=list(dates), ends=ends, zone=str(ledger.zone()))
