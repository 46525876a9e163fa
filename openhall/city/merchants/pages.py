"""The pages of merchants: my shops, a new one, its code and poster, its till, its book."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Stream
from markupsafe import Markup
from msgspec import Struct, structs

from openhall.base import clock, db, ids
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.city import merchants
from openhall.city.merchants import Act, categories, problems, staff, till
from openhall.city.merchants.access import may_at
from openhall.city.merchants.api import SSE, SSE_HEADERS, After, LastEventId, city_of, hall_of, still_works
from openhall.city.merchants.types import State
from openhall.core import ledger, payments
from openhall.core.payments import codes
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html, language_of, translate

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]
# A page of a whole day: the busiest stall of the model city sells 1,400 breakfasts.
_WHOLE_DAY = 5000
_NEW = "/shops/new"


class ShopForm(Struct, frozen=True):
    """A shop as it was typed."""

    shop_name: str = ""
    category: str = ""
    city: str = ""
    request_key: str = ""


@get("/shops", opt=RESIDENT)
async def shops(request: AnyRequest, reader: edge.Reader, resident: Me) -> Response[Html]:
    """Every shop at which the resident works, and what they are asked to."""
    found = await merchants.workplaces_of(reader, resident=resident.id)
    offers = await staff.invitations_for(reader, resident=resident)
    return edge.page(request, "merchants/shops.html", shops=[shown(request, shop) for shop in found], offers=offers)


@get(_NEW, opt=RESIDENT)
async def new_shop(
    request: AnyRequest, reader: edge.Reader, resident: Me, request_key: FromQuery[str] = ""
) -> Response[Any]:
    """Name, kind, city."""
    key = await edge.key_of_form(reader, _NEW, request_key, resident.id)
    if isinstance(key, Response):
        return key
    return edge.page(request, "merchants/new.html", problem=None, **_form(request, ShopForm(request_key=key)))


@post(_NEW, opt=RESIDENT, status_code=303)
async def open_shop(
    request: AnyRequest, data: URLEncodedBody[ShopForm], conn: edge.Conn, resident: Me, settings: edge.HallSettings
) -> Response[Any]:
    """Open it; the hidden key makes a double tap one shop."""

    async def act() -> str:
        shop = await merchants.open_shop(conn, owner=resident.id, new=new, hall=hall_of(settings))
        return f"/shops/{shop.id}"

    try:
        new = _checked(data, settings)
        opened = await edge.once_form(request, conn, key=data.request_key, principal=resident.id, body=data, act=act)
    except Problem as problem:
        opened = problem
    if isinstance(opened, Problem):
        again = structs.replace(data, request_key=str(ids.new()))
        return edge.problem_page(request, "merchants/new.html", opened, **_form(request, again))
    return edge.see_other(opened)


@get("/shops/{shop_id:uuid}", opt=RESIDENT)
async def shop_page(request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> Response[Html]:
    """One shop: today's takings, the till, the code."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.LOOK)
    today = await payments.totals_to(reader, payee=shop.id, business_date=ledger.business_date(clock.now()))
    return edge.page(
        request,
        "merchants/shop.html",
        shop=shown(request, shop),
        today=today,
        qr_svg=Markup(codes.svg(shop.code)),  # noqa: S704
    )


@get("/shops/{shop_id:uuid}/close", opt=RESIDENT)
async def closing(request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> Response[Html]:
    """A last look before the code takes no more payments."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.STEER)
    return edge.page(request, "merchants/close.html", shop=shown(request, shop))


@post("/shops/{shop_id:uuid}/close", opt=RESIDENT, status_code=303)
async def close(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID]) -> Response[str]:
    """Close it; closing twice is closing once."""
    await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.OWN)
    await merchants.close_shop(conn, owner=resident.id, shop=shop_id)
    return edge.see_other(f"/shops/{shop_id}")


@get("/shops/{shop_id:uuid}/poster", opt=RESIDENT)
async def poster(request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> Response[Html]:
    """The code to be printed and put up."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.SELL)
    return edge.page(
        request,
        "merchants/poster.html",
        shop=shown(request, shop),
        qr_svg=Markup(codes.svg(shop.code)),  # noqa: S704
    )


@get("/shops/{shop_id:uuid}/code.svg", opt=RESIDENT, media_type="image/svg+xml")
async def code_svg(reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> str:
    """The code as a drawing. Refusal: `merchants.shop_closed`."""
    shop = await _open_shop(reader, resident, shop_id)
    return codes.svg(shop.code, title=shop.name)


@get("/shops/{shop_id:uuid}/code.png", opt=RESIDENT, media_type="image/png")
async def code_png(reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> bytes:
    """The code as a picture. Refusal: `merchants.shop_closed`."""
    return codes.png((await _open_shop(reader, resident, shop_id)).code)


async def _open_shop(reader: db.ReadConn, resident: Resident, shop_id: UUID) -> merchants.Workplace:
    """The shop, whose code can still be paid by."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.LOOK)
    if shop.state is State.CLOSED:
        raise problems.shop_closed(shop=str(shop_id))
    return shop


@get("/shops/{shop_id:uuid}/till", opt=RESIDENT)
async def till_page(request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> Response[Html]:
    """The till: what came today, and from here on live."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    now = await till.till(reader, shop.id)
    return edge.page(
        request,
        "merchants/till.html",
        shop=shown(request, shop),
        today=now.today,
        lines=now.lines,
        last=now.last,
        last_event=now.last_event,
        now=clock.now(),
    )


@get("/shops/{shop_id:uuid}/till/stream", opt=RESIDENT, media_type=SSE)
async def till_stream(
    pool: edge.Pool,
    hub: edge.LiveHub,
    resident: Me,
    shop_id: FromPath[UUID],
    last_event_id: LastEventId = None,
    after: After = None,
) -> Stream:
    """What the till page follows; the same as the API's stream, by cookie."""
    async with pool.read() as reader:
        shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
        entrance = await till.enter(reader, shop.id, after if last_event_id is None else last_event_id)
    return Stream(
        till.sse(hub, shop.id, entrance, still_works(pool, resident.id, shop.id)), media_type=SSE, headers=SSE_HEADERS
    )


@get("/shops/{shop_id:uuid}/payments", opt=RESIDENT)
async def day(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    shop_id: FromPath[UUID],
    date: FromQuery[date | None] = None,
) -> Response[Html]:
    """The shop's book, one business date a page."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.BOOK)
    return edge.page(request, "merchants/day.html", shop=shown(request, shop), **await _day(reader, shop, date))


async def _day(reader: db.ReadConn, shop: merchants.Shop, asked: date | None) -> dict[str, Any]:
    today = ledger.business_date(clock.now())
    first = ledger.business_date(shop.opened_at)
    day = asked or today
    one = timedelta(days=1)
    return {
        "date": day,
        "totals": await payments.totals_to(reader, payee=shop.id, business_date=day),
        "lines": (await till.lines_of(reader, shop.id, day, _WHOLE_DAY))[1],
        "previous": min(day, today + one) - one if day > first else None,
        "next": max(day, first - one) + one if day < today else None,
    }


def shown(request: AnyRequest, shop: merchants.Workplace) -> dict[str, Any]:
    """A shop as the templates want it: its category in words, and what the person who looks may do there."""
    category = translate(request, language_of(request), categories.title(shop.category))
    return {
        "id": shop.id,
        "name": shop.name,
        "category": category,
        "city": shop.city,
        "short_code": shop.short_code,
        "issued_at": shop.issued_at,
        "state": shop.state.value,
        "role": shop.role.value,
        "may": {act.value: may_at(shop, act) for act in Act},
    }


def _form(request: AnyRequest, typed: ShopForm) -> dict[str, Any]:
    language = language_of(request)
    kinds = [{"code": kind.code, "title": translate(request, language, kind.title)} for kind in categories.CATEGORIES]
    fields = {"shop_name": typed.shop_name, "category": typed.category, "city": typed.city}
    return fields | {"categories": kinds, "request_key": typed.request_key}


def _checked(typed: ShopForm, settings: Settings) -> merchants.NewShop:
    return merchants.checked(
        name=typed.shop_name, category=typed.category, city=typed.city.strip() or city_of(settings)
    )


router = edge.pages(
    shops, new_shop, open_shop, shop_page, closing, close, poster, code_svg, code_png, till_page, till_stream, day
)
