"""The figures of a market against an independent recount, what it exports, and the checks that guard them."""

import csv
import io
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import Struct

from openhall.base import db
from openhall.city.merchants.package import PACKAGE
from openhall.demo import market as demo_market
from openhall.demo.market import Made, Size
from tests.city.merchants.book.test_plans import explained, scanned
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

q = db.load("openhall.city.merchants.markets")
# A month and the one before it, whenever the test runs.
SIZE = Size(shops=12, days=65, buyers=40)
ONE = timedelta(days=1)


class _Broken(Struct, frozen=True):
    market: Any
    business_date: date


class Figures:
    """The demo market, small, and its manager."""

    def __init__(self, hall: Hall, manager: Headers, made: Made) -> None:
        self.hall = hall
        self.manager = manager
        self.made = made

    async def get(self, path: str = "", **query: Any) -> Any:
        where = f"/api/v1/markets/{self.made.market}{path}"
        answer = await self.hall.client.get(where, params=query, headers=self.manager)
        assert answer.status_code == 200, answer.text
        return answer

    async def rows(self, text: str) -> list[Any]:
        async with self.hall.pool.read() as conn:
            return await (await conn.execute(text.encode())).fetchall()


@pytest.fixture
async def figures(hall: Hall) -> Figures:
    made = await demo_market.build(hall.pool, hall.settings, SIZE, lambda step: None, [])
    return Figures(hall, await hall.sign_in(demo_market.MANAGER_PHONE.removeprefix("+86")), made)


@pytest.fixture
async def asked(figures: Figures, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the statements that are run from here on."""
    names: list[str] = []
    execute = db._execute

    async def noted(conn: db.ReadConn, query: db.Query, parameters: dict[str, Any]) -> Any:
        names.append(query.name)
        return await execute(conn, query, parameters)

    monkeypatch.setattr(db, "_execute", noted)
    return names


async def test_the_figures_are_those_of_an_independent_recount(figures: Figures) -> None:
    on = figures.made.last.replace(day=1) - ONE
    first = on.replace(day=1)
    shown = (await figures.get(view="month", on=on.isoformat())).json()
    assert (shown["from"], shown["to"]) == (first.isoformat(), on.isoformat())
    paid = await figures.rows(
        "select p.business_date, extract(hour from p.at at time zone 'Asia/Shanghai')::int, s.category, p.amount, "
        "s.name from payments.payments p join merchants.shops s on s.id = p.payee"
    )
    now = [one for one in paid if first <= one[0] <= on]
    assert now
    assert shown["sums"]["count"] == len(now)
    assert shown["sums"]["total"] == sum(one[3] for one in now)
    large = [one[3] for one in now if one[3] >= 50_000]
    assert large
    assert (shown["sums"]["wholesale_count"], shown["sums"]["wholesale_total"]) == (len(large), sum(large))
    for place, key, listed in ((0, "date", "days"), (1, "hour", "hours"), (2, "category", "categories")):
        counted = Counter[str]()
        for one in now:
            counted[str(one[place])] += one[3]
        assert {str(one[key]): one["sums"]["total"] for one in shown[listed]} == dict(counted), listed
    back = await figures.rows("select business_date, amount from payments.refunds")
    assert shown["sums"]["refunded"] == sum(amount for day, amount in back if first <= day <= on)
    before_first = (first - ONE).replace(day=1)
    assert shown["before"]["total"] == sum(one[3] for one in paid if before_first <= one[0] < first)
    assert shown["month"]["open"] == SIZE.shops
    assert shown["month"]["paid"] == len({one[4] for one in now})
    for week in shown["weeks"]:
        begin, end = date.fromisoformat(week["from"]), date.fromisoformat(week["to"])
        assert week["paid"] == len({one[4] for one in paid if begin <= one[0] <= end}), week
    changes = [one["total"] - one["before"] for one in shown["movers"]]
    assert changes == sorted(changes, reverse=True)
    by_shop = Counter[str]()
    for one in now:
        by_shop[one[4]] += one[3]
    for mover in shown["movers"]:
        assert mover["total"] == by_shop[mover["name"]]


async def test_a_manager_is_shown_no_payment_and_no_payer(figures: Figures) -> None:
    (payment,) = (await figures.rows("select id, receipt_no, payer_masked, payee from payments.payments limit 1"))[:1]
    pages = [(await figures.get()).text, (await figures.get("/shops")).text, (await figures.get("/shops.csv")).text]
    for text in pages:
        assert str(payment[0]) not in text
        assert payment[1] not in text
        assert payment[2] not in text
    for path in (f"/payments/{payment[0]}", f"/shops/{payment[3]}/book", f"/shops/{payment[3]}/payments"):
        answer = await figures.hall.client.get(f"/api/v1{path}", headers=figures.manager)
        assert answer.status_code == 404, path


async def test_the_list_of_shops_goes_on_by_its_cursor_and_finds_by_name_and_code(figures: Figures) -> None:
    span = {"from": figures.made.first.isoformat(), "to": figures.made.last.isoformat()}
    found: list[Any] = []
    cursor: str | None = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = (await figures.get("/shops", limit=5, **span, **more)).json()
        found += page["shops"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len({one["id"] for one in found}) == len(found) == SIZE.shops
    totals = [one["total"] for one in found]
    assert totals == sorted(totals, reverse=True)
    name = found[3]["name"]
    assert name in [one["name"] for one in (await figures.get("/shops", sought=name[1:], **span)).json()["shops"]]
    ((code,),) = await figures.rows(f"select short_code from merchants.codes where shop = '{found[0]['id']}'")
    assert [one["id"] for one in (await figures.get("/shops", sought=code, **span)).json()["shops"]] == [found[0]["id"]]
    assert (await figures.get("/shops", sought="%", **span)).json()["shops"] == [], "no pattern, a text"


async def test_the_table_has_a_line_for_each_date_and_shop_and_no_formula(figures: Figures) -> None:
    async with figures.hall.pool.write() as conn:
        await conn.execute(b"update merchants.shops set name = '=1+1' where name like 'A01%'")
    span = {"from": (figures.made.last - ONE * 20).isoformat(), "to": figures.made.last.isoformat()}
    answer = await figures.get("/shops.csv", **span)
    assert answer.text.startswith("\ufeff")
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    closings = await figures.rows(
        "select count(*), sum(total) from merchants.closings "
        f"where business_date between '{span['from']}' and '{span['to']}'"
    )
    assert (len(lines), sum(round(float(line["received"]) * 100) for line in lines)) == tuple(map(int, closings[0]))
    assert not [line for line in lines if line["shop"].startswith("=")]
    refused = await figures.hall.client.get(
        f"/api/v1/markets/{figures.made.market}/shops.csv",
        params={"from": "2026-01-01", "to": "2026-12-31"},
        headers=figures.manager,
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "merchants.book_range_invalid")


async def test_another_bound_counts_from_the_next_closed_date_on(figures: Figures) -> None:
    before = (await figures.get()).json()
    where = f"/api/v1/markets/{figures.made.market}"
    changed = await figures.hall.client.patch(where, json={"wholesale_from": 1}, headers=figures.manager)
    assert changed.json()["wholesale_from"] == 1
    assert (await figures.get()).json()["sums"] == before["sums"]
    await figures.hall.books_agree()


async def test_trade_counts_from_joining_until_leaving(figures: Figures) -> None:
    left = figures.made.last - ONE * 10
    before = (await figures.get("/shops", **{"from": figures.made.last.isoformat()})).json()["shops"]
    async with figures.hall.pool.write() as conn:
        await conn.execute(
            f"update merchants.memberships set until = '{left}', left_at = now() "
            f"where shop = '{before[0]['id']}'".encode()
        )
        broken = await db.all(conn, q.check_market_sums, _Broken)
    assert {one.business_date for one in broken} <= {left + ONE * place for place in range(11)}
    assert broken, "the roll-up says what was, and history was changed behind its back"
    after = (await figures.get("/shops", **{"from": figures.made.last.isoformat()})).json()["shops"]
    assert len(after) == len(before) - 1


@asynccontextmanager
async def unguarded(hall: Hall) -> AsyncIterator[db.Conn]:
    async with hall.pool.write() as conn:
        await conn.execute(b"set local session_replication_role = replica")
        yield conn


BREACHES = {
    "merchants.market_sums": "update merchants.market_hours set total = total + 1 "
    "where (market, business_date, hour, category) = (select market, business_date, hour, category "
    "from merchants.market_hours limit 1)",
    "merchants.market_sums week": "update merchants.market_days set week_paid = open, month_paid = open "
    "where (market, business_date) = "
    "(select market, business_date from merchants.market_days order by week_paid - open, business_date limit 1)",
    "merchants.market_days": "delete from merchants.market_days "
    "where business_date = (select max(business_date) from merchants.market_days)",
    "merchants.market_members": "insert into merchants.memberships "
    "(id, market, shop, since, until, joined_at, left_at) select gen_random_uuid(), market, shop, "
    "since, since + 1, joined_at, now() from merchants.memberships limit 1",
}


@pytest.mark.parametrize("name", BREACHES)
async def test_each_check_finds_its_breach(figures: Figures, name: str) -> None:
    (check,) = [one for one in PACKAGE.checks if one.name == name.split(maxsplit=1)[0]]
    async with unguarded(figures.hall) as conn:
        assert not await (await conn.execute(check.query.sql.encode(), {})).fetchall()
        await conn.execute(BREACHES[name].encode())
        assert await (await conn.execute(check.query.sql.encode(), {})).fetchall()


async def test_what_is_rolled_up_never_changes(figures: Figures) -> None:
    for table in ("market_days", "market_hours"):
        with pytest.raises(Exception, match="never changes"):
            async with figures.hall.pool.write() as conn:
                await conn.execute(f"delete from merchants.{table}".encode())


async def test_figures_read_no_payment_and_take_few_statements(figures: Figures, asked: list[str]) -> None:
    asked.clear()
    await figures.get()
    assert len(asked) <= 12, asked
    assert {"market_sums", "adoption", "movers"} <= set(asked)
    last = figures.made.last
    span = {"first": last - ONE * 29, "last": last}
    async with figures.hall.pool.read() as conn:
        found = await explained(conn, q.market_sums, market=figures.made.market, **span)
        found += await explained(
            conn, q.movers, market=figures.made.market, limit=5, **span,
            before_first=last - ONE * 59, before_last=last - ONE * 30,
        )  # fmt: skip
        found += await explained(
            conn, q.market_shops, market=figures.made.market, **span,
            before_total=2**60, before_shop=figures.made.market, sought=None, limit=50,
        )  # fmt: skip
        found += await explained(conn, q.adoption, market=figures.made.market, dates=[last])
        found += await explained(conn, q.market_table, market=figures.made.market, day=last)
    assert not {node["Relation Name"] for node in found} & {"payments", "refunds", "orders"}
    assert not scanned(found) & {"closings", "closed_hours", "market_hours"}
