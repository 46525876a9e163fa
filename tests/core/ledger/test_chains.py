"""Linked transfers on a real database: all or none."""

import pytest
from msgspec import structs

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
    hold,
    move,
    posted,
)

pytestmark = pytest.mark.anyio


async def test_a_chain_happens_as_a_whole(conn: db.Conn) -> None:
    payer, sponsor, shop = await a_wallet(conn, 300), await a_wallet(conn, 50), await a_wallet(conn)
    assert await codes(conn, move(payer, shop, 300, linked=True), move(sponsor, shop, 50)) == [
        Code.POSTED,
        Code.POSTED,
    ]
    assert await posted(conn, shop) == 350


async def test_a_chain_fails_as_a_whole_and_for_good(conn: db.Conn) -> None:
    bank = await a_bank(conn)
    payer, sponsor, shop = await a_wallet(conn, 300), await a_wallet(conn, 49), await a_wallet(conn)
    chain = [move(payer, shop, 300, linked=True), move(sponsor, shop, 50, linked=True), move(payer, sponsor, 1)]
    assert await codes(conn, *chain, move(payer, shop, 7)) == [
        Code.LINKED_FAILED,
        Code.INSUFFICIENT_FUNDS,
        Code.LINKED_FAILED,
        Code.POSTED,
    ]
    assert [await posted(conn, account) for account in (payer, sponsor, shop)] == [293, 49, 7]
    await codes(conn, move(bank, sponsor, 1000))
    again = [Code.ID_ALREADY_FAILED, Code.LINKED_FAILED, Code.LINKED_FAILED]
    assert await codes(conn, *chain) == again
    assert await codes(conn, structs.replace(chain[2], linked=False)) == [Code.ID_ALREADY_FAILED]
    assert await broken(conn) == {}


async def test_a_chain_refused_for_a_faulty_wish_may_be_corrected(conn: db.Conn) -> None:
    payer, shop = await a_wallet(conn, 300), await a_wallet(conn)
    first, second = move(payer, shop, 300, linked=True), move(payer, shop, 0)
    assert await codes(conn, first, second) == [Code.LINKED_FAILED, Code.AMOUNT_NOT_POSITIVE]
    fixed = [structs.replace(first, amount=200), structs.replace(second, amount=100)]
    assert await codes(conn, *fixed) == [Code.POSTED, Code.POSTED]


async def test_a_chain_sent_again_exists(conn: db.Conn) -> None:
    payer, shop = await a_wallet(conn, 300), await a_wallet(conn)
    chain = [move(payer, shop, 200, linked=True), move(payer, shop, 100)]
    assert await codes(conn, *chain, *chain) == [Code.POSTED, Code.POSTED, Code.EXISTS, Code.EXISTS]
    assert await codes(conn, *chain) == [Code.EXISTS, Code.EXISTS]


async def test_a_wish_that_stands_twice_in_a_failed_chain_falls_with_it(conn: db.Conn) -> None:
    payer, shop = await a_wallet(conn, 300), await a_wallet(conn)
    twice = move(payer, shop, 20, linked=True)
    answers = await codes(conn, twice, twice, move(payer, shop, 1000))
    assert answers == [Code.LINKED_FAILED, Code.LINKED_FAILED, Code.INSUFFICIENT_FUNDS]
    assert await posted(conn, shop) == 0
    assert await broken(conn) == {}


async def test_a_chain_without_an_end_is_refused(conn: db.Conn) -> None:
    payer, shop = await a_wallet(conn, 300), await a_wallet(conn)
    answers = await codes(
        conn, move(payer, shop, 1), move(payer, shop, 0, linked=True), move(payer, shop, 1, linked=True)
    )
    assert answers == [Code.POSTED, Code.LINKED_CHAIN_OPEN, Code.LINKED_CHAIN_OPEN]


async def test_a_failed_chain_gives_its_hold_and_its_resolution_back(conn: db.Conn) -> None:
    payer, shop = await a_wallet(conn, 300), await a_wallet(conn)
    kept = hold(payer, shop, 100)
    await codes(conn, kept)
    made = structs.replace(hold(payer, shop, 50), linked=True)
    chain = [made, structs.replace(capture(kept, 100), linked=True), move(payer, shop, 1000)]
    assert await codes(conn, *chain, capture(made, 50), capture(kept, 60)) == [
        Code.LINKED_FAILED,
        Code.LINKED_FAILED,
        Code.INSUFFICIENT_FUNDS,
        Code.HOLD_NOT_FOUND,
        Code.POSTED,
    ]
    assert (await posted(conn, shop), await available(conn, payer)) == (60, 240)
    assert await broken(conn) == {}


async def test_a_failed_chain_of_busy_accounts_leaves_nothing_to_fold(conn: db.Conn) -> None:
    payer, metro = await a_wallet(conn, 100), await a_busy(conn)
    chain = [move(payer, metro, 60, linked=True), move(payer, metro, 60)]
    assert await codes(conn, *chain) == [Code.LINKED_FAILED, Code.INSUFFICIENT_FUNDS]
    assert await posted(conn, metro) == 0
    assert await ledger.fold(conn, metro) == 0
