"""What a book costs does not depend on how many others there are: few statements, each along an index."""

import json
from collections.abc import Iterator
from datetime import date, time
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from openhall.base import clock, db
from openhall.city.merchants import book
from openhall.core.payments.books import END
from tests.city.merchants.book.trade import DAY, MIDNIGHT, ONE_DAY, Trade, open_trade
from tests.hall import Hall

pytestmark = pytest.mark.anyio

MERCHANTS, PAYMENTS = db.load("openhall.city.merchants"), db.load("openhall.core.payments")
DAYS, SHOPS = 30, 60

# Trade of many shops on many days, straight into the tables: a payment in each of ten hours, a refund on each day. The
# shops are copies of the first one, and its payment is the model of all.
CROWD = """
alter table payments.payments disable trigger payments_not_on_sealed_dates;
alter table payments.refunds disable trigger refunds_not_on_sealed_dates;
create temporary table crowd as select gen_random_uuid() as shop from generate_series(1, {shops});
insert into ledger.accounts (id, kind, owner, currency, floor, busy, opened_at)
select shop, 'merchant', shop, 'CNY', 0, false, now() from crowd;
insert into merchants.shops (id, merchant, name, category, city, account, opened_at)
select c.shop, s.merchant, s.name, s.category, s.city, c.shop, s.opened_at from crowd c, merchants.shops s;
insert into crowd select id from merchants.shops where id not in (select shop from crowd);
create temporary table sold as
select gen_random_uuid() as id, gen_random_uuid() as order_id, c.shop, d, h, (d * 10 + h) * 10 + 1 as amount,
       timestamptz '2026-03-09 16:00Z' + make_interval(days => d, hours => h + 7) as at
  from crowd c, generate_series(0, {days} - 1) d, generate_series(0, 9) h;
insert into payments.orders (id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, state,
                             created_at)
select s.order_id, 'shop', s.shop, 'x', s.shop, o.owner, 'x', s.amount, 'CNY', 'paid', s.at
  from sold s, (select * from payments.orders limit 1) o;
insert into payments.payments (id, order_id, payer, payer_masked, payee_kind, payee, payee_name, amount, currency,
                               receipt_no, business_date, at)
select s.id, s.order_id, o.payer, o.payer_masked, 'shop', s.shop, 'x', s.amount, 'CNY', s.id::text,
       date '2026-03-10' + s.d, s.at
  from sold s, (select * from payments.payments limit 1) o;
insert into payments.refunds (id, payment, payee, amount, currency, reason, refunded_by, receipt_no, business_date, at)
select gen_random_uuid(), s.id, s.shop, 1, 'CNY', 'x', s.shop, gen_random_uuid()::text, date '2026-03-10' + s.d, s.at
  from sold s where s.h = 9;
insert into payments.sealed_dates select date '2026-03-10' + d, now() from generate_series(0, {days} - 1) d;
analyze payments.payments, payments.orders, payments.refunds, merchants.shops;
"""


@pytest.fixture
async def crowd(hall: Hall) -> Trade:
    """A shop among many, all with a month of trade, closed but for the last day."""
    trade = await open_trade(hall)
    await trade.pay(350, MIDNIGHT + ONE_DAY * (DAYS - 1))
    async with hall.pool.write() as conn:
        await conn.execute(CROWD.format(shops=SHOPS - 1, days=DAYS).encode())
        shops = [row[0] for row in await (await conn.execute("select id from merchants.shops")).fetchall()]
        last = DAY + ONE_DAY * (DAYS - 2)
        closed = await book.close_days(conn, shops=shops, first=DAY, last=last)
        assert closed == SHOPS * (DAYS - 1)
        await conn.execute("analyze merchants.closings, merchants.closed_hours")
    return trade


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


async def explained(conn: db.ReadConn, query: db.Query, **parameters: Any) -> list[dict[str, Any]]:
    """The nodes that read tables, as they ran in the plan that the hall uses: made without knowing the values."""
    numbers = {name: f"${number}" for number, name in enumerate(sorted(query.parameters), start=1)}
    text = query.sql
    for name, number in numbers.items():
        text = text.replace(f"%({name})s", number)
    await conn.execute(f"prepare asked as {text.replace('%%', '%')}".encode())
    values = sql.SQL(", ").join(sql.Literal(_plain(parameters[name])) for name in sorted(numbers))
    (plan,) = (
        await (
            await conn.execute(sql.SQL("explain (analyze, format json) execute asked({})").format(values))
        ).fetchone()
        or ()
    )
    await conn.execute(b"deallocate asked")
    found = [node for node in nodes(plan[0]["Plan"]) if "Relation Name" in node]
    assert found, json.dumps(plan)
    return found


def _plain(value: Any) -> Any:
    """Ids as psycopg writes them into a text."""
    if not isinstance(value, db.Ids):
        return value
    return [UUID(bytes=value.binary[place : place + 16]) for place in range(24, len(value.binary), 20)]


def touched(found: list[dict[str, Any]]) -> int:
    """How many rows were looked at, those that were filtered out too."""
    return sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in found)


def scanned(found: list[dict[str, Any]]) -> set[str]:
    """The tables that were read from end to end."""
    return {node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"}


async def test_a_month_is_read_along_indexes_and_only_its_own_rows(crowd: Trade) -> None:
    span = {"shop": crowd.id, "first": DAY, "last": DAY + ONE_DAY * (DAYS - 1)}
    async with crowd.hall.pool.read() as conn:
        found = await explained(conn, MERCHANTS.hours_of_shop, **span, zone="Asia/Shanghai")
        found += await explained(conn, MERCHANTS.closings_of_shop, **span)
    assert not scanned(found)
    # Closings twice, hours with and without refunds, and the live day.
    assert touched(found) <= DAYS * (2 + 11) + 11 + 11


async def test_a_page_of_entries_ends_at_its_limit(crowd: Trade) -> None:
    place = {"before_date": DAY + ONE_DAY * 20, "before": END.id, "first": DAY, "payee": crowd.id, "limit": 20}
    async with crowd.hall.pool.read() as conn:
        found = await explained(conn, PAYMENTS.book_page, **place)
    assert {node["Node Type"] for node in found} <= {"Index Scan", "Index Only Scan"}
    assert touched(found) <= 40, "a page of payments and a page of refunds"


@pytest.mark.parametrize("looked_for", [{"least": 31, "most": 31}, {"receipt_end": "no such"}, {"since": time(15)}])
async def test_a_search_looks_at_the_days_of_its_shop_and_at_nothing_else(
    crowd: Trade, looked_for: dict[str, Any]
) -> None:
    wanted: dict[str, Any] = {"least": 1, "most": 10**15, "since": time.min, "until": None, "receipt_end": ""}
    place = {"before_date": DAY + ONE_DAY * 20, "before": END.id, "first": DAY, "payee": crowd.id, "limit": 20}
    async with crowd.hall.pool.read() as conn:
        found = await explained(conn, PAYMENTS.book_search, **place, **(wanted | looked_for), zone="Asia/Shanghai")
    assert not scanned(found)
    assert touched(found) <= 21 * 11


async def test_receipts_references_and_entries_are_found_by_their_indexes(crowd: Trade) -> None:
    (entry,) = (await crowd.get("/book/entries", amount="3.50", **{"from": "2026-04-08", "to": "2026-04-08"})).json()[
        "entries"
    ]
    async with crowd.hall.pool.read() as conn:
        found = await explained(conn, PAYMENTS.book_by_receipt, payee=crowd.id, receipt_no=entry["receipt_no"])
        found += await explained(conn, PAYMENTS.book_by_reference, payee=crowd.id, reference="x")
        found += await explained(conn, PAYMENTS.book_entries, ids=db.ids([UUID(entry["id"])]))
    assert not scanned(found)
    assert touched(found) <= 12


async def test_a_day_close_reads_the_day_that_is_closed(crowd: Trade) -> None:
    """Not the history of the shops, and not the payments of other days."""
    async with crowd.hall.pool.write() as conn:
        shops = [row[0] for row in await (await conn.execute("select id from merchants.shops")).fetchall()]
        day = DAY + ONE_DAY * (DAYS - 1)
        found = await explained(
            conn,
            MERCHANTS.close_days,
            shops=db.ids(shops),
            first=day,
            last=day,
            zone="Asia/Shanghai",
            now=clock.now(),
            closed_by=None,
        )
    payments = [node for node in found if node["Relation Name"] in ("payments", "refunds")]
    assert not scanned(payments)
    assert touched(payments) == SHOPS * 11 + 1
    assert touched([node for node in found if node["Relation Name"] == "closings"]) <= SHOPS * (12 + 2)


async def test_a_market_reads_many_shops_in_one_statement(crowd: Trade) -> None:
    first, last = DAY, DAY + ONE_DAY * (DAYS - 1)
    async with crowd.hall.pool.read() as conn:
        shops = [row[0] for row in await (await conn.execute("select id from merchants.shops")).fetchall()]
        some = shops[:20]
        dates = await book.closed_by_date(conn, shops=some, first=first, last=last)
        each = await book.closed_by_shop(conn, shops=some, first=first, last=last)
        hours = await book.closed_by_hour(conn, shops=some, first=first, last=last)
    assert [one.business_date for one in dates] == [DAY + ONE_DAY * place for place in range(DAYS - 1)]
    assert {one.shop for one in each} == set(some)
    assert {(one.count, one.refund_count) for one in each} == {(10 * (DAYS - 1), DAYS - 1)}
    assert [one.hour for one in hours] == list(range(7, 17))
    assert sum(one.total for one in dates) == sum(one.total for one in each) == sum(one.total for one in hours)
    assert {one.shops for one in dates} == {20}


@pytest.fixture
async def asked(crowd: Trade, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the statements that are run from here on."""
    names: list[str] = []
    execute = db._execute

    async def noted(conn: db.ReadConn, query: db.Query, parameters: dict[str, Any]) -> Any:
        names.append(query.name)
        return await execute(conn, query, parameters)

    monkeypatch.setattr(db, "_execute", noted)
    return names


async def test_the_book_of_a_month_takes_a_bounded_number_of_statements(crowd: Trade, asked: list[str]) -> None:
    counts = []
    for last in (DAY, DAY + ONE_DAY * (DAYS - 1), date(2026, 6, 9)):
        asked.clear()
        await crowd.book(DAY, last)
        counts.append(list(asked))
    assert counts[0] == counts[1] == counts[2], "however many days"
    assert len(counts[0]) <= 9, counts[0]
