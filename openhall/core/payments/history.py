"""Bringing history in: what payees were paid before they came to this hall. A running hall never calls this."""

from openhall.base import db

q = db.load("openhall.core.payments")


async def import_payments(conn: db.Conn, source: str) -> int:
    """Write the orders, payments and refunds of a relation, each with its own time; how many payments they were.

    `source` is its name, as PostgreSQL reads it, and never comes from outside; its columns are in the migration. The
    ledger is given the same by `ledger.import_transfers`. A database error, and nothing written, when a payee was ever
    paid here, or a business date is sealed.
    """
    return await db.one(conn, q.import_history, int, source=source)
