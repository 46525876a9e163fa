"""The demo phone: the page on which messages arrive, in a demo hall only."""

from datetime import datetime

import msgspec
import pytest

from openhall.base.config import Settings
from openhall.base.package import City
from openhall.core.people.demo import NATIONAL_ID, PEOPLE, PIN, load
from openhall.demo.outside.register import RESIDENTS
from tests.conftest import open_hall
from tests.hall import Hall
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio
JSON = {"Accept": "application/json"}


async def test_a_code_is_on_the_phone_when_the_request_is_answered(hall: Hall) -> None:
    for phone in ("13811112222", "+6591234567"):
        await hall.client.post("/api/v1/auth/otp", json={"phone": phone})
        (message,) = (await hall.client.get(f"/demo/phone/{phone}", headers=JSON)).json()
        assert message["code"] in message["text"]
        assert datetime.fromisoformat(message["at"]).tzinfo is not None


async def test_messages_come_newest_first_as_page_and_as_json(hall: Hall) -> None:
    for number in range(3):
        hall.outside.call("POST", "/sms", {"to": "+8613822223333", "text": f"message {number}"})
    listed = (await hall.client.get("/demo/phone/13822223333", headers=JSON)).json()
    assert [message["text"] for message in listed] == ["message 2", "message 1", "message 0"]
    assert {message["code"] for message in listed} == {None}
    page = (await hall.client.get("/demo/phone/13822223333", headers={"Accept": "text/html"})).text
    assert page.index("message 2") < page.index("message 1") < page.index("message 0")
    assert "138 2222 3333" in page


async def test_an_empty_phone_says_so(hall: Hall) -> None:
    assert (await hall.client.get("/demo/phone/13833334444", headers=JSON)).json() == []
    page = await hall.client.get("/demo/phone/13833334444", headers={"Accept-Language": "en"})
    assert "No messages yet" in page.text


async def test_what_is_not_a_number_is_no_phone(hall: Hall) -> None:
    refused = await hall.client.get("/demo/phone/110", headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (400, "people.phone_invalid")


async def test_a_text_is_shown_as_text(hall: Hall) -> None:
    hall.outside.call("POST", "/sms", {"to": "+8613844445555", "text": "<script>alert(1)</script>"})
    page = (await hall.client.get("/demo/phone/13844445555")).text
    assert "<script>alert" not in page


async def test_an_unreachable_gateway_is_said(settings: Settings, outside: OutsideProgram) -> None:
    nowhere = msgspec.structs.replace(settings, sms_url="http://127.0.0.1:9")
    async with open_hall(nowhere, outside) as hall:
        asked = await hall.client.post("/api/v1/auth/otp", json={"phone": "13800138000"})
        assert asked.status_code == 202
        phone = await hall.client.get("/demo/phone/13800138000", headers=JSON)
    assert (phone.status_code, phone.json()["code"]) == (503, "demo.phone_unreachable")


async def test_a_real_hall_has_no_demo_phone(settings: Settings, outside: OutsideProgram) -> None:
    real = msgspec.structs.replace(settings, demo=False)
    async with open_hall(real, outside) as hall:
        for path in ("/demo", "/demo/phone/13800138000"):
            assert (await hall.client.get(path, headers=JSON)).status_code == 404


async def test_the_demo_page_names_the_people_one_can_be_and_their_shops(hall: Hall) -> None:
    keeper = await hall.sign_in(PEOPLE[1][1])
    shop = await hall.open_shop(keeper, "李记肉夹馍")
    page = (await hall.client.get("/demo")).text
    for _, phone, name, _ in PEOPLE:
        assert name in page
        assert f"/demo/phone/{phone.removeprefix('+86')}" in page
    assert "李记肉夹馍" in page
    assert f"/pay?code={shop['short_code']}" in page


async def test_loading_the_demo_city_twice_is_loading_it_once(hall: Hall) -> None:
    loaded = []
    for _ in range(2):
        city = City(settings=hall.settings)
        async with hall.pool.write() as conn:
            await load(conn, city)
        loaded.append(city.residents)
    assert loaded[0] == loaded[1]
    assert set(loaded[0]) == {role for role, _, _, _ in PEOPLE}
    me = await hall.client.get("/api/v1/me", headers=await hall.sign_in("13800138000"))
    assert (me.json()["id"], me.json()["name"]) == (str(loaded[0]["resident"]), "王小明")


async def test_one_resident_of_the_demo_has_a_name_and_a_pin_from_the_start_and_the_others_have_none(
    hall: Hall,
) -> None:
    async with hall.pool.write() as conn:
        await load(conn, City(settings=hall.settings))
    async with hall.pool.read() as reader:
        found = await (await reader.execute(b"select phone from people.residents where pin_at is not null")).fetchall()
        named = await (
            await reader.execute(b"select phone from people.residents where named_at is not null")
        ).fetchall()
    ((phone, said),) = [(phone, note) for role, phone, _, note in PEOPLE if role == "named"]
    assert found == named == [(phone,)]
    assert PIN in said, "the demo page tells it"
    him = await hall.sign_in(phone.removeprefix("+86"))
    name = (await hall.client.get("/api/v1/me/real-name", headers=him)).json()
    assert (name["state"], NATIONAL_ID in {one.national_id for one in RESIDENTS}) == ("matched", True)
    await hall.give(him, 1_000_000)
    keeper = await hall.sign_in("13900139000")
    shop = await hall.open_shop(keeper)
    body = {"code": shop["code"], "amount": 30_000}
    assert (await hall.pay(him, **body, pin="146802")).json()["code"] == "people.pin_wrong"
    paid = await hall.pay(him, **body, pin=PIN)
    assert paid.status_code == 201, paid.text
    await hall.books_agree()
