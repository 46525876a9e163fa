"""The pages of the counter: how much, the payer's code, how it ended, and the way back.

Everything works without a script; a scanner that types like a keyboard needs none.
"""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Meta, Struct

from openhall.base import db, idempotency, ids, money
from openhall.base.errors import Kind, Problem
from openhall.city.merchants import access
from openhall.city.merchants.access import Act
from openhall.city.merchants.counter import admission
from openhall.city.merchants.pages import shown
from openhall.city.merchants.types import Workplace
from openhall.core import payments
from openhall.core.payments import charging, offers
from openhall.core.payments.charging import ChargeView, Door, Standing
from openhall.core.payments.problems import above_hall_limit
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.problems import words
from openhall.web.render import Html

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]
Desks = NamedDependency[payments.Desks]
# Of these the person at the counter is told on the page where the code is asked for; of others everywhere alike.
_TOLD_HERE = frozenset({Kind.INVALID, Kind.REFUSED, Kind.CONFLICT, Kind.LIMITED, Kind.UNAVAILABLE})


class CounterForm(Struct, frozen=True):
    """What is charged: an amount in minor units, and what the scanner read."""

    amount: edge.Amount
    pay_code: Annotated[str, Meta(max_length=512)] = ""
    camera: str = ""
    request_key: Annotated[str, Meta(max_length=64)] = ""


@get("/shops/{shop_id:uuid}/counter", opt=RESIDENT)
async def counter_page(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    settings: edge.HallSettings,
    shop_id: FromPath[UUID],
    amount: FromQuery[str | None] = None,
    camera: FromQuery[str] = "",
) -> Response[Any]:
    """How much; and when that is known, whose code."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.SELL)
    context: dict[str, Any] = {"shop": shop, "camera": camera == "1"}
    if amount is None:
        return edge.page(request, "merchants/counter.html", typed="", problem=None, **context)
    try:
        minor = edge.amount_of(amount, settings.currency)
        if minor > settings.payment_max:
            raise above_hall_limit(limit=settings.payment_max)
    except Problem as problem:
        return edge.problem_page(request, "merchants/counter.html", problem, typed=amount, **context)
    return _code_page(request, shop, minor, camera=camera == "1")


@post("/shops/{shop_id:uuid}/counter", opt=RESIDENT, status_code=303)
async def take(
    request: AnyRequest,
    data: URLEncodedBody[CounterForm],
    pool: edge.Pool,
    resident: Me,
    counter: NamedDependency[charging.Counter],
    shop_id: FromPath[UUID],
) -> Response[Any]:
    """Charge it. The hidden key is also the reference, so a double tap is one charge in every way."""
    async with pool.read() as reader:
        shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    ask = charging.Ask(
        admission=admission.to_charge,
        door=Door(shop.id, resident=resident.id),
        key=idempotency.check_key(data.request_key or None),
        pay_code=data.pay_code,
        amount=data.amount,
        reference=data.request_key,
    )
    try:
        made = await _charged(counter, ask)
    except Problem as problem:
        if problem.kind not in _TOLD_HERE:
            raise
        return _code_page(request, shop, data.amount, camera=data.camera == "1", problem=problem)
    query = {"camera": "1"} if data.camera == "1" else {}
    return edge.see_other(f"/shops/{shop.id}/charges/{made.id}", **query)


@get("/shops/{shop_id:uuid}/charges/{charge_id:uuid}", opt=RESIDENT)
async def charge_page(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    desks: Desks,
    shop_id: FromPath[UUID],
    charge_id: FromPath[UUID],
    camera: FromQuery[str] = "",
) -> Response[Html]:
    """How it ended, or that the payer is still being asked; and what keeps whoever looks from undoing it."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.CHARGE)
    found = ChargeView.of(await charging.charge(reader, payee=shop.id, charge=charge_id))
    hurdle = await _hurdle(reader, desks, resident, charge_id, found)
    context: dict[str, Any] = {"shop": shown(request, shop), "charge": found, "camera": camera == "1", "hurdle": hurdle}
    context["why_not"] = words(request, hurdle.problem) if hurdle else None
    return edge.page(request, "merchants/charge.html", **context)


@get("/shops/{shop_id:uuid}/charges/{charge_id:uuid}/undo", opt=RESIDENT)
async def undo_page(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    desks: Desks,
    shop_id: FromPath[UUID],
    charge_id: FromPath[UUID],
) -> Response[Any]:
    """A last look before the money goes back; who may not give it back is told so where they come from."""
    return await _undo_page(request, reader, resident, desks, shop_id, charge_id)


async def _undo_page(
    request: AnyRequest,
    reader: db.ReadConn,
    resident: Resident,
    desks: payments.Desks,
    shop_id: UUID,
    charge_id: UUID,
    problem: Problem | None = None,
) -> Response[Any]:
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.REFUND)
    found = ChargeView.of(await charging.charge(reader, payee=shop.id, charge=charge_id))
    if await _hurdle(reader, desks, resident, charge_id, found):
        return edge.see_other(f"/shops/{shop_id}/charges/{charge_id}")
    subsidies = await offers.subsidies_of(reader, [charge_id])
    shares = payments.shares_of_rest(amount=found.amount, refunded=found.refunded, subsidies=subsidies)
    context: dict[str, Any] = {"shop": shop, "charge": found, "shares": shares.for_payee()}
    if problem is not None:
        return edge.problem_page(request, "merchants/charge_undo.html", problem, **context)
    return edge.page(request, "merchants/charge_undo.html", problem=None, **context)


@post("/shops/{shop_id:uuid}/charges/{charge_id:uuid}/undo", opt=RESIDENT, status_code=303)
async def undo(
    request: AnyRequest,
    conn: edge.Conn,
    resident: Me,
    desks: Desks,
    shop_id: FromPath[UUID],
    charge_id: FromPath[UUID],
) -> Response[Any]:
    """Undo it; a second tap changes nothing."""
    taker = await admission.admit(conn, Door(shop_id, resident=resident.id), admission.REVERSE)
    try:
        # A savepoint: what a refused one began is undone, though the page with the reason is answered.
        async with conn.transaction():
            await charging.reverse(conn, charge=charge_id, taker=taker, desks=desks)
    except Problem as problem:
        if problem.kind not in _TOLD_HERE:
            raise
        return await _undo_page(request, conn, resident, desks, shop_id, charge_id, problem)
    return edge.see_other(f"/shops/{shop_id}/charges/{charge_id}")


async def _hurdle(
    reader: db.ReadConn, desks: payments.Desks, resident: Resident, charge_id: UUID, found: ChargeView
) -> payments.Hurdle | None:
    """What keeps this person from undoing a paid charge: told before they try, and not offered then."""
    rest = found.amount - found.refunded
    if found.state is not Standing.SUCCEEDED or not rest:
        return None
    payment = await payments.payment(reader, id=charge_id, resident=resident.id, desks=desks)
    return await payments.hurdle(reader, payment=payment, resident=resident.id, desks=desks, amount=rest)


async def _charged(counter: charging.Counter, ask: charging.Ask) -> ChargeView:
    """The charge, or the Problem that it was refused with; the refusal is recorded already."""
    answer = await counter.charge(ask)
    if answer.problem is not None:
        raise answer.problem
    return msgspec.json.decode(answer.body, type=ChargeView)


def _code_page(
    request: AnyRequest, shop: Workplace, amount: int, *, camera: bool, problem: Problem | None = None
) -> Response[Html]:
    # A refusal stands for its key and a reference for its charge: another try needs others.
    context: dict[str, Any] = {"shop": shop, "amount": amount, "camera": camera, "request_key": str(ids.new())}
    context["typed"] = money.plain(amount, request.app.state.settings.currency)
    if problem is not None:
        return edge.problem_page(request, "merchants/counter_code.html", problem, **context)
    return edge.page(request, "merchants/counter_code.html", problem=None, **context)


router = edge.pages(counter_page, take, charge_page, undo_page, undo)
