"""The JSON API of the counter, for scanners with a key and for residents who work at the shop."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from openhall.base.errors import sign_in_required
from openhall.city.merchants.counter import admission
from openhall.core import payments
from openhall.core.payments import charging
from openhall.core.payments.charging import ChargeView, ReversalView
from openhall.web import edge
from openhall.web.edge import COUNTER

AnyRequest = Request[Any, Any, Any]
Reference = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="The shop's own name of this charge, such as its receipt number. One charge for each.",
    ),
]


class ChargeRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to charge, how much, and under which of the shop's own references."""

    pay_code: Annotated[
        str, Meta(min_length=1, max_length=512, description="What the scanner read, or the digits as they were typed.")
    ]
    amount: edge.Amount
    reference: Reference


class ReverseRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The charge by the shop's own reference, for when its answer never came."""

    reference: Reference


@post(
    "/shops/{shop_id:uuid}/charges",
    opt=COUNTER,
    status_code=201,
    responses=edge.answers(ChargeView) | edge.answers(ChargeView, 202),
)
async def charge(
    request: AnyRequest,
    data: JSONBody[ChargeRequest],
    counter: NamedDependency[charging.Counter],
    shop_id: FromPath[UUID],
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Charge a payer who shows a pay code, with a key that has `charges:write` or as somebody who works at the shop.

    201: paid. 202 with `requires_action`: the payer is asked on the phone; look again every two seconds or so, until
    `expires_at`. No answer: send the same again, or undo it by its reference. Refusals, in this order: `merchants.*`
    of the shop and the key, `payments.charge_in_flight`, `payments.reference_taken`, `payments.charge_over`,
    `hall.rate_limited` (too many wrong codes), `payments.pay_code_foreign`, `payments.pay_code_invalid`,
    `payments.pay_code_used`, `payments.pay_code_expired`, `payments.above_offline_cap` (the code still pays less),
    `payments.own_shop`, `payments.above_hall_limit`, `payments.payer_lacks_funds`. A refused charge leaves the pay code
    as it was. Above `pay_code_max` the payer is asked whatever their wallet holds: a counter is not to learn by a
    refusal how much somebody has.
    """
    ask = charging.Ask(
        admission=admission.to_charge,
        door=_door(request, shop_id),
        key=idempotency_key,
        pay_code=data.pay_code,
        amount=data.amount,
        reference=data.reference,
    )
    return edge.answered(request, await counter.charge(ask))


@get("/shops/{shop_id:uuid}/charges/{charge_id:uuid}", opt=COUNTER)
async def show(
    request: AnyRequest, reader: edge.Reader, shop_id: FromPath[UUID], charge_id: FromPath[UUID]
) -> ChargeView:
    """Where a charge is: `requires_action`, `succeeded`, `refused` (by the payer), `closed` (by the shop), `expired`.

    With a key that has `charges:write` or `payments:read`, or as somebody who works at the shop. Refusal:
    `payments.payment_not_found`.
    """
    taker = await admission.admit(reader, _door(request, shop_id), admission.LOOK)
    return ChargeView.of(await charging.charge(reader, payee=taker.payee.id, charge=charge_id))


@post("/shops/{shop_id:uuid}/charges/reverse", opt=COUNTER, status_code=200)
async def reverse_reference(
    request: AnyRequest,
    data: JSONBody[ReverseRequest],
    conn: edge.Conn,
    settings: edge.HallSettings,
    desks: NamedDependency[payments.Desks],
    shop_id: FromPath[UUID],
) -> ReversalView:
    """Undo a charge whose answer never came: what was paid is given back, what waits is closed, and what is still
    on its way will be refused when it arrives. Asking again changes nothing, so no key is needed.

    With a key that has `refunds:write`, or as somebody who may give money back: a cashier within their shift. Refusals:
    those of a refund.
    """
    taker = await admission.admit(conn, _door(request, shop_id), admission.REVERSE)
    undone = await charging.reverse_reference(
        conn, reference=data.reference, taker=taker, currency=settings.currency, desks=desks
    )
    return ReversalView.of(undone)


@post("/payments/{payment_id:uuid}/reverse", opt=COUNTER, status_code=200)
async def reverse(
    request: AnyRequest, conn: edge.Conn, desks: NamedDependency[payments.Desks], payment_id: FromPath[UUID]
) -> ReversalView:
    """Undo a payment or a charge of the shop: all that is left of it is given back, or it is closed if it still waits
    for its payer; afterwards nothing is paid by it. Asking again changes nothing, so no key is needed.

    With a key that has `refunds:write`, or as somebody who may give money back: a cashier within their shift. Refusals:
    `payments.payment_not_found`, and those of a refund.
    """
    token = _token(request)
    payee = await charging.payee_of(conn, payment_id)
    taker = await admission.admit_to_payment(conn, charging.Door(payee, token), admission.REVERSE)
    return ReversalView.of(await charging.reverse(conn, charge=payment_id, taker=taker, desks=desks))


def _door(request: AnyRequest, shop: UUID) -> charging.Door:
    return charging.Door(shop, _token(request))


def _token(request: AnyRequest) -> str:
    token = edge.bearer(request)
    if token is None:
        raise sign_in_required()
    return token


router = edge.api(charge, show, reverse_reference, reverse, tags=["Counter"])
