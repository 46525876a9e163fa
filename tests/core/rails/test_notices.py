"""The bank's signed notices: over real HTTP from the real demo bank, and forged ones."""

import asyncio
import hashlib
import hmac
import socket
import time
import uuid
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
import uvicorn

from openhall.base import db
from openhall.base.config import Settings
from openhall.core import ledger, rails
from openhall.core.rails import Charge, ChargeState, Notice, TopUpState
from openhall.web.app import create_app
from tests.conftest import open_hall
from tests.core.rails.stage import Stage
from tests.hall import Hall
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio

URL = "/rails/bank/notices"


@pytest.fixture
async def told(settings: Settings, pool: db.Pool, outside: OutsideProgram) -> AsyncIterator[Stage]:
    """A stage whose bank can reach the hall: the whole hall is served on a real port."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="error", ws="none"))
    serving = asyncio.create_task(server.serve([listening]))
    while not server.started:  # noqa: ASYNC110  the server offers no event to wait for
        await asyncio.sleep(0.01)
    opened = Stage(pool, outside, f"http://127.0.0.1:{listening.getsockname()[1]}{URL}")
    await opened.open()
    yield opened
    server.should_exit = True
    await serving
    assert await opened.breaches() == []


async def final(stage: Stage, top_up: UUID) -> TopUpState:
    for _ in range(1000):
        if (found := await stage.look(top_up)).state is not TopUpState.PROCESSING:
            return found.state
        await asyncio.sleep(0.01)
    raise AssertionError("no notice ended the top-up")


async def heard(stage: Stage, times: int) -> list[str]:
    """The verdicts of the notices, once so many have come."""
    for _ in range(1000):
        async with stage.pool.read() as conn:
            rows = await (await conn.execute(b"select verdict from rails.inbox order by received_at")).fetchall()
        if len(rows) >= times:
            return [row[0] for row in rows]
        await asyncio.sleep(0.01)
    raise AssertionError(f"{times} notices never came")


@pytest.mark.parametrize(("outcome", "state"), [("yes", TopUpState.SUCCEEDED), ("no", TopUpState.FAILED)])
async def test_an_accepted_charge_ends_by_the_banks_own_notice(told: Stage, outcome: str, state: TopUpState) -> None:
    told.outside.plan(settle_after=100, outcome=outcome)
    top_up = await told.start()
    assert (await told.advance(top_up)).state is TopUpState.PROCESSING
    assert await final(told, top_up) is state
    assert await told.balance() == told.taken() == (1000 if outcome == "yes" else 0)


async def test_a_notice_ends_a_top_up_whose_call_failed(told: Stage) -> None:
    told.outside.plan(answer="drop", notices=1)
    top_up = await told.start()
    await told.advance(top_up)
    assert await final(told, top_up) is TopUpState.SUCCEEDED
    await told.advance(top_up, after=timedelta(hours=1))
    assert (told.taken(), await told.balance()) == (1000, 1000)


async def test_a_notice_before_the_answer_and_thus_before_our_own_commit_counts_once(told: Stage) -> None:
    told.outside.plan(notice_first=True, notices=1)
    top_up = await told.start()
    assert (await told.advance(top_up)).state is TopUpState.SUCCEEDED
    assert await heard(told, 1) == ["credit"]
    assert (told.taken(), await told.balance()) == (1000, 1000)


async def test_notices_that_come_twice_and_late_change_nothing(told: Stage) -> None:
    told.outside.plan(notices=3, repeats=2)
    top_up = await told.start()
    await told.advance(top_up)
    verdicts = await heard(told, 3)
    await asyncio.sleep(0.3)  # room for the repeats: were one of them counted, the inbox or the wallet would show it
    assert await heard(told, 3) == verdicts
    assert sorted(set(verdicts)) in (["nothing_new"], ["credit", "nothing_new"])
    assert (told.taken(), await told.balance(), await told.rail_balance()) == (1000, 1000, -1000)


def notice(top_up: UUID, state: ChargeState = ChargeState.SUCCEEDED, amount: int = 1000) -> Notice:
    return Notice(f"ntc_{uuid.uuid4().hex}", Charge(str(top_up), state, amount, "CNY"))


async def receive(stage: Stage, received: Notice) -> None:
    async with stage.pool.write() as conn:
        await rails.receive(conn, received)


async def test_many_notices_and_answers_at_once_credit_once(stage: Stage) -> None:
    top_up = await stage.start()
    same = notice(top_up)
    notices = [receive(stage, same) for _ in range(8)] + [receive(stage, notice(top_up)) for _ in range(8)]
    await asyncio.gather(*notices, rails.advance(stage.pool, stage.bank, top_up))
    assert (await stage.balance(), await stage.rail_balance()) == (1000, -1000)
    verdicts = await heard(stage, 9)
    assert len(verdicts) == 9
    assert set(verdicts) <= {"credit", "nothing_new"}
    assert verdicts.count("credit") <= 1


async def test_a_notice_that_comes_before_anybody_asked_the_bank_is_believed(stage: Stage) -> None:
    top_up = await stage.start()
    await receive(stage, notice(top_up))
    assert (await stage.look(top_up)).state is TopUpState.SUCCEEDED


async def test_success_never_becomes_failure_and_the_contradiction_is_reported(stage: Stage) -> None:
    top_up = await stage.start()
    await stage.advance(top_up)
    await receive(stage, notice(top_up, ChargeState.DECLINED))
    assert (await stage.look(top_up)).state is TopUpState.SUCCEEDED
    assert await stage.balance() == 1000
    await reported(stage)


async def test_failure_never_becomes_success_and_the_contradiction_is_reported(stage: Stage) -> None:
    stage.outside.plan(outcome="no")
    top_up = await stage.start()
    await stage.advance(top_up)
    await receive(stage, notice(top_up))
    assert (await stage.look(top_up)).state is TopUpState.FAILED
    assert await stage.balance() == 0
    await reported(stage)


async def reported(stage: Stage) -> None:
    assert await stage.breaches() == ["rails.contradicted"]
    async with stage.pool.write() as conn:
        await conn.execute(b"delete from rails.inbox")


async def test_a_notice_of_another_amount_moves_nothing(stage: Stage) -> None:
    top_up = await stage.start()
    await receive(stage, notice(top_up, amount=100_000))
    assert (await stage.look(top_up)).state is TopUpState.PROCESSING
    assert await stage.balance() == 0
    await reported(stage)


async def test_a_notice_that_the_ledger_refuses_is_not_kept_so_that_the_bank_sends_it_again(stage: Stage) -> None:
    top_up = await stage.start()
    received = notice(top_up)
    async with stage.pool.write() as conn:
        await ledger.close_account(conn, stage.wallet)
    with pytest.raises(RuntimeError, match="closed"):
        await receive(stage, received)
    assert await heard(stage, 0) == []


def signed(
    hall: Hall, body: bytes, *, at: int | None = None, secret: str | None = None, name: str = "ntc_1"
) -> dict[str, str]:
    timestamp = str(int(time.time()) if at is None else at)
    key = (hall.settings.bank_secret if secret is None else secret).encode()
    mac = hmac.new(key, f"{name}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + b64encode(mac).decode(),
        "content-type": "application/json",
    }


def body_of(reference: str) -> bytes:
    return msgspec.json.encode(Charge(reference, ChargeState.SUCCEEDED, 1000, "CNY"))


async def inbox(hall: Hall) -> list[tuple[Any, ...]]:
    async with hall.pool.read() as conn:
        return await (await conn.execute(b"select reference, verdict from rails.inbox")).fetchall()


async def test_a_signed_notice_about_a_charge_that_is_not_ours_is_kept_without_effect(hall: Hall) -> None:
    body = body_of("somebody-elses")
    answer = await hall.client.post(URL, content=body, headers=signed(hall, body))
    assert answer.status_code == 204
    assert await inbox(hall) == [("somebody-elses", "unknown_reference")]


async def test_an_unsigned_forged_or_old_notice_is_refused_and_not_kept(hall: Hall) -> None:
    body = body_of(str(uuid.uuid4()))
    now = int(time.time())
    good = signed(hall, body)
    forged = [
        {},
        signed(hall, body, secret="wrong"),
        signed(hall, body, at=now - 400),
        signed(hall, body, at=now + 400),
        good | {"webhook-id": "ntc_2"},
        good | {"webhook-timestamp": str(now + 1)},
        good | {"webhook-signature": "v1"},
        good | {"webhook-signature": "v1,%%%"},
        good | {"webhook-id": "n" * 300},
    ]
    for headers in forged:
        answer = await hall.client.post(URL, content=body, headers=headers)
        assert answer.status_code == 401, headers
    assert (await hall.client.post(URL, content=body + b" ", headers=good)).status_code == 401
    assert await inbox(hall) == []


async def test_a_signed_notice_that_makes_no_sense_is_a_400_and_not_kept(hall: Hall) -> None:
    senseless = [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"reference": "r"}',
        b'{"reference": "", "state": "succeeded", "amount": 1, "currency": "CNY"}',
        b'{"reference": "r", "state": "maybe", "amount": 1, "currency": "CNY"}',
        b'{"reference": "' + b"r" * 300 + b'", "state": "succeeded", "amount": 1, "currency": "CNY"}',
    ]
    for body in senseless:
        answer = await hall.client.post(URL, content=body, headers=signed(hall, body))
        assert answer.status_code == 400, body
    assert await inbox(hall) == []


async def test_a_hall_without_a_bank_believes_nobody(settings: Settings, outside: OutsideProgram) -> None:
    async with open_hall(msgspec.structs.replace(settings, bank_url="", bank_secret=""), outside) as hall:
        body = body_of("r")
        answer = await hall.client.post(URL, content=body, headers=signed(hall, body))
        assert answer.status_code == 401
