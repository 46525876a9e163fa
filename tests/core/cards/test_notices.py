"""The processor's signed notices: over real HTTP from the real demo processor, and forged ones."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
import uvicorn

from openhall.base.config import Settings
from openhall.core.cards.jobs import NOTICES
from openhall.demo.outside.notices import sign
from openhall.web.app import create_app
from tests.conftest import open_hall
from tests.core.cards.stage import DECLINED, GOOD, VISITOR, Stage
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio


@pytest.fixture
async def told(settings: Settings, outside: OutsideProgram) -> AsyncIterator[Stage]:
    """A stage whose processor can reach the hall: the whole hall is served on a real port."""
    listening = socket.create_server(("127.0.0.1", 0))
    reached = msgspec.structs.replace(settings, public_url=f"http://127.0.0.1:{listening.getsockname()[1]}")
    server = uvicorn.Server(uvicorn.Config(create_app(reached), log_level="error", ws="none"))
    serving = asyncio.create_task(server.serve([listening]))
    while not server.started:  # noqa: ASYNC110  the server offers no event to wait for
        await asyncio.sleep(0.01)
    async with open_hall(reached, outside) as hall:
        yield Stage(hall, await hall.sign_in(VISITOR))
        await hall.books_agree()
    server.should_exit = True
    await serving


async def final(stage: Stage, top_up: UUID) -> dict[str, Any]:
    for _ in range(1000):
        if (found := await stage.look(top_up))["state"] != "processing":
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("no notice ended the top-up")


@pytest.mark.parametrize(("number", "state"), [(GOOD, "succeeded"), (DECLINED, "failed")])
async def test_the_processors_own_notice_ends_a_top_up_once(told: Stage, number: str, state: str) -> None:
    told.hall.outside.plan(on="card", notices=3, repeats=2)
    top_up = await told.start()
    page = (await told.advance(top_up))["page"]
    await asyncio.to_thread(told.pay, page, number)
    assert (await final(told, top_up))["state"] == state
    assert (await told.balance())[0] == (10_000 if state == "succeeded" else 0)


def signed(secret: str, body: bytes, *, moment: int | None = None, name: str = "") -> dict[str, str]:
    moment, name = moment or int(time.time()), name or f"ntc_{uuid4().hex}"
    signature = sign(secret, name, moment, body)
    return {"webhook-id": name, "webhook-timestamp": str(moment), "webhook-signature": signature}


async def post(stage: Stage, headers: dict[str, str], body: bytes) -> httpx.Response:
    return await stage.hall.client.post(NOTICES, content=body, headers=headers | {"Accept": "application/json"})


async def test_a_forged_or_old_notice_is_not_believed(stage: Stage) -> None:
    top_up = await stage.start()
    body = msgspec.json.encode(
        {"reference": str(top_up), "state": "succeeded", "amount": 10_000, "currency": "CNY", "card": "Visa •••• 4242"}
    )
    for headers in ({}, signed("wrong", body), signed(stage.hall.outside.secret, body, moment=1_000_000)):
        refused = await post(stage, headers, body)
        assert (refused.status_code, refused.json()["code"]) == (401, "cards.notice_unsigned")
    broken = await post(stage, signed(stage.hall.outside.secret, b"[]"), b"[]")
    assert (broken.status_code, broken.json()["code"]) == (400, "cards.notice_malformed")
    assert (await stage.look(top_up))["state"] == "processing"


async def test_a_notice_of_another_amount_changes_nothing_and_is_reported(stage: Stage) -> None:
    top_up = await stage.start()
    await stage.advance(top_up)
    body = msgspec.json.encode({"reference": str(top_up), "state": "succeeded", "amount": 99_999, "currency": "CNY"})
    assert (await post(stage, signed(stage.hall.outside.secret, body), body)).status_code == 204
    assert (await stage.look(top_up))["state"] == "processing"
    with pytest.raises(AssertionError, match=r"cards\.contradicted"):
        await stage.hall.books_agree()
    async with stage.hall.pool.write() as conn:
        await conn.execute(b"delete from cards.inbox")


async def test_a_notice_of_nothing_of_ours_is_kept_and_forgotten(stage: Stage) -> None:
    for reference in (str(uuid4()), "no uuid"):
        body = msgspec.json.encode({"reference": reference, "state": "succeeded", "amount": 1, "currency": "CNY"})
        assert (await post(stage, signed(stage.hall.outside.secret, body), body)).status_code == 204
    assert await stage.balance() == (0, 0)
