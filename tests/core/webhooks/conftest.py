"""The stage of every test of webhooks."""

from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest

from openhall.base.config import Settings
from tests.conftest import open_hall
from tests.core.webhooks.receiver import Receiver
from tests.core.webhooks.stage import Stage
from tests.hall import Hall
from tests.outside_fixture import OutsideProgram


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A merchant's own program."""
    running = Receiver()
    yield running
    running.close()


@pytest.fixture
async def hall(settings: Settings, outside: OutsideProgram) -> AsyncIterator[Hall]:
    """A hall that may call this machine."""
    async with open_hall(msgspec.structs.replace(settings, webhooks_to_loopback=True), outside) as opened:
        yield opened


@pytest.fixture
async def stage(hall: Hall, receiver: Receiver) -> AsyncIterator[Stage]:
    """A keeper with a shop, a payer with money. At the end every promise of the hall must hold."""
    keeper, payer = await hall.sign_in("13900000001"), await hall.sign_in("13900000002")
    await hall.give(payer, 1_000_000)
    yield Stage(hall, receiver, keeper, payer, await hall.open_shop(keeper))
    await hall.books_agree()
