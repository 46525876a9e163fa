"""The edge is asked hundreds of small questions: those of one file share a hall."""

from collections.abc import AsyncIterator, Iterator

import pytest

from openhall.base.config import Settings
from tests.conftest import open_hall
from tests.hall import Hall
from tests.outside_fixture import OutsideProgram
from tests.postgres_fixture import database


@pytest.fixture(scope="module")
def shared_settings(
    cluster_dsn: str, template: str, worker_id: str, outside_program: OutsideProgram
) -> Iterator[Settings]:
    """A demo hall on a database of this file."""
    with database(cluster_dsn, f"web_{worker_id}", template) as dsn:
        yield Settings(
            database_url=dsn,
            secret="a secret for tests only, 32 characters and more",
            demo=True,
            cookie_secure=False,
            bank_url=f"{outside_program.url}/bank",
            bank_secret=outside_program.secret,
            identity_keys="test:YSBrZXkgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVzIGw=",
            register_url=f"{outside_program.url}/register",
            register_secret=outside_program.secret,
            cards_url=f"{outside_program.url}/cards",
            cards_secret=outside_program.secret,
            sms_url=outside_program.url,
            sms_secret=outside_program.secret,
            otp_per_address=10_000,
            otp_per_phone=10_000,
            otp_per_phone_day=10_000,
            operator_level=1,
            names_per_resident=10_000,
            names_per_address=10_000,
            log_level="error",
            log_format="text",
        )


@pytest.fixture(scope="module")
async def hall(shared_settings: Settings, outside_program: OutsideProgram) -> AsyncIterator[Hall]:
    """The whole hall in this process, shared by the tests of one file."""
    outside_program.behave()
    async with open_hall(shared_settings, outside_program) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_cookies_of_others(request: pytest.FixtureRequest) -> None:
    """Each test comes as a browser that was never here."""
    if "hall" in request.fixturenames:
        request.getfixturevalue("hall").client.cookies.clear()
