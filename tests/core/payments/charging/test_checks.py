"""Each check of charges finds the breach it is for."""

import pytest

from tests.core.payments.charging.breaches import BREACHES
from tests.core.payments.charging.stage import set_up
from tests.core.payments.test_checks import GUARDS, broken
from tests.hall import Hall

pytestmark = pytest.mark.anyio


@pytest.fixture
async def charged(hall: Hall) -> Hall:
    """A hall with a charge that was paid, one that waits, one that was confirmed, and one that was given up."""
    stage = await set_up(hall, money=1_000_000)
    assert (await stage.charge(await stage.code(), 350, "paid")).status_code == 201
    assert (await stage.charge(await stage.code(), 200_000, "waits")).status_code == 202
    confirmed = await stage.charge(await stage.code(), 200_000, "confirmed")
    assert (await stage.confirm(confirmed.json()["id"])).status == 201
    assert (await stage.charge(await stage.code(), 200_000, "closed")).status_code == 202
    for reference in ("closed", "never charged"):
        assert (await stage.reverse_reference(reference)).status_code == 200
    await hall.books_agree()
    return hall


@pytest.mark.parametrize("name", BREACHES)
async def test_each_check_finds_its_breaches(charged: Hall, name: str) -> None:
    for statement in BREACHES[name]:
        async with charged.pool.write() as conn, conn.transaction(force_rollback=True):
            assert await broken(conn, name) == []
            await conn.execute(GUARDS.encode())
            assert (await conn.execute(statement.encode())).rowcount > 0, statement
            assert await broken(conn, name), f"{name} does not find: {statement}"
