"""One PostgreSQL server per test run, shared by the xdist workers.

conftest.py imports the fixture and the two hooks. The hooks run in the controller: they give the run its folder, and
stop the server at the end, also after a failure or a Ctrl-C.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from openhall.base.postgres import Cluster

# Not an OPENHALL_ name: unknown settings are refused. The xdist workers inherit it.
FOLDER = "HALL_TEST_POSTGRES"
# Tests kill processes, never the machine: what the kernel has taken is kept, so nothing waits for the disk.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "300", "max_wal_size": "128MB"}

PREFIX = "hall-tests-"
# Where Linux keeps files in memory. Each test gets a copy of some thousand small files: on a disk's file system that
# costs three times the processor time that it costs here.
MEMORY = Path("/dev/shm")
# What the run's databases need of it at most, with room to spare.
MEMORY_BYTES = 1 << 30
# In the run's folder; locked as long as the controller lives.
CLAIM = "claim"

_folder = pytest.StashKey[Path]()
_claim = pytest.StashKey[TextIO]()
# Kept until the process ends: the worker that started the server must not stop it while another uses it.
_clusters: list[Cluster] = []


def pytest_configure(config: pytest.Config) -> None:
    """The controller, or the only process, makes the folder; the first test that wants a database starts the server."""
    if FOLDER not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_parent()))
        # The account under which root's server runs has to pass.
        folder.chmod(0o711)
        os.environ[FOLDER] = str(folder)
        config.stash[_folder] = folder
        config.stash[_claim] = (folder / CLAIM).open("w")
        fcntl.flock(config.stash[_claim], fcntl.LOCK_EX)
        _remove_left_overs(folder.parent)


def _parent() -> Path:
    """Memory where there is enough of it, else where temporary files go."""
    try:
        has_room = shutil.disk_usage(MEMORY).free >= MEMORY_BYTES and os.access(MEMORY, os.W_OK)
    except OSError:
        has_room = False
    return MEMORY if has_room else Path(tempfile.gettempdir())


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = config.stash.get(_folder, None)
    if folder is not None:
        del os.environ[FOLDER]
        _remove(folder)
        config.stash[_claim].close()


def _remove(folder: Path) -> None:
    Cluster(folder).wipe()
    (folder / CLAIM).unlink(missing_ok=True)
    folder.rmdir()


def _remove_left_overs(parent: Path) -> None:
    """A run that was killed could not stop its server. Its claim is free, and so the next run does it."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            with (folder / CLAIM).open() as claim:
                fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(folder)
        except OSError:
            # In use, somebody else's, or gone by now.
            continue


@pytest.fixture(scope="session")
def cluster_dsn() -> str:
    """The server of this test run, as a DSN to its database `openhall`, which stays empty."""
    _clusters.append(Cluster(Path(os.environ[FOLDER]), settings=SETTINGS))
    return _clusters[-1].start()


@contextmanager
def database(cluster_dsn: str, name: str, template: str) -> Iterator[str]:
    """The DSN of a new database `name`, a copy of `template`; dropped at the end.

    The files are copied as they are: written to the log page by page, as is usual, they cost thrice as much.
    """
    drop = f'drop database if exists "{name}" with (force)'.encode()
    with psycopg.connect(cluster_dsn, autocommit=True) as admin:
        admin.execute(drop)
        admin.execute(f'create database "{name}" template "{template}" strategy file_copy'.encode())
        yield make_conninfo(cluster_dsn, dbname=name)
        admin.execute(drop)
