"""The wallet's API: as its resident sees it, and as a stranger does not."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from procrastinate import PsycopgConnector

from openhall.base import jobs
from openhall.base.config import Settings
from tests.conftest import open_hall
from tests.hall import Hall, Headers, fresh_key
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio

URL = "/api/v1/wallet/top-ups"


async def work(hall: Hall) -> None:
    """Let a worker do everything that is queued."""
    # The queue of the process stays bound to the first pool it was given; each test has a pool of its own.
    with jobs.app.replace_connector(PsycopgConnector()) as queue:
        await queue.open_async(hall.pool.raw)
        await queue.run_worker_async(
            wait=False,
            listen_notify=False,
            install_signal_handlers=False,
            additional_context={"pool": hall.pool, "settings": hall.settings},
        )


@pytest.fixture
async def me(hall: Hall) -> Headers:
    return await hall.sign_in("13800138001")


async def ask(hall: Hall, me: Headers, key: Headers | None = None, **body: Any) -> Any:
    body = {"amount": 1000, "bank_account": "demo"} | body
    return await hall.client.post(URL, json=body, headers=me | (key or fresh_key()))


async def test_a_new_demo_resident_tops_up_from_the_account_named_demo(hall: Hall, me: Headers) -> None:
    started = await ask(hall, me, amount=1234)
    assert (started.status_code, started.json()["state"]) == (201, "processing")
    assert (await hall.client.get("/api/v1/wallet", headers=me)).json()["balance"] == 0
    await work(hall)
    found = (await hall.client.get(f"{URL}/{started.json()['id']}", headers=me)).json()
    assert (found["state"], found["amount"], found["currency"], found["reason"]) == ("succeeded", 1234, "CNY", None)
    wallet = (await hall.client.get("/api/v1/wallet", headers=me)).json()
    assert wallet == {"balance": 1234, "available": 1234, "currency": "CNY"}
    (entry,) = (await hall.client.get("/api/v1/wallet/entries", headers=me)).json()["entries"]
    assert (entry["transfer"], entry["reason"], entry["amount"]) == (started.json()["id"], "top_up", 1234)


async def test_a_top_up_that_the_bank_declines_says_why(hall: Hall, me: Headers) -> None:
    hall.outside.plan(outcome="no", reason="account_frozen")
    started = await ask(hall, me)
    await work(hall)
    found = (await hall.client.get(f"{URL}/{started.json()['id']}", headers=me)).json()
    assert (found["state"], found["reason"]) == ("failed", "account_frozen")


async def test_a_retry_with_the_same_key_is_the_same_top_up(hall: Hall, me: Headers) -> None:
    key = fresh_key()
    first, second = await ask(hall, me, key), await ask(hall, me, key)
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    await work(hall)
    assert await hall.balance(me) == 1000


async def test_the_same_key_for_another_amount_is_refused(hall: Hall, me: Headers) -> None:
    key = fresh_key()
    await ask(hall, me, key)
    other = await ask(hall, me, key, amount=1001)
    assert (other.status_code, other.json()["code"]) == (422, "hall.idempotency_key_reused")


async def test_racing_requests_with_one_key_are_one_top_up(hall: Hall, me: Headers) -> None:
    key = fresh_key()
    answers = await asyncio.gather(*(ask(hall, me, key) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    await work(hall)
    assert await hall.balance(me) == 1000


async def test_without_a_key_nothing_starts(hall: Hall, me: Headers) -> None:
    answer = await hall.client.post(URL, json={"amount": 1000, "bank_account": "demo"}, headers=me)
    assert (answer.status_code, answer.json()["code"]) == (400, "hall.idempotency_key_missing")


async def test_a_malformed_amount_is_a_400(hall: Hall, me: Headers) -> None:
    for amount in [0, -1, 10**18, 1.5, "1000", None, True, [], 10**30]:
        answer = await ask(hall, me, amount=amount)
        assert (answer.status_code, answer.json()["code"]) == (400, "hall.malformed"), amount


async def test_a_malformed_body_is_a_400(hall: Hall, me: Headers) -> None:
    broken = [b"{}", b'{"amount": 1000}', b"[]", b"null", b"", b"{", b'{"amount": 1, "bank_account": "\xff"}']
    headers = me | fresh_key() | {"Content-Type": "application/json"}
    for body in [*broken, b'{"amount": 1000, "bank_account": "demo", "more": 1}']:
        assert (await hall.client.post(URL, content=body, headers=headers)).status_code == 400, body


async def test_a_refusal_stays_a_refusal_for_its_key(hall: Hall, me: Headers) -> None:
    key = fresh_key()
    for _ in range(2):
        answer = await ask(hall, me, key, amount=hall.settings.top_up_max + 1)
        assert (answer.status_code, answer.json()["code"]) == (422, "rails.amount_too_large")
    answer = await ask(hall, me, bank_account="other")
    assert (answer.status_code, answer.json()["code"]) == (422, "rails.bank_account_unknown")


async def test_a_hall_without_a_bank_says_so(settings: Settings, outside: OutsideProgram) -> None:
    async with open_hall(msgspec.structs.replace(settings, bank_url=""), outside) as hall:
        answer = await ask(hall, await hall.sign_in("13800138001"))
        assert (answer.status_code, answer.json()["code"]) == (503, "rails.bank_off")


async def test_one_resident_cannot_flood_the_bank(hall: Hall, me: Headers) -> None:
    answers = [await ask(hall, me, amount=1) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [409]
    assert answers[-1].json()["code"] == "rails.too_many_processing"


async def test_a_stranger_gets_404(hall: Hall, me: Headers) -> None:
    top_up = (await ask(hall, me)).json()["id"]
    stranger = await hall.sign_in("13800138002")
    for asked in (top_up, str(uuid4())):
        answer = await hall.client.get(f"{URL}/{asked}", headers=stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, "rails.top_up_not_found")
    assert (await hall.client.get("/api/v1/wallet/entries", headers=stranger)).json()["entries"] == []


async def test_signed_out_means_401(hall: Hall) -> None:
    for path in ("/api/v1/wallet", "/api/v1/wallet/entries", f"{URL}/{uuid4()}"):
        assert (await hall.client.get(path)).status_code == 401
        assert (await hall.client.get(path, headers={"Authorization": "Bearer stolen"})).status_code == 401


async def test_the_statement_comes_in_pages_without_a_gap(hall: Hall, me: Headers) -> None:
    for amount in range(1, 56):
        await hall.give(me, amount)
    first = (await hall.client.get("/api/v1/wallet/entries", headers=me)).json()
    second = (await hall.client.get(f"/api/v1/wallet/entries?cursor={first['next_cursor']}", headers=me)).json()
    amounts = [entry["amount"] for entry in first["entries"] + second["entries"]]
    assert amounts == list(range(55, 0, -1))
    assert second["next_cursor"] is None


async def test_a_malformed_cursor_is_a_400(hall: Hall, me: Headers) -> None:
    for cursor in ["0", "-1", "x", str(2**63), "1.5"]:
        assert (await hall.client.get(f"/api/v1/wallet/entries?cursor={cursor}", headers=me)).status_code == 400, cursor


async def test_the_key_is_a_header_in_the_api_document(hall: Hall) -> None:
    document = (await hall.client.get("/api/openapi.json")).json()
    operation = document["paths"][URL]["post"]
    assert {found["name"]: found["in"] for found in operation["parameters"]} == {"Idempotency-Key": "header"}
    assert "201" in operation["responses"]
    assert "/rails/bank/notices" not in json.dumps(document)
