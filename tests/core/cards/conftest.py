"""The stage of every test of cards."""

from collections.abc import AsyncIterator

import pytest

from tests.core.cards.stage import VISITOR, Stage
from tests.hall import Hall


@pytest.fixture
async def stage(hall: Hall) -> AsyncIterator[Stage]:
    """A visitor with an empty wallet. At the end every promise of the hall must hold."""
    yield Stage(hall, await hall.sign_in(VISITOR))
    await hall.books_agree()
