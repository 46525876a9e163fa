"""Counts and times every request by its route, never by its address: an address may hold personal data."""

import time
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from openhall.base import metrics


class Measure(ASGIMiddleware):
    """The outermost layer of every request."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        started = time.perf_counter()
        status: list[Any] = [500]

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        try:
            await next_app(scope, receive, watch)
        finally:
            method, route = str(scope.get("method", "")), str(scope.get("path_template", "none"))
            metrics.requests.labels(method, route, status[0]).inc()
            metrics.request_seconds.labels(method, route).observe(time.perf_counter() - started)
