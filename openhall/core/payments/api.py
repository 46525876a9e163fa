"""The JSON API of payments."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from openhall.base import errors, idempotency
from openhall.core import payments, people
from openhall.core.payments.views import PaymentView, RefundView
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT, RESIDENT_IN_BATCH


class PaymentRequest(Struct, forbid_unknown_fields=True):
    """What to pay: the code of a payee with an amount, or an order (whose amount may be repeated)."""

    code: (
        Annotated[str, Meta(min_length=1, max_length=512, description="A scanned payload or a typed short code.")]
        | None
    ) = None
    order_id: UUID | None = None
    amount: edge.Amount | None = None


class RefundsBody(Struct, frozen=True):
    """The refunds of one payment."""

    refunds: list[RefundView]


@post("/payments", opt=RESIDENT_IN_BATCH, status_code=201, responses=edge.answers(PaymentView))
async def pay(
    request: Request[Any, Any, Any],
    data: JSONBody[PaymentRequest],
    teller: NamedDependency[payments.Teller],
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Pay a shop by its code, or an order. Refusals: see `payments.*` at /docs/errors, in order of precedence."""
    token = edge.bearer(request)
    if token is None:
        raise errors.sign_in_required()
    ask = payments.Ask(
        token_hash=people.token_hash(token),
        key=idempotency.check_key(idempotency_key),
        code=data.code,
        order=data.order_id,
        amount=data.amount,
    )
    return edge.answered(request, await teller.pay(ask))


@get("/payments/{payment_id:uuid}", opt=RESIDENT)
async def show(reader: edge.Reader, resident: NamedDependency[Resident], payment_id: FromPath[UUID]) -> PaymentView:
    """One payment, for who made it and for the owner of the shop that got it. Anybody else: 404."""
    return PaymentView.of_payment(await payments.payment(reader, id=payment_id, resident=resident.id))


class RefundRequest(Struct, forbid_unknown_fields=True):
    """How much to give back, and why, in the shop's own words."""

    amount: edge.Amount
    reason: Annotated[str, Meta(min_length=1, max_length=200, description="Shown to the payer.")]


@post("/payments/{payment_id:uuid}/refunds", opt=RESIDENT, status_code=201, responses=edge.answers(RefundView))
async def give_back(
    request: Request[Any, Any, Any],
    data: JSONBody[RefundRequest],
    conn: edge.Conn,
    resident: NamedDependency[Resident],
    payment_id: FromPath[UUID],
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Give back part of a payment, or all of it, from the account of the shop that got it.

    Refusals: `payments.payment_not_found`, `payments.refund_not_yours`, `payments.refund_above_rest` (with what is
    left as `refundable`), `payments.refund_without_funds`.
    """

    async def act() -> RefundView:
        made = await payments.refund(
            conn, payment=payment_id, resident=resident.id, amount=data.amount, reason=data.reason
        )
        return RefundView.of(made)

    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=data, act=act, keep=True)


@get("/payments/{payment_id:uuid}/refunds", opt=RESIDENT)
async def refunds(reader: edge.Reader, resident: NamedDependency[Resident], payment_id: FromPath[UUID]) -> RefundsBody:
    """What was given back of a payment, oldest first, for both its sides."""
    payment = await payments.payment(reader, id=payment_id, resident=resident.id)
    return RefundsBody([RefundView.of(made) for made in await payments.refunds_of(reader, payment=payment.id)])


router = edge.api(pay, show, give_back, refunds, tags=["Payments"])
