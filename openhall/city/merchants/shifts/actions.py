"""The use cases of shifts: open, look, close."""

from uuid import UUID

import msgspec

from openhall.base import clock, db, ids
from openhall.city.merchants import access, problems
from openhall.city.merchants.access import Act
from openhall.city.merchants.shifts.types import Shift, Totals, Watch
from openhall.city.merchants.types import Shop, State
from openhall.core import ledger

q = db.load("openhall.city.merchants")

_NEWEST = UUID(int=2**128 - 1)


async def open_shift(conn: db.Conn, *, shop: Shop, resident: UUID) -> Shift:
    """The open shift of this person at the shop: one that is open already, or a new one.

    Problems: `merchants.shop_not_found` for whoever stopped working there meanwhile, `merchants.shop_closed`.
    """
    found = await mine(conn, shop=shop.id, resident=resident)
    if found is None:
        # Whoever is being removed is waited for, and opens no shift that nobody would close.
        await db.one(conn, q.hold_shop, State, shop=shop.id)
        held = await access.shop_for(conn, resident=resident, shop=shop.id, act=Act.CHARGE)
        if held.state is State.CLOSED:
            raise problems.shop_closed(shop=str(shop.id))
        after = await ledger.mark(conn, shop.account)
        row = {"id": ids.new(), "shop": shop.id, "resident": resident, "now": clock.now(), "after": after}
        await db.run(conn, q.open_shift, **row)
        # Of two that race one opens it, and the other one waited and finds it now.
        found = await db.one(conn, q.my_open_shift, Shift, shop=shop.id, resident=resident)
    return found


async def mine(conn: db.ReadConn, *, shop: UUID, resident: UUID) -> Shift | None:
    """The open shift of this person at the shop, if there is one."""
    return await db.maybe(conn, q.my_open_shift, Shift, shop=shop, resident=resident)


async def hold(conn: db.Conn, *, shop: UUID, resident: UUID) -> Shift | None:
    """The same; it stays open until the transaction ends, and nobody else holds it meanwhile."""
    return await db.maybe(conn, q.lock_my_open_shift, Shift, shop=shop, resident=resident)


async def refunded_in(conn: db.ReadConn, shift: Shift) -> int:
    """What the person of an open shift has given back in it so far."""
    day = ledger.business_date(shift.opened_at)
    wanted = {"shop": shift.shop, "resident": shift.resident, "since": shift.opened_at, "day": day}
    return await db.one(conn, q.refunded_in_shift, int, **wanted)


async def find(conn: db.ReadConn, *, shop: UUID, shift: UUID) -> Watch:
    """A shift of the shop; Problem `merchants.shift_not_found`."""
    found = await db.maybe(conn, q.shift, Watch, shop=shop, shift=shift)
    if found is None:
        raise problems.shift_not_found()
    return found


async def shifts_of(
    conn: db.ReadConn, *, shop: UUID, resident: UUID | None = None, before: UUID | None = None, limit: int
) -> list[Watch]:
    """The shifts at a shop, newest first; those of one person when `resident` is named."""
    return await db.all(conn, q.shifts_of, Watch, shop=shop, resident=resident, before=before or _NEWEST, limit=limit)


async def totals(conn: db.ReadConn, *, shop: Shop, shift: Shift) -> Totals:
    """What happened in it: of a closed one as it was written down, of an open one until now."""
    if shift.closed_at is not None:
        return msgspec.convert({name: getattr(shift, name) for name in Totals.__struct_fields__}, Totals)
    return await _count(conn, shop, shift, upto=None)


async def close(conn: db.Conn, *, shop: Shop, shift: UUID) -> Shift:
    """Write down what happened in it; closing twice is closing once. Problem `merchants.shift_not_found`."""
    found = await db.maybe(conn, q.lock_shift, Shift, shift=shift, shop=shop.id)
    if found is None:
        raise problems.shift_not_found()
    if found.closed_at is not None:
        return found
    # Whatever comes after this number is not in it, and what is below is committed: the next statement sees all of it.
    after = await ledger.mark(conn, shop.account)
    counted = await _count(conn, shop, found, upto=after)
    now = max(clock.now(), found.opened_at)
    await db.run(conn, q.close_shift, shift=found.id, now=now, after=after, **msgspec.structs.asdict(counted))
    return await find(conn, shop=shop.id, shift=found.id)


async def close_of(conn: db.Conn, *, shop: Shop, resident: UUID) -> None:
    """Close the open shift of somebody, if there is one."""
    found = await hold(conn, shop=shop.id, resident=resident)
    if found is not None:
        await close(conn, shop=shop, shift=found.id)


async def _count(conn: db.ReadConn, shop: Shop, shift: Shift, *, upto: int | None) -> Totals:
    wanted = {"account": shop.account, "resident": shift.resident, "after": shift.opened_after, "upto": upto}
    return await db.one(conn, q.shift_totals, Totals, **wanted)
