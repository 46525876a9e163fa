"""The JSON API of merchants: open a shop, get its code, read its book, watch its till, and look a code up."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter
from litestar.response import Stream
from msgspec import Struct

from openhall.base import clock, db, paging
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.city import merchants
from openhall.city.merchants import Act, Role, categories, till, views
from openhall.core import ledger, payments
from openhall.core.payments import codes
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import PUBLIC, RESIDENT
from openhall.web.render import language_of, translate

Me = NamedDependency[Resident]
# Plain assignments, like those of the edge.
_MAX_NUMBER = 2**63 - 1
LastEventId = Annotated[
    int | None,
    HeaderParameter(name="Last-Event-ID", ge=0, le=_MAX_NUMBER, required=False, description="Resume after this event."),
]
After = Annotated[
    int | None,
    QueryParameter(ge=0, le=_MAX_NUMBER, required=False, description="As Last-Event-ID, which wins."),
]
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="Payments of one page.")]
SSE_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
SSE = "text/event-stream"


class ShopRequest(Struct, frozen=True):
    """A shop to be opened: name, category (an MCC or a word of GET /categories), city (else the hall's own)."""

    shop_name: str
    category: str
    city: str | None = None


def hall_of(settings: Settings) -> merchants.Hall:
    """What printed codes say of this hall."""
    return merchants.Hall(settings.hall_id, settings.city, settings.currency)


def city_of(settings: Settings) -> str:
    """The hall's city, for a shop that names none."""
    return settings.city_zh if settings.default_language == "zh_CN" else settings.city


def still_works(pool: db.Pool, resident: UUID, shop: UUID) -> Callable[[], Awaitable[bool]]:
    """Whether the resident may still watch the shop, asked anew each time."""

    async def still() -> bool:
        async with pool.read() as reader:
            try:
                await merchants.shop_for(reader, resident=resident, shop=shop, act=Act.CHARGE)
            except Problem:
                return False
        return True

    return still


@post("/merchants", opt=RESIDENT, status_code=201, responses=edge.answers(views.OpenedBody))
async def open_shop(
    request: Request[Any, Any, Any],
    data: JSONBody[ShopRequest],
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    idempotency_key: edge.OptionalKey = None,
) -> Response[Any]:
    """Become a merchant with a first shop, or open another one. Its code can be paid at once.

    With an Idempotency-Key a retry gets the first answer. Refusals: `merchants.name_invalid`,
    `merchants.city_invalid`, `merchants.category_unknown`, `merchants.too_many_shops`.
    """
    new = merchants.checked(name=data.shop_name, category=data.category, city=data.city or city_of(settings))

    async def act() -> views.OpenedBody:
        shop = await merchants.open_shop(conn, owner=resident.id, new=new, hall=hall_of(settings))
        return views.OpenedBody.of(shop)

    if idempotency_key is None:
        return Response(await act(), status_code=201)
    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=data, act=act)


@get("/categories", opt=PUBLIC)
async def list_categories(request: Request[Any, Any, Any]) -> views.CategoriesBody:
    """The kinds of shops, in the language of the request."""
    language = language_of(request)
    return views.listed({kind.title: translate(request, language, kind.title) for kind in categories.CATEGORIES})


@get("/shops", opt=RESIDENT)
async def my_shops(reader: edge.Reader, resident: Me) -> views.ShopsBody:
    """The shops that are the resident's own, or at which they work, open ones first."""
    found = await merchants.workplaces_of(reader, resident=resident.id)
    return views.ShopsBody([views.ShopBody.of(shop, shop.role) for shop in found])


@get("/shops/{shop_id:uuid}", opt=RESIDENT)
async def show(reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> views.ShopBody:
    """A shop at which the resident works. Any other: 404, here and below; 403 where their role does not suffice."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.LOOK)
    return views.ShopBody.of(shop, shop.role)


@post("/shops/{shop_id:uuid}/close", opt=RESIDENT, status_code=200)
async def close(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID]) -> views.ShopBody:
    """Close a shop: its code and orders are refused from now on, its book stays readable. Closing it again changes
    nothing. For its owner."""
    await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.OWN)
    return views.ShopBody.of(await merchants.close_shop(conn, owner=resident.id, shop=shop_id), Role.OWNER)


@get("/shops/{shop_id:uuid}/code.svg", opt=RESIDENT, media_type="image/svg+xml")
async def code_svg(reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> str:
    """The shop's code as a drawing, to be printed at any size."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.LOOK)
    return codes.svg(shop.code, title=shop.name)


@get("/shops/{shop_id:uuid}/code.png", opt=RESIDENT, media_type="image/png")
async def code_png(reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> bytes:
    """The shop's code as a picture of about 1000 x 1000 pixels."""
    return codes.png((await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.LOOK)).code)


@get("/codes/resolve", opt=RESIDENT)
async def resolve(
    request: Request[Any, Any, Any],
    reader: edge.Reader,
    resident: Me,
    teller: NamedDependency[payments.Teller],
    settings: edge.HallSettings,
    payload: FromQuery[str],
) -> views.ResolvedBody:
    """Whom a scanned payload or typed short code would pay, and for the code of an order also how much and until when.

    Refusals: `payments.code_damaged` (with reason, tag, position), `payments.code_foreign` (with network),
    `payments.code_of_other_hall`, `payments.code_unknown`, `merchants.shop_closed`, `merchants.code_revoked`,
    `payments.order_paid`, `payments.order_expired`, `payments.order_closed`, `payments.own_shop`.
    """
    if payments.names_an_order(payload):
        order = await payments.order_by_code(reader, payload, hall=settings.hall_id)
        if refusal := payments.payable_refusal(order, resident.id):
            raise refusal
        return views.ResolvedBody.of_order(order)
    payee = await payments.resolve(reader, teller.sources, payload)
    return views.ResolvedBody.of(payee, translate(request, language_of(request), payee.category))


@get("/shops/{shop_id:uuid}/payments", opt=RESIDENT)
async def book(
    reader: edge.Reader,
    resident: Me,
    settings: edge.HallSettings,
    shop_id: FromPath[UUID],
    date: FromQuery[date | None] = None,
    cursor: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> views.BookBody:
    """What the shop took on one business date (today when none is named). For owner and managers."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.BOOK)
    day = date or ledger.business_date(clock.now())
    totals = await payments.totals_to(reader, payee=shop.id, business_date=day)
    found = await payments.payments_to(reader, payee=shop.id, business_date=day, before=cursor, limit=limit + 1)
    page, more = paging.cut(found, limit)
    return views.BookBody.of(day, settings.currency, totals, page, more)


@get("/shops/{shop_id:uuid}/stream", opt=RESIDENT, media_type=SSE)
async def stream(
    pool: edge.Pool,
    hub: edge.LiveHub,
    resident: Me,
    shop_id: FromPath[UUID],
    last_event_id: LastEventId = None,
    after: After = None,
) -> Stream:
    """What happens at the shop (server-sent events): `id` rises by one, `event` is `payment.succeeded` (with the
    `reference` of an order), `payment.refunded`, or `staff.changed`, after which it ends for those who left.

    Without `Last-Event-ID` (or `after`) it begins with the next payment; `after=0` begins with the very first. It ends
    every ten minutes: connect again with the last id, and nothing is lost or repeated. Refusals:
    `merchants.shop_not_found`, `hall.rate_limited` when a hundred watch already.
    """
    async with pool.read() as reader:
        shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
        entrance = await till.enter(reader, shop.id, after if last_event_id is None else last_event_id)
    return Stream(
        till.sse(hub, shop.id, entrance, still_works(pool, resident.id, shop.id)), media_type=SSE, headers=SSE_HEADERS
    )


router = edge.api(
    open_shop, list_categories, my_shops, show, close, code_svg, code_png, resolve, book, stream, tags=["Merchants"]
)
