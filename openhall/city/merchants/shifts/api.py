"""The JSON API of shifts."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from openhall.base import db, paging
from openhall.city import merchants
from openhall.city.merchants import Act, problems, shifts
from openhall.city.merchants.access import may
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT

Me = NamedDependency[Resident]
PAGE = 50


class ShiftBody(Struct, frozen=True):
    """A shift. Amounts in minor units: `taken` and `refunded` through this person's hands, `poster_taken` what payers
    paid meanwhile by the printed code, `scanner_taken` and `scanner_refunded` what the shop's scanners charged and gave
    back meanwhile. Those of a closed shift never change."""

    id: UUID
    state: Literal["open", "closed"]
    cashier: str
    opened_at: datetime
    closed_at: datetime | None
    payments: int
    taken: int
    refunds: int
    refunded: int
    poster_payments: int
    poster_taken: int
    scanner_payments: int
    scanner_taken: int
    scanner_refunds: int
    scanner_refunded: int

    @staticmethod
    def of(watch: shifts.Watch, totals: shifts.Totals) -> "ShiftBody":
        return ShiftBody(
            watch.id,
            "open" if watch.closed_at is None else "closed",
            watch.called,
            watch.opened_at,
            watch.closed_at,
            totals.payments,
            totals.taken,
            totals.refunds,
            totals.refunded,
            totals.poster_payments,
            totals.poster_taken,
            totals.scanner_payments,
            totals.scanner_taken,
            totals.scanner_refunds,
            totals.scanner_refunded,
        )


class ShiftsBody(Struct, frozen=True):
    """A page of shifts, newest first; `next_cursor` asks for the page that follows, null on the last one."""

    shifts: list[ShiftBody]
    next_cursor: UUID | None


async def own_or_any(conn: db.ReadConn, shop: merchants.Workplace, resident: Resident, shift: UUID) -> shifts.Watch:
    """A shift of the shop that the resident may see: their own, or anybody's for who reads the book."""
    found = await shifts.find(conn, shop=shop.id, shift=shift)
    if found.resident != resident.id and not may(shop.role, Act.BOOK):
        raise problems.shift_not_found()
    return found


@post("/shops/{shop_id:uuid}/shifts", opt=RESIDENT, status_code=201)
async def open_shift(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID]) -> ShiftBody:
    """Open one's shift at a shop; while one is open, that one is the answer. Refusal: `merchants.shop_closed`."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    opened = await shifts.open_shift(conn, shop=shop, resident=resident.id)
    watch = await shifts.find(conn, shop=shop.id, shift=opened.id)
    return ShiftBody.of(watch, await shifts.totals(conn, shop=shop, shift=watch))


@get("/shops/{shop_id:uuid}/shifts", opt=RESIDENT)
async def list_shifts(
    reader: edge.Reader, resident: Me, shop_id: FromPath[UUID], cursor: FromQuery[UUID | None] = None
) -> ShiftsBody:
    """The shifts at a shop, newest first: one's own, and for owner and managers everybody's."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    whose = None if may(shop.role, Act.BOOK) else resident.id
    found = await shifts.shifts_of(reader, shop=shop.id, resident=whose, before=cursor, limit=PAGE + 1)
    page, more = paging.cut(found, PAGE)
    bodies = [ShiftBody.of(watch, await shifts.totals(reader, shop=shop, shift=watch)) for watch in page]
    return ShiftsBody(bodies, more)


@get("/shops/{shop_id:uuid}/shifts/{shift_id:uuid}", opt=RESIDENT)
async def show_shift(reader: edge.Reader, resident: Me, shop_id: FromPath[UUID], shift_id: FromPath[UUID]) -> ShiftBody:
    """One shift; of an open one the numbers until now."""
    shop = await merchants.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    watch = await own_or_any(reader, shop, resident, shift_id)
    return ShiftBody.of(watch, await shifts.totals(reader, shop=shop, shift=watch))


@post("/shops/{shop_id:uuid}/shifts/{shift_id:uuid}/close", opt=RESIDENT, status_code=200)
async def close_shift(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], shift_id: FromPath[UUID]) -> ShiftBody:
    """Write its numbers down; they never change any more. Closing it again changes nothing."""
    shop = await merchants.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    await own_or_any(conn, shop, resident, shift_id)
    await shifts.close(conn, shop=shop, shift=shift_id)
    watch = await shifts.find(conn, shop=shop.id, shift=shift_id)
    return ShiftBody.of(watch, await shifts.totals(conn, shop=shop, shift=watch))


router = edge.api(open_shift, list_shifts, show_shift, close_shift, tags=["Shifts"])
