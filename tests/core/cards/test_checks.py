"""Each promise of cards notices when it is broken."""

import pytest

from openhall.core.cards.package import CHECKS
from tests.core.cards.stage import VISITOR, Stage
from tests.hall import Hall

pytestmark = pytest.mark.anyio

BREACHES = {
    "cards.succeeded": "update cards.top_ups set wallet = gen_random_uuid() where state = 'succeeded'",
    "cards.unfinished": "insert into cards.top_ups (id, resident, wallet, amount, currency, next_query_at, at) "
    "select id, credit, credit, amount, 'CNY', now(), now() from ledger.transfers "
    "where reason = 'top_up' limit 1",
    "cards.rail": "delete from cards.refunds",
    "cards.returned": "update cards.top_ups set returned = returned - 1 where returned > 0",
    "cards.refunds": "update cards.refunds set state = 'failed', reason = 'x', next_query_at = null, "
    "finished_at = now()",
    "cards.leavings": "update cards.leavings set amount = amount + 1",
    "cards.forgotten": "update cards.refunds set next_query_at = now() - interval '1 hour'",
    "cards.stuck": "update cards.refunds set at = now() - interval '8 days'",
    "cards.contradicted": "insert into cards.inbox values ('x', now(), 'x', 'succeeded', 'contradiction')",
}


@pytest.mark.parametrize("name", BREACHES)
async def test_a_broken_promise_is_found(hall: Hall, name: str) -> None:
    stage = Stage(hall, await hall.sign_in(VISITOR))
    await hall.give(stage.me, 5)
    await stage.top_up(1_000)
    assert (await stage.leave()).status_code == 201
    (check,) = (check for check in CHECKS if check.name == name)
    async with hall.pool.write() as conn:
        assert not await (await conn.execute(check.query.sql.encode(), {})).fetchall()
        await conn.execute(BREACHES[name].encode())
        assert await (await conn.execute(check.query.sql.encode(), {})).fetchall(), check.promise


def test_every_promise_has_its_breach() -> None:
    assert set(BREACHES) == {check.name for check in CHECKS}
