"""Nobody who withdraws or pays waits for a file of the bank, nor for a batch that is being made."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from openhall.base import clock, db
from openhall.core import ledger, payouts
from openhall.core.payouts.actions import batches, hear
from tests.core.payouts.stage import PAYER, Stage
from tests.hall import Headers, fresh_key

pytestmark = pytest.mark.anyio


class Market:
    """A payer with money before the stage's shop."""

    def __init__(self, stage: Stage, payer: Headers, code: str) -> None:
        self.stage, self.payer, self.code = stage, payer, code
        self.trades = 0

    async def trade(self) -> None:
        """A withdrawal and a payment that may wait for nobody: whoever holds a lock they need makes this fail."""
        async with self.hurried() as conn:
            await payouts.withdraw(conn, self.stage.rail, source=self.stage.source, amount=50)
        # A payment that had to wait would do so for the shop's account: asked for first, as the API waits for long.
        async with self.hurried() as conn:
            await conn.execute(
                b"select from ledger.accounts where id = %s for no key update", [self.stage.source.account]
            )
        paid = await self.stage.hall.client.post(
            "/api/v1/payments", json={"code": self.code, "amount": 5}, headers=self.payer | fresh_key()
        )
        assert paid.status_code == 201, paid.text
        self.trades += 1

    @asynccontextmanager
    async def hurried(self) -> AsyncIterator[db.Conn]:
        async with self.stage.pool.write() as conn:
            await conn.execute(b"set local lock_timeout = '300ms'")
            yield conn


@pytest.fixture
async def market(stage: Stage) -> Market:
    payer = await stage.hall.sign_in(PAYER)
    await stage.hall.give(payer, 10_000)
    async with stage.pool.read() as reader:
        rows = await reader.execute(b"select short_code from merchants.codes where shop = %s", [stage.source.id])
        row = await rows.fetchone()
    assert row is not None
    return Market(stage, payer, row[0])


async def test_withdraw_and_pay_while_a_file_is_decided(
    stage: Stage, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time the file's transaction is about to move money, also for the second time; some goes to the same shop."""
    stage.plan("reject")
    stage.plan("give_back")
    made = [await stage.withdraw(amount) for amount in (100, 200, 300)]
    post = hear._post

    async def slowly(conn: db.Conn, transfers: Sequence[ledger.Transfer]) -> None:
        if transfers:
            await market.trade()
        await post(conn, transfers)

    monkeypatch.setattr(hear, "_post", slowly)
    await stage.exchange()
    stage.bank.step()
    await stage.exchange()
    assert market.trades == 2, "one was rejected; two arrived"
    await stage.exchange()
    stage.bank.step()
    await stage.exchange()
    assert market.trades == 4, "in one file two arrived and one came back"
    monkeypatch.undo()
    await stage.go()
    states = [await stage.state(payout) for payout in made]
    assert sorted(states) == ["rejected", "returned", "settled"]
    assert await stage.clearing() == 0


async def test_withdraw_and_pay_while_a_batch_is_made_and_a_day_is_compared(stage: Stage, market: Market) -> None:
    await stage.withdraw(100)
    async with stage.pool.write() as conn:
        assert await batches.close(conn, stage.rail, day=ledger.business_date(clock.now())) is not None
        await market.trade()
    async with stage.pool.write() as conn:
        await payouts.reconcile(conn)
        await market.trade()
    await stage.go()
    assert (market.trades, await stage.paid_out()) == (2, 200)
