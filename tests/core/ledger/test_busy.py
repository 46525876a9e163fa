"""Busy accounts on a real database: appended, folded, counted."""

import pytest

from openhall.base import db
from openhall.core import ledger
from openhall.core.ledger import Code
from tests.core.ledger.books import (
    a_bank,
    a_busy,
    a_wallet,
    available,
    broken,
    capture,
    codes,
    fold_all,
    hold,
    move,
    posted,
    void,
)

pytestmark = pytest.mark.anyio


async def test_a_busy_account_counts_what_is_not_folded_yet(conn: db.Conn) -> None:
    payer, metro = await a_wallet(conn, 1000), await a_busy(conn)
    assert await codes(conn, *[move(payer, metro, 100) for _ in range(5)]) == [Code.POSTED] * 5
    assert await posted(conn, metro) == 500
    assert await broken(conn) == {}
    assert await ledger.fold(conn, metro) == 5
    assert await posted(conn, metro) == 500
    assert await ledger.fold(conn, metro) == 0
    assert await broken(conn) == {}


async def test_a_busy_account_is_folded_before_it_pays(conn: db.Conn) -> None:
    payer, metro = await a_wallet(conn, 1000), await a_busy(conn)
    await codes(conn, move(payer, metro, 400), move(payer, metro, 100))
    assert await codes(conn, move(metro, payer, 501), move(metro, payer, 500)) == [
        Code.INSUFFICIENT_FUNDS,
        Code.POSTED,
    ]
    entries = (await ledger.statement(conn, metro)).entries
    assert [(entry.id, entry.amount, entry.balance) for entry in entries] == [
        (3, -500, 0),
        (2, 100, 500),
        (1, 400, 400),
    ]
    assert await broken(conn) == {}


async def test_a_fold_takes_a_portion_oldest_first(conn: db.Conn) -> None:
    payer, metro = await a_wallet(conn, 1000), await a_busy(conn)
    await codes(conn, *[move(payer, metro, amount) for amount in (1, 2, 3)])
    assert await ledger.fold(conn, metro, limit=2) == 2
    entries = (await ledger.statement(conn, metro)).entries
    assert [(entry.id, entry.amount, entry.balance) for entry in entries] == [(3, 3, 6), (2, 2, 3), (1, 1, 1)]
    assert await broken(conn) == {}


async def test_holds_to_and_from_busy_accounts_reserve_and_release(conn: db.Conn) -> None:
    payer, metro, bank = await a_wallet(conn, 1000), await a_busy(conn), await a_bank(conn)
    towards, away = hold(payer, metro, 300), hold(bank, metro, 50)
    await codes(conn, towards, away)
    assert (await ledger.balance(conn, metro)).incoming == 350
    assert (await ledger.balance(conn, bank)).held == 50
    assert await codes(conn, capture(towards, 200), void(away)) == [Code.POSTED, Code.POSTED]
    balance = await ledger.balance(conn, metro)
    assert (balance.posted, balance.incoming) == (200, 0)
    out = hold(metro, payer, 150)
    assert await codes(conn, out, move(metro, payer, 51)) == [Code.POSTED, Code.INSUFFICIENT_FUNDS]
    assert await codes(conn, capture(out, 100)) == [Code.POSTED]
    assert (await posted(conn, metro), await available(conn, metro)) == (100, 100)
    assert await broken(conn) == {}
    await fold_all(conn)
    assert await broken(conn) == {}


async def test_an_unbounded_busy_account_is_never_locked(pool: db.Pool) -> None:
    async with pool.write() as conn:
        bank, metro = await a_bank(conn), await a_busy(conn)
    async with pool.write() as one:
        assert await codes(one, move(bank, metro, 5)) == [Code.POSTED]
        async with pool.write() as other:
            # It would wait for the first transaction, which waits for us, if either row were locked.
            await other.execute("set local lock_timeout = '2s'")
            assert await codes(other, move(bank, metro, 5)) == [Code.POSTED]
    async with pool.read() as conn:
        assert await posted(conn, metro) == 10
