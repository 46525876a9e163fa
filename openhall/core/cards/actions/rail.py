"""The ledger account through which card money enters and leaves the hall."""

from uuid import UUID

from openhall.base import db, ids
from openhall.core import ledger

q = db.load("openhall.core.cards")


async def rail_account(conn: db.Conn, *, currency: str) -> UUID:
    """The account; opened when it is first asked for."""
    found = await db.maybe(conn, q.rail, UUID)
    if found is not None:
        return found
    opened = await db.maybe(conn, q.claim_rail, UUID, account=ids.new())
    if opened is None:
        return await db.one(conn, q.rail, UUID)
    # No floor: what the hall has from the processor is its debt to it turned round. Busy: every top-up meets here.
    return await ledger.open_account(
        conn, kind="rail.card", owner=None, currency=currency, floor=None, busy=True, id=opened
    )
