"""Where letters go to somebody without a phone: else they would learn of what is done for them from nobody but the one
who does it."""

from uuid import UUID

from openhall.base import db
from openhall.core import messages
from openhall.core.families import problems
from openhall.core.families.actions import links
from openhall.core.families.types import LIVING, Link

q = db.load("openhall.core.families")


async def by_holder(conn: db.Conn, *, holder: UUID, link: UUID, address: str) -> Link:
    """As whoever acts for them: the first address. Another one is named at the counter.

    Problems, in this order: `families.link_not_found`, `families.has_a_phone`, `families.address_known`,
    `messages.address_invalid`, `messages.address_missing`.
    """
    found = await links.of(conn, resident=holder, link=link)
    if found.holder != holder:
        raise problems.link_not_found()
    if found.has_letters:
        raise problems.address_known()
    return await _send_to(conn, found, address)


async def at_counter(conn: db.Conn, *, link: UUID, address: str) -> Link:
    """As an operator who asked them, or saw their papers.

    Problems, in this order: `families.link_not_found`, `families.has_a_phone`, `messages.address_invalid`,
    `messages.address_missing`.
    """
    return await _send_to(conn, await links.find(conn, link), address)


async def unreachable(conn: db.ReadConn, *, limit: int) -> list[Link]:
    """Links that live, of people who cannot be told of what is done for them."""
    return await db.all(conn, q.unreachable, Link, limit=limit)


async def _send_to(conn: db.Conn, link: Link, address: str) -> Link:
    if link.dependant is None or link.state not in LIVING:
        raise problems.link_not_found()
    if not link.has_no_phone:
        raise problems.has_a_phone()
    await messages.send_letters_to(conn, resident=link.dependant, address=address)
    return await links.find(conn, link.id)
