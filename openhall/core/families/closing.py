"""What of families stands in the way of closing an account, and how its links end."""

from uuid import UUID

from openhall.base import db
from openhall.base.closing import Closing, Obstacle
from openhall.base.i18n import N_
from openhall.core.families.actions import links

q = db.load("openhall.core.families")


async def end_links(conn: db.Conn, *, resident: UUID) -> None:
    """Nobody acts for them any more, nor they for anybody; whom it concerns is told. In the order of ids, like every
    lock on several links."""
    for link in await db.all(conn, q.living_of, UUID, resident=resident):
        await links.end(conn, await links.locked(conn, link), by=resident)


CLOSING = Closing(
    obstacles=(
        Obstacle(
            code="families.sole_holder",
            title=N_("You are the only one who acts for somebody without a phone"),
            remedy=N_("Have somebody else act for them at the hall first, or they would be alone."),
            href="/family",
            query=q.obstacle_sole,
        ),
        Obstacle(
            code="families.protected",
            title=N_("Somebody acts for you by law"),
            remedy=N_("They have to end that first, or the hall does it with you."),
            href="/family",
            query=q.obstacle_protected,
        ),
    ),
    on_closing=(end_links,),
    erases=(q.erase_evidence,),
)
