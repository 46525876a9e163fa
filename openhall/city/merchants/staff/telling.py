"""Telling the owner who works at a shop from now on."""

from functools import cache
from uuid import UUID

from openhall.base import clock, db
from openhall.base.i18n import N_, Translations
from openhall.base.telling import Template, Word
from openhall.city.merchants.staff.types import Offer
from openhall.city.merchants.types import Role
from openhall.core import messages
from openhall.core.people import Resident

q = db.load("openhall.city.merchants")

JOINED = Template(
    code="merchants.worker_joined",
    version=1,
    module="openhall.city.merchants",
    category="case",
    title=N_("{who} works at {shop} now"),
    body=N_(
        "{who} accepted on {at} to work at {shop} as {role}. You see what they did in the shop's book, and may end "
        "their work there at any time."
    ),
    short=N_("{who} works at {shop} as {role} now."),
    link="/shops/{shop_id}/staff",
)
ROLES = {Role.CASHIER: N_("cashier"), Role.MANAGER: N_("manager")}


@cache
def _words() -> Translations:
    return Translations(["openhall.city.merchants"])


async def joined(conn: db.Conn, offer: Offer, worker: Resident) -> None:
    """Whoever was asked works there from now on."""
    role = ROLES[offer.role]
    await messages.tell(
        conn,
        await db.one(conn, q.owner_of_shop, UUID, shop=offer.shop),
        JOINED,
        who=offer.shown_as or worker.phone_masked,
        role=Word(en=role, zh_CN=_words().text("zh_CN", role)),
        shop=offer.name,
        shop_id=offer.shop,
        at=clock.now(),
    )
