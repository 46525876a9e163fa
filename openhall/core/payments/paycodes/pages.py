"""The payer's pages: the code to show, what a shop then asks, and the way to what was paid.

Everything works by reloading: the page's own address carries the number of the last thing its reader was told
(`after`), and whoever comes back with it is taken to what happened since. The script only comes back by itself.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, URLEncodedBody
from litestar.response import Stream
from markupsafe import Markup
from msgspec import Struct

from openhall.base import clock, db, events, ids, limits
from openhall.base.config import Settings
from openhall.base.errors import REGISTRY, Problem, malformed, rate_limited
from openhall.base.live import Hub
from openhall.core import ledger, payments, people
from openhall.core.payments import codes, offers, paycodes, safety
from openhall.core.payments.codes import pay
from openhall.core.payments.paycodes import facts
from openhall.core.payments.paycodes.api import EnrolledBody, enrolled
from openhall.core.payments.paycodes.rules import DEVICE_NAME_MAX
from openhall.core.payments.safety.proving import proof_asked, shown_beside_pin
from openhall.core.payments.types import Payer
from openhall.core.people import Resident, Visit, pins
from openhall.core.people.pages import device_name
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html

Me = NamedDependency[Resident]
Here = NamedDependency[Visit]
Teller = NamedDependency[payments.Teller]
AnyRequest = Request[Any, Any, Any]
# Plain assignment, like those of the edge.
After = Annotated[int | None, QueryParameter(ge=0, le=2**63 - 1, required=False)]
SSE = "text/event-stream"
# A stream ends after this long and the page resumes it: so a session that has ended meanwhile ends here too.
STREAM_LIFE = timedelta(minutes=10)
_FULL_S = 60


class Decision(Struct, frozen=True):
    """What the payer pressed: "pay" or "refuse"; the key makes a double tap one payment, and nobody pays more than
    `expected_paid`, the price that the page showed."""

    answer: str = ""
    request_key: str = ""
    expected_paid: edge.Amount | None = None
    pin: str = ""


@get("/pay-code", opt=RESIDENT)
async def show(
    request: AnyRequest, pool: edge.Pool, visit: Here, settings: edge.HallSettings, after: After = None
) -> Response[Any]:
    """A fresh code; or, for who comes back, the charge that waits for them or the payment that was made."""
    resident = visit.resident
    async with pool.read() as reader:
        charge = await paycodes.next_waiting(reader, resident=resident.id)
        news = await _news(reader, resident.id, after)
        head = await events.head(reader, paycodes.stream_of(resident.id))
        balance = await ledger.balance(reader, resident.wallet)
        devices_found = await paycodes.devices(reader, resident=resident.id)
    if charge is not None:
        return edge.see_other(f"/pay-code/charges/{charge}")
    if news is not None and news.type == facts.SUCCEEDED:
        return edge.see_other(f"/payments/{news.data['payment']}", paid="1")
    context: dict[str, Any] = {"last_event": head, "refused": _refused(news), "is_empty": balance.available <= 0}
    context |= {"has_devices": bool(devices_found), "device": _device_of(visit, devices_found)} | _offline(settings)
    try:
        await limits.take(pool, paycodes.issuing_limit(settings), str(resident.id))
    except Problem as problem:
        answer = edge.problem_page(request, "payments/pay_code.html", problem, code=None, **context)
        answer.headers["Retry-After"] = str(problem.data["retry_after"])
        return answer
    # Only now a connection to write: whoever holds one while asking for another may wait for ever.
    async with pool.write() as conn:
        code = await paycodes.issue(conn, resident=resident.id, secret=settings.secret)
    return edge.page(request, "payments/pay_code.html", problem=None, **_drawn(code), **context)


def _drawn(code: paycodes.PayCode) -> dict[str, Any]:
    """The code as the page shows it."""
    return {
        "code": code,
        "groups": pay.show(code.digits),
        "qr_svg": Markup(codes.fleeting_svg(code.qr_payload)),  # noqa: S704  our own drawing
        "bars_svg": Markup(codes.code128.svg(code.digits)),  # noqa: S704  our own drawing
        "lives_s": int((code.expires_at - clock.now()).total_seconds()),
    }


@get("/pay-code/stream", opt=RESIDENT, media_type=SSE)
async def stream(hub: edge.LiveHub, resident: Me, after: After = None) -> Stream:
    """What the code's page follows: one event is enough to send it to its own address again."""
    name = paycodes.stream_of(resident.id)
    if hub.is_full(name):
        raise rate_limited(retry_after=_FULL_S)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(_sse(hub, name, after or 0), media_type=SSE, headers=headers)


@get("/pay-code/charges/{charge_id:uuid}", opt=RESIDENT)
async def charge(
    request: AnyRequest,
    reader: edge.Reader,
    teller: Teller,
    settings: edge.HallSettings,
    visit: Here,
    charge_id: FromPath[UUID],
) -> Response[Any]:
    """A shop asks for money: who, how much, and two buttons. Once it is over, how it ended."""
    found = await paycodes.charge_of(reader, resident=visit.resident.id, charge=charge_id)
    if found.state is paycodes.ChargeState.CONFIRMED:
        return edge.see_other(f"/payments/{charge_id}")
    return await _charge_page(request, reader, teller, settings, visit, found)


@post("/pay-code/charges/{charge_id:uuid}", opt=RESIDENT, status_code=303)
async def decide(
    request: AnyRequest,
    data: URLEncodedBody[Decision],
    pool: edge.Pool,
    teller: Teller,
    settings: edge.HallSettings,
    visit: Here,
    charge_id: FromPath[UUID],
) -> Response[Any]:
    """The payer says yes, with their PIN where it is more than small money, or no."""
    resident = visit.resident
    async with pool.read() as reader:
        await paycodes.charge_of(reader, resident=resident.id, charge=charge_id)
    if data.answer == "refuse":
        async with pool.write() as conn:
            await paycodes.refuse(conn, resident=resident.id, charge=charge_id)
        return edge.see_other(f"/pay-code/charges/{charge_id}")
    if data.answer != "pay":
        raise malformed(errors=[{"field": "answer", "message": "pay, refuse"}])
    problem = await _pay(pool, teller, settings, visit, charge_id, data)
    if problem is None:
        return edge.see_other(f"/payments/{charge_id}", paid="1")
    async with pool.read() as reader:
        found = await paycodes.charge_of(reader, resident=resident.id, charge=charge_id)
        if found.state is not paycodes.ChargeState.WAITING:
            return edge.see_other(f"/pay-code/charges/{charge_id}")
        return await _charge_page(request, reader, teller, settings, visit, found, problem)


async def _pay(
    pool: db.Pool, teller: payments.Teller, settings: Settings, visit: people.Visit, charge_id: UUID, data: Decision
) -> Problem | None:
    """Why it was not paid, if so."""
    resident = visit.resident
    payer = Payer(resident.id, resident.wallet, people.masked(resident.phone))
    async with pool.read() as reader:
        before = await paycodes.answered_before(
            reader, payer=resident.id, charge=charge_id, key=data.request_key, expected_paid=data.expected_paid
        )
    if before is not None:
        return before.problem
    try:
        proved = await pins.stands(pool, settings, visit, written=data.pin)
        async with pool.write() as conn:
            answer = await paycodes.confirm(
                conn,
                payer=payer,
                charge=charge_id,
                key=data.request_key,
                offered=teller.offers,
                guard=safety.Guard(settings, proved),
                expected_paid=data.expected_paid,
            )
    except Problem as refused:
        if not shown_beside_pin(refused):
            raise
        return refused
    return answer.problem


@post("/pay-code/refuse-all", opt=RESIDENT, status_code=303)
async def refuse_all(conn: edge.Conn, resident: Me) -> Response[Any]:
    """No to everything that waits: the payer is at no counter."""
    await paycodes.refuse_all(conn, resident=resident.id)
    return edge.see_other("/pay-code")


def _device_of(visit: Visit, found: Sequence[paycodes.Device]) -> UUID | None:
    """The device that is this very browser, if it may pay offline."""
    return next((device.id for device in found if device.session == visit.session.id), None)


def _offline(settings: Settings) -> dict[str, Any]:
    """What pages say of paying without a connection."""
    limits_of = {"offline_max": settings.offline_code_max, "offline_day_max": settings.offline_code_day_max}
    return limits_of | {"now_ms": int(clock.now().timestamp() * 1000)}


@get("/pay-code/offline", opt=RESIDENT)
async def offline(request: AnyRequest, settings: edge.HallSettings) -> Response[Html]:
    """The page that the browser keeps and fills with codes of its own while it has no connection."""
    return edge.page(request, "payments/pay_code_offline.html", **_offline(settings))


@get("/pay-code/devices", opt=RESIDENT)
async def devices(request: AnyRequest, reader: edge.Reader, visit: Here, settings: edge.HallSettings) -> Response[Html]:
    """The devices that pay offline, so that a lost one can be revoked from any phone."""
    found = await paycodes.devices(reader, resident=visit.resident.id)
    context = {"devices": found, "device": _device_of(visit, found)} | _offline(settings)
    return edge.page(request, "payments/pay_devices.html", **context)


@post("/pay-code/devices", opt=RESIDENT, status_code=201)
async def enrol(request: AnyRequest, conn: edge.Conn, visit: Here, settings: edge.HallSettings) -> EnrolledBody:
    """This browser may pay offline from now on: what its script needs to make codes, told once."""
    return await enrolled(conn, visit, device_name(request, visit.session.device)[:DEVICE_NAME_MAX], settings.secret)


@post("/pay-code/devices/{device_id:uuid}/revoke", opt=RESIDENT, status_code=303)
async def revoke(conn: edge.Conn, resident: Me, device_id: FromPath[UUID]) -> Response[Any]:
    """From now on the device pays nothing."""
    await paycodes.revoke(conn, resident=resident.id, device=device_id)
    return edge.see_other("/pay-code/devices")


async def _charge_page(
    request: AnyRequest,
    reader: db.ReadConn,
    teller: payments.Teller,
    settings: Settings,
    visit: people.Visit,
    found: paycodes.WaitingCharge,
    problem: Problem | None = None,
) -> Response[Html]:
    resident = visit.resident
    balance = (await ledger.balance(reader, resident.wallet)).available
    is_waiting = found.state is paycodes.ChargeState.WAITING
    terms = await paycodes.quote(reader, charge=found, offered=teller.offers) if is_waiting else offers.NOTHING
    to_pay = offers.paid(found.amount, terms)
    context: dict[str, Any] = {"charge": found, "state": found.state.value, "balance": balance}
    # A refusal stands for its key; another try needs another key.
    context |= {"to_pay": to_pay, "discount": terms.discount}
    context |= {"after": balance - to_pay, "request_key": str(ids.new())}
    context["proof"] = await proof_asked(reader, settings, visit, found.payee, to_pay) if is_waiting else ""
    context["waiting"] = len(await paycodes.waiting_of(reader, resident=resident.id))
    if problem is not None:
        return edge.problem_page(request, "payments/charge.html", problem, **context)
    return edge.page(request, "payments/charge.html", problem=None, **context)


async def _news(conn: db.ReadConn, resident: UUID, after: int | None) -> events.Event | None:
    """The last that happened since the reader of the page was told something."""
    if after is None:
        return None
    told = await events.after(conn, paycodes.stream_of(resident), after)
    return told[-1] if told else None


def _refused(news: events.Event | None) -> dict[str, Any] | None:
    """What a shop tried in vain, with the reason as a msgid."""
    if news is None or news.type != facts.REFUSED:
        return None
    definition = REGISTRY[news.data["code"]]
    return news.data | {"title": definition.title, "remedy": definition.remedy}


async def _sse(hub: Hub, name: str, after: int) -> AsyncGenerator[bytes, None]:
    yield b"retry: 1000\n\n"
    ends = clock.now() + STREAM_LIFE
    async with aclosing(hub.watch(name, after)) as watched:
        async for event in watched:
            if event is None:
                yield b"event: alive\ndata: {}\n\n"
            else:
                yield b"id: %d\nevent: told\ndata: {}\n\n" % event.number
            if clock.now() >= ends:
                return


router = edge.pages(show, offline, stream, charge, decide, refuse_all, devices, enrol, revoke)
