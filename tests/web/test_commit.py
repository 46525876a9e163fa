"""Nobody hears "done" before it is: COMMIT, rendering and encoding come before the answer."""

from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from litestar import Request, Response, get, post
from msgspec import Struct

from openhall.base import db
from openhall.base.config import Settings
from openhall.web import edge
from openhall.web.app import create_app
from openhall.web.edge import PUBLIC

pytestmark = pytest.mark.anyio

q = db.parse(
    "tests",
    "-- name: prepare\ncreate table base.promises (id int unique deferrable initially deferred);"
    "\n-- name: promise\ninsert into base.promises values (1);"
    "\n-- name: promises\nselect count(*) from base.promises;",
)


class Done(Struct, frozen=True):
    """What is answered when all went well."""

    done: bool


class Unspeakable(Struct, frozen=True):
    """Something that cannot be written as JSON."""

    thing: Any


@post("/tests/promise", opt=PUBLIC)
async def promise(conn: edge.Conn) -> Done:
    """The constraint is deferred: only the COMMIT finds that it is broken."""
    await db.run(conn, q.promise)
    return Done(True)


@post("/tests/unspeakable", opt=PUBLIC)
async def unspeakable(conn: edge.Conn) -> Unspeakable:
    """The body breaks while it is encoded."""
    await db.run(conn, q.promise)
    return Unspeakable(object())


@get("/tests/page", opt=PUBLIC)
async def page(request: Request[Any, Any, Any], conn: edge.Conn) -> Response[Any]:
    """The template misses what it needs."""
    await db.run(conn, q.promise)
    return edge.page(request, "soon.html")


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The hall with three more routes."""
    app = create_app(settings)
    app.register(edge.api(promise, unspeakable, tags=["Tests"]))
    app.register(edge.pages(page))
    transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        async with app.state.pool.write() as conn:
            await db.run(conn, q.prepare)
        yield client


async def promises(pool: db.Pool) -> int:
    async with pool.read() as conn:
        return await db.one(conn, q.promises, int)


async def test_a_commit_that_fails_is_no_success(client: httpx.AsyncClient, pool: db.Pool) -> None:
    kept = await client.post("/api/v1/tests/promise")
    assert (kept.status_code, kept.json()) == (201, {"done": True})
    assert await promises(pool) == 1
    broken = await client.post("/api/v1/tests/promise")
    assert broken.status_code == 500
    assert broken.headers["Content-Type"] == "application/problem+json"
    assert broken.json()["code"] == "hall.internal"
    assert await promises(pool) == 1


async def test_an_answer_that_cannot_be_written_undoes_the_act(client: httpx.AsyncClient, pool: db.Pool) -> None:
    broken = await client.post("/api/v1/tests/unspeakable")
    assert (broken.status_code, broken.json()["code"]) == (500, "hall.internal")
    assert await promises(pool) == 0


async def test_a_template_that_breaks_undoes_the_act(client: httpx.AsyncClient, pool: db.Pool) -> None:
    broken = await client.get("/tests/page", headers={"Accept-Language": "en"})
    assert broken.status_code == 500
    assert "Something went wrong on our side." in broken.text
    assert await promises(pool) == 0


async def test_a_crash_tells_nothing_of_the_house(client: httpx.AsyncClient) -> None:
    broken = await client.get("/tests/page")
    for hint in ("Traceback", "jinja2", "soon.html", "Undefined", "openhall/", ".py", "psycopg"):
        assert hint not in broken.text
    failed = await client.post("/api/v1/tests/unspeakable")
    assert set(failed.json()) == {"type", "title", "status", "detail", "code"}
