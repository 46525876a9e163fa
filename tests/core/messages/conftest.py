"""The stage of every test of messages: it is noon."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from openhall.base import clock
from openhall.base.config import Settings
from tests.conftest import open_hall
from tests.core.messages.stage import NOON, Stage
from tests.core.webhooks.receiver import Receiver
from tests.hall import Hall
from tests.outside_fixture import OutsideProgram

NUMBERS = count(10_000_000)


@pytest.fixture
def noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def service() -> Iterator[Receiver]:
    """A push service."""
    running = Receiver()
    yield running
    running.close()


@pytest.fixture
async def hall(settings: Settings, outside: OutsideProgram, tmp_path: Path, noon: None) -> AsyncIterator[Hall]:
    """A hall that may call this machine, and has a print room."""
    own = {"webhooks_to_loopback": True, "letter_files": str(tmp_path / "letters"), "default_language": "en"}
    async with open_hall(msgspec.structs.replace(settings, **own), outside) as opened:
        yield opened


@pytest.fixture
async def stage(hall: Hall, service: Receiver, tmp_path: Path) -> AsyncIterator[Stage]:
    """A resident whom nobody has told anything. At the end every promise of the hall must hold."""
    phone = f"133{next(NUMBERS)}"
    headers = await hall.sign_in(phone)
    me = UUID((await hall.client.get("/api/v1/me", headers=headers)).json()["id"])
    yield Stage(hall, service, tmp_path / "letters", phone, headers, me)
    await hall.books_agree()
