"""A served hall for each test, to be killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outside_fixture import OutsideProgram
from tests.postgres_fixture import database
from tests.served import Served, served


@pytest.fixture
def own_database(cluster_dsn: str, template: str, worker_id: str) -> Iterator[str]:
    with database(cluster_dsn, f"chaos_{worker_id}", template) as dsn:
        yield dsn


@pytest.fixture
def hall(own_database: str, outside: OutsideProgram, tmp_path: Path) -> Iterator[Served]:
    """A served hall of this test alone; the bank keeps books of its own for it."""
    with served(own_database, outside, tmp_path) as hall:
        yield hall
