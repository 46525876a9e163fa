"""The pages of giving back: how much of a payment, and why."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct, structs

from openhall.base import db, errors, ids, money
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.core import payments
from openhall.core.payments import offers, problems
from openhall.core.payments.looks import PAYMENT, saw_payment
from openhall.core.payments.views import PaymentView
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html

Me = NamedDependency[Resident]
Desks = NamedDependency[payments.Desks]

# What a shop says when it gives money back; the words are kept as they stand and shown in the reader's language.
REASONS = (N_("Wrong amount"), N_("Goods returned"), N_("Sold out"), N_("Another reason"))


class RefundForm(Struct):
    """How much to give back, as typed, and which of the reasons."""

    amount: str = ""
    reason: str = ""
    request_key: str = ""
    back: str = ""


@get("/payments/{payment_id:uuid}/refund", opt=RESIDENT | edge.shows(PAYMENT))
async def refund_form(
    request: Request[Any, Any, Any],
    conn: edge.Conn,
    resident: Me,
    desks: Desks,
    payment_id: FromPath[UUID],
    request_key: FromQuery[str] = "",
    back: FromQuery[str] = "",
) -> Response[Any]:
    """How much to give back, and why."""
    payment = await payments.payment(conn, id=payment_id, resident=resident.id, desks=desks)
    if payment.payer == resident.id:
        raise problems.refund_not_yours()
    back = edge.same_site(back, "")
    if hurdle := await payments.hurdle(conn, payment=payment, resident=resident.id, desks=desks):
        context = {"payment": payment, "back": back, "label": hurdle.label, "href": hurdle.href}
        return edge.problem_page(request, "payments/refund_not_now.html", hurdle.problem, **context)
    key = await edge.key_of_form(conn, f"/payments/{payment_id}/refund", request_key, resident.id, back=back)
    if isinstance(key, Response):
        return key
    most = await payments.refund_most(conn, payment=payment, resident=resident.id, desks=desks)
    rest = payment.amount - payment.refunded
    typed = money.plain(rest if most is None else min(rest, most), payment.currency)
    form = RefundForm(amount=typed, request_key=key, back=back)
    return await _refund_page(request, conn, resident, payment, form, most)


@post("/payments/{payment_id:uuid}/refund", opt=RESIDENT | edge.shows(PAYMENT), status_code=303)
async def refund(
    request: Request[Any, Any, Any],
    data: URLEncodedBody[RefundForm],
    conn: edge.Conn,
    resident: Me,
    desks: Desks,
    settings: edge.HallSettings,
    payment_id: FromPath[UUID],
) -> Response[Any]:
    """Give it back; the hidden key makes a double tap one refund."""

    async def act() -> str:
        await payments.refund(
            conn, payment=payment_id, resident=resident.id, amount=amount, reason=data.reason, desks=desks
        )
        return edge.with_query(f"/payments/{payment_id}", back=edge.same_site(data.back, ""))

    try:
        amount = edge.amount_of(data.amount, settings.currency)
        if data.reason not in REASONS:
            raise errors.malformed(errors=[{"field": "reason", "message": N_("Choose a reason")}])
        done = await edge.once_form(
            request, conn, key=data.request_key, principal=resident.id, body=data, act=act, keep=True
        )
    except Problem as problem:
        done = problem
    if isinstance(done, Problem):
        again = structs.replace(data, request_key=str(ids.new()))
        payment = await payments.payment(conn, id=payment_id, resident=resident.id, desks=desks)
        if payment.payer == resident.id:
            raise done
        most = await payments.refund_most(conn, payment=payment, resident=resident.id, desks=desks)
        return await _refund_page(request, conn, resident, payment, again, most, done)
    return edge.see_other(done)


async def _refund_page(
    request: Request[Any, Any, Any],
    conn: db.Conn,
    resident: Resident,
    payment: payments.Payment,
    typed: RefundForm,
    most: int | None,
    problem: Problem | None = None,
) -> Response[Html]:
    await saw_payment(conn, payment, resident)
    subsidies = await offers.subsidies_of(conn, [payment.id])
    shares = payments.shares_of_rest(amount=payment.amount, refunded=payment.refunded, subsidies=subsidies)
    context: dict[str, Any] = {
        "shares": shares.for_payee(),
        "back": edge.same_site(typed.back, ""),
        "payment": PaymentView.of_payment(payment),
        "payer_masked": payment.payer_masked,
        "rest": payment.amount - payment.refunded,
        "most": most,
        "reasons": REASONS,
        "typed": typed,
        "request_key": typed.request_key,
    }
    if problem is not None:
        return edge.problem_page(request, "payments/refund.html", problem, **context)
    return edge.page(request, "payments/refund.html", problem=None, **context)


router = edge.pages(refund_form, refund)
