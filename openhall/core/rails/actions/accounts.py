"""Linking bank accounts, and the rail's own account in the ledger."""

from uuid import UUID

from openhall.base import clock, db, ids
from openhall.core import ledger
from openhall.core.rails import problems
from openhall.core.rails.types import BankAccount

q = db.load("openhall.core.rails")

BANK = "bank"


async def rail_account(conn: db.Conn, *, currency: str) -> UUID:
    """The ledger account from which money of the bank enters the hall; opened when it is first asked for."""
    found = await db.maybe(conn, q.rail, UUID, name=BANK)
    if found is not None:
        return found
    opened = await db.maybe(conn, q.claim_rail, UUID, name=BANK, account=ids.new())
    if opened is None:
        return await db.one(conn, q.rail, UUID, name=BANK)
    # No floor: what the hall took from banks is its debt to them turned round. Busy: every top-up meets here.
    return await ledger.open_account(
        conn, kind="rail.bank", owner=None, currency=currency, floor=None, busy=True, id=opened
    )


async def link_bank_account(
    conn: db.Conn, *, resident: UUID, name: str, bank: str, masked: str, agreement: str
) -> BankAccount:
    """Note that the bank agreed, under `agreement`, to let the hall charge this account. Linking twice is linking once.

    Refusals: `rails.bank_account_name_taken`.
    """
    await db.run(
        conn,
        q.link_bank_account,
        id=ids.new(),
        resident=resident,
        name=name,
        bank=bank,
        masked=masked,
        agreement=agreement,
        now=clock.now(),
    )
    linked = await db.one(conn, q.bank_account, BankAccount, resident=resident, name=name)
    if linked.agreement != agreement:
        raise problems.bank_account_name_taken(name=name)
    return linked


async def bank_accounts(conn: db.ReadConn, resident: UUID) -> list[BankAccount]:
    """The resident's linked bank accounts, in the order in which they were linked."""
    return await db.all(conn, q.bank_accounts, BankAccount, resident=resident)
