"""Problems become answers here: RFC 9457 problem+json for the API, a kind page for people."""

import hmac
from collections import defaultdict
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.middleware.csrf import CSRF_SECRET_LENGTH, generate_csrf_hash
from litestar.types import ExceptionHandlersMap
from msgspec import Struct

from openhall.base import errors, idempotency
from openhall.base.errors import Kind, Problem
from openhall.base.i18n import N_
from openhall.web import faults
from openhall.web.render import address_of, came_from, language_of, render, translate

log = structlog.get_logger()

CSRF_COOKIE = "openhall_csrf"
# What may be over in a moment: whoever asked for a page then is offered it again.
_PASSING = frozenset({Kind.LIMITED, Kind.INTERNAL, Kind.UNAVAILABLE})
# After these the page whose form was sent is no help either.
_NO_WAY_BACK = frozenset({Kind.NOT_FOUND, Kind.METHOD, Kind.UNAUTHENTICATED})


class Words(Struct, frozen=True):
    """A problem in the language of whoever meets it."""

    status: int
    code: str
    title: str
    remedy: str
    fields: dict[str, str]


class ProblemBody(Struct, frozen=True):
    """The members every problem+json body has (RFC 9457); some codes add members of their own."""

    type: str
    title: str
    status: int
    detail: str
    code: str


def words(request: Request[Any, Any, Any], problem: Problem) -> Words:
    """The problem as a person on a page is told it."""
    said = problem.definition.person or (problem.definition.title, problem.definition.remedy)
    return _worded(request, problem, *said)


def _worded(request: Request[Any, Any, Any], problem: Problem, title: str, remedy: str) -> Words:
    language = language_of(request)
    named = problem.data.get("errors", [])
    return Words(
        status=problem.kind.value,
        code=problem.code,
        title=_filled(translate(request, language, title), problem.data),
        remedy=_filled(translate(request, language, remedy), problem.data),
        fields={error["field"]: _wrong(request, language, error["message"]) for error in named},
    )


def _wrong(request: Request[Any, Any, Any], language: str, message: str) -> str:
    return faults.said(message, lambda msgid: translate(request, language, msgid))


def _filled(text: str, data: dict[str, Any]) -> str:
    """The words with the problem's own data in their {places}."""
    return text.format_map(defaultdict(str, data))


def body(request: Request[Any, Any, Any], problem: Problem) -> bytes:
    """The problem+json body."""
    said = _worded(request, problem, problem.definition.title, problem.definition.remedy)
    members: dict[str, Any] = {
        "type": f"/docs/errors#{problem.code}",
        "title": said.title,
        "status": said.status,
        "detail": said.remedy,
        "code": problem.code,
    }
    data = problem.data
    if "errors" in data:
        language = language_of(request)
        named = [error | {"message": _wrong(request, language, error["message"])} for error in data["errors"]]
        data = data | {"errors": named}
    return msgspec.json.encode(members | data)


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """The API always; a page's address only when JSON is asked for."""
    return request.scope["path"].startswith("/api/") or "application/json" in request.headers.get("accept", "")


def answer(request: Request[Any, Any, Any], problem: Problem) -> Response[Any]:
    """The response to a problem that left a handler."""
    headers = {"Cache-Control": "no-store"}
    if problem.kind is Kind.LIMITED:
        headers["Retry-After"] = str(problem.data.get("retry_after", 1))
    if wants_json(request):
        if problem.kind is Kind.UNAUTHENTICATED:
            headers["WWW-Authenticate"] = "Bearer"
        content = body(request, problem)
        return Response(content, status_code=problem.kind.value, media_type="application/problem+json", headers=headers)
    if problem.kind is Kind.UNAUTHENTICATED and request.method == "GET":
        headers["Location"] = f"/sign-in?next={quote(address_of(request))}"
        return Response("", status_code=303, media_type=MediaType.TEXT, headers=headers)
    if problem.definition.page:
        asked = {"next": _way_back(request)} | ({"level": problem.data["needed"]} if "needed" in problem.data else {})
        headers["Location"] = f"{problem.definition.page}?{urlencode(asked)}"
        return Response("", status_code=303, media_type=MediaType.TEXT, headers=headers)
    said = words(request, problem)
    context = {"title": said.title, "detail": None, "remedy": said.remedy, "code": said.code, "status": said.status}
    context["again"] = _again(request, problem)
    html = render(request, "problem.html", context)
    return Response(html, status_code=problem.kind.value, media_type=MediaType.HTML, headers=headers)


def _way_back(request: Request[Any, Any, Any]) -> str:
    """The page that somebody comes back to: the one they asked for, or the one whose form they sent."""
    return address_of(request) if request.method == "GET" else came_from(request) or "/me"


def _again(request: Request[Any, Any, Any], problem: Problem) -> str:
    """The page to be opened again, where that may help; else nothing."""
    if request.method == "GET":
        return address_of(request) if problem.kind in _PASSING else ""
    return "" if problem.kind in _NO_WAY_BACK else came_from(request)


def from_http(exception: HTTPException, request: Request[Any, Any, Any]) -> Problem:
    """Litestar's own refusals in our codes."""
    if isinstance(exception, ValidationException) and "'Idempotency-Key'" in exception.detail:
        return idempotency.key_missing()
    if isinstance(exception, ValidationException):
        return errors.malformed(errors=_fields(exception, request))
    if exception.status_code == Kind.FORBIDDEN.value:
        return errors.csrf_failed()
    known = {
        Kind.INVALID.value: errors.malformed,
        Kind.UNAUTHENTICATED.value: errors.sign_in_required,
        Kind.NOT_FOUND.value: errors.not_found,
        Kind.METHOD.value: errors.method_not_allowed,
        Kind.TOO_LARGE.value: errors.body_too_large,
        Kind.UNSUPPORTED.value: errors.unsupported_type,
        Kind.UNAVAILABLE.value: errors.busy,
    }
    return known.get(exception.status_code, errors.internal)()


def _fields(exception: ValidationException, request: Request[Any, Any, Any]) -> list[dict[str, str]]:
    """Which field is wrong, by the name under which it was sent, and what it should be. msgspec's messages name types
    and bounds, never the value sent."""
    known = request.scope["route_handler"].parsed_fn_signature.parameters
    sent = {name: getattr(parameter.kwarg_definition, "name", None) for name, parameter in known.items()}
    found = exception.extra if isinstance(exception.extra, list) else []
    return [
        {
            "field": sent.get(item.get("key", "")) or str(item.get("key", "body")),
            "message": str(item.get("message", "")),
        }
        for item in found
        if isinstance(item, dict)
    ]


def _on_problem(request: Request[Any, Any, Any], problem: Problem) -> Response[Any]:
    return answer(request, problem)


def _on_http(request: Request[Any, Any, Any], exception: HTTPException) -> Response[Any]:
    problem = from_http(exception, request)
    if problem.kind is Kind.INTERNAL:
        log.error("request.failed", status=exception.status_code, exc_info=exception)
    response = answer(request, problem)
    if problem.code == errors.csrf_failed.code and not _is_ours(request, request.cookies.get(CSRF_COOKIE, "")):
        # From before the secret was changed, or from another hall on the same machine. Litestar keeps what it finds, so
        # without this no form would ever work again in that browser.
        response.delete_cookie(CSRF_COOKIE)
    if problem.kind is Kind.METHOD:
        # What may be done there instead, as HTTP demands.
        response.headers["Allow"] = (exception.headers or {}).get("allow", "")
    return response


def _is_ours(request: Request[Any, Any, Any], token: str) -> bool:
    """Whether this hall made the CSRF token: a random part, and its signature."""
    secret = request.app.state.settings.secret
    signature = generate_csrf_hash(token[:CSRF_SECRET_LENGTH], secret)
    return hmac.compare_digest(token[CSRF_SECRET_LENGTH:].encode(), signature.encode())


def _on_crash(request: Request[Any, Any, Any], exception: Exception) -> Response[Any]:
    route = request.scope.get("path_template", "")
    log.error("request.crashed", route=route, error=type(exception).__name__, exc_info=exception)
    return answer(request, errors.internal())


def _on_broken_text(request: Request[Any, Any, Any], exception: UnicodeDecodeError) -> Response[Any]:
    # msgspec says this of a body whose bytes are no UTF-8; our own data is text long before.
    return answer(request, errors.malformed(errors=[{"field": "body", "message": N_("The text is not UTF-8.")}]))


def _on_bad_data(request: Request[Any, Any, Any], exception: Exception) -> Response[Any]:
    # PostgreSQL has no place for this one character; whatever else does not fit is a fault of ours.
    if "NUL (0x00)" not in str(exception):
        return _on_crash(request, exception)
    return answer(request, errors.malformed(errors=[{"field": "body", "message": N_("The text holds a NUL.")}]))


def _on_unavailable(request: Request[Any, Any, Any], exception: Exception) -> Response[Any]:
    log.error("request.database_unavailable", error=type(exception).__name__)
    return answer(request, errors.busy())


def handlers() -> ExceptionHandlersMap:
    """For `Litestar(exception_handlers=...)`."""
    import psycopg

    return {
        Problem: _on_problem,
        HTTPException: _on_http,
        UnicodeDecodeError: _on_broken_text,
        psycopg.DataError: _on_bad_data,
        psycopg.OperationalError: _on_unavailable,
        Exception: _on_crash,
    }
