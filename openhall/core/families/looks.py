"""What the operators' pages of families show of somebody."""

from collections.abc import Iterable
from uuid import UUID

from openhall.base import db
from openhall.base.i18n import N_
from openhall.base.looking import Look
from openhall.core.families.types import Link
from openhall.core.people import Resident, accesses

LINK = Look(
    code="families.link",
    what=N_("Your name, your masked number, and for whom you act or who acts for you"),
    purpose=N_("Arranging or ending at the counter that somebody acts for somebody"),
)
CARD = Look(
    code="families.card",
    what=N_("Your card: your name and your masked number of identity"),
    purpose=N_("Printing the card of somebody without a phone"),
)
LOOKS = (LINK, CARD)


async def saw_links(conn: db.Conn, found: Iterable[Link], operator: Resident, about: UUID | None = None) -> None:
    """Write down, for both sides of each link, that an operator saw it."""
    persons = {who for link in found for who in (link.holder, link.dependant) if who is not None}
    await accesses.saw(conn, LINK, accesses.operator(operator), sorted(persons), about=about)


async def saw_card(conn: db.Conn, owner: UUID, operator: Resident) -> None:
    """Write down that an operator saw somebody's card."""
    await accesses.saw(conn, CARD, accesses.operator(operator), [owner])
