"""What the rules of an offer can name: a shop, all of a category, or whoever is in a market at that moment; and the
people of a shop, who earn nobody anything."""

from collections.abc import Sequence
from uuid import UUID

from openhall.base import db
from openhall.city.merchants import categories
from openhall.city.merchants.actions import shops_of
from openhall.city.merchants.markets.types import MarketName
from openhall.city.merchants.registry import payee_of
from openhall.city.merchants.types import Kept, State
from openhall.core.payments import Payee
from openhall.core.payments.offers import Group, GroupSource, Helper, Membership

q = db.load("openhall.city.merchants")
market_q = db.load("openhall.city.merchants.markets")


async def _memberships(conn: db.ReadConn, shops: Sequence[UUID]) -> list[Membership]:
    found = await db.all(conn, q.groups_of, Kept, shops=db.ids(shops))
    return [
        Membership(kept.shop, kind, id_)
        for kept in found
        for kind, id_ in (("shop", str(kept.shop)), ("category", kept.category), ("market", str(kept.market)))
        if kind != "market" or kept.market is not None
    ]


async def _listed(conn: db.ReadConn) -> list[Group]:
    markets = await db.all(conn, market_q.markets_with_shops, MarketName)
    return [Group("category", kind.code, kind.title) for kind in categories.CATEGORIES] + _named(markets)


async def _led(conn: db.ReadConn, resident: UUID) -> list[Group]:
    return _named(await db.all(conn, market_q.markets_of_manager, MarketName, manager=resident))


def _named(markets: Sequence[MarketName]) -> list[Group]:
    return [Group("market", str(market.id), f"{market.name} · {market.city}") for market in markets]


async def _kept(conn: db.ReadConn, resident: UUID) -> list[Payee]:
    return [payee_of(shop) for shop in await shops_of(conn, owner=resident) if shop.state is State.OPEN]


async def _staff(conn: db.ReadConn, shops: Sequence[UUID]) -> list[Helper]:
    return await db.all(conn, q.helpers_of, Helper, shops=db.ids(shops))


groups = GroupSource(of=_memberships, listed=_listed, owned=_kept, staff=_staff, led=_led)
