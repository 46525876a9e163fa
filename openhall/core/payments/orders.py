"""Orders that a payee shows to one payer: a code with an amount, to be scanned and paid once before it expires."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import structs

from openhall.base import clock, db
from openhall.base.errors import Problem
from openhall.core.payments import actions, codes, problems, rules
from openhall.core.payments.types import NewOrder, ShownOrder, ShownState

q = db.load("openhall.core.payments")

LEAST_LIFE_S, USUAL_LIFE_S, MOST_LIFE_S = 30, 900, 604_800
PAGE = 50


async def show_order(
    conn: db.Conn, new: NewOrder, *, most: int, lives_s: int, note: str | None, payload: Callable[[str, datetime], str]
) -> ShownOrder:
    """An open order with a code; `payload` makes what its QR holds, of the code's id and the end of the order, which
    comes after `lives_s` seconds. Of more than `most`, the limit of the hall: Problem `payments.above_hall_limit`.

    With a `reference` that the payee used before: the first order when it asks for the same (amount, note, life),
    else Problem `payments.order_reference_taken`.
    """
    if refusal := rules.amount_refusal(new.amount, most):
        raise refusal
    if new.reference is not None:
        earlier = await _earlier(conn, new, lives_s, note)
        if earlier is not None:
            return earlier
    ends, code = clock.now() + timedelta(seconds=lives_s), codes.new_id()
    order = await actions.create_order(conn, structs.replace(new, expires_at=ends))
    row = {"code": code, "payload": payload(code, ends), "lives_s": lives_s, "note": note}
    await db.run(conn, q.insert_order_code, order_id=order, **row)
    return await order_of(conn, payee=new.payee.id, order=order)


async def _earlier(conn: db.Conn, new: NewOrder, lives_s: int, note: str | None) -> ShownOrder | None:
    payee, reference = new.payee.id, new.reference
    # Whoever asks under the same reference right now is waited for; what they made is found by the next statements.
    await db.all(conn, q.lock_reference, str, payee=payee, reference=reference)
    if not await db.one(conn, q.reference_is_taken, bool, payee=payee, reference=reference):
        return None
    found = await db.maybe(conn, q.shown_by_reference, ShownOrder, payee=payee, reference=reference)
    if found is None or _asked_for(found) != (new.amount, new.currency, lives_s, note):
        raise problems.order_reference_taken()
    return _now(found)


def _asked_for(order: ShownOrder) -> tuple[int, str, int, str | None]:
    return order.amount, order.currency, order.lives_s, order.note


async def order_of(conn: db.ReadConn, *, payee: UUID, order: UUID) -> ShownOrder:
    """An order that this payee shows; Problem `payments.order_not_found`."""
    found = await db.maybe(conn, q.shown_order, ShownOrder, payee=payee, id=order)
    if found is None:
        raise problems.order_not_found()
    return _now(found)


async def orders_of(conn: db.ReadConn, *, payee: UUID, before: UUID | None = None, limit: int) -> list[ShownOrder]:
    """The orders that a payee shows, newest first; `before` is the last id of the page above."""
    found = await db.all(conn, q.shown_orders, ShownOrder, payee=payee, before=before or actions.NEWEST, limit=limit)
    return [_now(order) for order in found]


async def close_order(conn: db.Conn, *, payee: UUID, order: UUID) -> ShownOrder:
    """Nobody can pay it any more; closing twice is closing once. Of closing and paying exactly one happens.

    Problems: `payments.order_not_found`, `payments.order_paid`.
    """
    await db.run(conn, q.close_shown_orders, payee=payee, order_id=order)
    found = await order_of(conn, payee=payee, order=order)
    if found.state is ShownState.PAID:
        raise problems.order_paid(order=str(order))
    return found


async def close_orders_of(conn: db.Conn, *, payee: UUID) -> int:
    """Close all that a payee shows; how many were open."""
    return await db.run(conn, q.close_shown_orders, payee=payee, order_id=None)


def names_an_order(text: str) -> bool:
    """Whether a scanned text is the code of an order, of whatever hall."""
    return _read(text) is not None


async def order_by_code(conn: db.ReadConn, text: str, *, hall: str) -> ShownOrder:
    """The order that a scanned text names. Problems: `payments.code_of_other_hall`, `payments.code_unknown`."""
    read = _read(text)
    if read is None:
        raise problems.unregistered()
    if read.hall != hall:
        raise problems.code_of_other_hall(hall=read.hall)
    found = await db.maybe(conn, q.shown_by_code, ShownOrder, code=read.code)
    if found is None:
        raise problems.unregistered()
    return _now(found)


def payable_refusal(order: ShownOrder, payer: UUID) -> Problem | None:
    """Why this resident cannot pay the order, if so; in the order in which paying it would find out."""
    if order.state is ShownState.PAID:
        return problems.order_paid(order=str(order.id))
    if order.state is ShownState.EXPIRED:
        return problems.order_expired(order=str(order.id))
    if order.state is ShownState.CLOSED:
        return problems.order_closed(order=str(order.id))
    return problems.own_shop() if order.owner == payer else None


def _read(text: str) -> codes.OrderCode | None:
    try:
        found = codes.read(text)
    except codes.CodeError:
        return None
    return found if isinstance(found, codes.OrderCode) else None


def _now(order: ShownOrder) -> ShownOrder:
    """The order as it is at this moment: the time alone makes an open one expired."""
    if order.state is ShownState.OPEN and order.expires_at <= clock.now():
        return structs.replace(order, state=ShownState.EXPIRED)
    return order
