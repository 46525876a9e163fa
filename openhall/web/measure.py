"""Counts and times every request by its route, never by its address: an address may hold personal data."""

import time

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from openhall.base import metrics
from openhall.base.errors import Problem


class Measure(ASGIMiddleware):
    """The outermost layer of every request."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        started = time.perf_counter()
        # 500 stays for what nobody foresaw.
        status = [500]

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = int(message["status"])
            await send(message)

        try:
            await next_app(scope, receive, watch)
        except Problem as problem:
            status[0] = problem.kind.value
            raise
        except HTTPException as refused:
            status[0] = refused.status_code
            raise
        finally:
            method, route = str(scope.get("method", "")), str(scope.get("path_template", "none"))
            metrics.answered(method, route, status[0], time.perf_counter() - started)
