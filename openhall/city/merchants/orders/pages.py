"""The pages of orders: a new one, its code to be scanned, the list."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from markupsafe import Markup
from msgspec import Struct, structs

from openhall.base import ids, paging
from openhall.base.errors import Problem, malformed
from openhall.base.i18n import N_
from openhall.city import merchants
from openhall.city.merchants import Act, orders
from openhall.city.merchants.api import hall_of
from openhall.city.merchants.pages import shown
from openhall.core import payments
from openhall.core.payments import codes
from openhall.core.payments.orders import PAGE, USUAL_LIFE_S
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]


class OrderForm(Struct, frozen=True):
    """How much, as typed, and a word for the payer."""

    amount: str = ""
    note: str = ""
    request_key: str = ""


@get("/shops/{shop_id:uuid}/orders", opt=RESIDENT)
async def list_orders(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    shop_id: FromPath[UUID],
    cursor: FromQuery[UUID | None] = None,
) -> Response[Html]:
    """The orders of a shop, newest first."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    found = await payments.orders_of(reader, payee=shop.id, before=cursor, limit=PAGE + 1)
    page, more = paging.cut(found, PAGE)
    return edge.page(
        request,
        "merchants/orders.html",
        shop=shown(request, shop),
        orders=page,
        next_cursor=more,
    )


@get("/shops/{shop_id:uuid}/orders/new", opt=RESIDENT)
async def new_order(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    shop_id: FromPath[UUID],
    request_key: FromQuery[str] = "",
) -> Response[Any]:
    """How much, and a word for the payer."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.SELL)
    key = await edge.key_of_form(reader, f"/shops/{shop_id}/orders/new", request_key, resident.id)
    if isinstance(key, Response):
        return key
    context: dict[str, Any] = {"shop": shown(request, shop), "typed": OrderForm(request_key=key)}
    return edge.page(request, "merchants/new_order.html", problem=None, **context)


@post("/shops/{shop_id:uuid}/orders/new", opt=RESIDENT, status_code=303)
async def create_order(
    request: AnyRequest,
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    shop_id: FromPath[UUID],
    data: URLEncodedBody[OrderForm],
) -> Response[Any]:
    """Make it; the hidden key makes a double tap one order."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.CHARGE)

    async def act() -> str:
        wish = orders.Wish(amount, None, data.note, USUAL_LIFE_S)
        hall, most = hall_of(settings), settings.payment_max
        made = await orders.ask(conn, shop=shop, by=resident.id, hall=hall, most=most, wish=wish)
        return f"/shops/{shop.id}/orders/{made.id}"

    try:
        amount = edge.amount_of(data.amount, settings.currency)
        if amount > codes.order.MOST:
            raise malformed(errors=[{"field": "amount", "message": N_("No code can hold such an amount")}])
        made = await edge.once_form(request, conn, key=data.request_key, principal=resident.id, body=data, act=act)
    except Problem as problem:
        made = problem
    if isinstance(made, Problem):
        again = structs.replace(data, request_key=str(ids.new()))
        return edge.problem_page(request, "merchants/new_order.html", made, shop=shown(request, shop), typed=again)
    return edge.see_other(made)


@get("/shops/{shop_id:uuid}/orders/{order_id:uuid}", opt=RESIDENT)
async def show_order(
    request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID], order_id: FromPath[UUID]
) -> Response[Html]:
    """The code, until it is paid; the page sees by itself that it is."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    order = await payments.order_of(reader, payee=shop.id, order=order_id)
    picture = Markup(codes.fleeting_svg(order.payload)) if order.state == "open" else None  # noqa: S704
    return edge.page(request, "merchants/order.html", shop=shown(request, shop), order=order, qr_svg=picture)


@post("/shops/{shop_id:uuid}/orders/{order_id:uuid}/close", opt=RESIDENT, status_code=303)
async def close_order(
    conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], order_id: FromPath[UUID]
) -> Response[str]:
    """Close it. One that was paid in this moment is shown as paid."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    await payments.order_of(conn, payee=shop.id, order=order_id)
    try:
        await payments.close_order(conn, payee=shop.id, order=order_id)
    except Problem as paid:
        if paid.code != "payments.order_paid":
            raise
    return edge.see_other(f"/shops/{shop_id}/orders/{order_id}")


router = edge.pages(list_orders, new_order, create_order, show_order, close_order)
