"""The pages of money from person to person: to whom, how much, a last look, done, and the way back."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from markupsafe import Markup
from msgspec import Struct

from openhall.base import clock, db, ids
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core import ledger, people
from openhall.core.payments import codes, safety
from openhall.core.payments.safety.proving import proof_asked, shown_beside_pin
from openhall.core.payments.transfers import actions, finding, problems, scams
from openhall.core.payments.transfers.api import NAMED, look_up
from openhall.core.payments.transfers.types import Receiver, Wish, tidy
from openhall.core.people import Resident, pins
from openhall.web import edge
from openhall.web.render import Html

Me = NamedDependency[Resident]
Visit = NamedDependency[people.Visit]
AnyRequest = Request[Any, Any, Any]


class SendForm(Struct, frozen=True):
    """What the sender confirmed; `amount` in minor units."""

    amount: edge.Amount
    phone: str = ""
    code: str = ""
    note: str = ""
    warned: str = ""
    request_key: str = ""
    pin: str = ""


class CodeForm(Struct, frozen=True):
    """Nothing but the button."""


@get("/transfer", opt=NAMED)
async def to_whom(
    request: AnyRequest,
    pool: edge.Pool,
    settings: edge.HallSettings,
    resident: Me,
    phone: FromQuery[str] = "",
    code: FromQuery[str] = "",
) -> Response[Html]:
    """A number; or, with one or with a scanned code: who it is, and how much."""
    if not phone and not code:
        return edge.page(request, "payments/transfer.html", problem=None, phone="")
    try:
        receiver, is_new = await look_up(pool, settings, resident, to_phone=phone or None, to_code=code or None)
    except Problem as problem:
        return edge.problem_page(request, "payments/transfer.html", problem, phone=phone)
    context = _about(receiver, is_new, phone=phone, code=code)
    return edge.page(request, "payments/transfer_amount.html", problem=None, typed="", note="", **context)


@get("/transfer/confirm", opt=NAMED)
async def confirm(
    request: AnyRequest,
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: Visit,
    phone: FromQuery[str] = "",
    code: FromQuery[str] = "",
    amount: FromQuery[str] = "",
    note: FromQuery[str] = "",
    warned: FromQuery[str] = "",
    request_key: FromQuery[str] = "",
) -> Response[Any]:
    """The last look; before it, where the note sounds like it, a calm page about swindlers."""
    sender, note = visit.resident, tidy(note)
    try:
        receiver, is_new = await look_up(pool, settings, sender, to_phone=phone or None, to_code=code or None)
    except Problem as problem:
        return edge.problem_page(request, "payments/transfer.html", problem, phone=phone)
    context = _about(receiver, is_new, phone=phone, code=code)
    try:
        minor = edge.amount_of(amount, settings.currency)
    except Problem as problem:
        template = "payments/transfer_amount.html"
        return edge.problem_page(request, template, problem, typed=amount, note=note, **context)
    asked = {"phone": phone, "code": code, "amount": amount, "note": note}
    warnings = scams.found_in(note)
    if warnings and not warned:
        on = edge.with_query("/transfer/confirm", **asked, warned="1", request_key=request_key)
        context |= {"warnings": [scams.WARNINGS[name] for name in warnings], "on": on, "amount": minor, "note": note}
        return edge.page(request, "payments/transfer_warning.html", **context)
    key = request_key or str(ids.new())
    here = edge.with_query("/transfer/confirm", **asked, warned=warned, request_key=key)
    context |= {"note": note, "warned": warned, "request_key": key, "here": here, "amount": minor}
    async with pool.read() as reader:
        context |= await _money(reader, settings, visit, receiver, minor)
    return edge.page(request, "payments/transfer_confirm.html", problem=None, **context)


@post("/transfer", opt=NAMED, status_code=303)
async def send(
    request: AnyRequest, data: URLEncodedBody[SendForm], pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> Response[Any]:
    """Send what was confirmed; the hidden key makes a double tap one transfer."""
    sender = visit.resident
    try:
        receiver, is_new = await look_up(pool, settings, sender, to_phone=data.phone or None, to_code=data.code or None)
    except Problem as problem:
        return edge.problem_page(request, "payments/transfer.html", problem, phone=data.phone)
    try:
        done = await _send(request, pool, settings, visit, data, receiver)
    except Problem as problem:
        if not shown_beside_pin(problem):
            raise
        done = problem
    if isinstance(done, str):
        return edge.see_other(done)
    context = _about(receiver, is_new, phone=data.phone, code=data.code)
    context |= {"note": data.note, "warned": data.warned, "request_key": str(ids.new()), "amount": data.amount}
    context["here"] = "/transfer"
    async with pool.read() as reader:
        context |= await _money(reader, settings, visit, receiver, data.amount)
    return edge.problem_page(request, "payments/transfer_confirm.html", done, **context)


async def _send(
    request: AnyRequest, pool: db.Pool, settings: Settings, visit: people.Visit, data: SendForm, receiver: Receiver
) -> str | Problem:
    """Where to go, or why not."""
    proved = await pins.stands(pool, settings, visit, written=data.pin)
    wish = Wish(receiver, data.amount, data.note, bool(data.warned))
    async with pool.write() as conn:

        async def act() -> str:
            made = await actions.send(conn, safety.Guard(settings, proved), sender=visit.resident, wish=wish)
            return f"/transfers/{made.id}"

        said = SendForm(data.amount, data.phone, data.code, data.note)
        return await edge.once_form(
            request, conn, key=data.request_key, principal=visit.resident.id, body=said, act=act, keep=True
        )


@get("/transfers", opt=edge.RESIDENT)
async def listed(request: AnyRequest, reader: edge.Reader, resident: Me) -> Response[Html]:
    """What was sent and received, and what waits to be taken."""
    return edge.page(
        request,
        "payments/transfers.html",
        transfers=await actions.transfers_of(reader, resident=resident.id),
        incoming=await actions.incoming(reader, resident=resident),
        me=resident.id,
    )


@get("/transfers/{transfer_id:uuid}", opt=edge.RESIDENT)
async def show(request: AnyRequest, reader: edge.Reader, resident: Me, transfer_id: FromPath[UUID]) -> Response[Html]:
    """One of them: for its sender with the way back, for its receiver with the way to take it."""
    return await _state_page(request, reader, resident, transfer_id)


@post("/transfers/{transfer_id:uuid}/undo", opt=edge.RESIDENT, status_code=303)
async def undo(request: AnyRequest, conn: edge.Conn, resident: Me, transfer_id: FromPath[UUID]) -> Response[Any]:
    """Take it back."""
    try:
        await actions.undo(conn, sender=resident.id, transfer_id=transfer_id)
    except Problem as problem:
        if problem.definition is not problems.transfer_over:
            raise
        return await _state_page(request, conn, resident, transfer_id, problem)
    return edge.see_other(f"/transfers/{transfer_id}")


@post("/transfers/{transfer_id:uuid}/accept", opt=edge.RESIDENT, status_code=303)
async def accept(request: AnyRequest, conn: edge.Conn, resident: Me, transfer_id: FromPath[UUID]) -> Response[Any]:
    """Take it."""
    try:
        await actions.accept(conn, receiver=resident, transfer_id=transfer_id)
    except Problem as problem:
        if problem.definition is not problems.transfer_gone:
            raise
        return await _state_page(request, conn, resident, transfer_id, problem)
    return edge.see_other(f"/transfers/{transfer_id}")


@get("/me/receive", opt=edge.RESIDENT)
async def receive(request: AnyRequest, pool: edge.Pool, settings: edge.HallSettings, resident: Me) -> Response[Html]:
    """The resident's own code, for others to scan."""
    async with pool.write() as conn:
        code = await finding.own_code(conn, resident.id)
    svg = Markup(codes.fleeting_svg(finding.link(settings, code)))  # noqa: S704  our own drawing
    return edge.page(request, "payments/receive.html", qr_svg=svg)


@post("/me/receive", opt=edge.RESIDENT, status_code=303)
async def renew(conn: edge.Conn, data: URLEncodedBody[CodeForm], resident: Me) -> Response[Any]:
    """Another code in its place."""
    await finding.new_code(conn, resident.id)
    return edge.see_other("/me/receive")


async def _state_page(
    request: AnyRequest, reader: db.ReadConn, resident: Resident, transfer_id: UUID, problem: Problem | None = None
) -> Response[Html]:
    found = await actions.transfer(reader, resident=resident, transfer_id=transfer_id)
    now, mine = clock.now(), found.sender == resident.id
    left = max(0, int((found.due_at - now).total_seconds()))
    context: dict[str, Any] = {"transfer": found, "mine": mine, "can_undo": mine and found.can_be_undone(now)}
    context |= {"minutes_left": -(-left // 60), "can_take": not mine and found.must_be_taken and found.expires_at > now}
    if problem is not None:
        return edge.problem_page(request, "payments/transfer_state.html", problem, **context)
    return edge.page(request, "payments/transfer_state.html", problem=None, **context)


def _about(receiver: Receiver, is_new: bool, *, phone: str, code: str) -> dict[str, Any]:
    masked = people.masked(receiver.phone) if receiver.phone else receiver.shown_as
    return {"shown_as": receiver.shown_as, "to_masked": masked, "is_new": is_new, "phone": phone, "code": code}


async def _money(
    reader: db.ReadConn, settings: Settings, visit: people.Visit, receiver: Receiver, amount: int
) -> dict[str, Any]:
    balance = (await ledger.balance(reader, visit.resident.wallet)).available
    proof = await proof_asked(reader, settings, visit, receiver.key, amount, person=True)
    return {"balance": balance, "after": balance - amount, "proof": proof, "undo_minutes": settings.undo_minutes}


router = edge.pages(to_whom, confirm, send, listed, show, undo, accept, receive, renew)
