"""The OpenAPI document of the hall, completed with what Litestar does not write: who may call, how it refuses."""

from collections.abc import Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin

from openhall.web.edge import BEARERS, BEHALF_HEADER, KEY_HEADER, ProblemBody

Part = dict[str, Any]


_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}


@lru_cache(maxsize=1)
def of(app: Litestar) -> Part:
    """The document, as it is served at /api/openapi.json and drawn at /docs.

    Made once: anybody may ask for it, and to make it takes as long as many payments.
    """
    document: Part = app.openapi_schema.to_schema()
    for path, method, handler in _operations(app):
        _complete(document["paths"][path][method], handler, app.state.settings.max_body_bytes)
    _, shapes = msgspec.json.schema_components([ProblemBody])
    document["components"]["schemas"] |= shapes
    return document


class Document(JsonRenderPlugin):
    """Serves the completed document."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: Part) -> bytes:
        return msgspec.json.encode(of(request.app))


def _operations(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if handler.resolve_include_in_schema():
                for method in handler.http_methods - {"OPTIONS"}:
                    yield route.path_format, method.lower(), handler


def _complete(operation: Part, handler: HTTPRouteHandler, most: int) -> None:
    who = handler.opt["who"]
    description = " ".join((handler.fn.__doc__ or "").split())
    operation["operationId"] = f"{operation['tags'][0].lower()}.{handler.handler_name}"
    operation["summary"] = description.partition(". ")[0].rstrip(".")
    operation["description"] = description
    operation["x-who"] = who
    operation["security"] = [{"bearer": []}] if who in BEARERS else []
    for media in handler.opt.get("also_as", ()):
        operation["responses"]["200"]["content"][media] = {"schema": {"type": "string", "format": "binary"}}
    if scope := handler.opt.get("delegable"):
        operation["x-scope"] = scope
        operation.setdefault("parameters", []).append(_behalf(scope))
    for status, answer in operation["responses"].items():
        if answer["description"] == HTTPStatus(int(status)).description:
            answer["description"] = f"{HTTPStatus(int(status)).phrase}."
    operation["responses"] |= {
        status: {"description": text, "content": _PROBLEM} for status, text in _refusals(operation, who, most)
    }
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == KEY_HEADER:
            parameter["schema"] = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}


def _behalf(scope: str) -> Part:
    """The header by which a delegable operation is done for somebody else."""
    means = f"For whom you act, by a family link with the scope `{scope}`: the resident's id. Without it, for yourself."
    schema = {"type": "string", "format": "uuid"}
    return {"name": BEHALF_HEADER, "in": "header", "required": False, "description": means, "schema": schema}


def _refusals(operation: Part, who: str, most: int) -> Iterator[tuple[str, str]]:
    """The statuses of refusals that this operation can answer with."""
    names = {parameter["name"]: parameter["in"] for parameter in operation.get("parameters", ())}
    has_body = "requestBody" in operation
    if names or has_body:
        yield "400", "The request is malformed: `errors` names the fields."
    if who in BEARERS:
        yield "401", "No valid token."
    if "path" in names.values():
        yield "404", "Not there, or somebody else's."
    if KEY_HEADER in names:
        yield "409", "The first request with this key is still running."
    if has_body:
        yield "413", f"The body has more than {most} bytes, and was not read."
        yield "415", "The body is no JSON."
    if KEY_HEADER in names:
        yield "422", "Refused; stays refused for this key."
    if "hall.rate_limited" in operation["description"]:
        yield "429", "Tried too often; `Retry-After` says for how long."
    yield "default", "Any other refusal; its code says which."
