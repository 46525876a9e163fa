"""Accounts, and what the database itself refuses."""

from uuid import UUID

import psycopg
import pytest

from openhall.base import db, ids
from openhall.base.errors import Problem
from openhall.core import ledger
from openhall.core.ledger import Code, Transfer
from tests.core.ledger.books import (
    a_bank,
    a_busy,
    a_wallet,
    codes,
    hold,
    move,
    void,
)

pytestmark = pytest.mark.anyio


async def test_opening_an_account_again_is_the_same_account(conn: db.Conn) -> None:
    owner, chosen = ids.new(), ids.new()
    for _ in range(2):
        assert await ledger.open_account(conn, kind="wallet", owner=owner, id=chosen) == chosen
    with pytest.raises(Problem, match=r"ledger\.account_exists_differently"):
        await ledger.open_account(conn, kind="wallet", owner=owner, floor=-1, id=chosen)
    assert [account.id for account in await ledger.accounts_of(conn, owner)] == [chosen]


async def test_an_account_closes_only_when_it_is_empty(conn: db.Conn) -> None:
    bank = await a_bank(conn)
    wallet, metro = await a_wallet(conn, 5, bank=bank), await a_busy(conn)
    with pytest.raises(Problem, match=r"ledger\.account_not_empty"):
        await ledger.close_account(conn, wallet)
    await codes(conn, move(wallet, metro, 5))
    await ledger.close_account(conn, wallet)
    await ledger.close_account(conn, wallet)
    with pytest.raises(Problem, match=r"ledger\.account_not_empty"):
        await ledger.close_account(conn, metro)
    assert await codes(conn, move(bank, wallet, 5)) == [Code.CREDIT_ACCOUNT_CLOSED]
    assert (await ledger.balance(conn, wallet)).closed


async def test_an_unknown_account_is_said_to_be_unknown(conn: db.Conn) -> None:
    for asked in (ledger.account, ledger.balance, ledger.close_account):
        with pytest.raises(Problem, match=r"ledger\.account_not_found"):
            await asked(conn, ids.new())
    assert await ledger.balances(conn, [ids.new()]) == {}
    assert await ledger.transfer(conn, ids.new()) is None


async def test_a_floor_above_zero_is_refused(conn: db.Conn) -> None:
    with pytest.raises(ValueError, match="floor"):
        await ledger.open_account(conn, kind="wallet", owner=None, floor=1)


async def test_a_refused_outcome_has_words_for_people(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn), await a_wallet(conn)
    (outcome,) = await ledger.post(conn, [move(payer, payee, 1)])
    problem = ledger.problem_of(outcome)
    assert problem is not None
    assert (problem.code, problem.data) == ("ledger.insufficient_funds", {"transfer": str(outcome.id)})


@pytest.mark.parametrize("table", ["journal", "entries", "entries_rest", "entries_2026_11"])
@pytest.mark.parametrize("change", ["update ledger.{} set at = now()", "delete from ledger.{}", "truncate ledger.{}"])
async def test_the_books_are_only_added_to(conn: db.Conn, table: str, change: str) -> None:
    await conn.execute("select ledger.ensure_partitions('2026-11-01', 1)")
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        async with conn.transaction():
            await conn.execute(change.format(table).encode())


async def test_no_statement_can_push_an_account_below_its_floor(conn: db.Conn) -> None:
    wallet = await a_wallet(conn, 100)
    with pytest.raises(psycopg.errors.CheckViolation, match="account_stays_above_its_floor"):
        async with conn.transaction():
            await conn.execute("update ledger.accounts set debits = 60, pending_debits = 41 where id = %s", [wallet])


async def test_a_hold_cannot_be_resolved_twice_even_behind_our_back(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 100), await a_wallet(conn)
    held = hold(payer, payee, 100)
    await codes(conn, held, void(held))
    with pytest.raises(psycopg.errors.UniqueViolation, match="hold_is_resolved_once"):
        async with conn.transaction():
            await conn.execute(
                "insert into ledger.journal"
                " select %s, 'capture', debit, credit, 1, currency, id, reason, business_date, at"
                " from ledger.journal where id = %s",
                [ids.new(), held.id],
            )


async def test_a_reading_connection_cannot_post(pool: db.Pool) -> None:
    async with pool.write() as conn:
        payer, payee = await a_wallet(conn, 100), await a_wallet(conn)
    async with pool.read() as conn:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await ledger.post(db.Conn(conn), [Transfer(UUID(int=7), payer, payee, 1)])
