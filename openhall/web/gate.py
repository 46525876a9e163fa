"""Who is at the door. Every route says in its `opt` who may call it; this layer sees to it before the handler runs.

A route for residents may also say how sure the hall must be of them: `"level": 2` (real name matched) or 3 (strong as
well), and `"fresh": True` where the session must have proved itself in the last five minutes.

The API knows bearer tokens only and pages know cookies only, so neither can be tricked into the other's session.
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from openhall.base import db, errors
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core import messages, people
from openhall.core.people import SessionKind
from openhall.web.edge import bearer, explain

Door = ASGIConnection[Any, Any, Any, Any]


class Gate(ASGIMiddleware):
    """The layer around every route. Not one of Litestar's guards, for it copies the handler for each of those calls."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        await admit(ASGIConnection(scope), scope["route_handler"])
        await next_app(scope, receive, send)


async def admit(connection: Door, handler: BaseRouteHandler) -> None:
    """Let in whom the route's `opt["who"]` allows; leave the visit in the connection's state for the handler."""
    who = handler.opt.get("who")
    if who is None:
        raise errors.not_found()
    settings: Settings = connection.app.state.settings
    if who == "demo" and not settings.demo:
        raise errors.not_found()
    is_api = handler.opt.get("api", False)
    if is_api:
        _require_json(connection)
    if who == "partner" or handler.opt.get("session") == "batch" or (is_api and who != "resident"):
        return
    token = bearer(connection) if is_api else connection.cookies.get(people.COOKIE)
    if token is None:
        if who == "resident":
            raise errors.sign_in_required()
        return
    visit = await _visit(connection, token, SessionKind.API if is_api else SessionKind.PAGE, handler)
    if visit is None:
        return
    pool: db.Pool = connection.app.state.pool
    if people.is_unseen(visit.session):
        async with pool.write() as writing:
            await people.see(writing, visit.session)
    connection.scope["state"]["visit"] = visit
    connection.scope["state"]["resident"] = visit.resident


async def _visit(connection: Door, token: str, kind: SessionKind, handler: BaseRouteHandler) -> people.Visit | None:
    """Who comes with this token; Problem when the route wants a session, a surer one, or a fresher proof of it."""
    opt, pool = handler.opt, connection.app.state.pool
    async with pool.read() as conn:
        try:
            visit = await people.visit_of(conn, token, kind)
        except Problem:
            if opt["who"] != "resident":
                return None
            if kind is SessionKind.API:
                await explain(connection, conn, token)
            raise
        people.require_level(visit, opt.get("level", people.Level.PHONE))
        if opt.get("fresh"):
            await people.require_fresh(conn, visit)
        if kind is SessionKind.PAGE:
            # The frame of every page shows it: asked here, once, and of nobody who is a stranger.
            connection.scope["state"]["unread"] = await messages.unread(conn, visit.resident.id)
    return visit


def _require_json(connection: Door) -> None:
    """A body must say that it is JSON: guessing would let a form on another site speak to the API."""
    length = connection.headers.get("content-length")
    has_body = length not in (None, "0") or "transfer-encoding" in connection.headers
    if has_body and connection.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise errors.unsupported_type()
