"""The JSON API of payments."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from openhall.base import errors, idempotency, ids, money, paging
from openhall.base.errors import Kind, Problem
from openhall.core import families, payments, people
from openhall.core.payments import offers
from openhall.core.payments.views import PaymentView, RefundView
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT, RESIDENT_IN_BATCH

Me = NamedDependency[Resident]
Desks = NamedDependency[payments.Desks]
PAGE = 50


class PaymentRequest(Struct, forbid_unknown_fields=True):
    """What to pay: the code of a payee with an amount; or an order, by its id or its code (the amount may be
    repeated)."""

    code: (
        Annotated[str, Meta(min_length=1, max_length=512, description="A scanned payload or a typed short code.")]
        | None
    ) = None
    order_id: UUID | None = None
    amount: edge.Amount | None = None
    expected_paid: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=money.MAX_AMOUNT,
                description="What the payer was shown: never more leaves the wallet. Without it, whatever applies.",
            ),
        ]
        | None
    ) = None
    pin: edge.Pin | None = None


class RefundsBody(Struct, frozen=True):
    """The refunds of one payment, oldest first; `next_cursor` asks for those that follow, null on the last page."""

    refunds: list[RefundView]
    next_cursor: UUID | None


@post(
    "/payments",
    opt=edge.delegable("wallet.pay", RESIDENT_IN_BATCH),
    status_code=201,
    responses=edge.answers(PaymentView),
)
async def pay(
    request: Request[Any, Any, Any],
    data: JSONBody[PaymentRequest],
    teller: NamedDependency[payments.Teller],
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Pay a shop by its code, or an order; above the payer's limit for it with their payment PIN, or by a session that
    used its passkey lately. On somebody's behalf their wallet pays, and the PIN is still one's own. Refusals: see
    `people.pin_*`, `families.*` and `payments.*` at /docs/errors, in order of precedence."""
    # Of dependencies there is the teller alone: for two and more Litestar starts a task each, in a group of tasks, and
    # that is a tenth of what Python does for a payment.
    token = edge.bearer(request)
    if token is None:
        raise errors.sign_in_required()
    code, order = data.code, data.order_id
    if code is not None and order is None and (order := await teller.order_named(code)):
        code = None
    ask = payments.Ask(
        token_hash=people.token_hash(token),
        subject=_subject(request),
        key=idempotency.check_key(idempotency_key),
        code=code,
        order=order,
        amount=data.amount,
        expected_paid=data.expected_paid,
    )
    try:
        answer = await (teller.pay(ask) if data.pin is None else teller.pay_with_pin(token, data.pin, ask))
    except Problem as problem:
        if problem.kind is Kind.UNAUTHENTICATED:
            async with request.app.state.pool.read() as conn:
                await edge.explain(request, conn, token)
        raise
    return edge.answered(request, answer)


def _subject(request: Request[Any, Any, Any]) -> UUID | None:
    """For whom, as the header says. What is no id names nobody, and is refused as such."""
    written = request.headers.get(edge.BEHALF_HEADER)
    return None if written is None else families.behalf(written) or UUID(int=0)


class QuoteBody(Struct, frozen=True):
    """A price as it is now: the payee receives `amount`, the payer pays `paid`, the offer named by `offer` (and in
    English by `offer_en`, where it has such a name) the rest.

    Nothing is kept for the payer. Sent along as `expected_paid`, `paid` is the most that leaves their wallet.
    """

    amount: int
    currency: str
    paid: int
    discount: int
    offer: str | None
    offer_en: str | None


@get("/payments/quote", opt=edge.delegable("wallet.pay"))
async def quote(
    reader: edge.Reader,
    resident: NamedDependency[Resident],
    teller: NamedDependency[payments.Teller],
    settings: edge.HallSettings,
    code: FromQuery[str],
    amount: Annotated[int, QueryParameter(ge=1, le=money.MAX_AMOUNT, description="In minor units.")],
) -> QuoteBody:
    """What paying this amount by this code would cost now. Refusals: those of the code, see GET /codes/resolve."""
    payee = await payments.resolve(reader, teller.sources, code)
    due = offers.Due(ids.new(), resident.id, payee.id, amount, settings.currency)
    terms = await teller.offers.quote(reader, due)
    gift = terms.discount
    return QuoteBody(
        amount=amount,
        currency=settings.currency,
        paid=offers.paid(amount, terms),
        discount=gift.amount if gift else 0,
        offer=gift.title if gift else None,
        offer_en=gift.title_en if gift else None,
    )


@get("/payments/{payment_id:uuid}", opt=edge.delegable("wallet.read"))
async def show(reader: edge.Reader, resident: Me, desks: Desks, payment_id: FromPath[UUID]) -> PaymentView:
    """One payment, for who made it and for who works at the shop that got it. Anybody else: 404."""
    payment = await payments.payment(reader, id=payment_id, resident=resident.id, desks=desks)
    act = await families.act_seen_by(reader, thing=payment.id, resident=resident.id)
    mine = act is not None or payment.payer == resident.id
    return PaymentView.of_payment(payment, await offers.subsidies_of(reader, [payment.id]), mine=mine, act=act)


class RefundRequest(Struct, forbid_unknown_fields=True):
    """How much to give back, and why, in the shop's own words."""

    amount: edge.Amount
    reason: Annotated[str, Meta(min_length=1, max_length=200, description="Shown to the payer.")]


@post("/payments/{payment_id:uuid}/refunds", opt=RESIDENT, status_code=201, responses=edge.answers(RefundView))
async def give_back(
    request: Request[Any, Any, Any],
    data: JSONBody[RefundRequest],
    conn: edge.Conn,
    resident: Me,
    desks: Desks,
    payment_id: FromPath[UUID],
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Give back part of a payment, or all of it, from the account of the shop that got it.

    Owners and managers may, and cashiers within their shift and the shop's limit. Refusals, in this order:
    `payments.payment_not_found`, `payments.refund_not_yours`, `merchants.role_insufficient`,
    `merchants.refund_needs_shift`, `merchants.refund_outside_shift`, `merchants.refund_above_limit` (with what is left
    as `left`), `payments.refund_above_rest` (with what is left as `refundable`), `payments.refund_without_funds`.
    """

    async def act() -> RefundView:
        made = await payments.refund(
            conn, payment=payment_id, resident=resident.id, amount=data.amount, reason=data.reason, desks=desks
        )
        return RefundView.of(made.for_payee())

    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=data, act=act, keep=True)


@get("/payments/{payment_id:uuid}/refunds", opt=RESIDENT)
async def refunds(
    reader: edge.Reader,
    resident: Me,
    desks: Desks,
    payment_id: FromPath[UUID],
    cursor: FromQuery[UUID | None] = None,
) -> RefundsBody:
    """What was given back of a payment, oldest first, for both its sides."""
    payment = await payments.payment(reader, id=payment_id, resident=resident.id, desks=desks)
    found = await payments.refunds_of(reader, payment=payment.id, after=cursor, limit=PAGE + 1)
    page, more = paging.cut(found, PAGE)
    shown = page if payment.payer == resident.id else [made.for_payee() for made in page]
    return RefundsBody([RefundView.of(made) for made in shown], more)


router = edge.api(pay, quote, show, give_back, refunds, tags=["Payments"])
