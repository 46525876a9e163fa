"""Every demo resident has an account at the demo bank, linked from the moment they join."""

from uuid import UUID

from openhall.base import db
from openhall.core import rails

NAME = "demo"
BANK = "演示银行 Demo Bank"


async def link(conn: db.Conn, *, resident: UUID, phone: str) -> None:
    """Link the resident's account. The bank need not be asked: it opens accounts called `demo:...` at first use."""
    await rails.link_bank_account(
        conn, resident=resident, name=NAME, bank=BANK, masked=f"**** {phone[-4:]}", agreement=f"demo:{phone}"
    )
