"""Every demo resident has an account at the demo bank, linked from the moment they join: for both directions."""

from datetime import timedelta
from uuid import UUID

from openhall.base import db
from openhall.core import payouts, people, rails

NAME = "demo"
BANK = "演示银行 Demo Bank"


def number(phone: str) -> str:
    """The number of a resident's account: a bank card with a right check digit."""
    digits = f"620000{phone.lstrip('+')[-11:]:0>12}"
    doubled = [sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(digits))]
    return f"{digits}{-sum(doubled) % 10}"


async def link(conn: db.Conn, *, resident: UUID, phone: str) -> None:
    """Link the resident's account. The bank need not be asked: it opens accounts called `demo:...` at first use.

    Visitors from abroad have none here: they come with a card.

    It vouches for the account, so nobody has to wait before withdrawing to it.
    """
    if people.is_from_abroad(phone):
        return
    await rails.link_bank_account(
        conn, resident=resident, name=NAME, bank=BANK, masked=f"**** {phone[-4:]}", agreement=f"demo:{phone}"
    )
    account = number(phone)
    await payouts.vouch_bank_account(
        conn, owner=resident, holder=f"演示户主 {phone[-4:]}", number=account, again=account, cooling=timedelta()
    )
