"""The breakfast stall of the demo city and a withdrawal of what it took; and a fruit shop, where its keeper can pay."""

from datetime import timedelta

from openhall.base import db
from openhall.base.package import City
from openhall.city.merchants import actions, rules
from openhall.city.merchants.types import Hall, Shop
from openhall.core import payouts

STALL, KEEPER = "李记肉夹馍", "李秀英"
FRUIT = "周记鲜果"
_WITHDRAWN = 50_000


async def load(conn: db.Conn, city: City) -> None:
    """The stall of its keeper and the fruit shop, once. Nobody pays themselves, not even out of a father's wallet: so
    there are two."""
    settings = city.settings
    hall = Hall(settings.hall_id, settings.city, settings.currency)
    for role, name, category in (("stall_owner", STALL, "breakfast"), ("colleague", FRUIT, "market")):
        owner = city.residents[role]
        if not await actions.shops_of(conn, owner=owner):
            shop = rules.checked(name=name, category=category, city=settings.city_zh)
            await actions.open_shop(conn, owner=owner, new=shop, hall=hall)


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
