"""The stage of every test of payouts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.core.payouts.stage import Stage
from tests.hall import Hall


@pytest.fixture
async def stage(hall: Hall, tmp_path: Path) -> AsyncIterator[Stage]:
    """A shop with money and a bank. At the end every promise of the hall must hold."""
    opened = Stage(hall, tmp_path)
    await opened.open()
    yield opened
    opened.bank.close()
    await hall.books_agree()
