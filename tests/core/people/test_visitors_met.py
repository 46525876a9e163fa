"""Whoever has no phone is met everywhere as the person they are: by operators, families, senders and the bank."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from openhall.base import clock
from openhall.base.errors import Problem
from openhall.core import people
from openhall.core.families.actions import counter as families
from openhall.core.payments import transfers
from openhall.core.people import freezes, rules
from openhall.core.people.freezes import actions as freezing
from openhall.core.people.recovery import actions as recovering
from tests.authenticator import Authenticator
from tests.core.people.names.people import DAUGHTER, XIAOMING, be
from tests.core.people.pins.steps import PIN, has_pin, id_of
from tests.core.people.test_recovery_api import NEW, Counter, counter, regain
from tests.core.people.visiting import EMAIL, OTP, SESSION, by_email, by_passkey
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio
__all__ = ["counter"]


async def in_any_way(hall: Hall, way: str) -> Headers:
    return await by_email(hall) if way == "email" else (await by_passkey(hall))[0]


async def test_somebody_known_by_a_name_alone_keeps_one(hall: Hall) -> None:
    visitor, _ = await by_passkey(hall)
    changed = await hall.client.patch("/api/v1/me", json={"name": " "}, headers=visitor)
    assert (changed.status_code, changed.json()["name"]) == (200, "Visitor")
    by_mail = await by_email(hall)
    assert (await hall.client.patch("/api/v1/me", json={"name": ""}, headers=by_mail)).json()["name"] is None


@pytest.mark.parametrize("way", ["email", "passkey"])
async def test_operators_see_the_freeze_of_somebody_without_a_phone(hall: Hall, way: str) -> None:
    visitor = await in_any_way(hall, way)
    assert (await hall.client.post("/api/v1/me/freeze", headers=visitor)).status_code == 200
    async with hall.pool.read() as conn:
        (found,) = await freezing.newest(conn, limit=5)
    assert found.phone_masked == ("e***@example.org" if way == "email" else "")


async def test_an_operator_freezes_for_a_caller_by_their_email_address(hall: Hall) -> None:
    visitor, operator = await by_email(hall), await id_of(hall, await hall.sign_in("13600136001"))
    async with hall.pool.write() as conn:
        made = await freezing.by_operator(conn, operator=operator, phone=EMAIL.upper(), note="lost the phone")
        assert (await freezing.find(conn, made)).resident == await id_of(hall, visitor)
        assert await freezes.is_frozen(conn, await id_of(hall, visitor))


async def test_a_lost_mailbox_is_replaced_by_a_number_at_the_hall(hall: Hall, counter: Counter) -> None:
    visitor = await by_email(hall)
    me = await id_of(hall, visitor)
    await hall.client.delete("/api/v1/auth/session", headers=visitor)
    confirmed = await counter.confirm(await counter.open(EMAIL))
    regained = await regain(hall, confirmed.code, old=EMAIL)
    assert regained.status_code == 201, regained.text
    back = regained.json()["resident"]
    assert (back["id"], back["phone"], back["email"]) == (str(me), f"+86{NEW}", None)
    assert await id_of(hall, await by_email(hall)) != me, "the old mailbox opens it no more"
    async with hall.pool.read() as conn:
        assert [one.resident for one in await recovering.newest(conn, limit=5)] == [me]


@pytest.mark.parametrize("way", ["email", "passkey"])
async def test_money_is_sent_to_a_visitor_who_shows_their_code(hall: Hall, way: str) -> None:
    sender, visitor = await hall.sign_in("13800000001"), await in_any_way(hall, way)
    assert (await be(hall, sender, XIAOMING)).status_code == 200
    await has_pin(hall, sender)
    await hall.give(sender, 10_000)
    code = (await hall.client.post("/api/v1/me/receive-code", headers=visitor)).json()["code"]
    seen = (await hall.client.post("/api/v1/transfers/receiver", json={"to_code": code}, headers=sender)).json()
    assert seen["name_masked"] == ("e***@example.org" if way == "email" else "Emma")
    wish = {"to_code": code, "amount": 500, "pin": PIN}
    sent = await hall.client.post("/api/v1/transfers", json=wish, headers=sender | fresh_key())
    assert sent.status_code == 201, sent.text


async def test_to_know_one_visitor_without_an_address_is_not_to_know_all(hall: Hall) -> None:
    sender = await hall.sign_in("13800000001")
    assert (await be(hall, sender, XIAOMING)).status_code == 200
    await has_pin(hall, sender)
    await hall.give(sender, 10_000)
    one, other = (await by_passkey(hall, "Ann"))[0], (await by_passkey(hall, "Bob"))[0]
    codes = [(await hall.client.post("/api/v1/me/receive-code", headers=who)).json()["code"] for who in (one, other)]
    wish = {"to_code": codes[0], "amount": 500, "pin": PIN}
    assert (await hall.client.post("/api/v1/transfers", json=wish, headers=sender | fresh_key())).status_code == 201
    with clock.at(clock.now() + timedelta(minutes=11)):
        async with hall.pool.write() as conn:
            assert await transfers.settle_due(conn) == 1, "only what arrived makes somebody known"
    seen = [
        (await hall.client.post("/api/v1/transfers/receiver", json={"to_code": code}, headers=sender)).json()
        for code in codes
    ]
    assert [one["is_new"] for one in seen] == [False, True]


@pytest.mark.parametrize("way", ["email", "passkey"])
async def test_nobody_makes_a_visitor_one_for_whom_others_act(hall: Hall, way: str) -> None:
    visitor, operator = await in_any_way(hall, way), await id_of(hall, await hall.sign_in("13600136001"))
    assert (await be(hall, visitor, DAUGHTER)).status_code == 200
    async with hall.pool.write() as conn:
        with pytest.raises(Problem) as refused:
            await families.card(conn, resident=await id_of(hall, visitor), by=operator)
    assert refused.value.code == "families.has_a_phone"


@pytest.mark.parametrize("way", ["email", "passkey", "abroad"])
async def test_card_money_of_a_visitor_becomes_no_money_in_a_bank(hall: Hall, way: str) -> None:
    visitor = await hall.sign_in("+447700900123") if way == "abroad" else await in_any_way(hall, way)
    account = {"holder": "Emma", "number": "6222021234567890123"}
    named = await hall.client.put("/api/v1/me/bank-account", json=account, headers=visitor)
    assert (named.status_code, named.json()["code"]) == (403, "people.level_too_low")
    taken = await hall.client.post("/api/v1/me/withdrawals", json={"amount": 100}, headers=visitor | fresh_key())
    assert (taken.status_code, taken.json()["code"]) == (403, "people.level_too_low")


@pytest.mark.parametrize("address", [{"email": EMAIL}, {"phone": "+447700900123"}])
async def test_nobody_learns_whether_an_address_has_an_account(hall: Hall, address: dict[str, str]) -> None:
    """Before and after somebody joined with it, asking and guessing are answered alike."""

    async def told() -> list[Any]:
        asked = await hall.client.post(OTP, json=address)
        guessed = await hall.client.post(SESSION, json=address | {"code": "000000"})
        said = asked.json() | guessed.json()
        hidden = {name: value for name, value in said.items() if name not in ("expires_at", "trace", "instance")}
        return [asked.status_code, guessed.status_code, hidden]

    before = await told()
    written = next(iter(address.values()))
    inbox = await hall.client.get(f"/demo/phone/{written}", headers={"Accept": "application/json"})
    joined = await hall.client.post(SESSION, json=address | {"code": inbox.json()[0]["code"]})
    assert joined.status_code == 201, joined.text
    assert await told() == before


async def test_what_is_no_address_is_told_on_the_visitors_page_as_such(hall: Hall) -> None:
    await hall.client.get("/visit")
    token = {"_csrf_token": hall.client.cookies["openhall_csrf"]}
    wrong = await hall.client.post(
        "/sign-in", data=token | {"phone": "emma", "visit": "1"}, headers={"Accept-Language": "en"}
    )
    assert wrong.status_code == 400
    assert "not an e-mail address" in wrong.text


async def test_an_address_with_a_percent_sign_stays_itself_from_page_to_page(hall: Hall) -> None:
    await hall.client.get("/visit")
    token = {"_csrf_token": hall.client.cookies["openhall_csrf"]}
    await hall.client.post("/sign-in", data=token | {"phone": "a%41b@example.org", "visit": "1"})
    assert 'value="a%41b@example.org"' in (await hall.client.get("/sign-in/code")).text


async def test_the_pages_of_passkeys_do_not_promise_a_code_to_who_has_no_address(hall: Hall) -> None:
    device = Authenticator(hall.settings.public_url)
    await hall.client.get("/visit")
    token = {"_csrf_token": hall.client.cookies["openhall_csrf"]}
    asked = await hall.client.post("/visit/passkey/options", data=token)
    made = device.make(asked.json())
    await hall.client.post(
        "/visit/passkey", data=token | {"credential": msgspec.json.encode(made).decode(), "name": "Emma"}
    )
    page = await hall.client.get("/me/passkeys", headers={"Accept-Language": "en"})
    assert "only way into your account" in page.text
    assert "A code always remains" not in page.text
    assert "passkey" in (await hall.client.get("/me", headers={"Accept-Language": "en"})).text


def test_what_only_looks_like_an_address_is_none() -> None:
    assert rules.email("mi\N{KELVIN SIGN}e@example.org") is None
    assert rules.email("a@examp\N{LATIN SMALL LETTER DOTLESS I}e.org") is None


def test_one_mailbox_is_counted_once_whatever_stands_behind_the_plus() -> None:
    plain, tagged, other = (
        rules.limit_key("s", one) for one in ("ann@example.org", "ann+1@example.org", "ann1@example.org")
    )
    assert plain == tagged != other


async def test_whoever_has_a_way_in_signs_in_by_themselves(hall: Hall) -> None:
    visitors = [await by_email(hall), (await by_passkey(hall))[0], await hall.sign_in("13800138000")]
    async with hall.pool.write() as conn:
        child: UUID = await people.join_without_phone(conn, name="Child", currency="CNY")
        assert [await people.signs_in(conn, await id_of(hall, who)) for who in visitors] == [True] * 3
        assert not await people.signs_in(conn, child)
