"""Holds on a real database: reserved, captured, voided, expired; once."""

from datetime import UTC, datetime, timedelta

import pytest

from openhall.base import clock, db
from openhall.base.errors import Problem
from openhall.core import ledger
from openhall.core.ledger import Code
from tests.core.ledger.books import (
    a_wallet,
    available,
    broken,
    capture,
    codes,
    hold,
    move,
    posted,
    void,
)

pytestmark = pytest.mark.anyio

MORNING = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


async def test_held_money_cannot_be_spent_or_held_twice(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    answers = await codes(conn, hold(payer, payee, 700), move(payer, payee, 301), hold(payer, payee, 301))
    assert answers == [Code.POSTED, Code.INSUFFICIENT_FUNDS, Code.INSUFFICIENT_FUNDS]
    balance = await ledger.balance(conn, payer)
    assert (balance.posted, balance.held, balance.available) == (1000, 700, 300)
    assert (await ledger.balance(conn, payee)).incoming == 700


async def test_a_capture_moves_its_part_and_releases_the_rest(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    held = hold(payer, payee, 700)
    assert await codes(conn, held) == [Code.POSTED]
    taken = capture(held, 450)
    assert await codes(conn, taken) == [Code.POSTED]
    assert (await posted(conn, payer), await available(conn, payer), await posted(conn, payee)) == (550, 550, 450)
    found = await ledger.transfer(conn, held.id)
    assert found is not None
    assert (found.resolution, found.resolved_by, found.resolved_amount) == ("capture", taken.id, 450)
    assert await broken(conn) == {}


async def test_a_hold_is_resolved_once(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    held = hold(payer, payee, 700)
    taken = capture(held, 100)
    assert await codes(conn, held, taken, capture(held, 100), void(held), taken) == [
        Code.POSTED,
        Code.POSTED,
        Code.HOLD_ALREADY_CAPTURED,
        Code.HOLD_ALREADY_CAPTURED,
        Code.EXISTS,
    ]
    assert await codes(conn, void(held), taken) == [Code.HOLD_ALREADY_CAPTURED, Code.EXISTS]
    assert await posted(conn, payer) == 900


async def test_a_void_releases_everything(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    held = hold(payer, payee, 700)
    assert await codes(conn, held, void(held), capture(held, 1)) == [
        Code.POSTED,
        Code.POSTED,
        Code.HOLD_ALREADY_VOIDED,
    ]
    assert await available(conn, payer) == 1000
    assert await broken(conn) == {}


async def test_an_expired_hold_cannot_be_captured_and_is_released_once(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    with clock.at(MORNING):
        held = hold(payer, payee, 700, expires_in=60)
        forever = hold(payer, payee, 100)
        assert await codes(conn, held, forever) == [Code.POSTED, Code.POSTED]
    with clock.at(MORNING + timedelta(seconds=59)):
        assert await ledger.expire_holds(conn) == 0
    with clock.at(MORNING + timedelta(seconds=60)):
        assert await codes(conn, capture(held, 700), void(held)) == [Code.HOLD_EXPIRED, Code.HOLD_EXPIRED]
        assert await available(conn, payer) == 200
        assert await ledger.expire_holds(conn) == 1
        assert await ledger.expire_holds(conn) == 0
        assert await available(conn, payer) == 900
        assert await codes(conn, capture(held, 1)) == [Code.HOLD_EXPIRED]
    assert await broken(conn) == {}


async def test_holds_expire_in_portions(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    with clock.at(MORNING):
        await codes(conn, *[hold(payer, payee, 10, expires_in=seconds) for seconds in range(1, 8)])
    with clock.at(MORNING + timedelta(minutes=1)):
        assert [await ledger.expire_holds(conn, limit=3) for _ in range(4)] == [3, 3, 1, 0]


async def test_a_hold_keeps_its_account_open(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    held = hold(payer, payee, 1000)
    await codes(conn, held)
    with pytest.raises(Problem, match=r"ledger\.account_not_empty"):
        await ledger.close_account(conn, payee)
    await codes(conn, void(held))
    await ledger.close_account(conn, payee)


async def test_a_capture_of_an_unknown_hold_stays_refused(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    held = hold(payer, payee, 700)
    early = capture(held, 700)
    assert await codes(conn, early, held) == [Code.HOLD_NOT_FOUND, Code.POSTED]
    assert await codes(conn, early) == [Code.ID_ALREADY_FAILED]
    assert await available(conn, payer) == 300


async def test_a_posted_or_refused_transfer_is_no_hold(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    paid, refused = move(payer, payee, 700), hold(payer, payee, 10**6)
    assert await codes(conn, paid, capture(paid, 1)) == [Code.POSTED, Code.HOLD_NOT_PENDING]
    assert await codes(conn, capture(paid, 1)) == [Code.HOLD_NOT_PENDING]
    assert await codes(conn, refused, capture(refused, 1)) == [Code.INSUFFICIENT_FUNDS, Code.HOLD_NOT_FOUND]
    assert await codes(conn, capture(refused, 1)) == [Code.HOLD_NOT_FOUND]
