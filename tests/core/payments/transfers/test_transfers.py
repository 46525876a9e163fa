"""Money from person to person: seen before it is sent, taken back, taken, and never told about a number."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from openhall.base import clock
from openhall.base.config import Settings
from openhall.core.payments import transfers
from openhall.core.payments.package import PACKAGE
from openhall.core.payments.transfers import scams
from tests.conftest import open_hall
from tests.core.payments.transfers.breaches import BREACHES
from tests.core.people.names.people import DAUGHTER, XIAOMING, be
from tests.core.people.pins.steps import PIN, has_pin, refusal, told
from tests.hall import Hall, Headers, fresh_key
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio
SENDER, NAMED, UNNAMED, NOBODY = "13800000001", "13800000002", "13800000003", "13999999999"
API = "/api/v1/transfers"


async def _people(hall: Hall) -> tuple[Headers, Headers]:
    """A sender with a name, a PIN and money; and a receiver with a name."""
    sender, receiver = await hall.sign_in(SENDER), await hall.sign_in(NAMED)
    assert (await be(hall, sender, XIAOMING)).status_code == 200
    assert (await be(hall, receiver, DAUGHTER)).status_code == 200
    await has_pin(hall, sender)
    await hall.give(sender, 1_000_000)
    return sender, receiver


async def _send(hall: Hall, who: Headers, key: str | None = None, **said: Any) -> Any:
    body = {"to_phone": NAMED, "amount": 500, "pin": PIN} | said
    headers = who | ({"Idempotency-Key": key} if key else fresh_key())
    return await hall.client.post(API, json={name: value for name, value in body.items() if value}, headers=headers)


async def _sent(hall: Hall, who: Headers, **said: Any) -> Any:
    answer = await _send(hall, who, **said)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _settle(hall: Hall) -> int:
    async with hall.pool.write() as conn:
        return await transfers.settle_due(conn)


async def _undo(hall: Hall, who: Headers, sent: Any) -> Any:
    return await hall.client.post(f"{API}/{sent['id']}/undo", headers=who)


async def test_the_sender_sees_whom_and_the_money_arrives_when_it_cannot_be_taken_back(hall: Hall) -> None:
    sender, receiver = await _people(hall)
    seen = await hall.client.post(f"{API}/receiver", json={"to_phone": NAMED}, headers=sender)
    assert seen.json()["name_masked"] not in (None, DAUGHTER.name)
    sent = await _sent(hall, sender, note="生日快乐")
    assert (sent["state"], sent["can_be_undone"]) == ("waiting", True)
    assert (await hall.balance(sender), await hall.balance(receiver)) == (999_500, 0)
    assert await _settle(hall) == 0, "not yet"
    assert (await hall.client.get(f"{API}/{sent['id']}", headers=receiver)).status_code == 404, "nor seen yet"
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert (await _settle(hall), await _settle(hall)) == (1, 0)
        assert (await hall.balance(sender), await hall.balance(receiver)) == (999_500, 500)
        assert refusal(await _undo(hall, sender, sent)) == (422, "payments.transfer_over")
        got = (await hall.client.get(f"{API}/{sent['id']}", headers=receiver)).json()
        assert (got["state"], got["role"], got["note"]) == ("completed", "receiver", "生日快乐")
    assert await told(hall, sender) == ["people.pin_set", "payments.first_transfer", "payments.transfer_done"]
    assert (await told(hall, receiver))[-1] == "payments.transfer_arrived"
    seen = await hall.client.post(f"{API}/receiver", json={"to_phone": NAMED}, headers=sender)
    assert seen.json()["is_new"] is False
    await hall.books_agree()


async def test_it_is_taken_back_once_from_any_session(hall: Hall) -> None:
    sender, receiver = await _people(hall)
    sent = await _sent(hall, sender)
    assert refusal(await _undo(hall, receiver, sent)) == (404, "payments.transfer_not_found")
    other = await hall.sign_in(SENDER)
    for _ in range(2):
        undone = await _undo(hall, other, sent)
        assert (undone.status_code, undone.json()["state"]) == (200, "undone")
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert await _settle(hall) == 0
    assert (await hall.balance(sender), await hall.balance(receiver)) == (1_000_000, 0)
    await hall.books_agree()


async def test_a_number_without_an_account_is_not_told_from_one_without_a_name(hall: Hall) -> None:
    """Word by word the same, before, at, and after sending; and through to the end when nobody takes it."""
    sender, _ = await _people(hall)
    unnamed = await hall.sign_in(UNNAMED)

    async def seen(path: str) -> Any:
        return (await hall.client.get(path, headers=sender)).json()

    def known(body: Any, phone: str) -> Any:
        own = ("id", "receipt_no", "created_at", "due_at", "expires_at", "ended_at")
        masked = f"{phone[:3]}****{phone[-4:]}"
        return {name: value for name, value in body.items() if name not in own} | {"to": body["to"] == masked}

    looks = [
        (await hall.client.post(f"{API}/receiver", json={"to_phone": phone}, headers=sender)).json()
        for phone in (UNNAMED, NOBODY)
    ]
    assert looks == [{"name_masked": None, "is_new": True}] * 2
    sent = [await _sent(hall, sender, to_phone=phone) for phone in (UNNAMED, NOBODY)]
    assert known(sent[0], UNNAMED) == known(sent[1], NOBODY)
    accepted = await hall.client.post(f"{API}/{sent[0]['id']}/accept", headers=unnamed)
    assert accepted.status_code == 200
    later = [await seen(f"{API}/{one['id']}") for one in sent]
    assert known(later[0], UNNAMED) == known(later[1], NOBODY), "that somebody took it is not told"
    assert (await hall.balance(unnamed)) == 0, "taken, and yet its sender can still take it back"
    with clock.at(clock.now() + timedelta(minutes=11)):
        await _settle(hall)
        assert await hall.balance(unnamed) == 500
    with clock.at(clock.now() + timedelta(hours=73)):
        await _settle(hall)
        assert [(await seen(f"{API}/{one['id']}"))["state"] for one in sent] == ["completed", "returned"]
    assert await hall.balance(sender) == 999_500
    await hall.books_agree()


async def test_whoever_joins_with_the_number_finds_what_waits_and_nobody_else_does(hall: Hall) -> None:
    sender, other = await _people(hall)
    sent = await _sent(hall, sender, to_phone=NOBODY)
    assert refusal(await hall.client.post(f"{API}/{sent['id']}/accept", headers=other)) == (
        404,
        "payments.transfer_not_found",
    )
    joined = await hall.sign_in(NOBODY)
    (waits,) = (await hall.client.get(API, headers=joined)).json()["incoming"]
    with clock.at(clock.now() + timedelta(minutes=30)):
        joined = await hall.sign_in(NOBODY)
        for _ in range(2):
            taken = await hall.client.post(f"{API}/{waits['id']}/accept", headers=joined)
            assert (taken.status_code, taken.json()["state"]) == (200, "completed"), taken.text
    assert await hall.balance(joined) == 500
    await hall.books_agree()


async def test_taking_back_and_taking_and_arriving_race_and_one_happens(hall: Hall) -> None:
    sender, receiver = await _people(hall)
    unnamed = await hall.sign_in(UNNAMED)
    for number in range(6):
        sent = await _sent(hall, sender, to_phone=UNNAMED)
        with clock.at(clock.now() + timedelta(minutes=11)):
            await asyncio.gather(
                hall.client.post(f"{API}/{sent['id']}/accept", headers=unnamed),
                _undo(hall, sender, sent),
                _settle(hall),
                _undo(hall, sender, sent),
            )
            await _settle(hall)
        final = (await hall.client.get(f"{API}/{sent['id']}", headers=sender)).json()["state"]
        assert final in ("undone", "completed"), number
    total = await hall.balance(sender) + await hall.balance(receiver) + await hall.balance(unnamed)
    assert total == 1_000_000
    await hall.books_agree()


async def test_two_workers_end_what_is_due_once(hall: Hall) -> None:
    sender, receiver = await _people(hall)
    for _ in range(5):
        await _sent(hall, sender)
    with clock.at(clock.now() + timedelta(minutes=11)):
        ended = await asyncio.gather(*(_settle(hall) for _ in range(4)))
    assert sum(ended) == 5
    assert await hall.balance(receiver) == 2_500
    await hall.books_agree()


async def test_a_retry_is_the_same_transfer_and_a_wrong_pin_sends_nothing(hall: Hall) -> None:
    sender, _ = await _people(hall)
    assert refusal(await _send(hall, sender, "k", pin=None)) == (403, "payments.proof_needed")
    assert refusal(await _send(hall, sender, "k", pin="000111")) == (403, "people.pin_wrong")
    first, again = await _send(hall, sender, "k"), await _send(hall, sender, "k")
    assert first.status_code == 201
    assert first.json() == again.json()
    assert refusal(await _send(hall, sender, "k", amount=501)) == (422, "hall.idempotency_key_reused")
    assert await hall.balance(sender) == 999_500


async def test_whoever_froze_their_account_gets_back_what_is_under_way(hall: Hall) -> None:
    sender, receiver = await _people(hall)
    sent = await _sent(hall, sender)
    await hall.client.post("/api/v1/me/freeze", headers=sender)
    assert refusal(await _send(hall, sender)) == (422, "payments.account_frozen")
    with clock.at(clock.now() + timedelta(minutes=11)):
        await _settle(hall)
    assert (await hall.client.get(f"{API}/{sent['id']}", headers=sender)).json()["state"] == "undone"
    assert (await hall.balance(sender), await hall.balance(receiver)) == (1_000_000, 0)
    await hall.books_agree()


async def test_words_of_swindlers_are_answered_with_a_warning_that_can_be_read_and_passed(hall: Hall) -> None:
    sender, _ = await _people(hall)
    warned = await _send(hall, sender, "k", note="转到安 全账户")
    assert refusal(warned) == (409, "payments.transfer_warning")
    assert warned.json()["warnings"] == ["safe_account"]
    assert await hall.balance(sender) == 1_000_000
    assert (await _send(hall, sender, "k", note="转到安 全账户", warned=True)).status_code == 201


@pytest.mark.parametrize(
    ("note", "names"),
    [
        ("生日快乐", []),
        (None, []),
        ("bailey's share", []),
        ("for bail", ["somebody_in_need"]),
        ("SAFE  Account", ["safe_account"]),
        ("解 冻 费", ["fee_first"]),
        ("刷单返利，保证金", ["fee_first", "easy_money"]),
        ("Ｃｒｙｐｔｏ", ["easy_money"]),
        ("安全帳戶", ["safe_account"]),
        ("安全账戶", ["safe_account"]),
        ("安.全.账.户", ["safe_account"]),
        ("公-安", ["safe_account"]),
        ("保·密", ["safe_account"]),
        ("安\u0335全账户", ["safe_account"]),
        ("SAFE-ACCOUNT", ["safe_account"]),
        ("s\u0430fe account", ["safe_account"]),
        ("sa\u0301fe account", ["safe_account"]),
        ("don’t tell mum", ["somebody_in_need"]),
        ("保安。全家", []),
    ],
)
def test_the_words_are_found_however_they_are_spaced(note: str | None, names: list[str]) -> None:
    assert scams.found_in(note) == names
    assert set(names) <= set(scams.WARNINGS)


async def test_a_note_is_one_line_in_one_direction(hall: Hall) -> None:
    sender, _ = await _people(hall)
    sent = await _sent(hall, sender, note="for\ntea \u202e𠮷\x07 ")
    assert sent["note"] == "for tea 𠮷"


def test_every_group_of_words_has_its_warning() -> None:
    assert set(scams._file()) == set(scams.WARNINGS) | {"read_as"}


async def test_who_may_send_and_to_whom(hall: Hall) -> None:
    sender, receiver = await _people(hall)
    nameless = await hall.sign_in(UNNAMED)
    assert refusal(await _send(hall, nameless)) == (403, "people.level_too_low")
    assert refusal(await _send(hall, sender, to_phone=SENDER)) == (422, "payments.transfer_to_yourself")
    assert refusal(await _send(hall, sender, to_phone="110")) == (400, "people.phone_invalid")
    assert refusal(await _send(hall, sender, to_phone=None)) == (400, "payments.receiver_missing")
    assert refusal(await _send(hall, sender, amount=1_000_001)) == (422, "payments.insufficient_funds")
    code = (await hall.client.post("/api/v1/me/receive-code", headers=receiver)).json()
    assert code["link"].endswith(f"/transfer?code={code['code']}")
    assert (await _send(hall, sender, to_phone=None, to_code=code["code"])).status_code == 201
    anew = (await hall.client.post("/api/v1/me/receive-code?anew=true", headers=receiver)).json()
    assert anew["code"] != code["code"]
    old = await _send(hall, sender, to_phone=None, to_code=code["code"])
    assert refusal(old) == (422, "payments.receive_code_unknown")


async def test_numbers_are_not_tried_one_after_the_other(settings: Settings, outside: OutsideProgram) -> None:
    async with open_hall(structs.replace(settings, receivers_per_day=3), outside) as hall:
        sender, _ = await _people(hall)
        answers = [
            (await hall.client.post(f"{API}/receiver", json={"to_phone": f"1380000010{n}"}, headers=sender)).status_code
            for n in range(4)
        ]
        assert answers == [200, 200, 200, 429]


async def test_somebody_new_gets_little_at_first_from_the_first_fen_on(hall: Hall) -> None:
    sender, _ = await _people(hall)
    wish = {"new_payee_max": 600, "new_payee_day_max": 1_000}
    assert (await hall.client.put("/api/v1/me/limits", json=wish, headers=sender)).status_code == 200
    assert refusal(await _send(hall, sender, amount=601)) == (422, "payments.above_new_payee_limit")
    await _sent(hall, sender, amount=600)
    assert refusal(await _send(hall, sender, to_phone=UNNAMED, amount=401)) == (422, "payments.above_new_payee_limit")
    await _sent(hall, sender, to_phone=UNNAMED, amount=400)


@pytest.mark.parametrize(("sql", "broken"), BREACHES)
async def test_what_breaks_the_promises_about_transfers_is_found(hall: Hall, sql: str, broken: str) -> None:
    sender, _ = await _people(hall)
    await _sent(hall, sender)
    (check,) = [check for check in PACKAGE.checks if check.name == broken]
    async with hall.pool.write() as conn:
        assert not await (await conn.execute(check.query.sql.encode())).fetchall()
        await conn.execute(sql.encode())
        assert await (await conn.execute(check.query.sql.encode())).fetchall()
