"""The vocabulary of the edge, for `api.py` and `pages.py`: who may call, what a handler is given, how it answers.

It imports no domain. A handler is thin: it takes what it needs by these names, calls an action, and answers.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response, Router
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from litestar.types import Receive, Scope, Send
from msgspec import Meta, Struct

from openhall.base import db, idempotency, ids, money
from openhall.base.config import Settings
from openhall.base.errors import Problem, malformed, sign_in_required
from openhall.base.i18n import N_
from openhall.base.live import Hub
from openhall.base.looking import Look
from openhall.web import problems
from openhall.web.problems import ProblemBody
from openhall.web.render import Html, render, whose
from openhall.web.strict import strict_body

# Plain assignments, not PEP 695 aliases: Litestar would take the header for a query parameter.
Conn = NamedDependency[db.Conn]
Reader = NamedDependency[db.ReadConn]
Pool = NamedDependency[db.Pool]
LiveHub = NamedDependency[Hub]
HallSettings = NamedDependency[Settings]
KEY_HEADER = "Idempotency-Key"
# By this the browser's worker knows whose page it keeps (static/js/service-worker.js).
WHOSE_HEADER = "Openhall-Whose"
_REPLAYED = "Idempotent-Replayed"
_KEY_MEANS = "A fresh value for each request that moves money or creates something; the same value on a retry."
IdempotencyKey = Annotated[str, HeaderParameter(name=KEY_HEADER, description=_KEY_MEANS)]
OptionalKey = Annotated[str | None, HeaderParameter(name=KEY_HEADER, description=_KEY_MEANS, required=False)]
# In a body: an amount in minor units. Strict decoding refuses fractions and strings by itself.
Amount = Annotated[int, Meta(ge=1, le=money.MAX_AMOUNT, description="Amount in minor units (fen), a whole number.")]

# In a body: the payment PIN, where the amount asks for one. It is never stored, nor part of what a key stands for.
Pin = Annotated[str, Meta(max_length=64, description="The payment PIN, six digits, where the amount asks for it.")]

PUBLIC = {"who": "public"}  # anybody; a signed-in resident is still known to the page
RESIDENT = {"who": "resident"}  # a signed-in resident; what they ask for must also be theirs
# The same, who proved in the last five minutes that it is them: for acts that a finder of the phone must not do.
FRESH = RESIDENT | {"fresh": True}
# An operator of the hall, in a session as sure as `operator_level` says: to anybody else the route does not exist.
OPERATOR = RESIDENT | {"operator": True}
FRESH_OPERATOR = FRESH | OPERATOR
# A signed-in resident, checked by the handler's own transaction: for the hot path, where a batch resolves all sessions.
RESIDENT_IN_BATCH = {"who": "resident", "session": "batch"}
# A signed-in resident, or a scanner of a shop with its key; checked by the handler's own transaction.
COUNTER = {"who": "counter", "session": "batch"}
# By this a request says for whom it is made, at the API.
BEHALF_HEADER = "On-Behalf-Of"
PARTNER = {"who": "partner"}  # a machine that proves itself by a signature, checked by the handler
DEMO = {"who": "demo"}  # anybody, but only in a demo hall; elsewhere it does not exist
WHO = frozenset({"public", "resident", "counter", "partner", "demo"})
# Those who show a bearer token at the API.
BEARERS = frozenset({"resident", "counter"})


def delegable(scope: str, opt: dict[str, Any] = RESIDENT) -> dict[str, Any]:
    """The same for a route that may also be used on somebody's behalf, by whom they gave this scope.

    Its handler's `resident` is then whom it is done for, and `visit.resident` who does it.
    """
    return opt | {"delegable": scope}


T = TypeVar("T")


def shows(*looks: Look) -> dict[str, Any]:
    """For the `opt` of a route: what of other people it shows. Its handler writes down that they were looked at; with
    none, it says that it shows nobody."""
    return {"shows": tuple(look.code for look in looks)}


def api(*handlers: Any, tags: Sequence[str]) -> Router:
    """Handlers of the JSON API: bearer tokens only, so that no cookie can be abused from another site."""
    return Router(
        path="/api/v1",
        route_handlers=handlers,
        tags=tags,
        opt={"api": True, "exclude_from_csrf": True},
        before_request=strict_body,
    )


def pages(*handlers: Any) -> Router:
    """Handlers of pages: cookie session and CSRF token; not part of the API's document."""
    return Router(path="/", route_handlers=handlers, opt={"api": False}, include_in_schema=False)


def answers(container: type[Any], status: int = HTTP_201_CREATED) -> dict[int, ResponseSpec]:
    """For the API's document, where a handler answers with recorded bytes: what those bytes hold."""
    return {
        status: ResponseSpec(
            data_container=container,
            description="Done; the same on every retry with the same key.",
            generate_examples=False,
        ),
    }


def page(request: Request[Any, Any, Any], template: str, *, status: int = 200, **context: Any) -> Response[Html]:
    """A rendered page. Pages may hold personal data, so no cache keeps them but that of its person's own browser."""
    html = render(request, template, context)
    headers = {"Cache-Control": "no-store", WHOSE_HEADER: whose(request)}
    return Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)


def problem_page(request: Request[Any, Any, Any], template: str, problem: Problem, **context: Any) -> Response[Html]:
    """The page again, with what is wrong and what was typed, under the problem's own status."""
    status = problem.kind.value
    return page(request, template, status=status, problem=problems.words(request, problem), **context)


def see_other(path: str, **query: str) -> Response[str]:
    """After a POST: go and look there."""
    location = with_query(path, **query)
    headers = {"Location": location, "Cache-Control": "no-store"}
    return Response("", status_code=HTTP_303_SEE_OTHER, media_type=MediaType.TEXT, headers=headers)


def with_query(path: str, **query: str) -> str:
    """A path with those of the values that are there."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


async def key_of_form(
    reader: db.ReadConn, path: str, request_key: str, principal: UUID | str, **query: str
) -> Response[str] | str:
    """The key for a form that makes something, or where to go instead; `query` is what else its address keeps.

    The key is in the form's address: whoever comes back to it, not knowing how it ended, wishes the same thing again
    and not another, and is shown what was made. After a refusal, which stands for its key, there is a fresh one.
    """
    if not request_key:
        return see_other(path, request_key=str(ids.new()), **query)
    asked = await idempotency.answered(reader, principal=str(principal), scope=f"POST {path}", key=request_key)
    if asked is not None and asked.problem is None:
        return see_other(asked.body)
    return request_key if asked is None else str(ids.new())


def same_site(path: str | None, otherwise: str = "/") -> str:
    """A path of this hall to go back to; an address elsewhere is never followed."""
    if (
        not path
        or not path.startswith("/")
        or path.startswith(("//", "/\\"))
        or any(c < " " or c == "\\" for c in path)
    ):
        return otherwise
    return path


def bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The bearer token of a request, None when there is none; Problem when the header is something else."""
    header = connection.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise sign_in_required()
    return token.strip()


async def explain(connection: ASGIConnection[Any, Any, Any, Any], conn: db.ReadConn, token: str) -> None:
    """A token that is good elsewhere is told where, by a Problem: its bearer is not to think that it has ended."""
    for source in (source for package in connection.app.state.packages for source in package.tokens):
        if problem := await source(conn, token=token):
            raise problem


async def once(
    request: Request[Any, Any, Any],
    conn: db.Conn,
    *,
    key: str | None,
    principal: UUID | str,
    body: Struct,
    act: Callable[[], Awaitable[Struct]],
    status: int = HTTP_201_CREATED,
    keep: bool = False,
    reveal: Callable[[str], Struct] | None = None,
) -> Response[Any]:
    """Answer an API request that creates something, exactly once per key; `act` returns the struct to answer with.

    Where a part of the answer must not be stored, `act` returns what is recorded, and `reveal` makes the answer of it.
    """

    async def answer() -> idempotency.Answer:
        return idempotency.Answer(status, msgspec.json.encode(await act()).decode())

    named = _key(request, key, principal, body)
    given = await idempotency.once(conn, named, answer, keep=keep)
    if reveal is not None and given.problem is None:
        given = msgspec.structs.replace(given, body=msgspec.json.encode(reveal(given.body)).decode())
    return answered(request, given)


async def again(
    request: Request[Any, Any, Any], pool: db.Pool, *, key: str | None, principal: UUID | str, body: Struct
) -> Response[Any] | None:
    """The answer that this request got before, if it is a retry; for handlers that look something up, or ask for a PIN,
    before `once`: a retry gets the first answer whatever became of those since."""
    async with pool.read() as reader:
        given = await idempotency.recorded(reader, _key(request, key, principal, body))
    return None if given is None else answered(request, given)


async def again_form(
    request: Request[Any, Any, Any], pool: db.Pool, *, key: str | None, principal: UUID | str, body: Struct
) -> str | Problem | None:
    """The same for `once_form`."""
    async with pool.read() as reader:
        given = await idempotency.recorded(reader, _key(request, key, principal, body))
    return None if given is None else given.problem or given.body


def answered(request: Request[Any, Any, Any], answer: idempotency.Answer) -> Response[Any]:
    """A recorded or fresh answer as an HTTP response; a refusal is answered, not raised, so that its record commits."""
    problem = answer.problem
    if problem is None:
        return _Recorded(answer)
    response = problems.answer(request, problem)
    if answer.replayed:
        response.headers[_REPLAYED] = "true"
    return response


class _Recorded(Response[bytes]):
    """A recorded answer, sent as it stands, for a handler to return untouched: to build a response of Litestar's own
    kind from finished bytes would be a fifth of all that the edge does for a payment."""

    def __init__(self, answer: idempotency.Answer) -> None:
        self._body = answer.body.encode()
        self._status = answer.status
        self._headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(self._body))]
        if answer.replayed:
            self._headers.append((_REPLAYED.lower().encode(), b"true"))

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> Any:
        return self._send

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": False})


async def once_form(
    request: Request[Any, Any, Any],
    conn: db.Conn,
    *,
    key: str | None,
    principal: UUID | str,
    body: Struct,
    act: Callable[[], Awaitable[str]],
    keep: bool = False,
) -> str | Problem:
    """Like `once` for a form with a hidden `request_key`; `act` returns the path to go to.

    A refusal is returned, not raised: raising would undo the transaction that records it.
    """

    async def answer() -> idempotency.Answer:
        return idempotency.Answer(HTTP_303_SEE_OTHER, await act())

    given = await idempotency.once(conn, _key(request, key, principal, body), answer, keep=keep)
    return given.problem or given.body


def _key(request: Request[Any, Any, Any], key: str | None, principal: UUID | str, body: Struct) -> idempotency.Key:
    return idempotency.Key(
        principal=str(principal),
        scope=f"{request.method} {request.scope['path']}",
        key=idempotency.check_key(key),
        body_hash=idempotency.body_hash(msgspec.json.encode(body)),
    )


def amount_of(text: str, currency: str) -> int:
    """The amount a person typed into a form, in minor units."""
    try:
        amount = money.parse(text, currency)
    except ValueError:
        raise malformed(errors=[{"field": "amount", "message": N_("Type an amount such as 3.50")}]) from None
    if not 1 <= amount <= money.MAX_AMOUNT:
        raise malformed(errors=[{"field": "amount", "message": N_("Type an amount above zero")}])
    return amount


__all__ = [
    "BEARERS", "BEHALF_HEADER", "COUNTER", "DEMO", "FRESH", "FRESH_OPERATOR", "KEY_HEADER", "OPERATOR", "PARTNER",
    "PUBLIC", "RESIDENT", "RESIDENT_IN_BATCH", "WHO", "Amount", "Conn", "HallSettings", "IdempotencyKey", "LiveHub",
    "OptionalKey", "Pin", "Pool", "ProblemBody", "Reader", "again", "again_form", "amount_of", "answered",
    "answers", "api", "bearer", "delegable", "explain", "key_of_form", "once", "once_form", "page", "pages",
    "problem_page", "same_site", "see_other", "shows", "with_query",
]  # fmt: skip
