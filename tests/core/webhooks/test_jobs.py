"""What the worker does by itself: tell every two seconds, forget every hour."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from procrastinate import PsycopgConnector

from openhall.base import clock, jobs
from openhall.base.events import Fact, publish
from openhall.core.messages.jobs import run as tell_by_message
from openhall.core.messages.ports import outside_of
from openhall.core.webhooks import jobs as work
from openhall.web.discover import packages
from tests.core.webhooks.receiver import Receiver, status
from tests.core.webhooks.stage import Stage

pytestmark = pytest.mark.anyio


def context(stage: Stage) -> Any:
    given = {"pool": stage.pool, "settings": stage.hall.settings, "packages": packages(demo=True)}
    return cast("Any", SimpleNamespace(additional_context=given))


async def test_the_queue_tells_what_happened(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    await stage.pay()
    with jobs.app.replace_connector(PsycopgConnector()) as queue:
        await queue.open_async(stage.pool.raw)
        await jobs.app.tasks["webhooks:tell"].defer_async(timestamp=0)
        await queue.run_worker_async(
            wait=False,
            listen_notify=False,
            install_signal_handlers=False,
            additional_context=context(stage).additional_context,
        )
    assert [one["state"] for one in await stage.log(webhook)] == ["delivered"]
    assert len(receiver.got) == 1


async def test_finished_deliveries_are_forgotten_after_thirty_days_and_open_ones_kept(
    stage: Stage, receiver: Receiver
) -> None:
    webhook = await stage.add()
    for answer in (status(204), status(500)):
        async with stage.pool.write() as conn:
            await publish(conn, [Fact(f"shop:{stage.shop['id']}", "payment.tested", {})])
        receiver.next(answer)
        await stage.work()
    for days, left in ((29, [2, 1]), (2, [2])):
        async with stage.pool.write() as conn:
            back = f"- interval '{days} days'"
            await conn.execute(f"update base.events set at = at {back}".encode())
            await conn.execute(
                f"update webhooks.deliveries set event_at = event_at {back}, finished_at = finished_at {back}".encode()
            )
        await work.forget(context(stage), timestamp=0)
        assert [one["number"] for one in await stage.log(webhook)] == left


@pytest.mark.parametrize(("state", "left"), [("paused", []), ("disabled", []), ("active", [1])])
async def test_what_waits_for_a_webhook_that_is_told_nothing_is_forgotten_after_thirty_days(
    stage: Stage, receiver: Receiver, state: str, left: list[int]
) -> None:
    webhook = await stage.add()
    async with stage.pool.write() as conn:
        await publish(conn, [Fact(f"shop:{stage.shop['id']}", "payment.tested", {})])
    receiver.next(status(500))
    await stage.work()
    async with stage.pool.write() as conn:
        why = "'silent'" if state == "disabled" else "null"
        await conn.execute(f"update webhooks.endpoints set state = '{state}', why = {why}".encode())
    for days, kept in ((29, [1]), (2, left)):
        async with stage.pool.write() as conn:
            back = f"- interval '{days} days'"
            await conn.execute(f"update base.events set at = at {back}".encode())
            await conn.execute(
                f"update webhooks.deliveries set event_at = event_at {back}, since = since {back}".encode()
            )
        await work.forget(context(stage), timestamp=0)
        assert [one["number"] for one in await stage.log(webhook)] == kept


@pytest.mark.parametrize(("lang", "word"), [("en", "said that it is gone"), ("zh_CN", "推送已关闭")])
async def test_the_owner_of_a_webhook_that_the_hall_switches_off_gets_a_text(
    stage: Stage, receiver: Receiver, lang: str, word: str
) -> None:
    await stage.add()
    async with stage.pool.write() as conn:
        await conn.execute(b"update people.residents set lang = %s where id = %s", [lang, await stage.keeper_id()])
    await stage.pay()
    receiver.next(status(410))
    await stage.work()
    noon = datetime.now(UTC).replace(hour=4, minute=0) + timedelta(days=1)
    # At noon in the hall's zone nobody keeps quiet hours.
    with clock.at(noon):
        await tell_by_message(stage.pool, outside_of(stage.hall.settings), stage.hall.settings)
    phone = await stage.hall.client.get("/demo/phone/13900000001", headers={"Accept": "application/json"})
    assert [word in message["text"] for message in phone.json()].count(True) == 1, phone.text
    assert "127.0.0.1" in phone.text


async def test_keys_that_sign_no_more_are_forgotten(stage: Stage) -> None:
    webhook = await stage.add()
    await stage.act(webhook, "rotate")
    for hours, left in ((23, 2), (25, 1)):
        with clock.at(datetime.now(UTC) + timedelta(hours=hours)):
            await work.forget(context(stage), timestamp=0)
        async with stage.pool.read() as conn:
            assert await (await conn.execute(b"select count(*) from webhooks.keys")).fetchone() == (left,)
