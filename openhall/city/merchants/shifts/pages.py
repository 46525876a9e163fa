"""The pages of shifts: one's own with its button, and the list."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from openhall.base import db, paging
from openhall.city import merchants
from openhall.city.merchants import Act, shifts
from openhall.city.merchants.access import may
from openhall.city.merchants.pages import shown
from openhall.city.merchants.shifts.api import PAGE, own_or_any
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]


@get("/shops/{shop_id:uuid}/shifts", opt=RESIDENT)
async def list_shifts(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    shop_id: FromPath[UUID],
    cursor: FromQuery[UUID | None] = None,
) -> Response[Html]:
    """One's own open shift, or the button to open it; and those that are over."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    whose = None if may(shop.role, Act.BOOK) else resident.id
    found = await shifts.shifts_of(reader, shop=shop.id, resident=whose, before=cursor, limit=PAGE + 1)
    page, more = paging.cut(found, PAGE)
    return edge.page(
        request,
        "merchants/shifts.html",
        shop=shown(request, shop),
        mine=await shifts.mine(reader, shop=shop.id, resident=resident.id),
        shifts=page,
        everybody=whose is None,
        next_cursor=more,
    )


@post("/shops/{shop_id:uuid}/shifts", opt=RESIDENT, status_code=303)
async def open_shift(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID]) -> Response[str]:
    """Open it; while one is open, that one stays."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.SELL)
    opened = await shifts.open_shift(conn, shop=shop, resident=resident.id)
    return edge.see_other(f"/shops/{shop_id}/shifts/{opened.id}")


@get("/shops/{shop_id:uuid}/shifts/{shift_id:uuid}", opt=RESIDENT)
async def show_shift(
    request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID], shift_id: FromPath[UUID]
) -> Response[Html]:
    """What went through the till in it; an open one can be closed here."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    watch = await own_or_any(reader, shop, resident, shift_id)
    return edge.page(request, "merchants/shift.html", **await _shift(request, reader, shop, resident, watch))


async def _shift(
    request: AnyRequest, reader: db.ReadConn, shop: merchants.Workplace, resident: Resident, watch: shifts.Watch
) -> dict[str, Any]:
    return {
        "shop": shown(request, shop),
        "shift": watch,
        "mine": watch.resident == resident.id,
        "totals": await shifts.totals(reader, shop=shop, shift=watch),
    }


@get("/shops/{shop_id:uuid}/shifts/{shift_id:uuid}/close", opt=RESIDENT)
async def closing(
    request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID], shift_id: FromPath[UUID]
) -> Response[Any]:
    """A last look before its numbers are written down; one that is closed is only shown."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    watch = await own_or_any(reader, shop, resident, shift_id)
    if watch.closed_at is not None:
        return edge.see_other(f"/shops/{shop_id}/shifts/{shift_id}")
    return edge.page(request, "merchants/shift_close.html", **await _shift(request, reader, shop, resident, watch))


@post("/shops/{shop_id:uuid}/shifts/{shift_id:uuid}/close", opt=RESIDENT, status_code=303)
async def close_shift(
    conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], shift_id: FromPath[UUID]
) -> Response[str]:
    """Close it; closing twice is closing once."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    await own_or_any(conn, shop, resident, shift_id)
    await shifts.close(conn, shop=shop, shift=shift_id)
    return edge.see_other(f"/shops/{shop_id}/shifts/{shift_id}")


router = edge.pages(list_shifts, open_shift, show_shift, closing, close_shift)
