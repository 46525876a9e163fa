"""Ways out that a thief or a swindler would take: what waits of a frozen account, and who counts as known."""

from datetime import timedelta
from typing import Any

import pytest

from openhall.base import clock
from openhall.core.payments import transfers
from tests.core.payments.transfers.test_transfers import (
    API,
    NAMED,
    NOBODY,
    SENDER,
    UNNAMED,
    _people,
    _send,
    _sent,
    _settle,
    _undo,
)
from tests.core.people.names.people import id_of
from tests.core.people.pins.steps import refusal
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio


async def _accept(hall: Hall, sent: Any, who: Headers) -> Any:
    return await hall.client.post(f"{API}/{sent['id']}/accept", headers=who)


async def test_what_waits_of_a_frozen_sender_is_taken_by_nobody_and_comes_back_at_once(hall: Hall) -> None:
    sender, receiver = await _people(hall)
    unnamed = await hall.sign_in(UNNAMED)
    waits = [await _sent(hall, sender, to_phone=phone) for phone in (UNNAMED, NOBODY, NAMED)]
    taken = await _accept(hall, waits[0], unnamed)
    assert taken.status_code == 200, "taken, and still the sender's for a while"
    other = await _sent(hall, sender, to_phone=UNNAMED)
    assert (await hall.client.post("/api/v1/me/freeze", headers=sender)).status_code == 200
    with clock.at(clock.now() + timedelta(hours=1)):
        assert refusal(await _accept(hall, other, unnamed)) == (422, "payments.transfer_gone")
    async with hall.pool.write() as conn:
        assert await transfers.bring_back_frozen(conn) == 4, "though none of it is due"
    assert (await hall.balance(sender), await hall.balance(unnamed)) == (1_000_000, 0)
    assert await hall.balance(receiver) == 0
    states = [(await hall.client.get(f"{API}/{one['id']}", headers=sender)).json()["state"] for one in waits]
    assert states == ["undone"] * 3
    async with hall.pool.write() as conn:
        assert await transfers.bring_back_frozen(conn) == 0
    await hall.books_agree()


async def test_what_others_send_is_not_touched_by_a_freeze(hall: Hall) -> None:
    sender, receiver = await _people(hall)
    sent = await _sent(hall, sender)
    assert (await hall.client.post("/api/v1/me/freeze", headers=receiver)).status_code == 200
    async with hall.pool.write() as conn:
        assert await transfers.bring_back_frozen(conn) == 0
    with clock.at(clock.now() + timedelta(minutes=11)):
        await _settle(hall)
    assert (await hall.client.get(f"{API}/{sent['id']}", headers=sender)).json()["state"] == "completed"


async def test_what_was_sent_to_a_number_that_became_the_senders_own_is_taken_back_and_not_taken(hall: Hall) -> None:
    sender, _ = await _people(hall)
    sent = await _sent(hall, sender, to_phone=NOBODY)
    async with hall.pool.write() as conn:  # what a recovery does
        await conn.execute(
            b"update people.residents set phone = %s where id = %s", ["+86" + NOBODY, await id_of(hall, sender)]
        )
    assert (await hall.client.get(API, headers=sender)).json()["incoming"] == []
    assert refusal(await _accept(hall, sent, sender)) == (404, "payments.transfer_not_found")
    assert (await _undo(hall, sender, sent)).json()["state"] == "undone"
    await hall.books_agree()


async def test_the_senders_copy_masks_whoever_only_showed_a_code(hall: Hall) -> None:
    sender, receiver = await _people(hall)
    code = (await hall.client.post("/api/v1/me/receive-code", headers=receiver)).json()["code"]
    by_code = await _send(hall, sender, to_phone=None, to_code=code)
    assert by_code.status_code == 201, by_code.text
    copy = (await hall.client.get("/api/v1/me/export", headers=sender)).text
    assert by_code.json()["to"] in copy
    assert NAMED not in copy
    await _sent(hall, sender, to_phone=UNNAMED)
    assert UNNAMED in (await hall.client.get("/api/v1/me/export", headers=sender)).text, "a number they typed is theirs"


async def test_whoever_was_sent_something_that_was_taken_back_is_still_new(hall: Hall) -> None:
    sender, _ = await _people(hall)
    await hall.give(sender, 5_000_000)
    sent = await _sent(hall, sender, amount=1)
    assert (await _undo(hall, sender, sent)).status_code == 200
    too_much = hall.settings.new_payee_max + 100
    with clock.at(clock.now() + timedelta(hours=25)):
        sender = await hall.sign_in(SENDER)
        assert refusal(await _send(hall, sender, amount=too_much)) == (422, "payments.above_new_payee_limit")
        await _sent(hall, sender, amount=1)
    with clock.at(clock.now() + timedelta(hours=26)):
        await _settle(hall)
        sender = await hall.sign_in(SENDER)
        assert refusal(await _send(hall, sender, amount=too_much)) == (422, "payments.above_new_payee_limit"), "not yet"
    with clock.at(clock.now() + timedelta(hours=51)):
        sender = await hall.sign_in(SENDER)
        assert (await _send(hall, sender, amount=too_much)).status_code == 201, "it arrived a day ago"
    await hall.books_agree()
