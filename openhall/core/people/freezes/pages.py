"""The pages of freezes: the resident's own, and the operators' counter."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from msgspec import Struct

from openhall.base import clock, db
from openhall.base.errors import Problem
from openhall.core import people
from openhall.core.people import accesses, pins
from openhall.core.people.accesses.looks import FREEZE
from openhall.core.people.actions import residents
from openhall.core.people.freezes import actions, problems
from openhall.web import edge
from openhall.web.render import Html

Visit = NamedDependency[people.Visit]
AnyRequest = Request[Any, Any, Any]
LIST = "/operator/freezes"
LINES = 30


class FreezeForm(Struct, frozen=True):
    """Whose account, and what happened; or whose PIN is to work on new devices again (`act` "pin")."""

    phone: str = ""
    note: str = ""
    act: str = ""


class SeenForm(Struct, frozen=True):
    """The paper that was seen."""

    seen: str = ""


@get("/me/freeze", opt=edge.RESIDENT)
async def own(request: AnyRequest, reader: edge.Reader, visit: Visit) -> Response[Html]:
    """What freezing does, and the button; or since when it is frozen, and the way back."""
    return await _own_page(request, reader, visit)


@post("/me/freeze", opt=edge.RESIDENT)
async def freeze(conn: edge.Conn, visit: Visit) -> Response[Any]:
    """Freeze it, at once."""
    await actions.freeze(conn, visit)
    return edge.see_other("/me/freeze")


@post("/me/unfreeze", opt=edge.RESIDENT)
async def unfreeze(request: AnyRequest, conn: edge.Conn, visit: Visit) -> Response[Any]:
    """Lift it, after the passkey."""
    try:
        await actions.unfreeze(conn, visit)
    except Problem as problem:
        if problem.definition is not problems.unfreeze_needs_passkey:
            raise
        return await _own_page(request, conn, visit, problem)
    return edge.see_other("/me/freeze")


@get(LIST, opt=edge.OPERATOR | edge.shows(FREEZE))
async def overview(request: AnyRequest, conn: edge.Conn, visit: Visit) -> Response[Html]:
    """The freezes, and the form for whoever calls."""
    await people.require_operator(conn, visit.resident.id)
    return await _list_page(request, conn, visit, FreezeForm(), pin=request.query_params.get("pin", ""))


@post(LIST, opt=edge.FRESH_OPERATOR | edge.shows(FREEZE))
async def by_operator(
    request: AnyRequest, data: URLEncodedBody[FreezeForm], pool: edge.Pool, visit: Visit
) -> Response[Any]:
    """Freeze the account of a caller; or let a PIN work on new devices again, for whoever stands there."""
    operator = visit.resident.id
    try:
        async with pool.write() as conn:
            await people.require_operator(conn, operator)
            if data.act == "pin":
                freed = await _clear_pin(conn, visit, data.phone)
                return edge.see_other(LIST, pin="freed" if freed else "free")
            made = await actions.by_operator(conn, operator=operator, phone=data.phone, note=data.note)
    except Problem as problem:
        if not problem.code.startswith("people."):
            raise
        async with pool.write() as conn:
            if problem.definition is problems.frozen_already:
                found = await people.resident_with(conn, residents.canonical(data.phone))
                await accesses.saw(conn, FREEZE, accesses.operator(visit.resident), [found.id] if found else [])
            return await _list_page(request, conn, visit, data, problem)
    return edge.see_other(f"{LIST}/{made}")


@get(f"{LIST}/{{freeze_id:uuid}}", opt=edge.OPERATOR | edge.shows(FREEZE))
async def one(request: AnyRequest, conn: edge.Conn, visit: Visit, freeze_id: FromPath[UUID]) -> Response[Html]:
    """One freeze, and what may be done about it."""
    await people.require_operator(conn, visit.resident.id)
    return await _case_page(request, conn, visit, freeze_id)


@post(f"{LIST}/{{freeze_id:uuid}}/ask", opt=edge.FRESH_OPERATOR | edge.shows(FREEZE))
async def ask(
    request: AnyRequest, data: URLEncodedBody[SeenForm], pool: edge.Pool, visit: Visit, freeze_id: FromPath[UUID]
) -> Response[Any]:
    """As the operator before whom the person stands: ask a colleague to lift it."""
    return await _act(request, pool, visit, freeze_id, seen=data.seen)


@post(f"{LIST}/{{freeze_id:uuid}}/lift", opt=edge.FRESH_OPERATOR | edge.shows(FREEZE))
async def lift(request: AnyRequest, pool: edge.Pool, visit: Visit, freeze_id: FromPath[UUID]) -> Response[Any]:
    """As the colleague: lift it."""
    return await _act(request, pool, visit, freeze_id, seen=None)


async def _act(
    request: AnyRequest, pool: db.Pool, visit: people.Visit, freeze_id: UUID, *, seen: str | None
) -> Response[Any]:
    operator = visit.resident.id
    try:
        async with pool.write() as conn:
            await people.require_operator(conn, operator)
            if seen is None:
                await actions.lift(conn, operator=operator, freeze=freeze_id)
            else:
                await actions.ask_to_lift(conn, operator=operator, freeze=freeze_id, seen=seen)
    except Problem as problem:
        if problem.definition not in (
            problems.lift_own,
            problems.lift_needs_another,
            problems.freeze_note_missing,
        ):
            raise
        async with pool.write() as conn:
            return await _case_page(request, conn, visit, freeze_id, problem)
    return edge.see_other(f"{LIST}/{freeze_id}")


async def _clear_pin(conn: db.Conn, visit: people.Visit, phone: str) -> bool:
    found = await people.resident_with(conn, residents.canonical(phone))
    if found is None:
        raise problems.freeze_nobody()
    # Done or nothing to do, the answer tells that they are known here.
    await accesses.saw(conn, FREEZE, accesses.operator(visit.resident), [found.id])
    return await pins.clear_wrong(conn, operator=visit.resident.id, resident=found.id)


async def _own_page(
    request: AnyRequest, reader: db.ReadConn, visit: people.Visit, problem: Problem | None = None
) -> Response[Html]:
    found = await actions.open_of(reader, visit.resident.id)
    context: dict[str, Any] = {"freeze": found, "has_passkey": False, "is_proved": False}
    if found is not None:
        context["has_passkey"] = await actions.has_older_passkey(reader, found)
        context["is_proved"] = await actions.is_proved(reader, visit, found)
    if problem is not None:
        return edge.problem_page(request, "people/freeze.html", problem, **context)
    return edge.page(request, "people/freeze.html", problem=None, **context)


async def _list_page(
    request: AnyRequest,
    conn: db.Conn,
    visit: people.Visit,
    form: FreezeForm,
    problem: Problem | None = None,
    *,
    pin: str = "",
) -> Response[Html]:
    rows = await actions.newest(conn, limit=LINES)
    await accesses.saw(conn, FREEZE, accesses.operator(visit.resident), [row.resident for row in rows])
    # What is typed here would be lost on the way to the proof and back, so the proof comes first.
    context: dict[str, Any] = {"rows": rows, "form": form, "pin": pin}
    context["is_fresh"] = await people.is_fresh(conn, visit)
    if problem is not None:
        return edge.problem_page(request, "people/freezes.html", problem, **context)
    return edge.page(request, "people/freezes.html", problem=None, **context)


async def _case_page(
    request: AnyRequest, conn: db.Conn, visit: people.Visit, freeze_id: UUID, problem: Problem | None = None
) -> Response[Html]:
    found = await actions.find(conn, freeze_id)
    await accesses.saw(conn, FREEZE, accesses.operator(visit.resident), [found.resident], about=freeze_id)
    called = await people.called(conn, {who for who in (found.by, found.asked_by, found.ended_by) if who is not None})
    context: dict[str, Any] = {"freeze": found, "called": called, "asked_by_me": found.asked_by == visit.resident.id}
    context["is_wished"] = found.is_wished(clock.now() - actions.WISH_HOLDS)
    context["is_fresh"] = await people.is_fresh(conn, visit)
    if problem is not None:
        return edge.problem_page(request, "people/freeze_case.html", problem, **context)
    return edge.page(request, "people/freeze_case.html", problem=None, **context)


router = edge.pages(own, freeze, unfreeze, overview, by_operator, one, ask, lift)
