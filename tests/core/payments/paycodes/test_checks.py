"""Each check of pay codes finds the breach it is for."""

from uuid import UUID

import pytest

from openhall.base import clock
from openhall.core.payments import paycodes
from tests.core.payments.paycodes.breaches import BREACHES
from tests.core.payments.paycodes.counter import words
from tests.core.payments.paycodes.test_waiting import confirm, counter, payer_of
from tests.core.payments.test_checks import GUARDS, broken
from tests.hall import Hall

pytestmark = pytest.mark.anyio


@pytest.fixture
async def paid(hall: Hall) -> Hall:
    """A hall in which a pay code was read and its charge confirmed."""
    payer, shop = await counter(hall)
    charge = await hall.ask_payer(payer, shop, 350)
    me = await payer_of(hall)
    async with hall.pool.pipelined(lock_ms=5000) as conn:
        code = await paycodes.issue(conn, resident=me.resident, secret=hall.settings.secret)
        asked = paycodes.CodeAsk(digits=code.digits, charge=charge, shop=UUID(shop["id"]), amount=350, now=clock.now())
        (answer,), _ = await paycodes.consume(conn, [asked], settings=hall.settings)
        assert words(answer) == "consumed"
    assert (await confirm(hall, charge)).status == 201
    await hall.books_agree()
    return hall


@pytest.mark.parametrize("name", BREACHES)
async def test_each_check_finds_its_breaches(paid: Hall, name: str) -> None:
    for statement in BREACHES[name]:
        async with paid.pool.write() as conn, conn.transaction(force_rollback=True):
            assert await broken(conn, name) == []
            await conn.execute(GUARDS.encode())
            assert (await conn.execute(statement.encode())).rowcount > 0, statement
            assert await broken(conn, name), f"{name} does not find: {statement}"
