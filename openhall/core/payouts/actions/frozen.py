"""Withdrawals of owners whose account was frozen: what has not left the hall yet goes back to them."""

from uuid import UUID

from openhall.base import db
from openhall.core.payouts import rules
from openhall.core.payouts.actions import hear
from openhall.core.payouts.actions.accounts import RAIL, lock_rail
from openhall.core.payouts.types import BreakKind, Rail, Said, Word

q = db.load("openhall.core.payouts")


async def give_back(conn: db.Conn, rail: Rail) -> bool:
    """Give back what no batch has yet, of owners whose account is frozen; whether there was anything.

    Whoever froze it wants nothing to leave, and a withdrawal cannot be taken back otherwise.
    """
    if await lock_rail(conn) is None:
        return False  # nobody ever withdrew anything
    found = await db.all(conn, q.frozen_payouts, UUID, rail=RAIL, limit=rules.MOST_PAYOUTS)
    if not found:
        return False
    said = [Said(payout, Word.REJECTED, by_hand=BreakKind.FROZEN) for payout in found]
    await hear.hear(conn, said, currency=rail.currency)
    return True
