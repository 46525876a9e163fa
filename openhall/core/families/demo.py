"""A father of the demo city, for whom his daughter acts: settled at the hall, before two operators."""

from openhall.base import db
from openhall.base.package import City
from openhall.core.families.actions import counter, links
from openhall.core.families.actions.links import Wish
from openhall.core.families.types import Caps, Kind
from openhall.core.people.demo import PEOPLE

SCOPES = ["wallet.read", "wallet.pay", "messages.read"]
CAPS = Caps(payment_max=50_000, month_max=200_000)


async def load(conn: db.Conn, city: City) -> None:
    """Once: where there is a link already, nothing is made."""
    father, daughter = city.residents["named"], city.residents["stall_owner"]
    if any(link.dependant == father for link in await links.links_of(conn, daughter)):
        return
    phones = {role: phone for role, phone, _, _ in PEOPLE}
    papers = counter.Papers(Kind.VOLUNTARY, phones["stall_owner"], phones["named"], "两人到场，身份证与户口簿")
    wish = Wish(SCOPES, CAPS)
    opened = await counter.see(conn, city.settings, operator=city.residents["operator"], papers=papers, wish=wish)
    await counter.confirm(conn, city.settings, operator=city.residents["colleague"], link=opened.id)
