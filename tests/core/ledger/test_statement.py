"""Statements: running balances, pages, months; and that reading them stays cheap."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from openhall.base import clock, db
from openhall.base.errors import Problem
from openhall.core import ledger
from openhall.core.ledger import Entry, Totals
from openhall.core.ledger.actions import q
from tests.core.ledger.books import a_bank, a_busy, a_wallet, codes, hold, move

pytestmark = pytest.mark.anyio


async def all_pages(conn: db.ReadConn, account: UUID, limit: int, month: str | None = None) -> list[Entry]:
    entries: list[Entry] = []
    cursor = None
    for _ in range(100):
        page = await ledger.statement(conn, account, cursor=cursor, limit=limit, month=month)
        entries += page.entries
        cursor = page.next_cursor
        if cursor is None:
            return entries
        assert len(page.entries) == limit
    raise AssertionError("the pages never end")


async def test_each_entry_shows_the_balance_after_it(conn: db.Conn) -> None:
    payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    await codes(conn, move(payer, payee, 300, reason="payment"), move(payee, payer, 50, reason="refund"))
    await codes(conn, hold(payer, payee, 100))
    entries = (await ledger.statement(conn, payer)).entries
    assert [(e.id, e.amount, e.balance, e.reason) for e in entries] == [
        (3, 50, 750, "refund"),
        (2, -300, 700, "payment"),
        (1, 1000, 1000, "transfer"),
    ]
    assert [entry.other for entry in entries[:2]] == [payee, payee]
    assert entries[0].currency == "CNY"


@pytest.mark.parametrize("limit", [1, 3, 10, 200])
async def test_pages_join_without_gap_or_repetition(conn: db.Conn, limit: int) -> None:
    bank, payee = await a_bank(conn), await a_wallet(conn)
    await codes(conn, *[move(bank, payee, 1) for _ in range(10)])
    assert [entry.id for entry in await all_pages(conn, payee, limit)] == list(range(10, 0, -1))


async def test_new_entries_do_not_disturb_someone_who_is_leafing(conn: db.Conn) -> None:
    bank, payee = await a_bank(conn), await a_wallet(conn)
    await codes(conn, *[move(bank, payee, 1) for _ in range(4)])
    first = await ledger.statement(conn, payee, limit=2)
    await codes(conn, *[move(bank, payee, 1) for _ in range(3)])
    second = await ledger.statement(conn, payee, limit=2, cursor=first.next_cursor)
    assert [entry.id for entry in (*first.entries, *second.entries)] == [4, 3, 2, 1]


async def test_pages_run_through_what_is_folded_and_what_is_not(conn: db.Conn) -> None:
    bank, metro = await a_bank(conn), await a_busy(conn)
    await codes(conn, *[move(bank, metro, amount) for amount in range(1, 7)])
    await ledger.fold(conn, metro, limit=3)
    entries = await all_pages(conn, metro, 2)
    assert [(entry.id, entry.amount, entry.balance) for entry in entries] == [
        (6, 6, 21),
        (5, 5, 15),
        (4, 4, 10),
        (3, 3, 6),
        (2, 2, 3),
        (1, 1, 1),
    ]


async def test_a_month_is_one_of_business_dates(conn: db.Conn) -> None:
    bank, payee, metro = await a_bank(conn), await a_wallet(conn), await a_busy(conn)
    # The hall stands in Shanghai, eight hours ahead: November begins at 16:00 UTC of 31 October.
    for instant in (
        datetime(2026, 10, 31, 15, 59, 59, 999000, UTC),
        datetime(2026, 10, 31, 16, 0, tzinfo=UTC),
        datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 30, 16, 0, tzinfo=UTC),
    ):
        with clock.at(instant):
            await codes(conn, move(bank, payee, 10), move(bank, metro, 10))
            await codes(conn, move(payee, bank, 3))
    assert [entry.id for entry in await all_pages(conn, payee, 2, "2026-11")] == [6, 5, 4, 3]
    assert [entry.id for entry in await all_pages(conn, metro, 1, "2026-11")] == [3, 2]
    assert [entry.balance for entry in await all_pages(conn, payee, 5, "2026-12")] == [28, 31]
    assert await ledger.totals(conn, payee, month="2026-10") == Totals(10, 3)
    assert await ledger.totals(conn, metro, month="2026-11") == Totals(20, 0)
    assert (await all_pages(conn, payee, 5, "2027-01"), await ledger.totals(conn, payee, month="2027-01")) == (
        [],
        Totals(0, 0),
    )


@pytest.mark.parametrize("month", ["2026-13", "november", "2026-1", "2026-11-01", "", "9999-12", "\uff12026-11"])
async def test_what_is_no_month_is_refused(conn: db.Conn, month: str) -> None:
    with pytest.raises(Problem, match=r"ledger\.month_invalid"):
        await ledger.statement(conn, await a_wallet(conn), month=month)


async def test_december_ends_with_the_year(conn: db.Conn) -> None:
    bank, payee = await a_bank(conn), await a_wallet(conn)
    with clock.at(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)):
        await codes(conn, move(bank, payee, 1))
    with clock.at(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)):
        await codes(conn, move(bank, payee, 2))
    assert [entry.amount for entry in await all_pages(conn, payee, 5, "2026-12")] == [1]


async def explain(conn: db.Conn, account: UUID, before: int, first_day: str, end_day: str) -> list[dict[str, Any]]:
    """The nodes of the plan that read entries, as they ran."""
    parameters = {"account": account, "before": before, "first_day": first_day, "end_day": end_day, "limit": 20}
    text = "explain (analyze, format json) " + q.statement.sql
    (plan,) = await (await conn.execute(text.encode(), parameters)).fetchone() or ()
    nodes, found = [plan[0]["Plan"]], []
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if str(node.get("Relation Name", "")).startswith("entries"):
            found.append(node)
    assert found, json.dumps(plan)
    return found


async def test_a_page_is_read_by_index_however_old_the_account(conn: db.Conn) -> None:
    bank, payee = await a_bank(conn), await a_wallet(conn)
    for _ in range(3):
        await codes(conn, *[move(bank, payee, 1) for _ in range(2000)])
    await conn.execute("analyze ledger.entries, ledger.journal")
    for before in (2**63 - 1, 3000):
        nodes = await explain(conn, payee, before, "0001-01-01", "9999-12-31")
        assert {node["Node Type"] for node in nodes} <= {"Index Scan", "Index Only Scan"}
        assert sum(node["Actual Rows"] * node["Actual Loops"] for node in nodes) <= 21
    month = await explain(conn, payee, 2**63 - 1, "2026-01-01", "2026-02-01")
    assert len(month) == 1, "a month reads one partition"


async def test_partitions_are_made_ahead_and_only_once(conn: db.Conn) -> None:
    with clock.at(datetime(2031, 5, 17, tzinfo=UTC)):
        assert await ledger.ensure_partitions(conn, months=3) == 3
        assert await ledger.ensure_partitions(conn, months=4) == 1
        await codes(conn, move(await a_bank(conn), await a_wallet(conn), 1))
    rows = await (
        await conn.execute("select tableoid::regclass::text from ledger.entries where business_date > '2031-01-01'")
    ).fetchall()
    assert {name for (name,) in rows} == {"ledger.entries_2031_05"}


async def test_posting_goes_on_when_nobody_made_a_partition(conn: db.Conn) -> None:
    payee = await a_wallet(conn)
    with clock.at(datetime(2041, 5, 17, tzinfo=UTC)):
        await codes(conn, move(await a_bank(conn), payee, 1))
        assert await ledger.ensure_partitions(conn, months=2) == 1, "the month that has begun stays where it is"
    assert len((await ledger.statement(conn, payee, month="2041-05")).entries) == 1
