"""The JSON API of payments."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from openhall.base import errors, idempotency
from openhall.core import payments, people
from openhall.core.payments.views import PaymentView
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


router = edge.api(pay, show, tags=["Payments"])
