"""Telling the owner that something about a shop was changed: whoever did it, the owner should know."""

from openhall.base import clock, db, events
from openhall.base.i18n import N_
from openhall.base.telling import Template
from openhall.city.merchants.registry import CHANGED, stream_of
from openhall.city.merchants.types import Shop
from openhall.core import messages

CODE_REPLACED = Template(
    code="merchants.code_replaced",
    version=1,
    module="openhall.city.merchants",
    category="must",
    title=N_("{shop} has a new printed code"),
    body=N_(
        "The printed code of {shop} was replaced on {at}. The old one takes no more payments: take it down and hang up "
        "the new one. Was that not you? Call {help}."
    ),
    short=N_("{shop} has a new printed code; the old one takes no more payments. Was that not you? Call {help}."),
    link="/shops/{shop_id}/codes",
    safety=True,
)
RENAMED = Template(
    code="merchants.renamed",
    version=1,
    module="openhall.city.merchants",
    category="must",
    title=N_("{shop} has another name"),
    body=N_("{shop} is called {name} since {at}: that is what payers see. Was that not you? Call {help}."),
    short=N_("{shop} is now called {name}. Was that not you? Call {help}."),
    link="/shops/{shop_id}",
    safety=True,
)
LEFT_MARKET = Template(
    code="merchants.left_market",
    version=1,
    module="openhall.city.merchants",
    category="case",
    title=N_("{shop} left a market"),
    body=N_("{shop} is no longer in the market {name} since {at}: its manager took it out. Questions? Call {help}."),
    short=N_("{shop} is no longer in the market {name}: its manager took it out. Questions? Call {help}."),
    link="/shops/{shop_id}/market",
)


async def code_replaced(conn: db.Conn, shop: Shop) -> None:
    """The shop has a new printed code."""
    await _tell(conn, shop, CODE_REPLACED, "code")


async def renamed(conn: db.Conn, shop: Shop, name: str) -> None:
    """The shop, still with its old name here, is now called `name`."""
    await _tell(conn, shop, RENAMED, "name", name=name)


async def left_market(conn: db.Conn, shop: Shop, market: str) -> None:
    """A manager took the shop out of a market."""
    await _tell(conn, shop, LEFT_MARKET, "market", name=market)


async def _tell(conn: db.Conn, shop: Shop, template: Template, what: str, **facts: str) -> None:
    now = clock.now()
    await messages.tell(conn, shop.owner, template, shop=shop.name, shop_id=shop.id, at=now, **facts)
    told = {"what": what, "shop_id": str(shop.id), "at": now.isoformat()}
    await events.publish(conn, [events.Fact(stream_of(shop.id), CHANGED, told)])
