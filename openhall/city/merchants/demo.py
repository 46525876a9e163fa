"""The breakfast stall of the demo city."""

from openhall.base import db
from openhall.base.package import City
from openhall.city.merchants import actions, rules
from openhall.city.merchants.types import Hall

STALL = "李记肉夹馍"


async def load(conn: db.Conn, city: City) -> None:
    """The stall of its keeper, once."""
    owner = city.residents["stall_owner"]
    if await actions.shops_of(conn, owner=owner):
        return
    settings = city.settings
    stall = rules.checked(name=STALL, category="breakfast", city=settings.city_zh)
    hall = Hall(settings.hall_id, settings.city, settings.currency)
    await actions.open_shop(conn, owner=owner, new=stall, hall=hall)
