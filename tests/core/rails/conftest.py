"""The stage of every test of rails."""

from collections.abc import AsyncIterator

import pytest

from openhall.base import db, jobs
from openhall.core.rails.package import PACKAGE
from tests.core.rails.stage import Stage
from tests.outside_fixture import OutsideProgram


@pytest.fixture
async def stage(pool: db.Pool, outside: OutsideProgram) -> AsyncIterator[Stage]:
    """A resident with an empty wallet and a full bank account. At the end every promise of rails must hold."""
    jobs.register([PACKAGE])
    opened = Stage(pool, outside)
    await opened.open()
    yield opened
    assert await opened.breaches() == []
