"""Telling the owner that something about a shop was changed: whoever did it, the owner should know."""

from datetime import timedelta
from functools import cache

from openhall.base import clock, db, events
from openhall.base.config import Settings
from openhall.base.i18n import N_, Translations
from openhall.city.merchants.registry import CHANGED, stream_of
from openhall.city.merchants.types import Shop
from openhall.core import people

# An alert that could not be delivered in a day is on the pages since then.
_LIVES = timedelta(days=1)
_CODE = N_("{hall}: {shop} has a new printed code; the old one takes no more payments. Was that not you? Call {help}.")
_NAME = N_("{hall}: {shop} is now called {name}. Was that not you? Call {help}.")
_MARKET = N_("{hall}: {shop} is no longer in the market {name}: its manager took it out. Questions? Call {help}.")


@cache
def _words() -> Translations:
    return Translations(["openhall.city.merchants"])


async def code_replaced(conn: db.Conn, settings: Settings, shop: Shop) -> None:
    """The shop has a new printed code."""
    await _tell(conn, settings, shop, _CODE, what="code")


async def renamed(conn: db.Conn, settings: Settings, shop: Shop, name: str) -> None:
    """The shop, still with its old name here, is now called `name`."""
    await _tell(conn, settings, shop, _NAME, what="name", name=name)


async def left_market(conn: db.Conn, settings: Settings, shop: Shop, market: str) -> None:
    """A manager took the shop out of a market."""
    await _tell(conn, settings, shop, _MARKET, what="market", name=market)


async def _tell(conn: db.Conn, settings: Settings, shop: Shop, text: str, *, what: str, name: str = "") -> None:
    owner = await people.resident(conn, shop.owner)
    language = owner.lang or settings.default_language
    hall = settings.hall_name_zh if language == "zh_CN" else settings.hall_name
    words = _words().text(language, text)
    said = words.format(hall=hall, shop=shop.name, name=name, help=settings.help_phone)
    await people.notify(conn, phone=owner.phone, text=said, lives=_LIVES)
    told = {"what": what, "shop_id": str(shop.id), "at": clock.now().isoformat()}
    await events.publish(conn, [events.Fact(stream_of(shop.id), CHANGED, told)])
