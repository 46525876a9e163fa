"""Bringing history in: accounts by the thousand, and transfers with times of their own, for a city to be shown with.

A running hall never calls this. The guard is in the database: history goes only to accounts without entries.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from openhall.base import db

q = db.load("openhall.core.ledger")


class NewAccount(Struct, frozen=True):
    """An account to be opened; `owner` as in `open_account`."""

    id: UUID
    owner: UUID | None


async def open_accounts(
    conn: db.Conn,
    accounts: Sequence[NewAccount],
    *,
    kind: str,
    currency: str,
    floor: int | None = 0,
    opened_at: datetime,
) -> None:
    """Open accounts of one kind, all with one statement, as of `opened_at`; their ids must be new."""
    await db.run(
        conn,
        q.insert_accounts,
        rows=db.rows(accounts),
        kind=kind,
        currency=currency,
        floor=floor,
        opened_at=opened_at,
    )


async def import_transfers(conn: db.Conn, source: str) -> int:
    """Post the transfers of a relation, each at its own time; how many they were.

    `source` is its name, as PostgreSQL reads it, and never comes from outside. Its columns: id, debit, credit, amount,
    currency, reason, business_date, at. A database error, and nothing written, when an account has entries already, is
    closed or busy, or would have been below its floor at any time; when a time lies in the future.
    """
    return await db.one(conn, q.import_history, int, source=source)
