"""The real application without a database: its routes and its document can be walked as they are."""

from collections.abc import Iterator
from functools import cache

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from openhall.base.config import Settings
from openhall.web import document
from openhall.web.app import create_app

SETTINGS = Settings(
    database_url="postgresql://nowhere/hall", secret="for tests, at least 32 characters", demo=True, log_level="error"
)


class Door(Struct, frozen=True):
    """One method of one address."""

    method: str
    path: str
    handler: HTTPRouteHandler

    @property
    def who(self) -> str | None:
        who: str | None = self.handler.opt.get("who")
        return who

    @property
    def is_api(self) -> bool:
        return bool(self.handler.opt.get("api", False))

    @property
    def address(self) -> str:
        """The path with something plausible in its places."""
        parts = {"uuid": "0197a000-0000-7000-8000-000000000001", "str": "13800138000", "path": "css/app.css"}
        return "/".join(
            parts[part.rstrip("}").partition(":")[2]] if part.startswith("{") else part for part in self.path.split("/")
        )


@cache
def app() -> Litestar:
    """The demo hall, never opened."""
    return create_app(SETTINGS)


@cache
def the_document() -> dict[str, object]:
    """Its OpenAPI document."""
    return document.of(app())


def doors() -> Iterator[Door]:
    """Every method of every route, but for OPTIONS, which says no more than the methods."""
    for route in app().routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                yield Door(method, route.path, handler)
