"""The pages of recovery: the operators' counter, the resident's way back in, and their right to stop it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from msgspec import Struct

from openhall.base import clock, db
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.core import people
from openhall.core.people import accesses, problems, rules
from openhall.core.people.accesses.looks import RECOVERY
from openhall.core.people.api import address_of
from openhall.core.people.pages import admitted, again, device_of
from openhall.core.people.recovery import actions, regain
from openhall.core.people.recovery.types import Evidence, Recovery, State
from openhall.core.people.types import Lang, SessionKind
from openhall.web import edge
from openhall.web.render import Html, language_of, translate

AnyRequest = Request[Any, Any, Any]
Visit = NamedDependency[people.Visit]
LIST = "/operator/recoveries"
LINES = 30

EVIDENCE = {
    Evidence.IDENTITY_CARD: N_("Identity card"),
    Evidence.PASSPORT: N_("Passport"),
    Evidence.HOUSEHOLD_REGISTER: N_("Household register"),
    Evidence.SOCIAL_CARD: N_("Social security card"),
}
STATES = {
    State.WAITING: N_("Waiting: the owner may object"),
    State.READY: N_("To be confirmed by a colleague"),
    State.CONFIRMED: N_("Confirmed, the code works"),
    State.USED: N_("The account was moved"),
    State.ENDED: N_("Ended without use"),
    State.EXPIRED: N_("Given up"),
}


class OpeningForm(Struct, frozen=True):
    """The old number, the paper that was shown, what was seen on it, and whether the phone is in other hands."""

    phone: str = ""
    evidence: str = ""
    note: str = ""
    stolen: str | None = None


class RegainForm(Struct, frozen=True):
    """The first step: the old number, the code from the hall, the new number."""

    old_phone: str = ""
    recovery_code: str = ""
    new_phone: str = ""


class RegainedForm(RegainForm, frozen=True):
    """The second step: the same, and the code that came to the new number."""

    code: str = ""


@dataclass(frozen=True)
class Row:
    """One recovery as the operators' pages show it."""

    recovery: Recovery
    state: str
    said: str
    paper: str


def _row(request: AnyRequest, recovery: Recovery) -> Row:
    language, state = language_of(request), recovery.state(clock.now())
    said, paper = STATES[state], EVIDENCE[recovery.evidence]
    return Row(recovery, state, translate(request, language, said), translate(request, language, paper))


@get(LIST, opt=edge.OPERATOR | edge.shows(RECOVERY))
async def overview(request: AnyRequest, conn: edge.Conn, visit: Visit) -> Response[Html]:
    """The newest recoveries."""
    await actions.require_operator(conn, visit)
    rows = [_row(request, one) for one in await actions.newest(conn, limit=LINES)]
    await accesses.saw(conn, RECOVERY, accesses.operator(visit.resident), [row.recovery.resident for row in rows])
    return edge.page(request, "people/recoveries.html", rows=rows)


@get(f"{LIST}/new", opt=edge.FRESH_OPERATOR | edge.shows())
async def new(request: AnyRequest, reader: edge.Reader, visit: Visit) -> Response[Html]:
    """Open one."""
    await actions.require_operator(reader, visit)
    return edge.page(request, "people/recovery_new.html", problem=None, form=OpeningForm(), papers=_papers(request))


@post(LIST, opt=edge.FRESH_OPERATOR | edge.shows())
async def begin(
    request: AnyRequest, data: URLEncodedBody[OpeningForm], pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> Response[Any]:
    """Open it, and show what comes next."""
    try:
        async with pool.write() as conn:
            operator = await actions.require_operator(conn, visit)
            opened = await actions.open_recovery(
                conn,
                settings,
                operator=operator,
                phone=data.phone,
                evidence=_evidence(data.evidence),
                note=data.note,
                stolen=bool(data.stolen),
            )
    except Problem as problem:
        if not problem.code.startswith("people."):
            raise
        return again(request, "people/recovery_new.html", problem, form=data, papers=_papers(request))
    return edge.see_other(f"{LIST}/{opened}")


@get(f"{LIST}/{{recovery_id:uuid}}", opt=edge.OPERATOR | edge.shows(RECOVERY))
async def one(request: AnyRequest, conn: edge.Conn, visit: Visit, recovery_id: FromPath[UUID]) -> Response[Html]:
    """One recovery, and what may be done about it."""
    await actions.require_operator(conn, visit)
    shown = await _shown(request, conn, visit, recovery_id)
    return edge.page(request, "people/recovery.html", problem=None, code=None, **shown)


@post(f"{LIST}/{{recovery_id:uuid}}/confirm", opt=edge.FRESH_OPERATOR | edge.shows(RECOVERY), status_code=200)
async def confirm(
    request: AnyRequest, pool: edge.Pool, settings: edge.HallSettings, visit: Visit, recovery_id: FromPath[UUID]
) -> Response[Html]:
    """Confirm it as the second person; the page shows the code, this once."""
    try:
        async with pool.write() as conn:
            operator = await actions.require_operator(conn, visit)
            confirmed = await actions.confirm(conn, settings, operator=operator, recovery=recovery_id)
    except Problem as problem:
        if problem.definition not in (
            problems.recovery_needs_another,
            problems.recovery_own,
            problems.recovery_too_early,
        ):
            raise
        async with pool.write() as conn:
            shown = await _shown(request, conn, visit, recovery_id)
        return again(request, "people/recovery.html", problem, code=None, **shown)
    async with pool.write() as conn:
        shown = await _shown(request, conn, visit, recovery_id)
    in_groups = " ".join(confirmed.code[at : at + 4] for at in range(0, len(confirmed.code), 4))
    return edge.page(request, "people/recovery.html", problem=None, code=in_groups, **shown)


@post(f"{LIST}/{{recovery_id:uuid}}/decline", opt=edge.OPERATOR | edge.shows())
async def decline(conn: edge.Conn, visit: Visit, recovery_id: FromPath[UUID]) -> Response[str]:
    """End it without use."""
    operator = await actions.require_operator(conn, visit)
    await actions.decline(conn, operator=operator, recovery=recovery_id)
    return edge.see_other(f"{LIST}/{recovery_id}")


@get("/recover", opt=edge.PUBLIC)
async def recover(request: AnyRequest) -> Response[Html]:
    """Ask for the old number, the code from the hall and the new number."""
    return edge.page(request, "people/recover.html", problem=None, form=RegainForm())


@post("/recover", opt=edge.PUBLIC, status_code=200)
async def recover_send(
    request: AnyRequest, data: URLEncodedBody[RegainForm], pool: edge.Pool, settings: edge.HallSettings
) -> Response[Html]:
    """Send a code to the new number, and ask for it."""
    try:
        sent = await regain.send_code(
            pool,
            settings,
            old_phone=data.old_phone,
            recovery_code=data.recovery_code,
            new_phone=data.new_phone,
            address=address_of(request),
            lang=Lang(language_of(request)),
        )
    except Problem as problem:
        return again(request, "people/recover.html", problem, form=data)
    return edge.page(request, "people/recover_code.html", problem=None, **_second(settings.demo, sent.phone, data))


@post("/recover/code", opt=edge.PUBLIC)
async def recover_enter(
    request: AnyRequest, data: URLEncodedBody[RegainedForm], pool: edge.Pool, settings: edge.HallSettings
) -> Response[Any]:
    """Move the account to the new number, and sign in."""
    device = device_of(request)
    try:
        signed_in = await regain.regain(
            pool,
            settings,
            old_phone=data.old_phone,
            recovery_code=data.recovery_code,
            new_phone=data.new_phone,
            code=data.code,
            address=address_of(request),
            kind=SessionKind.PAGE,
            user_agent=request.headers.get("user-agent"),
            device=device,
        )
    except Problem as problem:
        phone = rules.phone(data.new_phone) or ""
        if not phone or problem.definition in (problems.recovery_code_wrong, problems.phone_taken):
            return again(request, "people/recover.html", problem, form=data)
        return again(request, "people/recover_code.html", problem, **_second(settings.demo, phone, data))
    return await admitted(request, pool, settings, signed_in, device)


@post("/me/recovery/stop", opt=edge.RESIDENT)
async def stop(conn: edge.Conn, visit: Visit) -> Response[str]:
    """Stop the recovery of one's own account."""
    await actions.stop(conn, visit)
    return edge.see_other("/me/sessions")


def _papers(request: AnyRequest) -> list[tuple[str, str]]:
    return [(paper.value, translate(request, language_of(request), said)) for paper, said in EVIDENCE.items()]


def _evidence(said: str) -> Evidence:
    try:
        return Evidence(said)
    except ValueError:
        raise problems.recovery_note_missing() from None


async def _shown(request: AnyRequest, conn: db.Conn, visit: people.Visit, recovery: UUID) -> dict[str, Any]:
    found = await actions.find(conn, recovery)
    await accesses.saw(conn, RECOVERY, accesses.operator(visit.resident), [found.resident], about=recovery)
    involved = {found.opened_by, found.confirmed_by, found.ended_by} - {None}
    names = await people.called(conn, [who for who in involved if who is not None])
    return {
        "row": _row(request, found),
        "opener": names[found.opened_by],
        "confirmer": names[found.confirmed_by] if found.confirmed_by else None,
        "ender": names[found.ended_by] if found.ended_by else None,
        "by_owner": found.ended_by == found.resident,
        "is_mine": found.opened_by == visit.resident.id,
    }


def _second(demo: bool, phone: str, data: RegainForm) -> dict[str, Any]:
    href = f"/demo/phone/{quote(phone)}" if demo else None
    return {"form": data, "phone_masked": people.masked(phone), "demo_phone_href": href}


router = edge.pages(overview, new, begin, one, confirm, decline, recover, recover_send, recover_enter, stop)
