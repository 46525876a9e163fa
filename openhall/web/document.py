"""The OpenAPI document of the hall, completed with what Litestar does not write: who may call, and stable names."""

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin

from openhall.web.edge import KEY_HEADER

Part = dict[str, Any]


def of(app: Litestar) -> Part:
    """The document, as it is served at /api/openapi.json and drawn at /docs."""
    document: Part = app.openapi_schema.to_schema()
    for path, method, handler in _operations(app):
        _complete(document["paths"][path][method], handler)
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


def _complete(operation: Part, handler: HTTPRouteHandler) -> None:
    description = " ".join(operation.get("description", "").split())
    operation["operationId"] = f"{operation['tags'][0].lower()}.{handler.handler_name}"
    operation["summary"] = description.partition(". ")[0].rstrip(".")
    operation["description"] = description
    operation["x-who"] = handler.opt["who"]
    # Said even where it is empty: a reader need not know that nothing said means open to all.
    operation["security"] = operation.get("security") or []
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == KEY_HEADER:
            parameter["schema"] = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
