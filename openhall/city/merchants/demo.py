"""The breakfast stall of the demo city, and a withdrawal of what it took."""

from datetime import timedelta

from openhall.base import db
from openhall.base.package import City
from openhall.city.merchants import actions, rules
from openhall.city.merchants.types import Hall, Shop
from openhall.core import payouts

STALL, KEEPER = "李记肉夹馍", "李秀英"
_WITHDRAWN = 50_000


async def load(conn: db.Conn, city: City) -> None:
    """The stall of its keeper, once."""
    owner = city.residents["stall_owner"]
    if await actions.shops_of(conn, owner=owner):
        return
    settings = city.settings
    stall = rules.checked(name=STALL, category="breakfast", city=settings.city_zh)
    hall = Hall(settings.hall_id, settings.city, settings.currency)
    await actions.open_shop(conn, owner=owner, new=stall, hall=hall)


async def withdraw(conn: db.Conn, rail: payouts.Rail, shop: Shop) -> None:
    """A withdrawal of what it took, once; it arrives within seconds when the city runs."""
    if await payouts.payouts_of(conn, owner=shop.owner):
        return
    account = await payouts.bank_account(conn, shop.owner)
    if account is not None:
        # The keeper's name is known by now.
        await payouts.vouch_bank_account(
            conn, owner=shop.owner, holder=KEEPER, number=account.number, again=account.number, cooling=timedelta()
        )
        source = payouts.Source(shop.id, shop.name, shop.owner, shop.account)
        await payouts.withdraw(conn, rail, source=source, amount=_WITHDRAWN)
