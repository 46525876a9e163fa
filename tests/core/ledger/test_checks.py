"""Each check finds the breach it is for. The breach is made behind the ledger's back, with the guards taken down."""

import pytest

from openhall.base import db
from openhall.core.ledger.package import CHECKS
from tests.core.ledger.books import a_bank, a_busy, a_wallet, broken, capture, codes, hold, move

pytestmark = pytest.mark.anyio

BREACHES = {
    "ledger.two_entries": "delete from ledger.entries where amount = -300",
    "ledger.entries_have_transfers": "update ledger.entries set transfer = gen_random_uuid() where amount = -300",
    "ledger.balances": "update ledger.accounts set credits = credits + 1 where kind = 'wallet' and credits > 0",
    "ledger.chain": "update ledger.entries set balance = balance + 1 where amount = -300",
    "ledger.floors": "update ledger.accounts set floor = 10000 where kind = 'wallet'",
    "ledger.pending": "update ledger.accounts set pending_debits = pending_debits + 1 where kind = 'wallet'",
    "ledger.resolutions": "update ledger.journal set amount = 10000 where kind = 'capture'",
    "ledger.open_holds": "delete from ledger.open_holds",
    "ledger.sums_are_zero": "update ledger.unfolded set amount = amount + 1 where amount > 0",
    "ledger.only_busy_wait": "update ledger.accounts set busy = false",
}
GUARDS = """
alter table ledger.journal disable trigger append_only;
alter table ledger.entries disable trigger append_only;
alter table ledger.accounts drop constraint account_stays_above_its_floor;
"""


async def a_small_city(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000, bank=await a_bank(conn)), await a_wallet(conn)
    held, metro = hold(payer, payee, 100), await a_busy(conn)
    await codes(conn, move(payer, payee, 300), held, capture(held, 60), hold(payer, payee, 50), move(payer, metro, 7))


async def test_a_sound_city_passes_every_check(conn: db.Conn) -> None:
    await a_small_city(conn)
    assert await broken(conn) == {}


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
async def test_each_check_finds_its_breach(conn: db.Conn, name: str) -> None:
    await a_small_city(conn)
    await conn.execute(GUARDS.encode())
    await conn.execute(BREACHES[name].encode())
    found = await broken(conn)
    assert name in found
    assert 0 < len(found[name]) <= 20
