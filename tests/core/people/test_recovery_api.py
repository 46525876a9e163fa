"""Recovery at the hall: two operators, a code, a new number; and everybody who must not get through."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from openhall.base import clock
from openhall.base.errors import Problem
from openhall.core.people.recovery import actions
from openhall.core.people.recovery.types import Confirmed, Evidence
from tests.authenticator import Authenticator
from tests.core.people.test_passkeys_api import API, acts, ask, news, refusal, sign_in
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio
OLD, NEW, OTHER = "13800138000", "13700137000", "13700137001"
DAY = timedelta(hours=24)


class Counter:
    """Two operators at the hall."""

    def __init__(self, hall: Hall, first: UUID, second: UUID) -> None:
        self.hall = hall
        self.first = first
        self.second = second

    async def open(self, phone: str = OLD, *, by: UUID | None = None, stolen: bool = False, note: str = "seen") -> UUID:
        async with self.hall.pool.write() as conn:
            return await actions.open_recovery(
                conn,
                self.hall.settings,
                operator=by or self.first,
                phone=phone,
                evidence=Evidence.IDENTITY_CARD,
                note=note,
                stolen=stolen,
            )

    async def confirm(self, recovery: UUID, *, by: UUID | None = None) -> Confirmed:
        async with self.hall.pool.write() as conn:
            return await actions.confirm(conn, self.hall.settings, operator=by or self.second, recovery=recovery)


async def id_of(hall: Hall, headers: Headers) -> UUID:
    return UUID((await hall.client.get("/api/v1/me", headers=headers)).json()["id"])


@pytest.fixture
async def counter(hall: Hall) -> Counter:
    first, second = [await id_of(hall, await hall.sign_in(phone)) for phone in ("13600136001", "13600136002")]
    return Counter(hall, first, second)


async def regain(hall: Hall, recovery_code: str, *, old: str = OLD, new: str = NEW, code: str = "") -> Any:
    """Both steps with the new phone in one's hand; the answer to the first that is refused."""
    body = {"old_phone": old, "recovery_code": recovery_code, "new_phone": new}
    if not code:
        sent = await hall.client.post("/api/v1/recovery/otp", json=body)
        if sent.status_code != 202:
            return sent
        messages = await hall.client.get(f"/demo/phone/{new}", headers={"Accept": "application/json"})
        code = messages.json()[0]["code"]
    return await hall.client.post("/api/v1/recovery/sessions", json=body | {"code": code})


async def refused(act: Any) -> str:
    with pytest.raises(Problem) as problem:
        await act
    return problem.value.code


async def test_an_account_moves_to_a_new_number_with_two_operators_and_a_day(hall: Hall, counter: Counter) -> None:
    lost = await hall.sign_in(OLD)
    resident = await id_of(hall, lost)
    _, device = await hall.add_passkey(lost)
    recovery = await counter.open()
    assert (await news(hall))[-1].startswith("must people.recovery_opened")
    assert await refused(counter.confirm(recovery)) == "people.recovery_too_early"
    with clock.at(clock.now() + DAY):
        confirmed = await counter.confirm(recovery)
        entered = await regain(hall, confirmed.code)
        assert entered.status_code == 201, entered.text
        assert entered.json()["resident"] | {"id": str(resident), "phone": f"+86{NEW}"} == entered.json()["resident"]
        assert (await hall.client.get("/api/v1/me", headers=lost)).status_code == 401, "older sessions are over"
        assert refusal(await sign_in(hall, device)) == (422, "people.passkey_suspended")
        mine = {"Authorization": f"Bearer {entered.json()['token']}", "Accept-Language": "en"}
        inbox = (await hall.client.get("/api/v1/messages", headers=mine)).json()["messages"]
        titles = [one["title"] for one in inbox if one["category"] == "must"]
        assert "Your account has another number now" in titles
        assert refusal(await regain(hall, confirmed.code)) == (422, "people.recovery_code_wrong"), "once"
    assert {"recovery_opened", "recovery_confirmed", "phone_changed"} <= set(await acts(hall))
    async with hall.pool.read() as conn:
        told = await conn.execute(
            "select phone from people.messages where about = 'news' order by created_at desc limit 1"
        )
        assert await told.fetchone() == (f"+86{OLD}",), "the old number is told too, though it is nobody's any more"
    await hall.books_agree()


async def test_a_passkey_comes_back_when_its_owner_uses_it_in_the_new_session(hall: Hall, counter: Counter) -> None:
    passkey, device = await hall.add_passkey(await hall.sign_in(OLD))
    recovery = await counter.open()
    with clock.at(clock.now() + DAY):
        entered = await regain(hall, (await counter.confirm(recovery)).code)
        mine = {"Authorization": f"Bearer {entered.json()['token']}"}
        options = await ask(hall, f"{passkey}/confirmation-options", mine)
        for lying, code in ((Authenticator(), "people.passkey_unknown"), (device, None)):
            body = {"credential": lying.use(options)}
            answer = await hall.client.post(f"{API}/{passkey}/confirmations", json=body, headers=mine)
            assert answer.json().get("code") == code
            options = await ask(hall, f"{passkey}/confirmation-options", mine) if code else options
        assert (await sign_in(hall, device)).status_code == 201
    await hall.books_agree()


async def test_without_anything_that_could_object_there_is_no_wait(hall: Hall, counter: Counter) -> None:
    mine = await hall.sign_in(OLD)
    assert (await hall.client.delete("/api/v1/auth/session", headers=mine)).status_code == 204
    confirmed = await counter.confirm(await counter.open())
    assert (await regain(hall, confirmed.code)).status_code == 201


async def test_any_session_stops_a_recovery(hall: Hall, counter: Counter) -> None:
    mine, other = await hall.sign_in(OLD), await hall.sign_in(OTHER)
    recovery = await counter.open()
    assert (await hall.client.get("/api/v1/me/recovery", headers=mine)).json()["open"] is True
    assert (await hall.client.get("/api/v1/me/recovery", headers=other)).json()["open"] is False
    strangers = await hall.client.delete("/api/v1/me/recovery", headers=other)
    assert refusal(strangers) == (404, "people.recovery_not_found")
    assert (await hall.client.delete("/api/v1/me/recovery", headers=mine)).status_code == 204
    with clock.at(clock.now() + DAY):
        assert await refused(counter.confirm(recovery)) == "people.recovery_not_found"
    assert "recovery_stopped" in await acts(hall)


async def test_a_confirmed_recovery_can_still_be_stopped(hall: Hall, counter: Counter) -> None:
    mine, recovery = await hall.sign_in(OLD), await counter.open()
    with clock.at(clock.now() + DAY):
        confirmed = await counter.confirm(recovery)
        assert (await hall.client.delete("/api/v1/me/recovery", headers=mine)).status_code == 204
        assert refusal(await regain(hall, confirmed.code)) == (422, "people.recovery_code_wrong")


async def test_a_stolen_phone_is_signed_out_at_once_and_the_wait_is_no_shorter(hall: Hall, counter: Counter) -> None:
    stolen = await hall.sign_in(OLD)
    recovery = await counter.open(stolen=True)
    assert (await hall.client.get("/api/v1/me", headers=stolen)).status_code == 401
    assert await refused(counter.confirm(recovery)) == "people.recovery_too_early"
    by_number = await hall.sign_in(OLD)
    assert (await hall.client.delete("/api/v1/me/recovery", headers=by_number)).status_code == 204


async def test_it_takes_two_and_neither_is_the_resident(hall: Hall, counter: Counter) -> None:
    own = await id_of(hall, await hall.sign_in(OLD))
    recovery = await counter.open()
    with clock.at(clock.now() + DAY):
        assert await refused(counter.confirm(recovery, by=counter.first)) == "people.recovery_needs_another"
        assert await refused(counter.confirm(recovery, by=own)) == "people.recovery_own"
    assert await refused(counter.open("13600136001")) == "people.recovery_own"
    assert await refused(counter.open("13999999999")) == "people.recovery_nobody"
    assert await refused(counter.open("110")) == "people.phone_invalid"
    assert await refused(counter.open(note=" \n ")) == "people.recovery_note_missing"
    assert await refused(counter.open()) == "people.recovery_under_way"


async def test_what_nobody_confirms_is_given_up_and_may_be_opened_anew(hall: Hall, counter: Counter) -> None:
    await hall.sign_in(OLD)
    recovery = await counter.open()
    with clock.at(clock.now() + DAY + actions.WAITS_FOR_STAFF):
        assert await refused(counter.confirm(recovery)) == "people.recovery_not_found"
        assert await counter.open() != recovery
    assert "recovery_expired" in await acts(hall)


async def test_the_code_grants_five_tries_and_fifteen_minutes_and_tells_nothing(hall: Hall, counter: Counter) -> None:
    await hall.sign_in(OLD)
    recovery = await counter.open()
    with clock.at(clock.now() + DAY):
        right = (await counter.confirm(recovery)).code
        wrong = "0" * 12 if right != "0" * 12 else "1" * 12
        known, unknown = await regain(hall, wrong), await regain(hall, wrong, old="13999999999")
        assert known.json() == unknown.json(), "nothing says whether an account exists"
        for guess in ("", "123", wrong, "九" * 12):
            assert refusal(await regain(hall, guess))[1] == "people.recovery_code_wrong"
        assert refusal(await regain(hall, right))[1] == "people.recovery_code_wrong", "five wrong tries spent it"
        again = (await counter.confirm(recovery)).code
    with clock.at(clock.now() + DAY + actions.CODE_LIFE):
        assert refusal(await regain(hall, again))[1] == "people.recovery_code_wrong"


async def test_the_new_number_must_be_proved_and_nobody_elses(hall: Hall, counter: Counter) -> None:
    await hall.sign_in(OLD)
    await hall.sign_in(OTHER)
    recovery = await counter.open()
    with clock.at(clock.now() + DAY):
        code = (await counter.confirm(recovery)).code
        assert refusal(await regain(hall, code, code="123456"))[1] == "people.code_expired"
        assert refusal(await regain(hall, code, new=OTHER)) == (409, "people.phone_taken")
        assert refusal(await regain(hall, code, new="110"))[1] == "people.phone_invalid"
        assert (await regain(hall, code, new=OLD)).status_code == 201, "the old number, on a new card"
