"""The pages of money from person to person: to whom, how much, a last look, done, and the way back."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from markupsafe import Markup
from msgspec import Struct, structs

from openhall.base import clock, db, ids, money, sealing
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
_NAMED_SHOWS_NOBODY = edge.RESIDENT | {"level": people.Level.NAMED}
_PURPOSE = "payments.transfer"
# Of a number, an amount or a key; the note has its own end.
_LONGEST = 80


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


class Draft(Struct, frozen=True):
    """What was said so far, as typed. It goes from page to page sealed in the address: it names a number."""

    phone: str = ""
    code: str = ""
    amount: str = ""
    note: str = ""
    warned: str = ""
    request_key: str = ""

    def sealed(self, settings: Settings, sender: Resident) -> str:
        return sealing.seal(settings.secret, _PURPOSE, str(sender.id), msgspec.json.encode(self))

    @staticmethod
    def opened(settings: Settings, sender: Resident, sealed: str) -> "Draft | None":
        """None for what is too old, of somebody else, or nothing."""
        said = sealing.open_sealed(settings.secret, _PURPOSE, str(sender.id), sealed)
        return None if said is None else msgspec.json.decode(said, type=Draft)


class ToForm(Struct, frozen=True):
    """A number, as typed."""

    phone: str = ""


class AmountForm(Struct, frozen=True):
    """How much, and a word beside it, as typed; `draft` says to whom."""

    draft: str = ""
    amount: str = ""
    note: str = ""
    request_key: str = ""


@get("/transfer", opt=NAMED)
async def to_whom(
    request: AnyRequest,
    pool: edge.Pool,
    settings: edge.HallSettings,
    resident: Me,
    draft: FromQuery[str] = "",
    code: FromQuery[str] = "",
) -> Response[Html]:
    """A number; or, with one or with a scanned code: who it is, and how much."""
    said = Draft(code=code) if code else Draft.opened(settings, resident, draft)
    if said is None:
        return edge.page(request, "payments/transfer.html", problem=None, phone="")
    try:
        receiver, is_new = await _look_up(pool, settings, resident, said)
    except Problem as problem:
        return edge.problem_page(request, "payments/transfer.html", problem, phone=said.phone)
    context = _about(receiver, is_new, said) | {"draft": said.sealed(settings, resident)}
    return edge.page(request, "payments/transfer_amount.html", problem=None, typed=said.amount, **context)


@post("/transfer/to", opt=_NAMED_SHOWS_NOBODY, status_code=303)
async def to(data: URLEncodedBody[ToForm], settings: edge.HallSettings, resident: Me) -> Response[Any]:
    """To this number."""
    return edge.see_other("/transfer", draft=Draft(phone=data.phone[:_LONGEST]).sealed(settings, resident))


@post("/transfer/amount", opt=_NAMED_SHOWS_NOBODY, status_code=303)
async def how_much(data: URLEncodedBody[AmountForm], settings: edge.HallSettings, resident: Me) -> Response[Any]:
    """So much, with this word."""
    said = Draft.opened(settings, resident, data.draft)
    if said is None:
        return edge.see_other("/transfer")
    key = data.request_key[:_LONGEST] or str(ids.new())
    said = structs.replace(said, amount=data.amount[:_LONGEST], note=tidy(data.note), request_key=key)
    return edge.see_other("/transfer/confirm", draft=said.sealed(settings, resident))


@get("/transfer/confirm", opt=NAMED)
async def confirm(
    request: AnyRequest, pool: edge.Pool, settings: edge.HallSettings, visit: Visit, draft: FromQuery[str] = ""
) -> Response[Any]:
    """The last look; before it, where the note sounds like it, a calm page about swindlers."""
    sender = visit.resident
    said = Draft.opened(settings, sender, draft)
    if said is None:
        return edge.see_other("/transfer")
    try:
        receiver, is_new = await _look_up(pool, settings, sender, said)
    except Problem as problem:
        return edge.problem_page(request, "payments/transfer.html", problem, phone=said.phone)
    context = _about(receiver, is_new, said)
    try:
        minor = edge.amount_of(said.amount, settings.currency)
    except Problem as problem:
        context |= {"typed": said.amount, "draft": draft}
        return edge.problem_page(request, "payments/transfer_amount.html", problem, **context)
    context |= {"amount": minor}
    warnings = scams.found_in(said.note)
    if warnings and not said.warned:
        on = edge.with_query("/transfer/confirm", draft=structs.replace(said, warned="1").sealed(settings, sender))
        context |= {"warnings": [scams.WARNINGS[name] for name in warnings], "on": on}
        return edge.page(request, "payments/transfer_warning.html", **context)
    context |= {"warned": said.warned, "request_key": said.request_key}
    context |= {"here": edge.with_query("/transfer/confirm", draft=draft)}
    async with pool.read() as reader:
        context |= await _money(reader, settings, visit, receiver, minor)
    return edge.page(request, "payments/transfer_confirm.html", problem=None, **context)


@post("/transfer", opt=NAMED, status_code=303)
async def send(
    request: AnyRequest, data: URLEncodedBody[SendForm], pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> Response[Any]:
    """Send what was confirmed; the hidden key makes a double tap one transfer."""
    sender, said = visit.resident, Draft(data.phone, data.code, note=data.note, warned=data.warned)
    key, body = data.request_key, _said(data)
    before = await edge.again_form(request, pool, key=key, principal=sender.id, body=body)
    if isinstance(before, str):
        return edge.see_other(before)
    try:
        receiver, is_new = await _look_up(pool, settings, sender, said)
    except Problem as problem:
        return edge.problem_page(request, "payments/transfer.html", problem, phone=data.phone)
    try:
        done = before or await _send(request, pool, settings, visit, data, receiver)
    except Problem as problem:
        if not shown_beside_pin(problem):
            raise
        done = problem
    if isinstance(done, str):
        return edge.see_other(done)
    said = structs.replace(said, amount=money.plain(data.amount, settings.currency), request_key=str(ids.new()))
    context = _about(receiver, is_new, said) | {"warned": said.warned, "request_key": said.request_key}
    context |= {"amount": data.amount}
    context["here"] = edge.with_query("/transfer/confirm", draft=said.sealed(settings, sender))
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

        body = _said(data)
        return await edge.once_form(
            request, conn, key=data.request_key, principal=visit.resident.id, body=body, act=act, keep=True
        )


def _said(data: SendForm) -> SendForm:
    """What the key stands for: not the PIN, and not that a warning was read."""
    return SendForm(data.amount, data.phone, data.code, data.note)


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


async def _look_up(pool: db.Pool, settings: Settings, sender: Resident, said: Draft) -> tuple[Receiver, bool]:
    return await look_up(pool, settings, sender, to_phone=said.phone or None, to_code=said.code or None)


def _about(receiver: Receiver, is_new: bool, said: Draft) -> dict[str, Any]:
    masked = people.masked(receiver.phone) if receiver.phone else receiver.shown_as
    seen = {"shown_as": receiver.shown_as, "to_masked": masked, "is_new": is_new}
    return seen | {"phone": said.phone, "code": said.code, "note": said.note}


async def _money(
    reader: db.ReadConn, settings: Settings, visit: people.Visit, receiver: Receiver, amount: int
) -> dict[str, Any]:
    balance = (await ledger.balance(reader, visit.resident.wallet)).available
    proof = await proof_asked(reader, settings, visit, receiver.key, amount, person=True)
    return {"balance": balance, "after": balance - amount, "proof": proof, "undo_minutes": settings.undo_minutes}


router = edge.pages(to_whom, to, how_much, confirm, send, listed, show, undo, accept, receive, renew)
