"""One PostgreSQL server per test run, shared by the xdist workers, and databases copied from a migrated template.

Import these fixtures into conftest.py, together with the hooks `pytest_configure` and `pytest_unconfigure`, which
give the run its folder and stop the server at the end, also after a failure or a Ctrl-C.
"""

import asyncio
import fcntl
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from openhall.base import migrate
from openhall.base.postgres import Cluster

# Not an OPENHALL_ name: unknown settings are refused. xdist workers inherit it.
FOLDER = "HALL_TEST_POSTGRES"
# Tests kill processes, never the machine: what the kernel has taken is kept, so nothing waits for the disk.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "300"}
_numbers = count(1)
# Kept until the process ends: the worker that started the server must not stop it while another uses it.
_clusters: list[Cluster] = []


def pytest_configure(config: pytest.Config) -> None:
    """The controller, or the only process, makes the folder; the first test that wants a database starts the server."""
    if FOLDER not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="hall-tests-"))
        # The account under which root's server runs has to pass.
        folder.chmod(0o711)
        os.environ[FOLDER] = str(folder)
        config.stash[_OWNED] = folder


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = config.stash.get(_OWNED, None)
    if folder is not None:
        del os.environ[FOLDER]
        Cluster(folder).wipe()
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()


_OWNED = pytest.StashKey[Path]()


@pytest.fixture(scope="session")
def cluster_dsn() -> str:
    """The server of this test run, as a DSN to its database `openhall`, which stays empty."""
    _clusters.append(Cluster(Path(os.environ[FOLDER]), settings=SETTINGS))
    return _clusters[-1].start()


def template(cluster_dsn: str, modules: Iterable[str]) -> str:
    """The name of a database with the migrations of `modules`, made by the first worker that asks."""
    modules = list(modules)
    name = "template_" + "_".join(module.rpartition(".")[2] for module in modules)[:50]
    with _turn(), psycopg.connect(cluster_dsn, autocommit=True) as server:
        if not server.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            half = f"{name}_new"
            server.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(half)))
            server.execute(sql.SQL("create database {}").format(sql.Identifier(half)))
            _run(migrate.apply(make_conninfo(cluster_dsn, dbname=half), modules))
            server.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(half), sql.Identifier(name)))
    return name


@contextmanager
def database(cluster_dsn: str, source: str = "template1") -> Iterator[str]:
    """The DSN of a new database copied from `source`; dropped afterwards, even while something is connected."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{next(_numbers)}"
    make = sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(source))
    drop = sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
    # Two copies of one template at the same time would refuse each other.
    with _turn(), psycopg.connect(cluster_dsn, autocommit=True) as server:
        server.execute(make)
    try:
        yield make_conninfo(cluster_dsn, dbname=name)
    finally:
        with psycopg.connect(cluster_dsn, autocommit=True) as server:
            server.execute(drop)


@contextmanager
def _turn() -> Iterator[None]:
    with (Path(os.environ[FOLDER]) / "turn.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(work: Any) -> None:
    """Run a coroutine to its end in a thread of its own: the test that asks may already be inside an event loop."""
    failure: list[BaseException] = []

    def target() -> None:
        try:
            asyncio.run(work)
        except BaseException as error:  # noqa: BLE001  handed on to the caller below
            failure.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
