"""Residents by the thousand, for a city to be shown with. A running hall lets people join one by one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from openhall.base import db
from openhall.core import ledger

q = db.load("openhall.core.people")


class NewResident(Struct, frozen=True):
    """Somebody who is to be there; `phone` in E.164, and nobody else's."""

    id: UUID
    phone: str
    wallet: UUID
    name: str


async def import_residents(
    conn: db.Conn, residents: Sequence[NewResident], *, currency: str, joined_at: datetime
) -> None:
    """Let all of them have joined at `joined_at`, each with a wallet; two statements. They have no bank account."""
    await db.run(conn, q.import_residents, rows=db.rows(residents), joined_at=joined_at)
    wallets = [ledger.NewAccount(one.wallet, one.id) for one in residents]
    await ledger.open_accounts(conn, wallets, kind="wallet", currency=currency, opened_at=joined_at)
