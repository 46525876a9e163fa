"""The pages of paying: scan, see whom, type how much, confirm, done."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from markupsafe import Markup
from msgspec import Struct

from openhall.base import db, ids, money, paging, spoken
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.base.idempotency import Answer
from openhall.core import families, ledger, payments, people
from openhall.core.payments import codes, offers, problems, receipts, transfers
from openhall.core.payments.looks import PAYMENT, saw_payment
from openhall.core.payments.safety.proving import proof_asked, shown_beside_pin
from openhall.core.payments.types import Payee, Payer
from openhall.core.payments.views import PaymentView
from openhall.core.people import Resident, pins
from openhall.web import edge
from openhall.web.render import Html, language_of

Me = NamedDependency[Resident]
Visit = NamedDependency[people.Visit]
Teller = NamedDependency[payments.Teller]
Desks = NamedDependency[payments.Desks]
# On these `resident` is from whose wallet is paid, and `visit.resident` who pays.
MAY_PAY = edge.delegable("wallet.pay")
MAY_READ = edge.delegable("wallet.read")


class PayForm(Struct):
    """What the payer confirmed: an amount in minor units."""

    code: str
    amount: edge.Amount
    request_key: str
    expected_paid: edge.Amount | None = None
    pin: str = ""
    payer: str = ""  # whose wallet the page showed: in another window one may act for somebody else by now


# So many refunds stand on one page of a payment.
REFUNDS = 20


@get("/scan", opt=MAY_PAY)
async def scan(request: Request[Any, Any, Any], resident: Me) -> Response[Html]:
    """The camera, a photo, or the typed number."""
    return edge.page(request, "payments/scan.html")


@get("/pay", opt=MAY_PAY)
async def pay(
    request: Request[Any, Any, Any],
    reader: edge.Reader,
    resident: Me,
    visit: Visit,
    teller: Teller,
    settings: edge.HallSettings,
    code: FromQuery[str] = "",
) -> Response[Any]:
    """Whom the code names, and how much to pay. An order says so itself: there is only the last look left."""
    if person := transfers.finding.code_in(code):
        return edge.see_other("/transfer", code=person)
    if payments.names_an_order(code):
        return await _order(request, reader, resident, visit, settings, code)
    try:
        payee = await _payee(reader, teller, code, resident, visit)
    except Problem as problem:
        return edge.problem_page(request, "payments/pay.html", problem, payee=None, code=code, amount=None)
    return edge.page(request, "payments/pay.html", payee=payee, code=code, amount=None, problem=None)


async def _order(
    request: Request[Any, Any, Any],
    reader: db.ReadConn,
    resident: Resident,
    visit: people.Visit,
    settings: Settings,
    code: str,
) -> Response[Any]:
    """To the last look at an order; who has paid it is shown what they paid."""
    try:
        order = await payments.order_by_code(reader, code, hall=settings.hall_id)
        if order.payment is not None and order.payer == resident.id:
            return edge.see_other(f"/payments/{order.payment}")
        if refusal := _order_refusal(order, resident, visit):
            raise refusal
    except Problem as problem:
        return edge.problem_page(request, "payments/pay.html", problem, payee=None, code=code, amount=None)
    return edge.see_other("/pay/confirm", code=code, request_key=str(ids.new()))


@get("/pay/confirm", opt=MAY_PAY)
async def confirm(
    request: Request[Any, Any, Any],
    reader: edge.Reader,
    resident: Me,
    visit: Visit,
    teller: Teller,
    settings: edge.HallSettings,
    code: FromQuery[str] = "",
    amount: FromQuery[str] = "",
    request_key: FromQuery[str] = "",
) -> Response[Any]:
    """The last look before paying: whose money, to whom, how much is left; `amount` in major units, as typed, or
    nothing for an order.

    The key of the payment is in the address: whoever comes back here after paying is shown what they paid.
    """
    answer = await payments.answered(reader, payer=visit.resident.id, key=request_key)
    if answer is not None and answer.problem is None:
        return edge.see_other(f"/payments/{msgspec.json.decode(answer.body, type=PaymentView).id}")
    payee: Payee | None = None
    try:
        wish = await _wish(reader, teller, settings, code, resident, visit)
        payee = wish.payee
        minor = edge.amount_of(amount, settings.currency) if wish.amount is None else wish.amount
    except Problem as problem:
        return edge.problem_page(
            request, "payments/pay.html", problem, payee=payee, code=code, amount=None, typed=amount
        )
    balance = (await ledger.balance(reader, resident.wallet)).available
    terms = await _quote(reader, teller, resident, wish.payee, minor, settings.currency)
    # A refusal stands for its key; another try needs another key.
    key = request_key if answer is None and request_key else str(ids.new())
    proof = await proof_asked(reader, settings, visit, wish.payee.id, offers.paid(minor, terms), payer=resident.id)
    return _confirm_page(
        request, wish, code, minor, balance, key=key, terms=terms, proof=proof, currency=settings.currency
    )


@post("/pay", opt=MAY_PAY, status_code=303)
async def pay_now(
    request: Request[Any, Any, Any],
    data: URLEncodedBody[PayForm],
    pool: edge.Pool,
    resident: Me,
    visit: Visit,
    teller: Teller,
    settings: edge.HallSettings,
) -> Response[Any]:
    """Pay what was confirmed, at the price that was shown; the hidden key makes a double tap one payment."""
    if data.payer not in ("", str(resident.id)):
        raise families.someone_else()
    try:
        answer = await _ask(pool, settings, resident, visit, teller, data)
        if answer.problem is None:
            paid = msgspec.json.decode(answer.body, type=PaymentView)
            return edge.see_other(f"/payments/{paid.id}", paid="1")
        refused = answer.problem
        if refused.definition.page:
            # Nothing about this page would help: who may no longer act here chooses anew for whom they go on.
            raise refused
    except Problem as problem:
        if not shown_beside_pin(problem):
            raise
        refused = problem
    async with pool.read() as reader:
        balance = (await ledger.balance(reader, resident.wallet)).available
        try:
            wish = await _wish(reader, teller, settings, data.code, resident, visit)
        except Problem as problem:
            return edge.problem_page(request, "payments/pay.html", problem, payee=None, code=data.code, amount=None)
        terms = await _quote(reader, teller, resident, wish.payee, data.amount, settings.currency)
        proof = await proof_asked(
            reader, settings, visit, wish.payee.id, offers.paid(data.amount, terms), payer=resident.id
        )
    key = str(ids.new())
    return _confirm_page(
        request,
        wish,
        data.code,
        data.amount,
        balance,
        key=key,
        terms=terms,
        proof=proof,
        currency=settings.currency,
        problem=refused,
    )


async def _ask(
    pool: db.Pool,
    settings: Settings,
    resident: Resident,
    visit: people.Visit,
    teller: payments.Teller,
    data: PayForm,
) -> Answer:
    """What the teller says to what was confirmed. A page that showed no field for a PIN sends none."""
    asker, order = visit.resident, await teller.order_named(data.code)
    ask = payments.Ask(
        payer=Payer(asker.id, asker.wallet, people.masked(asker.phone)),
        subject=resident.id if resident.id != asker.id else None,
        key=data.request_key,
        code=data.code if order is None else None,
        order=order,
        amount=data.amount,
        expected_paid=data.expected_paid,
    )
    if before := await teller.answered_before(asker.id, ask):
        return before
    proved = await pins.stands(pool, settings, visit, written=data.pin)
    return await teller.pay(msgspec.structs.replace(ask, proved=proved))


@get("/payments/{payment_id:uuid}", opt=MAY_READ | edge.shows(PAYMENT))
async def show(
    request: Request[Any, Any, Any],
    conn: edge.Conn,
    resident: Me,
    visit: Visit,
    desks: Desks,
    payment_id: FromPath[UUID],
    paid: FromQuery[str] = "",
    back: FromQuery[str] = "",
    after: FromQuery[UUID | None] = None,
) -> Response[Html]:
    """A payment and a page of what was given back of it, from the refund `after` on; right after paying also the sound
    and the words of success."""
    payment = await payments.payment(conn, id=payment_id, resident=resident.id, desks=desks)
    await saw_payment(conn, payment, resident)
    found = []
    if payment.refunded:
        found = await payments.refunds_of(conn, payment=payment.id, after=after, limit=REFUNDS + 1)
    refunds, more = paging.cut(found, REFUNDS)
    act = await families.act_seen_by(conn, thing=payment.id, resident=resident.id)
    mine = act is not None or payment.payer == resident.id
    refunds = refunds if mine else [made.for_payee() for made in refunds]
    words = spoken.amount(payment.paid if mine else payment.amount, payment.currency, language_of(request))
    subsidies = await offers.subsidies_of(conn, [payment.id])
    given = payments.shares_given(refunded=payment.refunded, subsidies=subsidies)
    return edge.page(
        request,
        "payments/payment.html",
        payment=PaymentView.of_payment(payment, subsidies, mine=mine),
        bounty=next((subsidy for subsidy in subsidies if subsidy.kind == "bounty" and mine), None),
        payer_masked=payment.payer_masked,
        paid=paid == "1" and mine,
        spoken=words,
        mine=mine,
        act=act,
        asker=visit.resident.id,
        refunds=refunds,
        came_back=given.payer if mine else payment.refunded,
        is_first=after is None,
        next_cursor=more,
        back=edge.same_site(back, ""),
    )


@get("/payments/{payment_id:uuid}/receipt", opt=MAY_READ | edge.shows(PAYMENT))
async def receipt(
    request: Request[Any, Any, Any],
    conn: edge.Conn,
    resident: Me,
    desks: Desks,
    settings: edge.HallSettings,
    payment_id: FromPath[UUID],
    back: FromQuery[str] = "",
) -> Response[Html]:
    """The same to be printed. Its code leads back to the payment, which only the two sides can open."""
    found = await receipts.receipt(conn, payment=payment_id, resident=resident.id, desks=desks)
    await saw_payment(conn, found.payment, resident)
    return edge.page(
        request,
        "payments/receipt.html",
        payment=found.payment,
        receipt=found,
        act=await families.act_seen_by(conn, thing=payment_id, resident=resident.id),
        back=edge.same_site(back, ""),
        qr_svg=Markup(codes.fleeting_svg(f"{settings.public_url}/payments/{payment_id}")),  # noqa: S704
    )


class _Wish(Struct, frozen=True):
    """Whom a code names; for an order also how much and until when."""

    payee: Payee
    amount: int | None = None
    note: str | None = None
    expires_at: datetime | None = None


async def _wish(
    reader: db.ReadConn, teller: payments.Teller, settings: Settings, code: str, payer: Resident, visit: people.Visit
) -> _Wish:
    if not payments.names_an_order(code):
        return _Wish(await _payee(reader, teller, code, payer, visit))
    order = await payments.order_by_code(reader, code, hall=settings.hall_id)
    if refusal := _order_refusal(order, payer, visit):
        raise refusal
    return _Wish(order.to, order.amount, order.note, order.expires_at)


def _order_refusal(order: payments.ShownOrder, payer: Resident, visit: people.Visit) -> Problem | None:
    """Why it cannot be paid: nobody pays their own shop, out of another one's wallet either."""
    asker = visit.resident.id
    return payments.payable_refusal(order, payer.id) or payments.payable_refusal(order, asker)


async def _payee(
    reader: db.ReadConn, teller: payments.Teller, code: str, payer: Resident, visit: people.Visit
) -> Payee:
    """Whom the code names; who scans their own code is told at once, and not after typing an amount."""
    if not code.strip():
        raise problems.what_missing()
    payee = await payments.resolve(reader, teller.sources, code)
    if payee.owner is not None and payee.owner in (payer.id, visit.resident.id):
        raise problems.own_shop()
    return payee


async def _quote(
    reader: db.ReadConn, teller: payments.Teller, payer: Resident, payee: Payee, amount: int, currency: str
) -> offers.Terms:
    """The price as it is now."""
    return await teller.offers.quote(reader, offers.Due(ids.new(), payer.id, payee.id, amount, currency))


def _confirm_page(
    request: Request[Any, Any, Any],
    wish: _Wish,
    code: str,
    amount: int,
    balance: int,
    *,
    key: str,
    terms: offers.Terms,
    proof: str,
    currency: str,
    problem: Problem | None = None,
) -> Response[Html]:
    paid = offers.paid(amount, terms)
    context: dict[str, Any] = {"payee": wish.payee, "code": code, "amount": amount, "request_key": key}
    typed = "" if wish.amount else money.plain(amount, currency)
    context["here"] = edge.with_query("/pay/confirm", code=code, amount=typed, request_key=key)
    context |= {"proof": proof, "note": wish.note, "expires_at": wish.expires_at}
    context |= {"balance": balance, "after": balance - paid, "to_pay": paid, "discount": terms.discount}
    if problem is not None:
        return edge.problem_page(request, "payments/confirm.html", problem, **context)
    return edge.page(request, "payments/confirm.html", problem=None, **context)


router = edge.pages(scan, pay, confirm, pay_now, show, receipt)
