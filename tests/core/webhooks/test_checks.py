"""Each promise of webhooks is found broken when somebody breaks it, and holds before."""

import pytest

from openhall.base import db
from openhall.core.webhooks.package import CHECKS
from tests.core.webhooks.receiver import Receiver, status
from tests.core.webhooks.stage import Stage

pytestmark = pytest.mark.anyio


async def broken(conn: db.ReadConn) -> set[str]:
    """The promises that do not hold, without the name of the package."""
    return {
        check.name.removeprefix("webhooks.")
        for check in CHECKS
        if await (await conn.execute(check.query.sql.encode(), {})).fetchall()
    }


@pytest.mark.parametrize(
    ("sin", "found"),
    [
        ("delete from webhooks.keys", {"keys"}),
        ("update webhooks.keys set expires_at = now() + interval '1 day'", {"keys"}),
        ("update webhooks.cursors set number = number + 1", {"cursors"}),
        ("update webhooks.deliveries set stream = stream || 'x'", {"events", "gaps"}),
        ("update webhooks.deliveries set type = 'payment.refunded'", {"events"}),
        ("update webhooks.deliveries set number = number + 100", {"events", "gaps"}),
        ("delete from webhooks.deliveries where number = 1", {"gaps"}),
        ("update webhooks.cursors set begun = begun + 1 where stream like 'shop:%'", {"events"}),
        ("update webhooks.cursors set number = number - 1 where stream like 'shop:%'", {"events"}),
        ("update webhooks.attempts set status = 500", {"delivered"}),
        ("update webhooks.attempts set status = null, error = 'timeout'", {"delivered"}),
        (
            "delete from webhooks.attempts where delivery = (select id from webhooks.deliveries where number = 2)",
            {"attempts"},
        ),
        ("update webhooks.deliveries set attempts = attempts + 1", {"attempts"}),
        (
            "update webhooks.deliveries set state = 'delivered', next_at = null, finished_at = now() where number = 2",
            {"delivered"},
        ),
    ],
)
async def test_a_broken_promise_is_found(stage: Stage, receiver: Receiver, sin: str, found: set[str]) -> None:
    await stage.add()
    await stage.pay()
    await stage.work()
    await stage.pay()
    receiver.next(status(500))
    await stage.work()
    async with stage.pool.write() as conn:
        assert await broken(conn) == set()
        async with conn.transaction(force_rollback=True):
            await conn.execute(sin.encode())
            assert await broken(conn) == found


@pytest.mark.parametrize(
    "sin",
    [
        "update webhooks.deliveries set state = 'delivered'",
        "update webhooks.cursors set number = begun - 1",
        "insert into webhooks.keys (salt, endpoint, made_at) select sha256('x'), endpoint, now() from webhooks.keys",
        (
            "insert into webhooks.deliveries (id, endpoint, stream, number, type, event_at, body, since, next_at) "
            "select gen_random_uuid(), endpoint, stream, number, type, event_at, body, since, now() "
            "from webhooks.deliveries"
        ),
        "update webhooks.endpoints set state = 'disabled'",
    ],
)
async def test_the_database_itself_refuses_what_must_not_be(stage: Stage, receiver: Receiver, sin: str) -> None:
    await stage.add()
    await stage.pay()
    receiver.next(status(500))
    await stage.work()
    with pytest.raises(Exception, match=r"violates"):
        async with stage.pool.write() as conn:
            await conn.execute(sin.encode())
