"""Posting on a real database: answers, retries, neighbours."""

from datetime import UTC, date, datetime

import pytest
from msgspec import structs

from openhall.base import clock, db, ids
from openhall.core import ledger
from openhall.core.ledger import Code
from tests.core.ledger.books import (
    a_bank,
    a_wallet,
    available,
    broken,
    codes,
    move,
    posted,
)

pytestmark = pytest.mark.anyio


async def test_money_moves_from_one_account_to_another(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    assert await codes(conn, move(payer, payee, 350)) == [Code.POSTED]
    assert (await posted(conn, payer), await posted(conn, payee)) == (650, 350)
    assert await broken(conn) == {}


async def test_nothing_is_posted_for_an_empty_list(conn: db.Conn) -> None:
    assert await ledger.post(conn, []) == []


async def test_posting_asks_for_a_transaction(pool: db.Pool) -> None:
    async with pool.raw.connection() as connection:
        with pytest.raises(RuntimeError, match="transaction"):
            await ledger.post(db.Conn(db.ReadConn(connection)), [move(ids.new(), ids.new(), 1)])


async def test_a_list_has_a_limit(conn: db.Conn) -> None:
    with pytest.raises(ValueError, match="10001"):
        await ledger.post(conn, [move(ids.new(), ids.new(), 1)] * (ledger.MAX_BATCH + 1))


async def test_the_same_transfer_again_changes_nothing(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    wish = move(payer, payee, 350)
    assert await codes(conn, wish, wish) == [Code.POSTED, Code.EXISTS]
    assert await codes(conn, wish) == [Code.EXISTS]
    assert await posted(conn, payer) == 650


async def test_a_retry_is_told_when_it_happened_the_first_time(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    wish, later = move(payer, payee, 350), datetime(2030, 1, 1, tzinfo=UTC)
    with clock.at(datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC)):
        (first,) = await ledger.post(conn, [wish])
    with clock.at(later):
        again, new = await ledger.post(conn, [wish, move(payer, payee, 1)])
    assert (again.at, again.business_date) == (first.at, first.business_date)
    assert (first.business_date, new.at) == (date(2026, 11, 20), later)


async def test_another_wish_under_the_same_id_is_refused_and_the_first_stands(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    wish = move(payer, payee, 350)
    other = structs.replace(wish, amount=351)
    assert await codes(conn, wish, other) == [Code.POSTED, Code.EXISTS_WITH_DIFFERENT_AMOUNT]
    assert await codes(conn, other) == [Code.EXISTS_WITH_DIFFERENT_AMOUNT]
    assert await posted(conn, payer) == 650


async def test_one_fen_short_is_short(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 349), await a_wallet(conn)
    assert await codes(conn, move(payer, payee, 350)) == [Code.INSUFFICIENT_FUNDS]
    assert await posted(conn, payer) == 349


async def test_a_refused_id_stays_refused(conn: db.Conn) -> None:
    bank = await a_bank(conn)
    payer, payee = await a_wallet(conn), await a_wallet(conn)
    wish = move(payer, payee, 350)
    assert await codes(conn, wish) == [Code.INSUFFICIENT_FUNDS]
    assert await codes(conn, move(bank, payer, 1000), wish) == [Code.POSTED, Code.ID_ALREADY_FAILED]
    assert await posted(conn, payer) == 1000


async def test_a_faulty_wish_may_be_corrected_under_its_id(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    wish = move(payer, payee, 0)
    assert await codes(conn, wish, structs.replace(wish, amount=5)) == [Code.AMOUNT_NOT_POSITIVE, Code.POSTED]


async def test_an_account_that_does_not_exist_yet_fails_the_id_for_good(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), ids.new()
    wish = move(payer, payee, 1)
    assert await codes(conn, wish) == [Code.CREDIT_ACCOUNT_NOT_FOUND]
    await ledger.open_account(conn, kind="shop", owner=None, id=payee)
    assert await codes(conn, wish) == [Code.ID_ALREADY_FAILED]
    assert await broken(conn) == {}


async def test_a_refused_transfer_does_not_fail_its_neighbours(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 500), await a_wallet(conn)
    closed = await a_wallet(conn)
    await ledger.close_account(conn, closed)
    answers = await codes(
        conn,
        move(payer, payee, 300),
        move(payer, payee, 300),
        move(payer, payer, 1),
        move(payer, closed, 1),
        move(ids.new(), payee, 1),
        move(payer, payee, 1, currency="HKD"),
        move(payer, payee, 10**18),
        move(payer, payee, 200),
    )
    assert answers == [
        Code.POSTED,
        Code.INSUFFICIENT_FUNDS,
        Code.ACCOUNTS_SAME,
        Code.CREDIT_ACCOUNT_CLOSED,
        Code.DEBIT_ACCOUNT_NOT_FOUND,
        Code.DEBIT_ACCOUNT_HAS_DIFFERENT_CURRENCY,
        Code.AMOUNT_TOO_LARGE,
        Code.POSTED,
    ]
    assert await posted(conn, payer) == 0
    assert await broken(conn) == {}


async def test_a_later_transfer_of_the_list_may_spend_what_an_earlier_one_brought(conn: db.Conn) -> None:
    first, second, third = [await a_wallet(conn, amount) for amount in (100, 0, 0)]
    assert await codes(conn, move(second, third, 100)) == [Code.INSUFFICIENT_FUNDS]
    assert await codes(conn, move(first, second, 100), move(second, third, 100)) == [Code.POSTED, Code.POSTED]


async def test_an_account_may_be_overdrawn_down_to_its_floor(conn: db.Conn) -> None:
    credit_line = await ledger.open_account(conn, kind="credit", owner=None, floor=-500)
    payee = await a_wallet(conn)
    answers = await codes(conn, move(credit_line, payee, 500), move(credit_line, payee, 1))
    assert answers == [Code.POSTED, Code.INSUFFICIENT_FUNDS]
    assert await available(conn, credit_line) == 0


async def test_ten_thousand_transfers_go_in_one_list(conn: db.Conn) -> None:
    bank, payee = await a_bank(conn), await a_wallet(conn)
    outcomes = await ledger.post(conn, [move(bank, payee, 1) for _ in range(ledger.MAX_BATCH)])
    assert {outcome.code for outcome in outcomes} == {Code.POSTED}
    assert await posted(conn, payee) == ledger.MAX_BATCH
