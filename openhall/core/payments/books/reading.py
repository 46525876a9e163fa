"""Reading a payee's book: its payments and refunds, newest first, and the ways to find one of them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from openhall.base import db
from openhall.core import ledger
from openhall.core.payments.books.types import END, Cursor, Entry, Filter

q = db.load("openhall.core.payments")


async def entries(
    conn: db.ReadConn,
    *,
    payee: UUID,
    first: date,
    last: date,
    before: Cursor = END,
    limit: int,
    wanted: Filter | None = None,
) -> list[Entry]:
    """The entries of a payee on the business dates from `first` to `last` that are wanted, newest first, at most
    `limit`. `before` is the place of the last entry of the page above."""
    place = min(before, Cursor(last, END.id), key=lambda cursor: (cursor.business_date, cursor.id))
    span = {"payee": payee, "first": first, "before_date": place.business_date, "before": place.id, "limit": limit}
    if wanted is None:
        return await _entries(conn, await db.all(conn, q.book_page, UUID, **span))
    zone = str(ledger.zone())
    found = await db.all(conn, q.book_search, UUID, **span, **msgspec.structs.asdict(wanted), zone=zone)
    return await _entries(conn, found)


async def by_receipt(conn: db.ReadConn, *, payee: UUID, receipt_no: str) -> list[Entry]:
    """The entry of a payee with this receipt number, of any day; at most one."""
    return await _entries(conn, await db.all(conn, q.book_by_receipt, UUID, payee=payee, receipt_no=receipt_no))


async def by_reference(conn: db.ReadConn, *, payee: UUID, reference: str) -> list[Entry]:
    """What was paid, and given back, under a payee's own reference, of any day, newest first."""
    return await _entries(conn, await db.all(conn, q.book_by_reference, UUID, payee=payee, reference=reference))


async def _entries(conn: db.ReadConn, found: Sequence[UUID]) -> list[Entry]:
    return await db.all(conn, q.book_entries, Entry, ids=db.ids(found)) if found else []
