"""The page on which the payment PIN is set."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from msgspec import Struct

from openhall.base.errors import Problem
from openhall.core import people
from openhall.core.people.pins import actions, problems
from openhall.web import edge
from openhall.web.render import Html

Visit = NamedDependency[people.Visit]
AnyRequest = Request[Any, Any, Any]


class PinForm(Struct, frozen=True):
    """The new PIN, twice."""

    pin: str = ""
    again: str = ""


@get("/me/pin", opt=edge.FRESH)
async def form(request: AnyRequest, reader: edge.Reader, visit: Visit) -> Response[Html]:
    """Six digits, twice."""
    state = await actions.state_of(reader, visit.session.id)
    return edge.page(request, "people/pin.html", problem=None, is_set=state.is_set)


@post("/me/pin", opt=edge.FRESH)
async def change(
    request: AnyRequest, data: URLEncodedBody[PinForm], pool: edge.Pool, visit: Visit, settings: edge.HallSettings
) -> Response[Any]:
    """Set it."""
    try:
        if data.pin != data.again:
            raise problems.pins_differ()
        await actions.set_pin(pool, settings, visit, written=data.pin)
    except Problem as problem:
        if not problem.code.startswith("people.pin"):
            raise
        async with pool.read() as reader:
            state = await actions.state_of(reader, visit.session.id)
        return edge.problem_page(request, "people/pin.html", problem, is_set=state.is_set)
    return edge.see_other("/me/safety")


router = edge.pages(form, change)
