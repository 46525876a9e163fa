"""One PostgreSQL server per test run, shared by the xdist workers.

conftest.py imports the fixture and the two hooks. The hooks run in the controller: they give the run its folder, and
stop the server at the end, also after a failure or a Ctrl-C.
"""

import os
import tempfile
from pathlib import Path

import pytest

from openhall.base.postgres import Cluster

# Not an OPENHALL_ name: unknown settings are refused. The xdist workers inherit it.
FOLDER = "HALL_TEST_POSTGRES"
# Tests kill processes, never the machine: what the kernel has taken is kept, so nothing waits for the disk.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "300"}

_folder = pytest.StashKey[Path]()
# Kept until the process ends: the worker that started the server must not stop it while another uses it.
_clusters: list[Cluster] = []


def pytest_configure(config: pytest.Config) -> None:
    """The controller, or the only process, makes the folder; the first test that wants a database starts the server."""
    if FOLDER not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="hall-tests-"))
        # The account under which root's server runs has to pass.
        folder.chmod(0o711)
        os.environ[FOLDER] = str(folder)
        config.stash[_folder] = folder


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = config.stash.get(_folder, None)
    if folder is not None:
        del os.environ[FOLDER]
        Cluster(folder).wipe()
        folder.rmdir()


@pytest.fixture(scope="session")
def cluster_dsn() -> str:
    """The server of this test run, as a DSN to its database `openhall`, which stays empty."""
    _clusters.append(Cluster(Path(os.environ[FOLDER]), settings=SETTINGS))
    return _clusters[-1].start()
