"""What the worker does by itself: tell every two seconds, forget every hour."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from procrastinate import PsycopgConnector

from openhall.base import clock, jobs
from openhall.base.events import Fact, publish
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


async def test_keys_that_sign_no_more_are_forgotten(stage: Stage) -> None:
    webhook = await stage.add()
    await stage.act(webhook, "rotate")
    for hours, left in ((23, 2), (25, 1)):
        with clock.at(datetime.now(UTC) + timedelta(hours=hours)):
            await work.forget(context(stage), timestamp=0)
        async with stage.pool.read() as conn:
            assert await (await conn.execute(b"select count(*) from webhooks.keys")).fetchone() == (left,)
