"""The pages of the demo city: who lives there, what can be tried, and the phones the messages arrive on."""

from typing import Any

import segno
from litestar import Request, Response, get
from litestar.params import FromPath
from markupsafe import Markup
from msgspec import Struct

from openhall.base import db
from openhall.city import merchants
from openhall.city.merchants import categories
from openhall.core import people
from openhall.core.people.demo import PEOPLE
from openhall.demo import lan, market, phone
from openhall.demo.outside.register import RESIDENTS
from openhall.web import edge
from openhall.web.problems import wants_json
from openhall.web.render import language_of, translate

AnyRequest = Request[Any, Any, Any]


class Person(Struct, frozen=True):
    """Somebody one can be in the demo city."""

    name: str
    phone: str
    note: str


class Entry(Struct, frozen=True):
    """Somebody in the demo register of residents."""

    name: str
    national_id: str
    note: str


class Shop(Struct, frozen=True):
    """A shop to try, and where."""

    name: str
    note: str
    till_href: str
    poster_href: str
    pay_href: str


@get("/demo", opt=edge.DEMO)
async def demo(request: AnyRequest, reader: edge.Reader) -> Response[Any]:
    """The city at a glance."""
    manager = await _manager(request, reader)
    address = lan.address()
    url = f"{request.url.scheme}://{address}:{request.url.port or 80}/" if address else None
    return edge.page(
        request,
        "demo/demo.html",
        people=_people(request) + manager,
        register=_register(request),
        has_market=bool(manager),
        shops=await _shops(request, reader),
        lan_url=url,
        lan_qr=Markup(segno.make(url).svg_inline(omitsize=True)) if url else None,  # noqa: S704  drawn here, from our address
    )


def _people(request: AnyRequest) -> list[Person]:
    language = language_of(request)
    return [
        Person(name=name, phone=number.removeprefix("+86"), note=translate(request, language, note))
        for _, number, name, note in PEOPLE
    ]


def _register(request: AnyRequest) -> list[Entry]:
    language = language_of(request)
    return [Entry(one.name, one.national_id, translate(request, language, one.note)) for one in RESIDENTS]


async def _manager(request: AnyRequest, reader: db.ReadConn) -> list[Person]:
    """Who manages the market with a past, once there is one."""
    if await people.resident_with(reader, market.MANAGER_PHONE) is None:
        return []
    note = translate(request, language_of(request), market.MANAGER_NOTE)
    return [Person(name=market.MANAGER, phone=market.MANAGER_PHONE.removeprefix("+86"), note=note)]


async def _shops(request: AnyRequest, reader: db.ReadConn) -> list[Shop]:
    """What the people of the demo city keep."""
    shops: list[Shop] = []
    for _, number, _, _ in PEOPLE:
        keeper = await people.resident_with(reader, number)
        found = await merchants.shops_of(reader, owner=keeper.id) if keeper else []
        shops += [_shop(request, shop) for shop in found if shop.state == "open"]
    return shops


def _shop(request: AnyRequest, shop: merchants.Shop) -> Shop:
    return Shop(
        name=shop.name,
        note=translate(request, language_of(request), categories.title(shop.category)),
        till_href=f"/shops/{shop.id}/till",
        poster_href=f"/shops/{shop.id}/poster",
        pay_href=f"/pay?code={shop.short_code}",
    )


@get("/demo/phone/{number:str}", opt=edge.DEMO)
async def demo_phone(request: AnyRequest, number: FromPath[str], settings: edge.HallSettings) -> Response[Any]:
    """The messages sent to a phone or an e-mail address, newest first; as JSON when that is asked for.

    Refusals: `people.phone_invalid`.
    """
    canonical = people.address(number)
    if canonical is None:
        raise people.phone_invalid()
    texts = await phone.texts(settings, canonical)
    if wants_json(request):
        return Response(texts, media_type="application/json", headers={"Cache-Control": "no-store"})
    return edge.page(request, "demo/phone.html", number=people.spaced(canonical), messages=texts)


router = edge.pages(demo, demo_phone)
