"""What every test may use: a real database from the real migrations, the hall in this process, the outside world."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import psycopg
import pytest
from litestar import Litestar
from msgspec import structs
from psycopg.conninfo import make_conninfo

from openhall.base import clock, db, migrate
from openhall.base.config import Settings
from openhall.demo.run import HALL_ACCOUNT
from openhall.web.app import create_app
from openhall.web.discover import modules, packages
from tests.hall import Hall
from tests.outside_fixture import OutsideProgram, outside, outside_program
from tests.postgres_fixture import cluster_dsn, database, pytest_configure, pytest_unconfigure

__all__ = ["cluster_dsn", "outside", "outside_program", "pytest_configure", "pytest_unconfigure"]


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def template(cluster_dsn: str, anyio_backend: object) -> str:
    """The name of a migrated, empty database, from which each test copies its own; the first worker makes it."""
    import asyncio

    with psycopg.connect(cluster_dsn, autocommit=True) as admin:
        # Held until this connection ends: the others wait, and find it made.
        admin.execute("select pg_advisory_lock(1)")
        if admin.execute("select 1 from pg_database where datname = 'template'").fetchone() is None:
            admin.execute("drop database if exists unfinished")
            admin.execute("create database unfinished")
            asyncio.run(migrate.apply(make_conninfo(cluster_dsn, dbname="unfinished"), modules(demo=True)))
            admin.execute("alter database unfinished rename to template")
    return "template"


@pytest.fixture
def database_url(cluster_dsn: str, template: str, worker_id: str) -> Iterator[str]:
    """A database of this test alone."""
    with database(cluster_dsn, f"test_{worker_id}", template) as dsn:
        yield dsn


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[db.Pool]:
    """Connections to the test's database; 40 of them, enough for races."""
    pool = db.Pool(database_url, 40)
    await pool.open()
    yield pool
    await pool.close()


@pytest.fixture
async def conn(pool: db.Pool) -> AsyncIterator[db.Conn]:
    """One transaction, committed when the test ends well."""
    async with pool.write() as opened:
        yield opened


@pytest.fixture
def settings(database_url: str, outside: OutsideProgram, tmp_path: Path) -> Settings:
    """A demo hall whose partners are the fakes of this worker."""
    return Settings(
        database_url=database_url,
        secret="a secret for tests only, 32 characters and more",
        demo=True,
        cookie_secure=False,
        bank_url=f"{outside.url}/bank",
        bank_secret=outside.secret,
        bank_timeout_s=1.0,
        bank_files=str(tmp_path / "bank"),
        bank_account=HALL_ACCOUNT,
        payout_batches="at_once",
        identity_keys="test:YSBrZXkgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVzIGw=",
        register_url=f"{outside.url}/register",
        register_secret=outside.secret,
        register_timeout_s=1.0,
        operator_level=1,
        sms_url=outside.url,
        sms_secret=outside.secret,
        # Few enough that a test can reach it.
        otp_per_address=30,
        mail_url=outside.url,
        mail_secret=outside.secret,
        cards_url=f"{outside.url}/cards",
        cards_secret=outside.secret,
        cards_timeout_s=1.0,
        log_level="error",
        log_format="text",
    )


@pytest.fixture
async def hall(settings: Settings, outside: OutsideProgram) -> AsyncIterator[Hall]:
    """The whole hall in this process, on a database of its own."""
    async with open_hall(settings, outside) as opened:
        yield opened


# Halls of this process in which nobody is any more, by their shape.
_idle: defaultdict[tuple[Settings, tuple[str, ...]], list[Litestar]] = defaultdict(list)


@asynccontextmanager
async def open_hall(settings: Settings, outside: OutsideProgram) -> AsyncIterator[Hall]:
    app = _built(settings)
    # The two libraries write the type of an ASGI application differently; it is the same thing.
    transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield Hall(client, app.state.pool, settings, outside)
    _idle[_shape(settings)].append(app)


def _built(settings: Settings) -> Litestar:
    """A hall that an earlier test is done with, or a new one: to register its routes costs more than most tests do."""
    idle = _idle[_shape(settings)]
    app = idle.pop() if idle else create_app(settings)
    app.state.settings = settings
    return app


def _shape(settings: Settings) -> tuple[Settings, tuple[str, ...]]:
    """What an application is made of, without where this test's files and rows are."""
    names = tuple(package.name for package in packages(demo=settings.demo))
    return structs.replace(settings, database_url="", bank_files="", letter_files=""), names


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def the_clock_runs_on() -> Iterator[None]:
    """Whatever a test does to the clock, the next one has the real time."""
    yield
    clock._Source.fixed = None
