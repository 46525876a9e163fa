"""The application: every package's routes under one roof, on one pool, with one way to answer and to refuse."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import as_file, files
from typing import Any

from litestar import Litestar, Request, Router
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.static_files import create_static_files_router

import openhall
from openhall.base import db, jobs, live, logs
from openhall.base.config import Settings
from openhall.base.package import JoinHook, Package
from openhall.core import ledger, payments
from openhall.core.payments import charging, offers
from openhall.core.people import Resident, Visit
from openhall.web import health, pages, problems
from openhall.web.cookies import host_only
from openhall.web.discover import packages as discover
from openhall.web.document import Document
from openhall.web.edge import PUBLIC
from openhall.web.gate import Gate
from openhall.web.headers import protecting
from openhall.web.measure import Measure
from openhall.web.render import Renderer


def create_app(settings: Settings) -> Litestar:
    """The hall as an ASGI application. Nothing is opened before the server's start-up."""
    logs.setup(settings.log_level, settings.log_format)
    packages = discover(demo=settings.demo)
    jobs.register(packages)
    app = Litestar(
        route_handlers=[*_routes(packages), _static_router()],
        dependencies=_dependencies(packages),
        exception_handlers=problems.handlers(),
        csrf_config=CSRFConfig(
            secret=settings.secret,
            cookie_name=problems.CSRF_COOKIE,
            cookie_secure=settings.cookie_secure,
            cookie_httponly=True,
            exclude_from_csrf_key="exclude_from_csrf",
        ),
        middleware=[Measure(), Gate()],
        request_max_body_size=settings.max_body_bytes,
        before_send=[protecting(https=settings.cookie_secure)],
        openapi_config=_openapi(settings),
        lifespan=[_opened],
        # openhall.base.logs has set the logging up; Litestar would set it up once more, its own way.
        logging_config=None,
    )
    if settings.cookie_secure:
        app.asgi_handler = host_only(app.asgi_handler)
    app.state.settings = settings
    app.state.desks = payments.Desks(desk for package in packages for desk in package.desks)
    app.state.packages = packages
    app.state.renderer = Renderer(settings, ["openhall.web", *(package.module for package in packages)])
    return app


def _routes(packages: tuple[Package, ...]) -> list[Any]:
    return [health.router, pages.router, *(route for package in packages for route in package.routes)]


def _static_router() -> Any:
    with as_file(files("openhall.web") / "static") as folder:
        return create_static_files_router(
            path="/static",
            directories=[folder],
            opt={"who": "public", "exclude_from_csrf": True, "session": "batch"},
            cache_control=CacheControlHeader(public=True, max_age=86_400),
            include_in_schema=False,
        )


def _openapi(settings: Settings) -> OpenAPIConfig:
    bearer = SecurityScheme(type="http", scheme="bearer", description="The token of POST /api/v1/auth/session.")
    return OpenAPIConfig(
        title=f"{settings.hall_name} API",
        version=openhall.__version__,
        description="Amounts are integers in minor units. Errors are problem+json (RFC 9457) with a `code`.",
        openapi_router=Router("/api", route_handlers=[], opt=PUBLIC | {"session": "batch"}, include_in_schema=False),
        render_plugins=[Document(path="/openapi.json")],
        components=Components(security_schemes={"bearer": bearer}),
    )


def _dependencies(packages: tuple[Package, ...]) -> dict[str, Provide]:
    hooks = [hook for package in packages for hook in package.on_joined]

    async def conn(request: Request[Any, Any, Any]) -> AsyncGenerator[db.Conn, None]:
        async with request.app.state.pool.write() as opened:
            yield opened

    async def reader(request: Request[Any, Any, Any]) -> AsyncGenerator[db.ReadConn, None]:
        async with request.app.state.pool.read() as opened:
            yield opened

    def pool(request: Request[Any, Any, Any]) -> db.Pool:
        return request.app.state.pool  # type: ignore[no-any-return]

    def hub(request: Request[Any, Any, Any]) -> live.Hub:
        return request.app.state.hub  # type: ignore[no-any-return]

    def settings(request: Request[Any, Any, Any]) -> Settings:
        return request.app.state.settings  # type: ignore[no-any-return]

    def teller(request: Request[Any, Any, Any]) -> payments.Teller:
        return request.app.state.teller  # type: ignore[no-any-return]

    def desks(request: Request[Any, Any, Any]) -> payments.Desks:
        return request.app.state.desks  # type: ignore[no-any-return]

    def counter(request: Request[Any, Any, Any]) -> charging.Counter:
        return request.app.state.counter  # type: ignore[no-any-return]

    def resident(request: Request[Any, Any, Any]) -> Resident:
        return request.scope["state"]["resident"]  # type: ignore[no-any-return]

    def visitor(request: Request[Any, Any, Any]) -> Resident | None:
        return request.scope["state"].get("resident")

    def visit(request: Request[Any, Any, Any]) -> Visit:
        return request.scope["state"]["visit"]  # type: ignore[no-any-return]

    def on_joined() -> list[JoinHook]:
        return hooks

    provided = (pool, hub, settings, teller, desks, counter, resident, visitor, visit, on_joined)
    return {
        "conn": Provide(conn),
        "reader": Provide(reader),
        **{provider.__name__: Provide(provider, sync_to_thread=False) for provider in provided},
    }


@asynccontextmanager
async def _opened(app: Litestar) -> AsyncIterator[None]:
    """From the server's start-up to its end: the connections, and whatever works with them."""
    settings: Settings = app.state.settings
    packages: tuple[Package, ...] = app.state.packages
    ledger.use_calendar(settings.zone, settings.cutoff)
    offered = offers.Offers(
        [source for package in packages for source in package.offers],
        [source for package in packages for source in package.groups],
    )
    payees = [source for package in packages for source in package.payees]
    app.state.pool = pool = db.Pool(settings.database_url, settings.pool_size)
    app.state.hub = hub = live.Hub(settings.database_url, pool)
    app.state.teller = teller = payments.Teller(pool, settings, payees, offered)
    app.state.counter = counter = charging.Counter(pool, settings, offered)
    await pool.open()
    await jobs.open(pool)
    await hub.open()
    await teller.open()
    await counter.open()
    try:
        yield
    finally:
        await hub.close()
        await counter.close()
        await teller.close()
        await jobs.close()
        await pool.close()
