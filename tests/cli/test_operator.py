"""`openhall operator`: who runs the hall is said at the command line, by somebody who can reach the database."""

import asyncio
import subprocess

import pytest

from tests.cli.test_help import openhall
from tests.hall import Hall

pytestmark = pytest.mark.anyio

PHONE, OTHER, NOBODY = "13900000001", "13900000002", "13900000003"


async def say(hall: Hall, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command over the hall's database."""
    settings = {"OPENHALL_DATABASE_URL": hall.settings.database_url, "OPENHALL_SECRET": hall.settings.secret}
    return await asyncio.to_thread(openhall, "operator", *arguments, **settings)


async def test_operators_are_added_listed_and_removed(hall: Hall) -> None:
    headers = await hall.sign_in(PHONE)
    await hall.sign_in(OTHER)
    assert (await say(hall)).stdout == "there is no operator\n"
    for phone in (PHONE, f"+86 {OTHER}"):
        added = await say(hall, "add", phone)
        assert (added.returncode, added.stdout) == (0, f"+86{phone[-11:]} is an operator now\n"), added.stderr
    listed = (await say(hall, "list")).stdout
    assert f"+86{PHONE}" in listed
    assert f"+86{OTHER}" in listed
    removed = await say(hall, "remove", PHONE)
    assert (removed.returncode, removed.stdout) == (0, f"+86{PHONE} is an operator no more\n")
    listed = (await say(hall, "list")).stdout
    assert f"+86{PHONE}" not in listed
    assert f"+86{OTHER}" in listed
    assert (await hall.client.get("/api/v1/me", headers=headers)).status_code == 200, "they stay a resident"


async def test_whoever_was_none_is_said_to_have_been_none(hall: Hall) -> None:
    await hall.sign_in(PHONE)
    removed = await say(hall, "remove", PHONE)
    assert (removed.returncode, removed.stdout) == (0, f"+86{PHONE} was no operator\n")


@pytest.mark.parametrize("what", ["add", "remove"])
@pytest.mark.parametrize("phone", [NOBODY, "12", ""])
async def test_nobody_becomes_an_operator_who_never_signed_in(hall: Hall, what: str, phone: str) -> None:
    refused = await say(hall, what, phone)
    assert (refused.returncode, refused.stdout) == (1, f"nobody signs in with {phone}\n")
    assert (await say(hall)).stdout == "there is no operator\n"
