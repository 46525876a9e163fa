"""The JSON API of orders, for tills and shop systems."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from openhall.base import paging
from openhall.city import merchants
from openhall.city.merchants import Act, orders
from openhall.city.merchants.api import hall_of
from openhall.core import payments
from openhall.core.payments import ShownOrder, ShownState
from openhall.core.payments.codes import order as code
from openhall.core.payments.orders import LEAST_LIFE_S, MOST_LIFE_S, PAGE, USUAL_LIFE_S
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT

Me = NamedDependency[Resident]


class OrderRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What to ask for."""

    amount: Annotated[int, Meta(ge=1, le=code.MOST, description="Amount in minor units (fen), a whole number.")]
    reference: (
        Annotated[
            str,
            Meta(
                min_length=1, max_length=64, pattern="^[^\\x00-\\x1f\\x7f]*$", description="Your own, unique per shop."
            ),
        ]
        | None
    ) = None
    expires_in: Annotated[
        int, Meta(ge=LEAST_LIFE_S, le=MOST_LIFE_S, description="Seconds for which it can be paid.")
    ] = USUAL_LIFE_S
    note: Annotated[str, Meta(max_length=40, description="Shown to the payer.")] | None = None


class PaidBody(Struct, frozen=True):
    """The payment of an order. `id` is that of GET /payments/{id}."""

    id: UUID
    receipt_no: str
    at: datetime
    payer_masked: str
    refunded: int


class OrderBody(Struct, frozen=True):
    """An order. `code` is what the QR holds that the payer scans; `payment` is null until it is paid."""

    id: UUID
    code: str
    state: ShownState
    amount: int
    currency: str
    reference: str | None
    note: str | None
    created_at: datetime
    expires_at: datetime
    payment: PaidBody | None

    @staticmethod
    def of(order: ShownOrder) -> "OrderBody":
        return OrderBody(
            order.id,
            order.payload,
            order.state,
            order.amount,
            order.currency,
            order.reference,
            order.note,
            order.created_at,
            order.expires_at,
            _paid(order),
        )


def _paid(order: ShownOrder) -> PaidBody | None:
    if order.payment is None or order.receipt_no is None or order.paid_at is None:
        return None
    return PaidBody(order.payment, order.receipt_no, order.paid_at, order.payer_masked or "", order.refunded)


class OrdersBody(Struct, frozen=True):
    """A page of orders, newest first; `next_cursor` asks for the page that follows, null on the last one."""

    orders: list[OrderBody]
    next_cursor: UUID | None


@post("/shops/{shop_id:uuid}/orders", opt=RESIDENT, status_code=201, responses=edge.answers(OrderBody))
async def create_order(
    request: Request[Any, Any, Any],
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    shop_id: FromPath[UUID],
    data: JSONBody[OrderRequest],
    idempotency_key: edge.OptionalKey = None,
) -> Response[Any]:
    """Ask for an amount. Show `code` as a QR; whoever scans it sees the shop and the amount, and pays it once.

    The same `reference` again is the first order when amount, note and life are the same. Refusals, in this order:
    `merchants.note_invalid`, `merchants.shop_closed`, `payments.above_hall_limit`, `payments.order_reference_taken`
    (409).
    """
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    wish = orders.Wish(data.amount, data.reference, data.note, data.expires_in)

    async def act() -> OrderBody:
        hall, most = hall_of(settings), settings.payment_max
        return OrderBody.of(await orders.ask(conn, shop=shop, by=resident.id, hall=hall, most=most, wish=wish))

    if idempotency_key is None:
        return Response(await act(), status_code=201)
    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=data, act=act)


@get("/shops/{shop_id:uuid}/orders", opt=RESIDENT)
async def list_orders(
    reader: edge.Reader, resident: Me, shop_id: FromPath[UUID], cursor: FromQuery[UUID | None] = None
) -> OrdersBody:
    """The orders of a shop, newest first."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    found = await payments.orders_of(reader, payee=shop.id, before=cursor, limit=PAGE + 1)
    page, more = paging.cut(found, PAGE)
    return OrdersBody([OrderBody.of(order) for order in page], more)


@get("/shops/{shop_id:uuid}/orders/{order_id:uuid}", opt=RESIDENT)
async def show_order(reader: edge.Reader, resident: Me, shop_id: FromPath[UUID], order_id: FromPath[UUID]) -> OrderBody:
    """One order, to see whether it is paid. The shop's stream tells it at once."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    return OrderBody.of(await payments.order_of(reader, payee=shop.id, order=order_id))


@post("/shops/{shop_id:uuid}/orders/{order_id:uuid}/close", opt=RESIDENT, status_code=200)
async def close_order(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], order_id: FromPath[UUID]) -> OrderBody:
    """Nobody can pay it any more. Closing it again changes nothing. Refusal: `payments.order_paid`."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    return OrderBody.of(await payments.close_order(conn, payee=shop.id, order=order_id))


router = edge.api(create_order, list_orders, show_order, close_order, tags=["Orders"])
