"""What was given, read again: for limits, receipts and reports."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from openhall.base import db
from openhall.core.payments.offers.types import OfferDay, Subsidy, Use

q = db.load("openhall.core.payments.offers")


async def uses(conn: db.ReadConn, *, offers: Sequence[UUID], payers: Sequence[UUID], day: date) -> db.Reply[Use]:
    """Asks how often these payers used these offers; `day` is the business date that counts as today."""
    return await db.ask(conn, q.uses, Use, offers=db.ids(offers), payers=db.ids(payers), day=day)


async def subsidies_of(conn: db.ReadConn, payments: Sequence[UUID]) -> list[Subsidy]:
    """What offers gave to these payments."""
    return await db.all(conn, q.subsidies_of, Subsidy, payments=db.ids(payments))


async def days_of(conn: db.ReadConn, *, offer: UUID, limit: int = 100) -> list[OfferDay]:
    """What an offer gave, by business date, newest first."""
    return await db.all(conn, q.offer_days, OfferDay, offer=offer, limit=limit)
