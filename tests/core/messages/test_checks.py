"""Each promise of messages is found broken when somebody breaks it, and holds before; and the database's own."""

import pytest

from openhall.base import db
from openhall.core.messages.package import CHECKS
from tests.core.messages.stage import MUST, NEWS, Stage

pytestmark = pytest.mark.anyio
# What is append-only has to be unlocked before it can be sinned against.
UNLOCK = "set local session_replication_role = replica"


async def broken(conn: db.ReadConn) -> set[str]:
    return {
        check.name.removeprefix("messages.")
        for check in CHECKS
        if await (await conn.execute(check.query.sql.encode(), {})).fetchall()
    }


@pytest.mark.parametrize(
    ("sin", "found"),
    [
        ("delete from messages.states where channel = 'inbox'", {"one_inbox"}),
        ("update messages.states set at = at + interval '1 hour' where channel = 'inbox'", {"one_inbox"}),
        ("update messages.states set state = 'dropped' where channel = 'inbox'", {"one_inbox"}),
        ("update messages.messages set recipient = gen_random_uuid()", {"one_inbox", "recipients"}),
        (
            "update messages.deliveries set expires_at = now() - interval '11 minutes' where state = 'waiting'",
            {"late"},
        ),
        ("update messages.messages set expires_at = told_at + interval '1 second'", {"ends"}),
        ("update messages.deliveries set state = 'delivered' where state = 'sent'", {"states"}),
        ("delete from messages.states where channel = 'sms' and state = 'sent'", {"states"}),
        ("update messages.states set channel = 'push' where channel = 'sms' and state = 'sent'", {"states"}),
        ("update messages.deliveries set category = 'news'", {"recipients"}),
        ("update messages.deliveries set recipient = gen_random_uuid()", {"recipients"}),
        ("update messages.messages set planned_at = null", {"recipients"}),
        ("update messages.templates set category = 'reminder'", {"words"}),
    ],
)
async def test_a_broken_promise_is_found(stage: Stage, sin: str, found: set[str]) -> None:
    await stage.tell(MUST)
    await stage.work()
    stage.hall.outside.plan(on="sms", who=f"+86{stage.phone}", outcome="never", times=1)
    await stage.tell(MUST)
    await stage.work()
    async with stage.pool.write() as conn:
        assert await broken(conn) == set()
        async with conn.transaction(force_rollback=True):
            await conn.execute(UNLOCK.encode())
            assert (await conn.execute(sin.encode())).rowcount
            assert await broken(conn) == found


@pytest.mark.parametrize(
    "sin",
    [
        'update messages.templates set texts = \'{"en": {}, "zh_CN": {}}\'',
        "delete from messages.templates",
        "update messages.messages set facts = '{}'",
        "update messages.messages set recipient = gen_random_uuid()",
        "update messages.messages set expires_at = now() + interval '99 years'",
        "update messages.states set why = 'no reason'",
        "delete from messages.states",
        "truncate messages.states",
        (
            "insert into messages.states (message, channel, state, at) "
            "select message, 'inbox', 'delivered', now() from messages.states"
        ),
        "update messages.deliveries set state = 'waiting'",
        "insert into messages.preferences select gen_random_uuid(), 'must', 'sms', false",
        (
            "insert into messages.deliveries "
            "(id, message, recipient, category, channel, target, held, made_at, due_at, expires_at) "
            "select gen_random_uuid(), message, recipient, category, channel, target, held, "
            "now(), now(), now() from messages.deliveries"
        ),
    ],
)
async def test_the_database_itself_refuses_what_must_not_be(stage: Stage, sin: str) -> None:
    await stage.tell(MUST)
    await stage.tell(NEWS)
    await stage.work()
    with pytest.raises(Exception, match=r"violates|stays as it was|cannot truncate"):
        async with stage.pool.write() as conn:
            await conn.execute(sin.encode())
