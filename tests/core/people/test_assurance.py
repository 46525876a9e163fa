"""How sure the hall must be: levels, new devices, signing out everywhere, and floods from one address."""

from datetime import timedelta
from typing import Any

import anyio
import httpx
import msgspec
import pytest
from litestar import get

from openhall.base import clock
from openhall.base.config import Settings
from openhall.base.package import Package
from openhall.web import edge
from openhall.web.discover import packages
from tests.conftest import open_hall
from tests.core.people.names.people import XIAOMING, be
from tests.core.people.test_passkeys_api import API, refusal, sign_in
from tests.hall import Hall, Headers
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio
ONE = "13800138000"


@get("/named", opt=edge.RESIDENT | {"level": 2}, sync_to_thread=False)
def named() -> None:
    """For whoever proved their real name."""


@get("/strong", opt=edge.RESIDENT | {"level": 3}, sync_to_thread=False)
def strong() -> None:
    """For whoever used a passkey besides."""


@get("/strong-page", opt=edge.RESIDENT | {"level": 3}, sync_to_thread=False)
def strong_page() -> str:
    """The same as a page."""
    return "strong"


async def test_routes_ask_for_a_level_and_the_gate_keeps_it(
    settings: Settings, outside: OutsideProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = (edge.api(named, strong, tags=["Tests"]), edge.pages(strong_page))
    guarded = Package(name="tests", module="openhall.web", routes=routes)
    # For the hall itself, and for the tests' own store of halls, which knows them by their packages.
    for where in ("openhall.web.app.discover", "tests.conftest.packages"):
        monkeypatch.setattr(where, lambda *, demo: (*packages(demo=demo), guarded))
    async with open_hall(settings, outside) as hall:
        mine = await hall.sign_in(ONE)
        assert await _reached(hall, mine) == [(2, 1), (3, 1)]
        assert (await be(hall, mine, XIAOMING)).status_code == 200
        assert await _reached(hall, mine) == [None, (3, 2)]
        _, device = await hall.add_passkey(mine)
        token = (await sign_in(hall, device)).json()["token"]
        assert await _reached(hall, {"Authorization": f"Bearer {token}"}) == [None, None]
        assert await _reached(hall, mine) == [None, (3, 2)], "the other session is no surer for it"


async def _reached(hall: Hall, headers: Headers) -> list[Any]:
    """Of both routes: None where it opened, else what was needed and what there was."""
    found: list[Any] = []
    for path in ("named", "strong"):
        answer = await hall.client.get(f"/api/v1/{path}", headers=headers)
        if answer.status_code == 200:
            found.append(None)
            continue
        assert refusal(answer) == (403, "people.level_too_low")
        found.append((answer.json()["needed"], answer.json()["has"]))
    return found


async def test_signing_out_everywhere_keeps_the_session_that_asks(hall: Hall) -> None:
    first, second, mine = [await hall.sign_in(ONE) for _ in range(3)]
    other = await hall.sign_in("13700137000")
    ended = await hall.client.delete("/api/v1/me/sessions", headers=mine)
    assert (ended.status_code, ended.json()) == (200, {"ended": 2})
    statuses = [(await hall.client.get("/api/v1/me", headers=one)).status_code for one in (first, second, mine, other)]
    assert statuses == [401, 401, 200, 200]
    here_too = await hall.client.delete("/api/v1/me/sessions", params={"here_too": "true"}, headers=mine)
    assert here_too.json() == {"ended": 1}
    assert (await hall.client.get("/api/v1/me", headers=mine)).status_code == 401


async def test_a_sign_in_on_a_new_device_is_told_and_the_first_one_is_not(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    assert await _told(hall, mine) == []
    await hall.sign_in(ONE)
    (message,) = await _told(hall, mine)
    assert message["template"] == "people.new_device"
    assert hall.settings.help_phone in message["body"]


async def _told(hall: Hall, headers: Headers) -> list[Any]:
    """What is in the inbox."""
    answer = await hall.client.get("/api/v1/messages", headers=headers)
    return list(answer.json()["messages"])


async def test_a_flood_of_sign_ins_from_one_address_is_refused_without_the_database(hall: Hall) -> None:
    """200 at once, then 200 more: the second flood is refused by the process itself."""
    body = {"phone": ONE, "code": "123456"}
    answers: list[httpx.Response] = []

    async def attempt() -> None:
        answers.append(await hall.client.post("/api/v1/auth/session", json=body))

    async def flood() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(200):
                tasks.start_soon(attempt)

    most = hall.settings.otp_per_address * 5
    await flood()
    assert [answer.status_code for answer in answers].count(422) == most
    counted = await _counted(hall)
    answers.clear()
    await flood()
    assert {answer.status_code for answer in answers} == {429}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)
    assert await _counted(hall) == counted, "the database was not asked"
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert (await hall.client.post("/api/v1/auth/session", json=body)).status_code == 422, "and then one may again"


async def _counted(hall: Hall) -> int:
    async with hall.pool.read() as conn:
        found = await conn.execute("select count from base.limits where key like 'people.sign_in.address:%'")
        (count,) = await found.fetchone() or (0,)
        return int(count)


async def test_questions_to_passkeys_are_limited_by_address(settings: Settings, outside: OutsideProgram) -> None:
    async with open_hall(msgspec.structs.replace(settings, otp_per_address=1), outside) as hall:
        statuses = [(await hall.client.post(f"{API}/authentication-options")).status_code for _ in range(12)]
        assert statuses == [200] * 10 + [429] * 2
