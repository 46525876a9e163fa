"""For whom somebody acts, as far as other packages need to know them."""

from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db
from openhall.core.families import problems
from openhall.core.families.actions import links
from openhall.core.families.types import State


class Dependant(Struct, frozen=True):
    """Whom a link is about, as its holder calls them. `address`: their number or e-mail address, empty without one."""

    resident: UUID
    called: str
    address: str


async def dependant_of(conn: db.ReadConn, *, holder: UUID, link: UUID) -> Dependant:
    """Whom this holder may act for now by this link. Problem `families.link_not_found`, also for anybody else's."""
    found = await links.of(conn, resident=holder, link=link)
    if found.holder != holder or found.dependant is None or found.state_at(clock.now()) is not State.ACTIVE:
        raise problems.link_not_found()
    return Dependant(found.dependant, found.dependant_called, found.dependant_phone)
