"""The page by which visitors come in."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import URLEncodedBody

from openhall.base.errors import Problem
from openhall.core.people.api import address_of
from openhall.core.people.pages import admitted, again, chosen_language, device_of
from openhall.core.people.passkeys import joining
from openhall.core.people.passkeys.api import options_answer
from openhall.core.people.passkeys.pages import CredentialForm, made
from openhall.core.people.types import SessionKind
from openhall.core.people.visitors.welcome import about
from openhall.web import edge
from openhall.web.render import Html

AnyRequest = Request[Any, Any, Any]
PAGE = "people/visit.html"


@get("/visit", opt=edge.PUBLIC)
async def visit(request: AnyRequest, settings: edge.HallSettings) -> Response[Html]:
    """The ways in for who is not from here, and what a visitor can do."""
    return edge.page(request, PAGE, problem=None, **about(settings))


@post("/visit/passkey/options", opt=edge.PUBLIC, status_code=200)
async def options(request: AnyRequest, pool: edge.Pool, settings: edge.HallSettings) -> Response[bytes]:
    """What the browser needs to make the passkey of a new account."""
    return options_answer(await joining.ask_to_join(pool, settings, address=address_of(request)))


@post("/visit/passkey", opt=edge.PUBLIC)
async def join(
    request: AnyRequest, data: URLEncodedBody[CredentialForm], pool: edge.Pool, settings: edge.HallSettings
) -> Response[Any]:
    """Open the account, and go where the person wanted to go."""
    device = device_of(request)
    try:
        signed_in = await joining.join(
            pool,
            settings,
            answer=made(data),
            name=data.name,
            lang=chosen_language(request),
            address=address_of(request),
            kind=SessionKind.PAGE,
            user_agent=request.headers.get("user-agent"),
            device=device,
        )
    except Problem as problem:
        return again(request, PAGE, problem, **about(settings, name=data.name))
    return await admitted(request, pool, settings, signed_in, device)


router = edge.pages(visit, options, join)
