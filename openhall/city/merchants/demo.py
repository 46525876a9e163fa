"""The breakfast stall of the demo city, what it took before today, and a withdrawal of it."""

from datetime import timedelta

from openhall.base import db, ids
from openhall.base.package import City
from openhall.city.merchants import actions, rules
from openhall.city.merchants.types import Hall, Shop
from openhall.core import ledger, payouts

STALL, KEEPER = "李记肉夹馍", "李秀英"
# What it took before the city was opened, and what of that was withdrawn, in fen.
TAKEN, WITHDRAWN = 68_000, 50_000


async def load(conn: db.Conn, city: City) -> None:
    """The stall of its keeper, once."""
    owner = city.residents["stall_owner"]
    if await actions.shops_of(conn, owner=owner):
        return
    settings = city.settings
    stall = rules.checked(name=STALL, category="breakfast", city=settings.city_zh)
    hall = Hall(settings.hall_id, settings.city, settings.currency)
    shop = await actions.open_shop(conn, owner=owner, new=stall, hall=hall)
    rail = payouts.Rail.of(settings)
    if rail is not None:
        await _withdraw(conn, rail, shop)


async def _withdraw(conn: db.Conn, rail: payouts.Rail, shop: Shop) -> None:
    """A withdrawal; it arrives within seconds once the city runs."""
    before = await ledger.open_account(conn, kind="demo.before", owner=None, currency=rail.currency, floor=None)
    taken = ledger.Transfer(
        id=ids.new(), debit=before, credit=shop.account, amount=TAKEN, currency=rail.currency, reason="opening"
    )
    await ledger.post(conn, [taken])
    account = await payouts.bank_account(conn, shop.owner)
    if account is not None:
        # The keeper's name is known by now.
        await payouts.vouch_bank_account(
            conn, owner=shop.owner, holder=KEEPER, number=account.number, again=account.number, cooling=timedelta()
        )
        source = payouts.Source(shop.id, shop.name, shop.owner, shop.account)
        await payouts.withdraw(conn, rail, source=source, amount=WITHDRAWN)
