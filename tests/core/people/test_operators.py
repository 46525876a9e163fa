"""Operators act in sessions that a passkey opened or raised; and it stands in the trail who is one."""

from typing import Any

import msgspec
import pytest

from openhall.base import clock
from openhall.base.config import Settings
from openhall.core import people
from openhall.core.people.actions import operators
from tests.conftest import open_hall
from tests.core.people.pins.steps import id_of
from tests.core.people.test_passkeys_api import acts
from tests.hall import Hall
from tests.house.visitor import enter
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio
OPERATOR, STRANGER = "13800000007", "13800000001"
PAGES = ("/operator/recoveries", "/operator/freezes", "/operator/names", "/operator/families", "/operator/bank")


async def _appoint(hall: Hall) -> Any:
    headers = await hall.sign_in(OPERATOR)
    async with hall.pool.write() as conn:
        await people.add_operator(conn, await id_of(hall, headers))
    return headers


async def test_a_code_opens_no_page_of_operators(settings: Settings, outside: OutsideProgram) -> None:
    strict = msgspec.structs.replace(settings, operator_level=3)
    async with open_hall(strict, outside) as hall:
        headers = await _appoint(hall)
        await enter(hall, OPERATOR)
        for page in PAGES:
            answer = await hall.client.get(page)
            assert (answer.status_code, answer.headers["Location"][:14]) == (303, "/step-up?next="), page
            assert answer.headers["Location"].endswith("level=3"), page
        asked = await hall.client.get("/step-up?level=3")
        assert "/me/passkeys/new" in asked.text, "without a passkey one is made first, and no name is asked for"
        await hall.add_passkey(headers)
        assert 'action="/step-up/passkey"' in (await hall.client.get("/step-up?level=3")).text
        async with hall.pool.write() as conn:
            await conn.execute(
                "update people.sessions set strong_at = %s, passkey = (select id from people.passkeys)"
                " where kind = 'page'",
                [clock.now()],
            )
        for page in PAGES:
            assert (await hall.client.get(page)).status_code == 200, page
        hall.client.cookies.clear()
        await enter(hall, STRANGER)
        for page in PAGES:
            assert (await hall.client.get(page)).status_code == 404, "nothing is said to a stranger, not even that"


def test_a_hall_asks_its_operators_for_a_passkey_unless_told_otherwise() -> None:
    assert Settings(database_url="x", secret="x" * 32).operator_level == 3


async def test_who_is_an_operator_stands_in_their_trail(hall: Hall) -> None:
    mine = await id_of(hall, await _appoint(hall))
    async with hall.pool.write() as conn:
        await operators.add_operator(conn, mine)
        assert await operators.remove_operator(conn, mine)
        assert not await operators.remove_operator(conn, mine)
    assert [act for act in await acts(hall) if act.startswith("operator")] == ["operator_added", "operator_removed"]
