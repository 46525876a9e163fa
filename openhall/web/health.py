"""For whoever runs the hall: is it alive, is it ready, and how does it fare."""

from typing import Any

import psycopg
from litestar import Request, Response, Router, get

from openhall.base import db, metrics
from openhall.web.edge import PUBLIC

q = db.load("openhall.base")


@get("/health/live", opt=PUBLIC, sync_to_thread=False)
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@get("/health/ready", opt=PUBLIC)
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """The process can serve: the database answers. 503 while it cannot, so that a balancer looks elsewhere."""
    pool: db.Pool = request.app.state.pool
    try:
        async with pool.read() as conn:
            await db.one(conn, q.ready, int)
    except (psycopg.Error, OSError):
        return Response({"status": "database unavailable"}, status_code=503)
    return Response({"status": "ready"})


@get("/metrics", opt=PUBLIC, sync_to_thread=False)
def prometheus() -> Response[bytes]:
    """Prometheus metrics: counts and times by route. Keep this path inside at the proxy."""
    return Response(metrics.render(), media_type="text/plain; version=0.0.4")


router = Router(
    path="/",
    route_handlers=[live, ready, prometheus],
    include_in_schema=False,
    opt={"exclude_from_csrf": True, "session": "batch"},
)
