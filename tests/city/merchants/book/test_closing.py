"""The day close: written once, numbered, and final, whatever was on its way at the cut-off."""

import asyncio
import hashlib
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from openhall.base import clock, db
from openhall.city.merchants import book
from openhall.core import ledger
from openhall.core.payments import books
from tests.city.merchants.book.trade import DAY, MIDNIGHT, ONE_DAY, Trade, close_all, open_trade
from tests.hall import Hall

pytestmark = pytest.mark.anyio

MORNING, EVENING = timedelta(hours=7), timedelta(hours=20)
NEXT = MIDNIGHT + ONE_DAY
# When the day close of DAY may begin.
AFTER = NEXT + books.SEAL_AFTER


@pytest.fixture
async def trade(hall: Hall) -> Trade:
    return await open_trade(hall)


async def closings(hall: Hall) -> list[tuple[date, int, int, int, int, int]]:
    async with hall.pool.read() as conn:
        found = await conn.execute(
            "select business_date, number, count, total, refund_count, refund_total from merchants.closings order by 1"
        )
        return await found.fetchall()


async def test_a_day_is_closed_once_after_it_has_ended(trade: Trade) -> None:
    hall = trade.hall
    await trade.pay(350, MIDNIGHT + MORNING)
    await close_all(hall, NEXT - timedelta(milliseconds=1))
    await close_all(hall, AFTER - timedelta(milliseconds=1))
    assert await closings(hall) == [], "not before the cut-off, and a minute later for slow clocks"
    await close_all(hall, AFTER)
    await close_all(hall, AFTER)
    assert await closings(hall) == [(DAY, 1, 1, 350, 0, 0)]
    await hall.books_agree()


async def test_numbers_follow_the_days_with_trade_and_a_refund_counts_on_its_own_day(trade: Trade) -> None:
    hall = trade.hall
    first = await trade.pay(350, MIDNIGHT + MORNING)
    await trade.refund(first, 100, MIDNIGHT + ONE_DAY * 2 + EVENING)
    await trade.pay(500, MIDNIGHT + ONE_DAY * 4)
    await close_all(hall, MIDNIGHT + ONE_DAY * 6)
    assert await closings(hall) == [
        (DAY, 1, 1, 350, 0, 0),
        (DAY + ONE_DAY * 2, 2, 0, 0, 1, 100),
        (DAY + ONE_DAY * 4, 3, 1, 500, 0, 0),
    ]
    shown = await trade.book(DAY, DAY + ONE_DAY * 5)
    assert [(day["date"], day["closing"]["number"]) for day in shown["days"]] == [
        ("2026-03-10", 1),
        ("2026-03-12", 2),
        ("2026-03-14", 3),
    ]
    assert shown["sums"] == {"count": 2, "total": 850, "refund_count": 1, "refunded": 100, "net": 750}
    await hall.books_agree()


async def test_a_closed_day_takes_no_payment_and_no_refund_however_slow_a_clock_is(trade: Trade) -> None:
    hall = trade.hall
    paid = await trade.pay(350, MIDNIGHT + MORNING)
    await close_all(hall, AFTER)
    before = await closings(hall)
    with clock.at(NEXT - timedelta(seconds=1)):
        late = await hall.pay(trade.payer, code=trade.shop["code"], amount=1)
        assert (late.status_code, late.json()["code"]) == (503, "hall.busy")
        body = {"amount": 1, "reason": "Sold out"}
        headers = trade.owner | {"Idempotency-Key": str(uuid4())}
        back = await hall.client.post(f"/api/v1/payments/{paid}/refunds", json=body, headers=headers)
        assert (back.status_code, back.json()["code"]) == (503, "hall.busy")
    with clock.at(NEXT):
        assert (await hall.pay(trade.payer, code=trade.shop["code"], amount=1)).status_code == 201
    assert await closings(hall) == before
    await hall.books_agree()


async def test_whoever_wrote_before_the_cut_off_and_commits_after_it_is_waited_for(trade: Trade) -> None:
    """The closing must not begin while such a payment is on its way, and must then have it."""
    hall = trade.hall
    paid = await trade.pay(350, MIDNIGHT + MORNING)
    with clock.at(AFTER):
        async with hall.pool.write() as late:
            await late.execute(COPY.encode(), {"id": uuid4(), "order": uuid4(), "of": paid})
            closing = asyncio.create_task(close_all(hall, AFTER))
            await _waits(hall)
            assert not closing.done()
            assert await closings(hall) == []
        await asyncio.wait_for(closing, 20)
    assert await closings(hall) == [(DAY, 1, 2, 700, 0, 0)]


COPY = """
with made as (
  insert into payments.orders (id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, state,
                               created_at)
  select %(order)s, payee_kind, payee, payee_name, account, owner, stream, amount, currency, 'paid', created_at
    from payments.orders where id = (select order_id from payments.payments where id = %(of)s) returning id)
insert into payments.payments (id, order_id, payer, payer_masked, payee_kind, payee, payee_name, amount, currency,
                               receipt_no, business_date, at)
select %(id)s, made.id, payer, payer_masked, payee_kind, payee, payee_name, amount, currency, %(id)s::text,
       business_date, at
  from made, payments.payments p where p.id = %(of)s
"""


async def _waits(hall: Hall) -> None:
    """Until somebody waits for an advisory lock."""
    for _ in range(400):
        async with hall.pool.read() as conn:
            found = await conn.execute("select 1 from pg_locks where locktype = 'advisory' and not granted")
            if await found.fetchone():
                return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits")


async def test_a_closing_races_with_the_last_payments_and_misses_none(trade: Trade) -> None:
    """Payments dated on the day that has ended come from every side while it is closed: each is in the closing, or was
    refused, or counts on the next day; never after the closing."""
    hall = trade.hall
    await trade.pay(100, MIDNIGHT + MORNING)
    outcomes: list[int] = []

    async def payer() -> None:
        for _ in range(12):
            answer = await hall.pay(trade.payer, code=trade.shop["code"], amount=7)
            outcomes.append(answer.status_code)

    async def sealer() -> None:
        await asyncio.sleep(0.05)
        async with hall.pool.write() as conn:
            # A machine whose clock is ahead seals, while this one still counts on the old day.
            await conn.execute("select pg_advisory_xact_lock(payments.lock_of(%s))", [DAY])
            await conn.execute("insert into payments.sealed_dates values (%s, now())", [DAY])
            await book.close_days(conn, shops=[trade.id], first=DAY, last=DAY)
            found = await (await conn.execute("select count from merchants.closings")).fetchone()
            assert found
            outcomes.append(-found[0])

    with clock.at(NEXT - timedelta(seconds=1)):
        await asyncio.gather(*[payer() for _ in range(6)], sealer())
    taken = outcomes.count(201)
    (closed,) = [-code for code in outcomes if code < 0]
    assert taken + outcomes.count(503) == 72
    assert outcomes.count(503) > 0, "the race never came to the seal"
    assert closed == taken + 1, "what was acknowledged is in the closing, all of it and nothing else"
    assert await closings(hall) == [(DAY, 1, taken + 1, 100 + 7 * taken, 0, 0)]
    await hall.books_agree()


async def test_two_closers_make_one_closing(trade: Trade) -> None:
    hall = trade.hall
    await trade.pay(350, MIDNIGHT + MORNING)
    await trade.pay(350, NEXT + MORNING)
    body = {"date": (DAY + ONE_DAY).isoformat()}

    async def by_hand() -> int:
        path = f"/api/v1/shops/{trade.id}/book/closings"
        return (await hall.client.post(path, json=body, headers=trade.owner)).status_code

    with clock.at(MIDNIGHT + ONE_DAY * 3):
        done = await asyncio.gather(close_all(hall, MIDNIGHT + ONE_DAY * 3), *[by_hand() for _ in range(5)])
    assert done[1:] == [201] * 5
    assert await closings(hall) == [(DAY, 1, 1, 350, 0, 0), (DAY + ONE_DAY, 2, 1, 350, 0, 0)]
    await hall.books_agree()


async def test_the_owner_closes_a_day_that_has_ended_and_the_days_before_it(trade: Trade) -> None:
    hall, path = trade.hall, f"/api/v1/shops/{trade.id}/book/closings"
    await trade.pay(350, MIDNIGHT + MORNING)
    await trade.pay(120, NEXT + MORNING)

    async def close(day: date, at: datetime) -> tuple[int, dict[str, object]]:
        with clock.at(at):
            answer = await hall.client.post(path, json={"date": day.isoformat()}, headers=trade.owner)
        return answer.status_code, answer.json()

    status, refused = await close(DAY, NEXT - timedelta(seconds=1))
    assert (status, refused["code"]) == (409, "merchants.day_not_over")
    status, closed = await close(DAY + ONE_DAY, MIDNIGHT + ONE_DAY * 3)
    assert (status, closed["number"], closed["date"]) == (201, 2, "2026-03-11")
    assert await close(DAY + ONE_DAY, MIDNIGHT + ONE_DAY * 9) == (201, closed), "closing again changes nothing"
    assert (await close(DAY, MIDNIGHT + ONE_DAY * 9))[1]["number"] == 1
    status, refused = await close(DAY + ONE_DAY * 2, MIDNIGHT + ONE_DAY * 9)
    assert (status, refused["code"]) == (404, "merchants.day_without_trade")
    await hall.books_agree()


async def test_a_closed_shop_is_closed_for_its_last_day_too(trade: Trade) -> None:
    hall = trade.hall
    await trade.pay(350, MIDNIGHT + MORNING)
    with clock.at(MIDNIGHT + EVENING):
        assert (await hall.client.post(f"/api/v1/shops/{trade.id}/close", headers=trade.owner)).status_code == 200
    await close_all(hall, AFTER)
    assert await closings(hall) == [(DAY, 1, 1, 350, 0, 0)]
    assert (await trade.book(DAY))["sums"]["total"] == 350


@pytest.mark.parametrize(
    "change",
    [
        "update merchants.closings set total = 1",
        "delete from merchants.closed_hours",
        "truncate merchants.closings cascade",
        "delete from payments.sealed_dates",
        "delete from merchants.day_closes",
    ],
)
async def test_what_is_closed_cannot_be_changed(trade: Trade, change: str) -> None:
    await trade.pay(350, MIDNIGHT + MORNING)
    await close_all(trade.hall, AFTER)
    with pytest.raises(psycopg.errors.RestrictViolation):
        async with trade.hall.pool.write() as conn:
            await conn.execute(change.encode())


async def test_a_date_that_is_not_sealed_cannot_be_closed(trade: Trade) -> None:
    await trade.pay(350, MIDNIGHT + MORNING)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        async with trade.hall.pool.write() as conn:
            await book.close_days(conn, shops=[trade.id], first=DAY, last=DAY)
    with clock.at(AFTER - timedelta(milliseconds=1)), pytest.raises(ValueError, match="has not ended"):
        async with trade.hall.pool.write() as conn:
            await books.seal(conn, first=DAY, last=DAY)


async def test_the_hash_is_what_the_documents_say(trade: Trade) -> None:
    paid = await trade.pay(350, MIDNIGHT + MORNING)
    await trade.refund(paid, 50, MIDNIGHT + EVENING)
    await close_all(trade.hall, AFTER)
    text = f"{trade.id} 2026-03-10 1\n7 - 1 350 0 0\n20 {trade.owner_id} 0 0 1 50"
    (day,) = (await trade.book(DAY))["days"]
    assert day["closing"]["hash"] == hashlib.sha256(text.encode()).hexdigest()


async def test_the_calendar_of_the_hall_decides_where_a_day_ends(hall: Hall) -> None:
    trade = await open_trade(hall)
    ledger.use_calendar("Asia/Shanghai", "04:00")
    try:
        early = datetime(2026, 3, 10, 19, 59, 59, 999_000, tzinfo=UTC)  # 03:59:59.999 on the 11th
        await trade.pay(350, early)
        await trade.pay(200, early + timedelta(milliseconds=1))
        await close_all(hall, early + timedelta(seconds=62))
        assert await closings(hall) == [(DAY, 1, 1, 350, 0, 0)]
        hours = (await trade.book(DAY, DAY + ONE_DAY))["hours"]
        assert [(hour["hour"], hour["sums"]["total"]) for hour in hours] == [(3, 350), (4, 200)]
    finally:
        ledger.use_calendar("Asia/Shanghai", "00:00")


async def test_a_killed_day_close_goes_on_where_it_stopped(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = trade.hall
    await trade.pay(350, MIDNIGHT + MORNING)
    owner = await hall.sign_in("13900000003")
    with clock.at(MIDNIGHT):
        other = await hall.open_shop(owner, "另一家")
        assert (await hall.pay(trade.payer, code=other["code"], amount=90)).status_code == 201
    whole = book.closing.close_portion
    monkeypatch.setattr(book.closing, "PORTION", 1)
    calls = 0

    async def killed(conn: db.Conn, *, business_date: date, after: UUID) -> UUID | None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise ConnectionError("killed")
        return await whole(conn, business_date=business_date, after=after)

    monkeypatch.setattr(book.closing, "close_portion", killed)
    with pytest.raises(ConnectionError):
        await close_all(hall, AFTER)
    assert len(await closings(hall)) == 1
    await close_all(hall, AFTER)
    assert len(await closings(hall)) == 2
    await hall.books_agree()
