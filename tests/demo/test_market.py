"""The demo market with a past, in small: real rows, all books agree, the same from the same seed, and only once."""

from typing import Any

import msgspec
import psycopg
import pytest

from openhall.base import ids
from openhall.core import ledger, payments
from openhall.core.payments.rules import receipt_no
from openhall.demo import market, stalls
from openhall.demo.market import Size
from tests.hall import Hall

pytestmark = pytest.mark.anyio
SIZE = Size(shops=20, days=5, buyers=40)


async def build(hall: Hall, steps: list[str] | None = None) -> market.Made:
    return await market.build(hall.pool, hall.settings, SIZE, (steps if steps is not None else []).append, [])


async def rows(hall: Hall, text: str) -> list[Any]:
    async with hall.pool.read() as conn:
        return await (await conn.execute(text.encode())).fetchall()


async def test_every_book_agrees_with_the_history(hall: Hall) -> None:
    steps: list[str] = []
    made = await build(hall, steps)
    assert made.payments > 200
    assert len(steps) == SIZE.steps
    await hall.books_agree()
    ((orders, paid, entries, transfers),) = await rows(
        hall,
        "select (select count(*) from payments.orders), (select count(*) from payments.payments),"
        " (select count(*) from ledger.entries), (select count(*) from ledger.transfers)",
    )
    assert (orders, paid) == (made.payments, made.payments)
    assert (entries, transfers) == (2 * made.transfers, made.transfers)
    ((closed, rolled),) = await rows(
        hall, "select (select sum(count) from merchants.closings), (select sum(count) from merchants.market_hours)"
    )
    assert (closed, rolled) == (made.payments, made.payments)
    assert await rows(hall, "select 1 from demo.sales union select 1 from demo.stalls") == [], "nothing is left over"


async def test_receipt_numbers_have_their_check_digit(hall: Hall) -> None:
    await build(hall)
    found = await rows(hall, "select business_date, receipt_no from payments.payments limit 50")
    assert found
    for day, number in found:
        assert number == receipt_no(day, int(number[7:15]))


async def test_the_hall_goes_on_where_history_ends(hall: Hall) -> None:
    """A shop of the market is paid today, by somebody who was not there, and everything still agrees."""
    await build(hall)
    ((code,),) = await rows(hall, "select short_code from merchants.codes limit 1")
    payer = await hall.sign_in("13800000001")
    await hall.give(payer, 1000)
    paid = await hall.pay(payer, code=code, amount=350)
    assert paid.status_code == 201, paid.text
    await hall.books_agree()


async def test_the_market_is_made_once(hall: Hall) -> None:
    await build(hall)
    with pytest.raises(market.ExistsError):
        await build(hall)


async def test_the_same_seed_is_the_same_market(hall: Hall) -> None:
    made = await build(hall)
    drawn = [stalls.draw(market.SEED, shops=20, buyers=40, first=made.first, days=5) for _ in range(2)]
    assert drawn[0] == drawn[1]
    (sold,) = await rows(hall, "select count(distinct payee), min(amount) from payments.payments")
    names = await rows(hall, "select name from merchants.shops")
    assert {name for (name,) in names} == {stall.name for stall in drawn[0][0]}
    assert (sold[0] > 10, sold[1]) == (True, 300)


async def test_history_goes_into_no_real_hall(hall: Hall) -> None:
    real = msgspec.structs.replace(hall.settings, demo=False)
    with pytest.raises(ValueError, match="demo halls only"):
        await market.build(hall.pool, real, SIZE, lambda step: None, [])
    assert await rows(hall, "select 1 from merchants.shops") == []


TRANSFER = (
    "insert into demo.purses (id, opening, wallet, amount, currency, business_date, at) "
    "select gen_random_uuid(), '{opening}', wallet, 100, 'CNY', current_date - 2, {at} from people.residents limit 1"
)


async def one_transfer(hall: Hall, *, at: str, floor: int | None) -> None:
    """A history of one transfer, from a new account into the wallet of the only resident."""
    async with hall.pool.write() as conn:
        opening = await ledger.open_account(conn, kind="opening", owner=None, floor=floor)
        await conn.execute(TRANSFER.format(opening=opening, at=at).encode())
        await ledger.import_transfers(conn, "demo.transfers")


@pytest.mark.parametrize(
    ("at", "used", "message"),
    [
        ("now() - interval '2 days'", True, "without entries"),
        ("now() + interval '1 minute'", False, "lies in the future"),
    ],
)
async def test_the_ledger_takes_history_only_where_nothing_was(hall: Hall, at: str, used: bool, message: str) -> None:
    resident = await hall.sign_in("13800000001")
    if used:
        await hall.give(resident, 1)
    with pytest.raises(psycopg.Error, match=message):
        await one_transfer(hall, at=at, floor=None)


async def test_no_account_was_ever_below_its_floor_in_history(hall: Hall) -> None:
    await hall.sign_in("13800000001")
    with pytest.raises(psycopg.Error, match="floor"):
        await one_transfer(hall, at="now() - interval '2 days'", floor=0)


async def test_whoever_was_paid_here_gets_no_history(hall: Hall) -> None:
    owner, payer = await hall.sign_in("13800000001"), await hall.sign_in("13800000002")
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    await hall.pay(payer, code=shop["code"], amount=350)
    sale = (
        "insert into demo.sales (id, order_id, payer, wallet, payer_masked, payee, payee_name, account, owner, stream, "
        "amount, currency, business_date, at) select '{0}', '{1}', p.payer, p.payer, 'x', p.payee, 'x', o.account, "
        "o.owner, 'x', 1, 'CNY', current_date - 2, now() - interval '2 days' "
        "from payments.payments p join payments.orders o on o.id = p.order_id"
    )

    async def one_payment() -> None:
        async with hall.pool.write() as conn:
            await conn.execute(sale.format(ids.new(), ids.new()).encode())
            await payments.import_payments(conn, "demo.sales")

    with pytest.raises(psycopg.Error, match="never paid here"):
        await one_payment()
