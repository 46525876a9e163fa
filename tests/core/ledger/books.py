"""Small helpers of the ledger's tests."""

from typing import Any
from uuid import UUID

from openhall.base import db, ids
from openhall.core import ledger
from openhall.core.ledger import Code, Transfer
from openhall.core.ledger.package import CHECKS


async def a_bank(conn: db.Conn) -> UUID:
    """Where money comes from: unbounded and busy, as the bank rail's account is."""
    return await ledger.open_account(conn, kind="rail.bank", owner=None, floor=None, busy=True)


async def a_wallet(conn: db.Conn, amount: int = 0, *, bank: UUID | None = None) -> UUID:
    """A bounded account with that much in it."""
    wallet = await ledger.open_account(conn, kind="wallet", owner=ids.new())
    if amount:
        bank = bank or await a_bank(conn)
        assert await codes(conn, move(bank, wallet, amount)) == [Code.POSTED]
    return wallet


async def a_busy(conn: db.Conn, floor: int | None = 0) -> UUID:
    """An account to which a whole city pays at once."""
    return await ledger.open_account(conn, kind="metro", owner=None, floor=floor, busy=True)


def move(debit: UUID, credit: UUID, amount: int, **more: Any) -> Transfer:
    return Transfer(ids.new(), debit, credit, amount, **more)


def hold(debit: UUID, credit: UUID, amount: int, **more: Any) -> Transfer:
    return Transfer(ids.new(), debit, credit, amount, kind="pending", **more)


def capture(held: Transfer, amount: int) -> Transfer:
    return Transfer(ids.new(), amount=amount, kind="capture", hold=held.id)


def void(held: Transfer) -> Transfer:
    return Transfer(ids.new(), kind="void", hold=held.id)


async def codes(conn: db.Conn, *transfers: Transfer) -> list[Code]:
    return [outcome.code for outcome in await ledger.post(conn, transfers)]


async def fold_all(conn: db.Conn, limit: int | None = None) -> None:
    for account in await ledger.to_fold(conn):
        await ledger.fold(conn, account, limit=limit)


async def posted(conn: db.ReadConn, account: UUID) -> int:
    return (await ledger.balance(conn, account)).posted


async def available(conn: db.ReadConn, account: UUID) -> int:
    return (await ledger.balance(conn, account)).available


async def broken(conn: db.ReadConn) -> dict[str, list[Any]]:
    """The promises that do not hold, with rows that break them."""
    found = {}
    for check in CHECKS:
        rows = await (await conn.execute(check.query.sql.encode(), {})).fetchall()
        if rows:
            found[check.name] = rows
    return found
