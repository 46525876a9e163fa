"""The pages of paying: scan, see whom, type how much, confirm, done."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct, structs

from openhall.base import db, errors, ids, spoken
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.core import ledger, payments, people
from openhall.core.payments import problems
from openhall.core.payments.types import Payee, Payer
from openhall.core.payments.views import PaymentView
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html, language_of

Me = NamedDependency[Resident]
Teller = NamedDependency[payments.Teller]


class PayForm(Struct):
    """What the payer confirmed: an amount in minor units."""

    code: str
    amount: edge.Amount
    request_key: str


# What a shop says when it gives money back; the words are kept as they stand and shown in the reader's language.
REASONS = (N_("Wrong amount"), N_("Goods returned"), N_("Sold out"), N_("Another reason"))


class RefundForm(Struct):
    """How much to give back, as typed, and which of the reasons."""

    amount: str = ""
    reason: str = ""
    request_key: str = ""


@get("/scan", opt=RESIDENT)
async def scan(request: Request[Any, Any, Any], resident: Me) -> Response[Html]:
    """The camera, a photo, or the typed number."""
    return edge.page(request, "payments/scan.html")


@get("/pay", opt=RESIDENT)
async def pay(
    request: Request[Any, Any, Any], reader: edge.Reader, resident: Me, teller: Teller, code: FromQuery[str] = ""
) -> Response[Html]:
    """Whom the code names, and how much to pay."""
    try:
        payee = await _payee(reader, teller, code, resident)
    except Problem as problem:
        return edge.problem_page(request, "payments/pay.html", problem, payee=None, code=code, amount=None)
    return edge.page(request, "payments/pay.html", payee=payee, code=code, amount=None, problem=None)


@get("/pay/confirm", opt=RESIDENT)
async def confirm(
    request: Request[Any, Any, Any],
    reader: edge.Reader,
    resident: Me,
    teller: Teller,
    settings: edge.HallSettings,
    code: FromQuery[str] = "",
    amount: FromQuery[str] = "",
    request_key: FromQuery[str] = "",
) -> Response[Any]:
    """The last look before paying: whose money, to whom, how much is left; `amount` in major units, as typed.

    The key of the payment is in the address: whoever comes back here after paying is shown what they paid.
    """
    answer = await payments.answered(reader, payer=resident.id, key=request_key)
    if answer is not None and answer.problem is None:
        return edge.see_other(f"/payments/{msgspec.json.decode(answer.body, type=PaymentView).id}")
    payee: Payee | None = None
    try:
        payee = await _payee(reader, teller, code, resident)
        minor = edge.amount_of(amount, settings.currency)
    except Problem as problem:
        return edge.problem_page(
            request, "payments/pay.html", problem, payee=payee, code=code, amount=None, typed=amount
        )
    balance = (await ledger.balance(reader, resident.wallet)).available
    # A refusal stands for its key; another try needs another key.
    key = request_key if answer is None and request_key else str(ids.new())
    return _confirm_page(request, payee, code, minor, balance, key=key)


@post("/pay", opt=RESIDENT, status_code=303)
async def pay_now(
    request: Request[Any, Any, Any],
    data: URLEncodedBody[PayForm],
    pool: edge.Pool,
    resident: Me,
    teller: Teller,
) -> Response[Any]:
    """Pay what was confirmed; the hidden key makes a double tap one payment."""
    ask = payments.Ask(
        payer=Payer(resident.id, resident.wallet, people.masked(resident.phone)),
        key=data.request_key,
        code=data.code,
        amount=data.amount,
    )
    answer = await teller.pay(ask)
    if answer.problem is None:
        paid = msgspec.json.decode(answer.body, type=PaymentView)
        return edge.see_other(f"/payments/{paid.id}", paid="1")
    async with pool.read() as reader:
        balance = (await ledger.balance(reader, resident.wallet)).available
        try:
            payee = await _payee(reader, teller, data.code, resident)
        except Problem as problem:
            return edge.problem_page(request, "payments/pay.html", problem, payee=None, code=data.code, amount=None)
    return _confirm_page(request, payee, data.code, data.amount, balance, key=str(ids.new()), problem=answer.problem)


@get("/payments/{payment_id:uuid}", opt=RESIDENT)
async def show(
    request: Request[Any, Any, Any],
    reader: edge.Reader,
    resident: Me,
    payment_id: FromPath[UUID],
    paid: FromQuery[str] = "",
) -> Response[Html]:
    """The receipt; right after paying also the sound and the words of success."""
    payment = await payments.payment(reader, id=payment_id, resident=resident.id)
    refunds = await payments.refunds_of(reader, payment=payment.id) if payment.refunded else []
    words = spoken.amount(payment.amount, payment.currency, language_of(request))
    mine = payment.payer == resident.id
    return edge.page(
        request,
        "payments/payment.html",
        payment=PaymentView.of_payment(payment),
        payer_masked=payment.payer_masked,
        paid=paid == "1" and mine,
        spoken=words,
        mine=mine,
        refunds=refunds,
    )


@get("/payments/{payment_id:uuid}/refund", opt=RESIDENT)
async def refund_form(
    request: Request[Any, Any, Any],
    reader: edge.Reader,
    resident: Me,
    payment_id: FromPath[UUID],
    request_key: FromQuery[str] = "",
) -> Response[Any]:
    """How much to give back, and why."""
    await payments.payment(reader, id=payment_id, resident=resident.id)
    key = await edge.key_of_form(reader, f"/payments/{payment_id}/refund", request_key, resident.id)
    if isinstance(key, Response):
        return key
    return await _refund_page(request, reader, resident, payment_id, RefundForm(request_key=key))


@post("/payments/{payment_id:uuid}/refund", opt=RESIDENT, status_code=303)
async def refund(
    request: Request[Any, Any, Any],
    data: URLEncodedBody[RefundForm],
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    payment_id: FromPath[UUID],
) -> Response[Any]:
    """Give it back; the hidden key makes a double tap one refund."""

    async def act() -> str:
        await payments.refund(conn, payment=payment_id, resident=resident.id, amount=amount, reason=data.reason)
        return f"/payments/{payment_id}"

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
        return await _refund_page(request, conn, resident, payment_id, again, done)
    return edge.see_other(done)


async def _refund_page(
    request: Request[Any, Any, Any],
    reader: db.ReadConn,
    resident: Resident,
    payment_id: UUID,
    typed: RefundForm,
    problem: Problem | None = None,
) -> Response[Html]:
    payment = await payments.payment(reader, id=payment_id, resident=resident.id)
    if payment.payer == resident.id:
        raise problems.refund_not_yours()
    context: dict[str, Any] = {
        "payment": PaymentView.of_payment(payment),
        "payer_masked": payment.payer_masked,
        "rest": payment.amount - payment.refunded,
        "reasons": REASONS,
        "typed": typed,
        "request_key": typed.request_key,
    }
    if problem is not None:
        return edge.problem_page(request, "payments/refund.html", problem, **context)
    return edge.page(request, "payments/refund.html", problem=None, **context)


async def _payee(reader: db.ReadConn, teller: payments.Teller, code: str, payer: Resident) -> Payee:
    """Whom the code names; who scans their own code is told at once, and not after typing an amount."""
    if not code.strip():
        raise problems.what_missing()
    payee = await payments.resolve(reader, teller.sources, code)
    if payee.owner == payer.id:
        raise problems.own_shop()
    return payee


def _confirm_page(
    request: Request[Any, Any, Any],
    payee: Payee,
    code: str,
    amount: int,
    balance: int,
    *,
    key: str,
    problem: Problem | None = None,
) -> Response[Html]:
    context: dict[str, Any] = {"payee": payee, "code": code, "amount": amount, "request_key": key}
    context |= {"balance": balance, "after": balance - amount}
    if problem is not None:
        return edge.problem_page(request, "payments/confirm.html", problem, **context)
    return edge.page(request, "payments/confirm.html", problem=None, **context)


router = edge.pages(scan, pay, confirm, pay_now, show, refund_form, refund)
