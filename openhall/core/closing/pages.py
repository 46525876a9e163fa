"""The pages of closing one's account."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from msgspec import Struct

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core import people
from openhall.core.closing import problems
from openhall.core.closing.actions import closing
from openhall.core.closing.api import told
from openhall.web import edge
from openhall.web.render import Html

AnyRequest = Request[Any, Any, Any]
Visit = NamedDependency[people.Visit]
_DAYS_OF_A_YEAR = 365


class CloseForm(Struct, frozen=True):
    """The tick below what closing means."""

    read: str | None = None


@get("/me/closing", opt=edge.RESIDENT)
async def show(request: AnyRequest, reader: edge.Reader, settings: edge.HallSettings, visit: Visit) -> Response[Html]:
    """What is in the way; or what closing means, and the button."""
    return await _page(request, reader, settings, visit)


@post("/me/closing", opt=edge.FRESH)
async def close(
    request: AnyRequest, data: URLEncodedBody[CloseForm], pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> Response[Any]:
    """Close it, and say goodbye."""
    try:
        if not data.read:
            raise problems.not_confirmed()
        async with pool.write() as conn:
            await closing.close(conn, settings, request.app.state.packages, visit)
    except Problem as problem:
        if problem.definition not in (problems.not_confirmed, problems.in_the_way):
            raise
        async with pool.read() as reader:
            return await _page(request, reader, settings, visit, problem)
    answer = edge.see_other("/closed")
    answer.delete_cookie(people.COOKIE)
    return answer


@get("/closed", opt=edge.PUBLIC)
async def goodbye(request: AnyRequest, settings: edge.HallSettings) -> Response[Html]:
    """After it: what happens now. The same for everybody who opens it."""
    return edge.page(request, "closing/closed.html", terms=closing.terms(settings))


async def _page(
    request: AnyRequest, reader: db.ReadConn, settings: Settings, visit: people.Visit, problem: Problem | None = None
) -> Response[Html]:
    found = await closing.in_the_way(reader, request.app.state.packages, visit.resident.id)
    terms = closing.terms(settings)
    context: dict[str, Any] = {"obstacles": told(request, settings, found), "terms": terms}
    context["keep_years"] = terms.keep_days // _DAYS_OF_A_YEAR
    if problem is not None:
        return edge.problem_page(request, "closing/closing.html", problem, **context)
    return edge.page(request, "closing/closing.html", problem=None, **context)


router = edge.pages(show, close, goodbye)
