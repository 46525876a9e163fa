"""The pages of real names: the resident's own, and the operators' for ids that two accounts claim."""

from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct

from openhall.base import clock, db
from openhall.base.config import Settings
from openhall.base.errors import Kind, Problem
from openhall.core import people
from openhall.core.people import Resident, Visit, accesses
from openhall.core.people.accesses.looks import NAME_CASE, NAME_IN_FULL
from openhall.core.people.api import address_of
from openhall.core.people.names import problems
from openhall.core.people.names.actions import asking, deciding, moving, reading
from openhall.core.people.names.types import Full, Verdict
from openhall.core.people.names.views import NameState, outcome, state_of
from openhall.core.people.pages import set_cookie, target
from openhall.web import edge
from openhall.web.render import Html

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]
PAGE = "people/real_name.html"
# Where somebody wanted to go when the hall asked for their name.
ONWARD_COOKIE, ONWARD_SECONDS = "openhall_onward", 3600
CASE = "people/name_case.html"


class NameForm(Struct, frozen=True):
    """The name and the number, as typed."""

    name: str = ""
    national_id: str = ""


class PhoneForm(Struct, frozen=True):
    """The other account's phone, as typed."""

    phone: str = ""


class CodeForm(Struct, frozen=True):
    """The code that came to it, as typed."""

    code: str = ""


class VerdictForm(Struct, frozen=True):
    """What an operator decided, and why."""

    verdict: str = ""
    reason: str = ""


@get("/me/real-name", opt=edge.RESIDENT)
async def show(
    request: AnyRequest,
    reader: edge.Reader,
    settings: edge.HallSettings,
    visit: NamedDependency[Visit],
    next: FromQuery[str] = "",  # noqa: A002  the name of the query parameter everywhere
) -> Response[Html]:
    """Where the resident stands, and the next step. `next` is the page that asked for the name: kept until the register
    has answered, for it may take more than one form."""
    onward = unquote(request.cookies.get(ONWARD_COOKIE, ""))
    context = await _context(reader, visit)
    page = edge.page(request, PAGE, problem=None, **context | {"onward": edge.same_site(onward, "")})
    if next:
        set_cookie(page, settings, ONWARD_COOKIE, quote(target(next)), ONWARD_SECONDS)
    return page


@post("/me/real-name", opt=edge.FRESH)
async def ask(
    request: AnyRequest,
    data: URLEncodedBody[NameForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: NamedDependency[Visit],
) -> Response[Any]:
    """Ask the register, and show what came of it."""
    try:
        state = await asking.ask(
            pool,
            settings,
            resident=visit.resident.id,
            name=data.name,
            national_id=data.national_id,
            document=None,
            address=address_of(request),
        )
        outcome(state)
    except Problem as problem:
        if problem.definition is problems.identity_taken:
            return edge.see_other("/me/real-name")
        return await _again(request, pool, visit, problem, name=data.name, national_id=data.national_id)
    return edge.see_other("/me/real-name")


@post("/me/real-name/show", opt=edge.FRESH | {"level": 3}, status_code=200)
async def reveal(
    request: AnyRequest, conn: edge.Conn, settings: edge.HallSettings, visit: NamedDependency[Visit]
) -> Response[Html]:
    """The name and the number in full, for whoever used their passkey just now; the trail says so."""
    full = await reading.reveal(conn, settings, resident=visit.resident.id)
    return edge.page(request, PAGE, problem=None, **await _context(conn, visit, full=full))


@post("/me/real-name/move", opt=edge.RESIDENT)
async def ask_move(
    request: AnyRequest,
    data: URLEncodedBody[PhoneForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: NamedDependency[Visit],
) -> Response[Any]:
    """Send a code to the other account's phone, if it is that."""
    try:
        await moving.count_code(pool, settings, visit.resident.id)
        async with pool.write() as conn:
            await moving.ask_code(conn, settings, resident=visit.resident.id, phone=data.phone)
    except Problem as problem:
        return await _again(request, pool, visit, problem, phone=data.phone)
    return edge.see_other("/me/real-name")


@post("/me/real-name/move/confirm", opt=edge.RESIDENT)
async def confirm_move(
    request: AnyRequest,
    data: URLEncodedBody[CodeForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: NamedDependency[Visit],
) -> Response[Any]:
    """Move the name here."""
    async with pool.write() as conn:
        refused = await moving.move_by_code(conn, settings, resident=visit.resident.id, code=data.code)
    if refused is not None:
        return await _again(request, pool, visit, refused)
    return edge.see_other("/me/real-name")


@get("/operator/names", opt=edge.OPERATOR | edge.shows(NAME_CASE))
async def cases(request: AnyRequest, conn: edge.Conn, settings: edge.HallSettings, resident: Me) -> Response[Html]:
    """The ids that two accounts claim."""
    await people.require_operator(conn, resident.id)
    found = await deciding.open_cases(conn, settings)
    await accesses.saw(conn, NAME_CASE, accesses.operator(resident), [one.asker for one in found])
    return edge.page(request, "people/name_cases.html", cases=found)


@get("/operator/names/{claim_id:uuid}", opt=edge.OPERATOR | edge.shows(NAME_IN_FULL))
async def case(
    request: AnyRequest,
    conn: edge.Conn,
    settings: edge.HallSettings,
    visit: NamedDependency[Visit],
    claim_id: FromPath[UUID],
) -> Response[Html]:
    """One of them, and what operators said of it."""
    await people.require_operator(conn, visit.resident.id)
    return edge.page(request, CASE, problem=None, **await _case(conn, settings, claim_id, visit))


@post("/operator/names/{claim_id:uuid}", opt=edge.FRESH_OPERATOR | edge.shows(NAME_IN_FULL))
async def decide(
    request: AnyRequest,
    data: URLEncodedBody[VerdictForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: NamedDependency[Visit],
    claim_id: FromPath[UUID],
) -> Response[Any]:
    """Say where the name belongs; the second operator who says the same decides."""
    try:
        async with pool.write() as conn:
            await people.require_operator(conn, visit.resident.id)
            done = await deciding.decide(
                conn,
                settings,
                claim=claim_id,
                operator=visit.resident.id,
                verdict=_verdict(data.verdict),
                reason=data.reason,
            )
    except Problem as problem:
        if problem.kind is Kind.NOT_FOUND:
            raise
        async with pool.write() as conn:
            shown = await _case(conn, settings, claim_id, visit)
        return edge.problem_page(request, CASE, problem, **shown)
    return edge.see_other("/operator/names" if done else f"/operator/names/{claim_id}")


def _verdict(typed: str) -> Verdict:
    try:
        return Verdict(typed)
    except ValueError:
        raise problems.verdict_malformed() from None


async def _again(request: AnyRequest, pool: db.Pool, visit: Visit, problem: Problem, **typed: str) -> Response[Html]:
    """The page with what is wrong and what was typed."""
    async with pool.read() as reader:
        context = await _context(reader, visit)
    answer = edge.problem_page(request, PAGE, problem, **(context | typed))
    if problem.kind is Kind.LIMITED:
        answer.headers["Retry-After"] = str(problem.data["retry_after"])
    return answer


async def _context(reader: db.ReadConn, visit: Visit, full: Full | None = None) -> dict[str, Any]:
    mine = await reading.mine(reader, visit.resident.id)
    state = state_of(mine)
    code_until = mine.claim.code_until if mine.claim and state is NameState.CONFLICT else None
    return {
        "state": state.value,
        "identity": mine.identity,
        "claim": mine.claim,
        "full": full,
        "level": int(visit.level),
        "is_fresh": await people.is_fresh(reader, visit),
        "code_asked": code_until is not None and code_until > clock.now(),
        "name": "",
        "national_id": "",
        "phone": "",
        "onward": "",
    }


async def _case(conn: db.Conn, settings: Settings, claim: UUID, visit: Visit) -> dict[str, Any]:
    operator = visit.resident
    found = await deciding.case_of(conn, settings, claim)
    await accesses.saw(conn, NAME_IN_FULL, accesses.operator(operator), [found.asker, found.holder], about=claim)
    said = await deciding.said_of(conn, claim)
    names = await people.called(conn, [one.operator for one in said])
    return {
        "case": found,
        "full_name": await deciding.full_of(conn, settings, claim) or found.name_masked,
        "asker_phone": people.masked(found.asker_phone),
        "holder_phone": people.masked(found.holder_phone),
        "said": [
            {"who": names.get(one.operator), "verdict": one.verdict.value, "reason": one.reason, "at": one.at}
            for one in said
        ],
        # What is typed would be lost on the way to the proof and back, so the proof comes first.
        "is_fresh": await people.is_fresh(conn, visit),
        "may_decide": operator.id not in (found.asker, found.holder, *(one.operator for one in said)),
    }


router = edge.pages(show, ask, reveal, ask_move, confirm_move, cases, case, decide)
