"""Who is at the door. Every route says in its `opt` who may call it; this layer sees to it before the handler runs.

A route for residents may also say how sure the hall must be of them: `"level": 2` (real name matched) or 3 (strong as
well), and `"fresh": True` where the session must have proved itself in the last five minutes. `"operator": True` says
that it is for operators, in a session as sure as the setting `operator_level` asks for.

A route that says `"delegable"` may also be used on somebody's behalf, within the scope it names: the API by a header,
pages by a cookie of the session. Who acts and for whom is asked by one statement, and everybody who does not act for
this person right now gets the same answer, whoever it is, and whether or not they exist.

The API knows bearer tokens only and pages know cookies only, so neither can be tricked into the other's session.
"""

from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from openhall.base import db, errors
from openhall.base.config import Settings
from openhall.base.errors import Kind, Problem
from openhall.core import families, messages, people
from openhall.core.people import SessionKind
from openhall.web.edge import BEHALF_HEADER, bearer, explain

Door = ASGIConnection[Any, Any, Any, Any]
NOBODY = UUID(int=0)


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
        if BEHALF_HEADER in connection.headers and "delegable" not in handler.opt:
            raise families.not_delegable()
    if who == "partner" or handler.opt.get("session") == "batch" or (is_api and who != "resident"):
        return
    token = bearer(connection) if is_api else connection.cookies.get(people.COOKIE)
    if token is None:
        if who == "resident":
            raise errors.sign_in_required()
        return
    arrival = await _arrive(connection, token, SessionKind.API if is_api else SessionKind.PAGE, handler)
    if arrival is None:
        return
    visit, acting = arrival.visit, arrival.acting
    scope: str = handler.opt.get("delegable", "")
    looks = acting is not None and bool(scope) and not acting.looked
    pool: db.Pool = connection.app.state.pool
    if looks or people.is_unseen(visit.session):
        async with pool.write() as writing:
            await people.see(writing, visit.session)
            if looks and acting is not None:
                await families.look(writing, actor=visit.resident.id, acting=acting, scope=scope)
    state = connection.scope["state"]
    state["visit"] = visit
    state["acting"], state["acting_here"] = acting, acting is not None and bool(scope)
    state["resident"] = acting.resident if acting is not None and scope else visit.resident


async def _arrive(
    connection: Door, token: str, kind: SessionKind, handler: BaseRouteHandler
) -> families.Arrival | None:
    """Who comes with this token, and for whom; Problem when the route wants a session, a surer one, or a fresher proof
    of it, and when nobody may act for whom they name."""
    opt, pool = handler.opt, connection.app.state.pool
    async with pool.read() as conn:
        try:
            arrival = await _asked(connection, conn, token, kind, opt.get("delegable", ""))
        except Problem as problem:
            if opt["who"] != "resident":
                return None
            if kind is SessionKind.API and problem.kind is Kind.UNAUTHENTICATED:
                await explain(connection, conn, token)
            raise
        visit = arrival.visit
        if opt.get("operator"):
            level = connection.app.state.settings.operator_level
            await people.require_operator_at(conn, visit, level=level)
        people.require_level(visit, opt.get("level", people.Level.PHONE))
        if opt.get("fresh"):
            await people.require_fresh(conn, visit)
        if kind is SessionKind.PAGE:
            # The frame of every page shows it: asked here, once, and of nobody who is a stranger.
            connection.scope["state"]["unread"] = await messages.unread(conn, visit.resident.id)
    return arrival


async def _asked(connection: Door, conn: db.ReadConn, token: str, kind: SessionKind, scope: str) -> families.Arrival:
    """One statement, whether or not somebody acts for somebody else."""
    subject = _subject(connection, token, kind)
    if subject is None:
        return families.Arrival(await people.visit_of(conn, token, kind), None)
    arrival = await families.acting_visit(conn, token, kind, subject=subject, scope=scope)
    if scope and arrival.acting is None:
        raise families.not_linked()
    if scope and arrival.acting is not None and scope not in arrival.acting.scopes:
        raise families.scope_missing(scope=scope)
    return arrival


def _subject(connection: Door, token: str, kind: SessionKind) -> UUID | None:
    """For whom this request says that it is made; None for oneself. What is no id names nobody."""
    if kind is SessionKind.API:
        written = connection.headers.get(BEHALF_HEADER)
        return None if written is None else families.behalf(written) or NOBODY
    cookie = connection.cookies.get(families.COOKIE)
    settings: Settings = connection.app.state.settings
    return families.signed(settings.secret, token, cookie) if cookie else None


def _require_json(connection: Door) -> None:
    """A body must say that it is JSON: guessing would let a form on another site speak to the API."""
    length = connection.headers.get("content-length")
    has_body = length not in (None, "0") or "transfer-encoding" in connection.headers
    if has_body and connection.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise errors.unsupported_type()
