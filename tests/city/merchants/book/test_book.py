"""The book's numbers, against a count of our own; who may read it; its pages of entries; its search; its table."""

import csv
import heapq
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from openhall.base import clock
from openhall.city.merchants import book
from openhall.city.merchants.book import export
from tests.city.merchants.book.trade import DAY, MIDNIGHT, ONE_DAY, Trade, close_all, open_trade
from tests.hall import Hall

pytestmark = pytest.mark.anyio

ZONE = ZoneInfo("Asia/Shanghai")
CASHIERS = [None, UUID(int=1), UUID(int=2)]


@pytest.fixture
async def trade(hall: Hall) -> Trade:
    return await open_trade(hall)


# minutes from the first midnight, amount, who took it, and what is given back of it, how many minutes later
Sale = tuple[int, int, int, int, int]
SALES = st.lists(
    st.tuples(
        st.integers(0, 4 * 1440 - 1),
        st.integers(1, 50_000),
        st.integers(0, 2),
        st.integers(0, 100),
        st.integers(0, 3 * 1440),
    ),
    min_size=1,
    max_size=12,
)
Fact = tuple[datetime, UUID | None, int, int]  # when, by which hand, how much was taken, how much given back


@settings(
    max_examples=8, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
)
@given(sales=SALES, closed=st.integers(0, 6))
async def test_the_book_is_what_an_independent_count_says(trade: Trade, sales: list[Sale], closed: int) -> None:
    """Each example is a shop of its own; some of its days are closed, some live: that makes no difference."""
    hall = trade.hall
    with clock.at(MIDNIGHT):
        shop = await hall.open_shop(trade.owner, f"第{uuid4().hex[:6]}家")
    await _reopen(hall)
    mine = Trade(hall, trade.owner, trade.payer, shop, trade.owner_id)
    facts = await _trade(mine, sales)
    if closed:
        async with hall.pool.write() as conn:
            await conn.execute(
                "insert into payments.sealed_dates select %s + n, now() from generate_series(0, %s) n "
                "on conflict do nothing",
                [DAY, closed - 1],
            )
            await book.close_days(conn, shops=[mine.id], first=DAY, last=DAY + ONE_DAY * (closed - 1))
    shown = await mine.book(DAY, DAY + ONE_DAY * 7, limit=200)
    assert _told(shown) == _counted(facts)
    assert len(shown["entries"]) == len(facts)
    assert [entry["at"] for entry in shown["entries"]] == sorted((e["at"] for e in shown["entries"]), reverse=True)
    await hall.books_agree()


async def _trade(mine: Trade, sales: list[Sale]) -> list[Fact]:
    """The sales and what is given back of them, one after the other as time goes by; what happened."""
    waiting: list[tuple[datetime, int, int, UUID | None]] = [
        (MIDNIGHT + timedelta(minutes=minute), place, 0, None) for place, (minute, *_) in enumerate(sales)
    ]
    heapq.heapify(waiting)
    facts: list[Fact] = []
    while waiting:
        at, place, back, paid = heapq.heappop(waiting)
        _, amount, who, percent, later = sales[place]
        if paid is not None:
            await mine.refund(paid, back, at)
            facts.append((at, mine.owner_id, 0, back))
            continue
        paid = await mine.pay(amount, at, CASHIERS[who])
        facts.append((at, CASHIERS[who], amount, 0))
        if back := amount * percent // 100:
            heapq.heappush(waiting, (at + timedelta(minutes=later), place, back, paid))
    return facts


async def _reopen(hall: Hall) -> None:
    """Examples share a hall, and its time goes back with each: the dates that an earlier one sealed, and what was spent
    on them, are forgotten behind its back."""
    async with hall.pool.write() as conn:
        await conn.execute("set local session_replication_role = replica")
        for table in ("merchants.closed_hours", "merchants.closings", "payments.sealed_dates", "payments.allowances"):
            await conn.execute(f"delete from {table}".encode())


def _counted(facts: list[Fact]) -> dict[str, Counter[Any]]:
    """Taken and given back, as plainly as can be: by day, by hour, by hand."""
    found: dict[str, Counter[Any]] = {name: Counter() for name in ("day", "hour", "hand", "all")}
    for at, hand, taken, back in facts:
        local = at.astimezone(ZONE)
        for name, key in (("day", local.date()), ("hour", local.hour), ("hand", hand), ("all", "all")):
            found[name][key, "count"] += int(taken > 0)
            found[name][key, "total"] += taken
            found[name][key, "refund_count"] += int(back > 0)
            found[name][key, "refunded"] += back
    return {name: +counter for name, counter in found.items()}


def _told(shown: dict[str, Any]) -> dict[str, Counter[Any]]:
    parts = {
        "day": [(date.fromisoformat(one["date"]), one["sums"]) for one in shown["days"]],
        "hour": [(one["hour"], one["sums"]) for one in shown["hours"]],
        "hand": [(one["id"] and UUID(one["id"]), one["sums"]) for one in shown["cashiers"]],
        "all": [("all", shown["sums"])],
    }
    names = ("count", "total", "refund_count", "refunded")
    return {
        part: +Counter({(key, name): sums[name] for key, sums in listed for name in names})
        for part, listed in parts.items()
    }


async def test_entries_come_page_by_page_newest_first_and_each_once(trade: Trade) -> None:
    for hour in range(5):
        paid = await trade.pay(100 + hour, MIDNIGHT + timedelta(hours=hour))
        if hour % 2:
            await trade.refund(paid, 10, MIDNIGHT + timedelta(hours=hour, minutes=30))
    whole = (await trade.book(DAY, limit=200))["entries"]
    assert [(one["kind"], one["amount"]) for one in whole] == [
        ("payment", 104), ("refund", 10), ("payment", 103), ("payment", 102), ("refund", 10), ("payment", 101),
        ("payment", 100),
    ]  # fmt: skip
    pages, cursor = [], None
    while True:
        page = await trade.book(DAY, limit=2, **({"cursor": cursor} if cursor else {}))
        assert page["sums"]["count"] == 5, "sums are those of the days, not of the page"
        pages.append(page["entries"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert [one for page in pages for one in page] == whole


async def test_an_empty_day_is_an_empty_book(trade: Trade) -> None:
    shown = await trade.book(DAY)
    assert shown["sums"] == {"count": 0, "total": 0, "refund_count": 0, "refunded": 0, "net": 0}
    assert [shown[name] for name in ("days", "hours", "cashiers", "entries", "next_cursor")] == [[], [], [], [], None]
    assert (shown["from"], shown["to"], shown["currency"]) == ("2026-03-10", "2026-03-10", "CNY")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from": "2026-03-10", "to": "2026-03-09"}, "merchants.book_range_invalid"),
        ({"from": "2026-01-01", "to": "2026-04-03"}, "merchants.book_range_invalid"),
        ({"from": "9999-12-31"}, "merchants.book_range_invalid"),
        ({"from": "yesterday"}, "hall.malformed"),
        ({"cursor": "2026-02-30." + "0" * 32}, "hall.malformed"),
        ({"cursor": "x"}, "hall.malformed"),
        ({"limit": "0"}, "hall.malformed"),
    ],
)
async def test_days_that_cannot_be_shown_are_refused(trade: Trade, query: dict[str, str], code: str) -> None:
    path = f"/api/v1/shops/{trade.id}/book"
    refused = await trade.hall.client.get(path, params=query, headers=trade.owner)
    assert (refused.status_code, refused.json()["code"]) == (400, code)


async def test_ninety_two_days_can_be_shown_and_the_edges_of_the_calendar(trade: Trade) -> None:
    for query in ({"from": "2026-01-01", "to": "2026-04-02"}, {"to": "9999-12-31"}, {"to": "0001-01-01"}):
        path = f"/api/v1/shops/{trade.id}/book"
        assert (await trade.hall.client.get(path, params=query, headers=trade.owner)).status_code == 200


async def test_managers_read_the_book_cashiers_do_not_and_strangers_find_nothing(trade: Trade) -> None:
    hall = trade.hall
    answers = {}
    for role, phone in (("manager", "13900000004"), ("cashier", "13900000005"), (None, "13900000006")):
        person = await hall.sign_in(phone)
        if role:
            me = (await hall.client.get("/api/v1/me", headers=person)).json()["id"]
            async with hall.pool.write() as conn:
                await conn.execute(
                    "insert into merchants.staff (id, shop, resident, role, since) values (%s, %s, %s, %s, now())",
                    [uuid4(), trade.id, me, role],
                )
        for path in ("book", "book/entries", "book.csv"):
            got = await hall.client.get(f"/api/v1/shops/{trade.id}/{path}", headers=person)
            answers[role, path] = got.status_code
        body = {"date": "2026-03-10"}
        post = await hall.client.post(f"/api/v1/shops/{trade.id}/book/closings", json=body, headers=person)
        answers[role, "close"] = post.status_code
    assert {status for (role, _), status in answers.items() if role == "cashier"} == {403}
    assert {status for (role, _), status in answers.items() if role is None} == {404}
    assert answers["manager", "book"] == answers["manager", "book.csv"] == answers["manager", "book/entries"] == 200
    assert answers["manager", "close"] == 404, "nothing was traded"


async def test_entries_are_found_by_amount_time_receipt_and_reference(trade: Trade) -> None:
    for hour, amount in ((7, 350), (8, 700), (9, 350), (12, 1205)):
        await trade.pay(amount, MIDNIGHT + timedelta(hours=hour, minutes=30))
    ordered = await trade.pay_order(8_800, MIDNIGHT + timedelta(hours=18), "桌7-=x")
    await trade.refund(ordered, 800, MIDNIGHT + timedelta(hours=19))
    receipts = {one["amount"]: one["receipt_no"] for one in (await trade.book(DAY))["entries"]}

    async def found(**query: str) -> list[int]:
        span = {"from": "2026-03-10", "to": "2026-03-10"}
        return [one["amount"] for one in (await trade.get("/book/entries", **(span | query))).json()["entries"]]

    assert await found() == [800, 8_800, 1205, 350, 700, 350]
    assert await found(amount="3.50") == [350, 350]
    assert await found(amount="３。５") == [350, 350]
    assert await found(least="7", most="12.05") == [800, 1205, 700]
    assert await found(since="08:30", until="09:30") == [700]
    assert await found(since="09:30") == [800, 8_800, 1205, 350]
    assert await found(amount="3.5", until="8:00") == [350]
    whole = receipts[1205]
    assert await found(receipt=whole) == [1205]
    assert await found(receipt=whole.replace("-", "")) == [1205]
    assert await found(receipt=whole[-6:]) == [1205]
    assert await found(receipt=receipts[800]) == [800], "a refund has a receipt of its own"
    assert await found(reference="桌7-=x") == [800, 8_800]
    assert await found(reference="桌7") == []
    far = {"from": "2026-01-01", "to": "2026-01-02"}
    assert await found(**far, receipt=whole) == [1205], "a whole number is found on any day"
    assert await found(**far, reference="桌7-=x") == [800, 8_800]
    assert await found(**far, receipt=whole[-6:]) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"amount": "three"}, "least"),
        ({"least": "2", "most": "1"}, "most"),
        ({"since": "25:00"}, "since"),
        ({"since": "09:00", "until": "09:00"}, "until"),
        ({"receipt": "42"}, "receipt"),
        ({"receipt": "drop table"}, "receipt"),
    ],
)
async def test_what_cannot_be_searched_for_is_refused(trade: Trade, query: dict[str, str], field: str) -> None:
    path = f"/api/v1/shops/{trade.id}/book/entries"
    refused = await trade.hall.client.get(path, params=query, headers=trade.owner)
    assert (refused.status_code, refused.json()["code"]) == (400, "merchants.book_search_invalid")
    assert refused.json()["field"] == field


async def test_a_receipt_of_another_shop_is_not_found(trade: Trade) -> None:
    hall = trade.hall
    stranger = await hall.sign_in("13900000007")
    theirs = await hall.open_shop(stranger, "别家")
    paid = (await hall.pay(trade.payer, code=theirs["code"], amount=99)).json()
    assert (await trade.get("/book/entries", receipt=paid["receipt_no"])).json()["entries"] == []


async def test_the_table_has_every_entry_and_no_formula(trade: Trade) -> None:
    await trade.pay(350, MIDNIGHT + timedelta(hours=7))
    dangerous = await trade.pay_order(12_345, MIDNIGHT + timedelta(hours=8), '=HYPERLINK("http://x","y")')
    await trade.refund(dangerous, 45, MIDNIGHT + ONE_DAY + timedelta(hours=9), reason="@SUM(A1)")
    await close_all(trade.hall, MIDNIGHT + ONE_DAY + timedelta(minutes=2))
    answer = await trade.get("/book.csv", **{"from": "2026-03-10", "to": "2026-03-11"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == export.COLUMNS
    assert [(row["kind"], row["received"], row["given_back"], row["closing_no"]) for row in rows] == [
        ("refund", "", "0.45", ""),
        ("payment", "123.45", "", "1"),
        ("payment", "3.50", "", "1"),
    ]
    assert (rows[0]["business_date"], rows[0]["time"], rows[0]["payer"]) == ("2026-03-11", "09:00:00", "139****0002")
    assert rows[0]["reason"] == "'@SUM(A1)"
    assert rows[1]["reference"] == '\'=HYPERLINK("http://x","y")'
    assert rows[1]["cashier"] == "139****0001"
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row.values())


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "　=1"])
def test_a_cell_that_could_be_a_formula_is_made_harmless(text: str) -> None:
    assert export.harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "3.50", "李记", "a=b", "138****0001", "261120-00000042-7"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert export.harmless(text) == text


async def test_a_table_is_longer_than_one_portion(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openhall.city.merchants.book.api._PORTION", 2)
    for minute in range(5):
        await trade.pay(100 + minute, MIDNIGHT + timedelta(minutes=minute))
    answer = await trade.get("/book.csv", **{"from": "2026-03-10", "to": "2026-03-10"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["received"] for row in rows] == ["1.04", "1.03", "1.02", "1.01", "1.00"]


async def test_the_present_day_is_live(trade: Trade) -> None:
    now = datetime(2026, 3, 12, 4, tzinfo=UTC)
    await trade.pay(350, now)
    with clock.at(now + timedelta(minutes=1)):
        shown = (await trade.get("/book")).json()
    assert (shown["from"], shown["to"], shown["sums"]["total"]) == ("2026-03-12", "2026-03-12", 350)
    assert shown["days"][0]["closing"] is None
