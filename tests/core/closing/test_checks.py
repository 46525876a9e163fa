"""What breaks the promises of closing is found."""

import pytest

from tests.core.closing.stage import PHONE, SELLER, breaches, close, in_the_way, reopen
from tests.core.people.pins.steps import id_of
from tests.hall import Hall, fresh_key

pytestmark = pytest.mark.anyio

BREACHES = [
    ("update people.residents set state = 'active' where state = 'closed'", "closing.states"),
    ("update ledger.accounts set closed_at = null, closed_entries = null", "closing.states"),
    ("update people.sessions set ended_at = null", "closing.nothing_lives"),
    ("alter table closing.unclaimed disable trigger user; delete from closing.unclaimed", "closing.unclaimed"),
    (
        "alter table closing.unclaimed disable trigger user; update closing.unclaimed set id = gen_random_uuid()",
        "closing.unclaimed_moves",
    ),
    (
        "alter table people.audit disable trigger user; delete from people.audit where act = 'closed'",
        "closing.trail",
    ),
    (
        "update closing.closings set closed_at = now() - interval '9 days', rest_until = now() - interval '3 days'",
        "closing.kept_in_time",
    ),
]  # fmt: skip


async def _left_with_money_coming(hall: Hall) -> None:
    """Somebody who closed, and for whom a refund came afterwards."""
    owner, me = await hall.sign_in(SELLER), await hall.sign_in(PHONE)
    shop = await hall.open_shop(owner)
    await hall.give(me, 700)
    paid = (await hall.pay(me, code=shop["code"], amount=700)).json()["id"]
    await close(hall, me)
    back = {"amount": 700, "reason": "Sold out"}
    refund = await hall.client.post(f"/api/v1/payments/{paid}/refunds", json=back, headers=owner | fresh_key())
    assert refund.status_code == 201, "a shop owes it to somebody who left, too"


@pytest.mark.parametrize(("sql", "broken"), BREACHES)
async def test_what_breaks_a_promise_is_found(hall: Hall, sql: str, broken: str) -> None:
    await _left_with_money_coming(hall)
    assert await breaches(hall) == []
    async with hall.pool.write() as conn:
        for statement in sql.split(";"):
            await conn.execute(statement.encode())
    assert broken in await breaches(hall)


async def test_a_reopening_without_its_asking_is_found(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    resident = await id_of(hall, me)
    assert await in_the_way(hall, me) == []
    await close(hall, me)
    await reopen(hall, resident)
    assert await breaches(hall) == []
    async with hall.pool.write() as conn:
        await conn.execute(b"alter table people.audit disable trigger user")
        await conn.execute(b"delete from people.audit where act = 'reopen_asked'")
    assert await breaches(hall) == ["closing.trail"]
