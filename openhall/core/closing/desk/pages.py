"""The operators' pages: closed accounts, the way back, and money that came for them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct

from openhall.base import clock, db
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.core import people
from openhall.core.closing import problems
from openhall.core.closing.actions import reopening, unclaimed
from openhall.core.closing.looks import CLOSING
from openhall.core.closing.types import State
from openhall.core.people import accesses
from openhall.web import edge
from openhall.web.render import Html, language_of, translate

AnyRequest = Request[Any, Any, Any]
Visit = NamedDependency[people.Visit]
LIST = "/operator/closings"
LINES = 30

STATES = {
    State.RESTING: N_("Closed, can be reopened"),
    State.ASKED: N_("A colleague is asked to reopen it"),
    State.REOPENED: N_("Reopened"),
    State.OVER: N_("Closed for good"),
    State.ERASED: N_("Erased"),
}
# Why money came for a closed account, by the ledger's own word; any other reason says no more than that it came.
REASONS = {
    "refund": N_("A refund"),
    "top_up": N_("A top-up from the bank"),
    "card_top_up": N_("A top-up by card"),
    "withdrawal_returned": N_("A withdrawal that came back"),
    "withdrawal_rejected": N_("A withdrawal that came back"),
    "transfer_back": N_("Money to a person that came back"),
    "campaign_return": N_("The rest of a campaign"),
}
OTHER = N_("Money that came in")


class SeenForm(Struct, frozen=True):
    """The paper that was seen."""

    seen: str = ""


@get(LIST, opt=edge.OPERATOR | edge.shows(CLOSING))
async def overview(request: AnyRequest, conn: edge.Conn, visit: Visit, address: FromQuery[str] = "") -> Response[Html]:
    """The closed accounts, all or those of one number, and the money that came for some."""
    await people.require_operator(conn, visit.resident.id)
    canonical = people.address(address) if address else None
    # What is no number is nobody's.
    cases = [] if address and not canonical else await reopening.newest(conn, address=canonical, limit=LINES)
    waiting = await unclaimed.waiting(conn, limit=LINES)
    seen = [case.resident for case in cases] + [one.resident for one in waiting]
    await accesses.saw(conn, CLOSING, accesses.operator(visit.resident), seen)
    language, now = language_of(request), clock.now()
    return edge.page(
        request,
        "closing/closings.html",
        address=address,
        rows=[{"case": case, "said": translate(request, language, STATES[case.state(now)])} for case in cases],
        waiting=[{"one": one, "why": _why(request, one.reason)} for one in waiting],
    )


@get(f"{LIST}/{{closing_id:uuid}}", opt=edge.OPERATOR | edge.shows(CLOSING))
async def one(request: AnyRequest, conn: edge.Conn, visit: Visit, closing_id: FromPath[UUID]) -> Response[Html]:
    """One closed account, and what may be done about it."""
    await people.require_operator(conn, visit.resident.id)
    return await _case_page(request, conn, visit, closing_id)


@post(f"{LIST}/{{closing_id:uuid}}/ask", opt=edge.FRESH_OPERATOR | edge.shows(CLOSING))
async def ask(
    request: AnyRequest, data: URLEncodedBody[SeenForm], pool: edge.Pool, visit: Visit, closing_id: FromPath[UUID]
) -> Response[Any]:
    """As the operator before whom the person stands: ask a colleague to reopen it."""
    return await _act(request, pool, visit, closing_id, seen=data.seen)


@post(f"{LIST}/{{closing_id:uuid}}/reopen", opt=edge.FRESH_OPERATOR | edge.shows(CLOSING))
async def reopen(request: AnyRequest, pool: edge.Pool, visit: Visit, closing_id: FromPath[UUID]) -> Response[Any]:
    """As the colleague: reopen it."""
    return await _act(request, pool, visit, closing_id, seen=None)


async def _act(
    request: AnyRequest, pool: db.Pool, visit: people.Visit, closing_id: UUID, *, seen: str | None
) -> Response[Any]:
    operator = visit.resident.id
    try:
        async with pool.write() as conn:
            await people.require_operator(conn, operator)
            if seen is None:
                await reopening.reopen(conn, operator=operator, closing=closing_id)
            else:
                await reopening.ask(conn, operator=operator, closing=closing_id, seen=seen)
    except Problem as problem:
        if problem.definition not in (
            problems.seen_missing,
            problems.reopen_own,
            problems.reopen_needs_another,
            problems.rest_over,
        ):
            raise
        async with pool.write() as conn:
            return await _case_page(request, conn, visit, closing_id, problem)
    return edge.see_other(f"{LIST}/{closing_id}")


def _why(request: AnyRequest, reason: str) -> str:
    return translate(request, language_of(request), REASONS.get(reason, OTHER))


async def _case_page(
    request: AnyRequest, conn: db.Conn, visit: people.Visit, closing_id: UUID, problem: Problem | None = None
) -> Response[Html]:
    found = await reopening.find(conn, closing_id)
    await accesses.saw(conn, CLOSING, accesses.operator(visit.resident), [found.resident], about=closing_id)
    called = await people.called(conn, {who for who in (found.asked_by, found.reopened_by) if who is not None})
    state = found.state(clock.now())
    waiting = await unclaimed.waiting(conn, resident=found.resident, limit=LINES)
    context: dict[str, Any] = {
        "case": found,
        "state": state,
        "said": translate(request, language_of(request), STATES[state]),
        "called": called,
        "asked_by_me": found.asked_by == visit.resident.id,
        "waiting": [{"one": one, "why": _why(request, one.reason)} for one in waiting],
    }
    if problem is not None:
        return edge.problem_page(request, "closing/case.html", problem, **context)
    return edge.page(request, "closing/case.html", problem=None, **context)


router = edge.pages(overview, one, ask, reopen)
