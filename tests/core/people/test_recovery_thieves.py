"""Recovery, and who would abuse it: an impostor at the counter, a thief with the card of the old number."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from openhall.base import clock
from openhall.core.people.actions import residents, sessions
from openhall.core.people.recovery import actions
from tests.core.people.pins.steps import has_pin, refusal, set_pin, told
from tests.core.people.test_passkeys_api import API, sign_in
from tests.core.people.test_recovery_api import DAY, OLD, Counter, counter, id_of, refused, regain
from tests.hall import Hall

pytestmark = pytest.mark.anyio
__all__ = ["counter"]


@pytest.mark.parametrize("has_passkey", [True, False])
async def test_to_open_it_twice_shortens_no_wait(hall: Hall, counter: Counter, has_passkey: bool) -> None:
    mine = await hall.sign_in(OLD)
    if has_passkey:
        await hall.add_passkey(mine)
    first = await counter.open(stolen=True)
    async with hall.pool.write() as conn:
        await actions.decline(conn, operator=counter.first, recovery=first)
    assert await refused(counter.confirm(await counter.open())) == "people.recovery_too_early"


async def test_after_a_month_nothing_is_left_that_could_object(hall: Hall, counter: Counter) -> None:
    await hall.sign_in(OLD)
    first = await counter.open(stolen=True)
    async with hall.pool.write() as conn:
        await actions.decline(conn, operator=counter.first, recovery=first)
    with clock.at(clock.now() + actions.LOOKS_BACK):
        assert (await counter.confirm(await counter.open())).code


async def test_a_report_of_theft_does_not_help_the_thief(hall: Hall, counter: Counter) -> None:
    owner = await hall.sign_in(OLD)
    await has_pin(hall, owner, "830572")
    passkey, device = await hall.add_passkey(owner)
    await hall.give(owner, 900_000)
    shop = await hall.open_shop(await hall.sign_in("13800000099"))
    await counter.open(stolen=True)
    thief = await hall.sign_in(OLD)
    assert refusal(await set_pin(hall, thief, "271963")) == (403, "people.proof_too_old"), "the passkey still counts"
    code = await hall.client.post("/api/v1/auth/step-ups/otp", headers=thief)
    assert refusal(code) == (422, "people.passkey_required")
    assert refusal(await hall.pay(thief, code=shop["code"], amount=10)) == (422, "payments.account_frozen")
    asked = await hall.client.post(f"{API}/{passkey}/confirmation-options", headers=thief)
    assert refusal(asked) == (422, "people.passkey_suspended"), "nor does the thief switch it on again"
    assert refusal(await sign_in(hall, device)) == (422, "people.passkey_suspended")
    assert "people.frozen" in await told(hall, thief)
    await hall.books_agree()


async def test_a_wrong_report_of_theft_is_ended_with_the_passkey(hall: Hall, counter: Counter) -> None:
    """An impostor says that all is stolen: the owner stops it, switches the passkey on and lifts the freeze."""
    passkey, device = await hall.add_passkey(await hall.sign_in(OLD))
    await counter.open(stolen=True)
    owner = await hall.sign_in(OLD)
    assert (await hall.client.delete("/api/v1/me/recovery", headers=owner)).status_code == 204
    options = (await hall.client.post(f"{API}/{passkey}/confirmation-options", headers=owner)).json()
    body = {"credential": device.use(options)}
    assert (await hall.client.post(f"{API}/{passkey}/confirmations", json=body, headers=owner)).status_code == 201
    entered = await sign_in(hall, device)
    strong = {"Authorization": f"Bearer {entered.json()['token']}"}
    assert (await hall.client.delete("/api/v1/me/freeze", headers=strong)).status_code == 200
    await hall.books_agree()


class Held:
    """A module whose function waits until it may go on."""

    def __init__(self, module: Any, name: str) -> None:
        self._module, self._name = module, name
        self.at, self.go = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._module, name)
        return self._waiting(real) if name == self._name else real

    def _waiting(self, real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def wait(*args: Any, **kwargs: Any) -> Any:
            self.at.set()
            await self.go.wait()
            return await real(*args, **kwargs)

        return wait


@pytest.mark.parametrize("way", ["code", "passkey"])
async def test_no_sign_in_that_is_under_way_outlives_a_recovery(
    hall: Hall, counter: Counter, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    _, device = await hall.add_passkey(await hall.sign_in(OLD))
    recovery = await counter.open()
    with clock.at(clock.now() + DAY):
        code = (await counter.confirm(recovery)).code
        if way == "code":
            await hall.client.post("/api/v1/auth/otp", json={"phone": OLD})
            texts = await hall.client.get(f"/demo/phone/{OLD}", headers={"Accept": "application/json"})
            held, body = Held(sessions, "begin"), {"phone": OLD, "code": texts.json()[0]["code"]}
            monkeypatch.setattr("openhall.core.people.actions.codes.sessions", held)
            entering = asyncio.create_task(hall.client.post("/api/v1/auth/session", json=body))
        else:
            held = Held(sessions, "begin")
            options = (await hall.client.post(f"{API}/authentication-options")).json()
            monkeypatch.setattr("openhall.core.people.passkeys.ceremonies.sessions", held)
            wish = {"credential": device.use(options)}
            entering = asyncio.create_task(hall.client.post(f"{API}/sessions", json=wish))
        await held.at.wait()
        moving = asyncio.create_task(regain(hall, code))
        await hall.somebody_waits()
        held.go.set()
        entered, moved = await asyncio.gather(entering, moving)
        assert (entered.status_code, moved.status_code) == (201, 201)
        late = {"Authorization": f"Bearer {entered.json()['token']}"}
        assert (await hall.client.get("/api/v1/me", headers=late)).status_code == 401, "it ended with the others"


async def test_a_code_to_a_number_that_has_just_moved_away_opens_nothing(
    hall: Hall, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hall.sign_in(OLD)
    recovery = await counter.open()
    with clock.at(clock.now() + DAY):
        code = (await counter.confirm(recovery)).code
        await hall.client.post("/api/v1/auth/otp", json={"phone": OLD})
        texts = await hall.client.get(f"/demo/phone/{OLD}", headers={"Accept": "application/json"})
        found = residents.find_or_join
        moved: list[int] = []

        async def found_and_moved(*args: Any, **kwargs: Any) -> Any:
            answer = await found(*args, **kwargs)
            moved.append((await regain(hall, code)).status_code)
            return answer

        monkeypatch.setattr(residents, "find_or_join", found_and_moved)
        body = {"phone": OLD, "code": texts.json()[0]["code"]}
        entered = await hall.client.post("/api/v1/auth/session", json=body)
        assert moved == [201]
        assert refusal(entered) == (422, "people.code_expired")


async def test_whoever_reports_a_theft_at_the_hall_is_frozen_by_it(hall: Hall, counter: Counter) -> None:
    lost = await hall.sign_in(OLD)
    owner = await id_of(hall, lost)
    await counter.open(stolen=True)
    async with hall.pool.read() as conn:
        found = await conn.execute(b"select by from people.freezes where resident = %s", [owner])
        assert await found.fetchall() == [(counter.first,)]
