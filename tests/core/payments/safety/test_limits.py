"""Limits of a payment, a day, a month and of somebody new: over every way out, and in races."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from openhall.base import clock
from openhall.base.config import Settings
from openhall.core.payments.package import PACKAGE
from openhall.core.payments.safety import rules
from openhall.core.payments.safety.types import Limits, OwnLimits, Spending
from tests.core.payments.safety.breaches import BREACHES
from tests.core.people.pins.steps import refusal, told
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio
PHONE, SELLER = "13800000001", "13800000002"
LIMITS = "/api/v1/me/limits"
PRINTED_MAX = 50_000
SETTINGS = Settings(database_url="dbname=none", secret="s" * 32)
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


async def _counter(hall: Hall, money: int = 10_000_000) -> tuple[Headers, Headers, dict[str, Any]]:
    payer, owner = await hall.sign_in(PHONE), await hall.sign_in(SELLER)
    await hall.give(payer, money)
    return payer, owner, await hall.open_shop(owner)


async def _limit(hall: Hall, who: Headers, **limits: int) -> Any:
    return await hall.client.put(LIMITS, json=limits, headers=who)


async def _pays(hall: Hall, who: Headers, shop: dict[str, Any], amount: int) -> object:
    """By the printed code, or by an order where that is not for so much."""
    if amount <= PRINTED_MAX:
        answer = await hall.pay(who, code=shop["code"], amount=amount)
    else:
        owner = await hall.sign_in(SELLER)
        order = await hall.client.post(f"/api/v1/shops/{shop['id']}/orders", json={"amount": amount}, headers=owner)
        answer = await hall.pay(who, order_id=order.json()["id"])
    return answer.status_code if answer.status_code == 201 else answer.json()["code"]


async def test_ones_own_limits_hold_at_once_and_are_raised_only_after_a_fresh_proof(hall: Hall) -> None:
    payer, _, shop = await _counter(hall)
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert (await _limit(hall, payer, payment_max=1_000)).status_code == 200
        assert await _pays(hall, payer, shop, 1_001) == "payments.above_own_limit"
        assert await _pays(hall, payer, shop, 1_000) == 201
        assert refusal(await _limit(hall, payer, payment_max=1_001)) == (403, "people.proof_too_old")
    assert (await _limit(hall, payer, payment_max=2_000)).status_code == 200
    assert await _pays(hall, payer, shop, 2_000) == 201
    assert "payments.limits_raised" in await told(hall, payer)
    assert (await told(hall, payer)).count("payments.limits_raised") == 1
    over = await _limit(hall, payer, day_max=hall.settings.pay_day_max + 1, month_max=1)
    assert refusal(over) == (400, "hall.malformed"), "never beyond the hall's, and never cut without a word"
    assert [error["field"] for error in over.json()["errors"]] == ["day_max"]
    kept = (await hall.client.get(LIMITS, headers=payer)).json()
    assert kept["month_max"] > 1, "a refused wish changes nothing"
    await hall.books_agree()


def test_what_one_payment_to_somebody_new_may_be_is_never_more_than_a_payment_or_their_day() -> None:
    found = rules.limits_of(SETTINGS, OwnLimits(), elder=True)
    assert found.new_payee_max == min(found.payment_max, found.new_payee_day_max)
    own = OwnLimits(payment_max=700, new_payee_day_max=300)
    assert rules.limits_of(SETTINGS, own, elder=False).new_payee_max == 300


async def test_a_day_ends_and_a_month_goes_on(hall: Hall) -> None:
    with clock.at(NOON):
        payer, _, shop = await _counter(hall)
        await _limit(hall, payer, day_max=1_000, month_max=1_500)
        assert await _pays(hall, payer, shop, 600) == 201
        left = (await hall.client.get(LIMITS, headers=payer)).json()
        assert (left["day_left"], left["month_left"]) == (400, 900)
        refused = await hall.pay(payer, code=shop["code"], amount=401)
        assert refusal(refused) == (422, "payments.above_spending_limit")
        assert (refused.json()["period"], refused.json()["left"]) == ("day", 400)
        assert await _pays(hall, payer, shop, 400) == 201
    with clock.at(NOON + timedelta(days=1)):
        refused = await hall.pay(payer, code=shop["code"], amount=501)
        assert (refused.json()["period"], refused.json()["left"]) == ("month", 500)
        assert await _pays(hall, payer, shop, 500) == 201
    with clock.at(datetime(2026, 12, 1, 4, tzinfo=UTC)):
        assert await _pays(hall, payer, shop, 1_000) == 201
        assert await _pays(hall, payer, shop, 1) == "payments.above_spending_limit"
    await hall.books_agree()


async def test_a_limit_that_is_set_in_the_middle_of_a_day_counts_what_was_spent_before_it(hall: Hall) -> None:
    payer, _, shop = await _counter(hall)
    assert await _pays(hall, payer, shop, 800) == 201
    await _limit(hall, payer, day_max=1_000)
    assert await _pays(hall, payer, shop, 201) == "payments.above_spending_limit"
    assert await _pays(hall, payer, shop, 200) == 201


async def test_every_way_out_counts_to_the_same_day(hall: Hall) -> None:
    """A printed code, an order, a charge at the counter, and one that was confirmed on the phone."""
    payer, owner, shop = await _counter(hall)
    await _limit(hall, payer, day_max=1_000)
    assert await _pays(hall, payer, shop, 400) == 201
    order = await hall.client.post(f"/api/v1/shops/{shop['id']}/orders", json={"amount": 300}, headers=owner)
    assert (await hall.pay(payer, order_id=order.json()["id"])).status_code == 201

    async def charge(amount: int, reference: str) -> Any:
        code = (await hall.client.post("/api/v1/me/pay-code", headers=payer)).json()["digits"]
        wish = {"pay_code": code, "amount": amount, "reference": reference}
        return await hall.client.post(f"/api/v1/shops/{shop['id']}/charges", json=wish, headers=owner | fresh_key())

    assert refusal(await charge(301, "R1")) == (422, "payments.payer_limit"), "the shop learns no sum"
    assert (await charge(200, "R2")).status_code == 201
    waiting = await hall.ask_payer(payer, shop, 101)
    confirm = f"/api/v1/me/charges/{waiting}/confirm"
    asked = await hall.client.post(confirm, json={}, headers=payer | fresh_key())
    assert refusal(asked) == (422, "payments.above_spending_limit")
    waiting = await hall.ask_payer(payer, shop, 100)
    confirm = f"/api/v1/me/charges/{waiting}/confirm"
    assert (await hall.client.post(confirm, json={}, headers=payer | fresh_key())).status_code == 201
    assert await _pays(hall, payer, shop, 1) == "payments.above_spending_limit"
    await hall.books_agree()


async def test_at_the_counter_a_lower_no_pin_limit_asks_the_payer(hall: Hall) -> None:
    payer, owner, shop = await _counter(hall)
    await _limit(hall, payer, no_pin_max=500)
    for amount, status in ((500, 201), (501, 202)):
        code = (await hall.client.post("/api/v1/me/pay-code", headers=payer)).json()["digits"]
        wish = {"pay_code": code, "amount": amount, "reference": f"R{amount}"}
        made = await hall.client.post(f"/api/v1/shops/{shop['id']}/charges", json=wish, headers=owner | fresh_key())
        assert made.status_code == status, made.text


async def test_many_connections_never_spend_more_than_a_day_allows(hall: Hall) -> None:
    payer, _, shop = await _counter(hall)
    others = [await hall.sign_in(PHONE) for _ in range(3)]
    await _limit(hall, payer, day_max=1_000)
    charges = [await hall.ask_payer(payer, shop, 90) for _ in range(10)]

    async def confirm(charge: object) -> Any:
        return await hall.client.post(f"/api/v1/me/charges/{charge}/confirm", json={}, headers=payer | fresh_key())

    paying = [hall.pay(who, code=shop["code"], amount=90) for who in (payer, *others) for _ in range(8)]
    answers = await asyncio.gather(*paying, *(confirm(charge) for charge in charges))
    assert sorted({answer.status_code for answer in answers}) == [201, 422]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 422} == {
        "payments.above_spending_limit"
    }
    assert sum(answer.status_code == 201 for answer in answers) == 11
    await hall.books_agree()


async def test_somebody_new_is_paid_little_at_first(hall: Hall) -> None:
    payer, owner, shop = await _counter(hall)
    other = await hall.open_shop(owner, "another shop")
    await _limit(hall, payer, new_payee_max=60_000, new_payee_day_max=100_000)
    now = clock.now()
    assert await _pays(hall, payer, shop, 60_001) == "payments.above_new_payee_limit"
    assert await _pays(hall, payer, shop, 60_000) == 201
    assert await _pays(hall, payer, shop, 40_001) == "payments.above_new_payee_limit", "still new"
    assert await _pays(hall, payer, other, 40_001) == "payments.above_new_payee_limit", "the day is one for all"
    assert await _pays(hall, payer, other, hall.settings.no_pin_max) == 201, "small money makes nobody known"
    with clock.at(now + timedelta(hours=hall.settings.new_payee_hours, minutes=1)):
        payer = await hall.sign_in(PHONE)
        assert await _pays(hall, payer, shop, 90_000) == 201, "known by now"
        assert await _pays(hall, payer, other, 60_001) == "payments.above_new_payee_limit"
    await hall.books_agree()


async def test_racing_payments_to_new_ones_keep_the_days_limit(hall: Hall) -> None:
    payer, owner, _ = await _counter(hall)
    shops = [await hall.open_shop(owner, f"shop {number}") for number in range(6)]
    await _limit(hall, payer, new_payee_day_max=100_000)
    answers = await asyncio.gather(*(_pays(hall, payer, shop, 30_000) for shop in shops))
    assert answers.count(201) == 3
    assert answers.count("payments.above_new_payee_limit") == 3


async def test_elder_mode_begins_with_lower_limits_and_leaving_it_raises_none(hall: Hall) -> None:
    payer, _, shop = await _counter(hall)
    await hall.client.patch("/api/v1/me", json={"mode": "elder"}, headers=payer)
    await hall.client.patch("/api/v1/me", json={"mode": "normal"}, headers=payer)
    found = (await hall.client.get(LIMITS, headers=payer)).json()
    assert (found["payment_max"], found["new_payee_day_max"]) == (50_000, 200_000)
    assert await _pays(hall, payer, shop, 50_001) == "payments.above_own_limit"
    assert (await _limit(hall, payer, payment_max=60_000)).status_code == 200
    assert await _pays(hall, payer, shop, 60_000) == 201


async def test_a_large_payment_is_told(hall: Hall) -> None:
    payer, _, shop = await _counter(hall)
    assert await _pays(hall, payer, shop, hall.settings.large_payment - 1) == 201
    assert await told(hall, payer) == []
    assert await _pays(hall, payer, shop, hall.settings.large_payment) == 201
    assert await told(hall, payer) == ["payments.large_payment"]


async def test_a_small_payment_makes_not_one_statement_more(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """But the note of where a day began, once a day. Counted at the connection, for a payer without limits of their own
    and for one who has some."""
    payer, _, shop = await _counter(hall)
    made: list[str] = []
    execute = psycopg.AsyncConnection.execute

    async def counted(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else str(query)
        made.append(" ".join(text.split())[:60])
        return await execute(self, query, *args, **kwargs)

    async def statements() -> list[str]:
        made.clear()
        assert await _pays(hall, payer, shop, 350) == 201
        return [text for text in made if "pg_stat" not in text]

    monkeypatch.setattr(psycopg.AsyncConnection, "execute", counted)
    first, usual = await statements(), await statements()
    assert len(first) == len(usual) + 1, "the day's first payment notes where the day began"
    await _limit(hall, payer, payment_max=100_000, day_max=500_000)
    assert len(await statements()) == len(usual)
    assert len(usual) <= 16, usual


async def test_who_pays_is_found_by_look_ups_alone(hall: Hall) -> None:
    """However large the tables are: no plan of the hot statement reads one from end to end."""
    await _counter(hall)
    from openhall.base import db
    from openhall.core.payments.safety.payers import q

    async with hall.pool.read() as conn:
        text = q.payers.sql % {"token_hashes": "'{}'", "residents": "'{}'", "now": "now()"}
        await conn.execute(b"set local enable_seqscan = off")
        plan = "\n".join(line for (line,) in await (await conn.execute(f"explain {text}".encode())).fetchall())
    for table in ("sessions", "residents", "accounts", "allowances"):
        assert f"Seq Scan on {table}" not in plan, plan
    assert isinstance(db.ids([]), db.Ids)


HALL = Limits(
    no_pin_max=200, payment_max=1_000, day_max=2_000, month_max=9_000, new_payee_max=800, new_payee_day_max=900
)


def test_raising_is_raising_whatever_else_is_lowered() -> None:
    from msgspec import structs

    lower = structs.replace(HALL, payment_max=1)
    assert not rules.raises(HALL, lower)
    assert rules.raises(lower, structs.replace(lower, payment_max=2, day_max=1))
    assert not rules.raises(HALL, HALL)


def test_room_is_what_is_left_since_the_day_and_the_month_began() -> None:
    today = NOON.date()
    spending = Spending(
        elder=False, visitor=False, debits=1_500, day=today, day_base=1_000, month=today.replace(day=1), month_base=100
    )
    room = rules.room_of(spending, HALL, today)
    assert (room.day_left, room.month_left, room.debits_max, room.begins) == (1_500, 7_600, 3_000, False)
    room = rules.room_of(spending, HALL, today + timedelta(days=1))
    assert (room.day_left, room.debits_max, room.begins) == (2_000, 3_500, True)
    assert rules.code_max(500, OwnLimits()) == 500


@pytest.mark.parametrize(("sql", "broken"), BREACHES)
async def test_what_breaks_the_promises_about_limits_is_found(hall: Hall, sql: str, broken: str) -> None:
    payer, _, shop = await _counter(hall)
    assert await _pays(hall, payer, shop, 30_000) == 201
    (check,) = [check for check in PACKAGE.checks if check.name == broken]
    async with hall.pool.write() as conn:
        assert not await (await conn.execute(check.query.sql.encode())).fetchall()
        await conn.execute(sql.encode())
        assert await (await conn.execute(check.query.sql.encode())).fetchall()


async def test_limits_are_set_so_often_in_a_day_and_not_more_often(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    wishes = [{"day_max": 1_000 * (number % 2 + 1)} for number in range(31)]
    answers = [(await hall.client.put(LIMITS, json=wish, headers=me)).status_code for wish in wishes]
    assert answers == [200] * 30 + [429]
