"""Money that comes for an account while it closes, or after: closing waits, or it lies where operators see it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from openhall.base import db, ids
from openhall.core import cards, ledger, payouts, people
from openhall.core.cards.jobs import cards_of
from openhall.core.closing.actions import closing
from openhall.core.payments import transfers
from openhall.core.payments.refunds import refund
from openhall.core.payouts.actions.hear import hear
from openhall.core.payouts.types import Said, Word
from openhall.core.people import SessionKind
from openhall.core.rails import Charge
from openhall.core.rails.actions import settle as bank
from openhall.core.rails.types import ChargeState
from openhall.web.discover import packages
from tests.city.campaigns.sponsor import Sponsor
from tests.core.cards.stage import GOOD, Stage
from tests.core.closing.stage import (
    CLOSING,
    FRIEND,
    PHONE,
    SELLER,
    close,
    in_the_way,
    reopen,
    unclaimed,
)
from tests.core.people.names.people import DAUGHTER, XIAOMING, be
from tests.core.people.pins.steps import PIN, has_pin, id_of, refusal
from tests.hall import Hall, Headers, fresh_key

pytestmark = pytest.mark.anyio
Coming = Callable[[db.Conn], Awaitable[object]]


async def _refund(hall: Hall, me: Headers) -> Coming:
    """A shop gives 700 back."""
    owner = await hall.sign_in(SELLER)
    shop = await hall.open_shop(owner)
    await hall.give(me, 700)
    paid = UUID((await hall.pay(me, code=shop["code"], amount=700)).json()["id"])
    seller = await id_of(hall, owner)
    return lambda conn: refund(conn, payment=paid, resident=seller, amount=700, reason="Sold out", desks=hall.desks)


async def _bank_return(hall: Hall, me: Headers) -> Coming:
    """The bank sends 700 back that it had booked."""
    resident = await id_of(hall, me)
    await hall.give(me, 700)
    async with hall.pool.write() as conn:
        await payouts.vouch_bank_account(
            conn, owner=resident, holder="王小明", number="6200000138000000032", again="6200000138000000032",
            cooling=timedelta(),
        )  # fmt: skip
    wish = {"amount": 700}
    made = await hall.client.post("/api/v1/me/withdrawals", json=wish, headers=me | fresh_key())
    payout = UUID(made.json()["id"])
    rail = payouts.Rail.of(hall.settings)
    assert rail is not None
    folder = payouts.Folder(rail)
    folder.prepare()
    await payouts.exchange(hall.pool, rail, folder)
    async with hall.pool.write() as conn:
        await hear(conn, [Said(payout, Word.SETTLED)], currency="CNY")
    return lambda conn: hear(conn, [Said(payout, Word.RETURNED)], currency="CNY")


async def _transfer(hall: Hall, me: Headers) -> Coming:
    """A friend's 700 arrive."""
    friend = await hall.sign_in(FRIEND)
    assert (await be(hall, friend, XIAOMING)).status_code == 200
    assert (await be(hall, me, DAUGHTER)).status_code == 200
    await has_pin(hall, friend)
    await hall.give(friend, 700)
    wish = {"to_phone": PHONE, "amount": 700, "pin": PIN}
    sent = await hall.client.post("/api/v1/transfers", json=wish, headers=friend | fresh_key())
    assert sent.status_code == 201, sent.text
    async with hall.pool.write() as conn:
        await conn.execute(b"update payments.transfers set created_at = now() - interval '2 hours', due_at = now()")

    return transfers.settle_due


async def _as_if(conn: db.Conn, rail: str, state: str) -> None:
    """The top-ups of this rail stand so, whatever they were: as if somebody had closed without looking."""
    ended = "now(), null, 'declined'" if state == "failed" else "null, now(), null"
    await conn.execute(f"alter table {rail}.top_ups disable trigger user".encode())
    await conn.execute(
        f"update {rail}.top_ups set state = '{state}', (finished_at, next_query_at, reason) = ({ended})".encode()
    )
    await conn.execute(f"alter table {rail}.top_ups enable trigger user".encode())


COMINGS = [
    pytest.param(_refund, "refund", id="a refund"),
    pytest.param(_bank_return, "withdrawal_returned", id="a bank's return"),
]
ALL = [*COMINGS, pytest.param(_transfer, "transfer_received", id="a transfer")]


async def _visit(hall: Hall, me: Headers) -> people.Visit:
    async with hall.pool.read() as conn:
        return await people.visit_of(conn, me["Authorization"].removeprefix("Bearer "), SessionKind.API)


@pytest.mark.parametrize(("prepare", "reason"), ALL)
async def test_closing_waits_for_money_that_is_coming_and_does_not_close(
    hall: Hall, prepare: Callable[[Hall, Headers], Awaitable[Coming]], reason: str
) -> None:
    me = await hall.sign_in(PHONE)
    coming = await prepare(hall, me)
    async with hall.pool.write() as conn:
        await coming(conn)
        asked = asyncio.create_task(hall.client.post(CLOSING, headers=me))
        await hall.somebody_waits()
    answer = await asked
    assert refusal(answer) == (409, "closing.in_the_way")
    assert answer.json()["obstacles"] == ["closing.money"]
    assert await hall.balance(me) == 700, f"the {reason} is in the wallet, and its owner is still signed in"
    assert await unclaimed(hall) == []
    await hall.books_agree()


@pytest.mark.parametrize(("prepare", "reason"), COMINGS)
async def test_money_that_comes_while_an_account_closes_waits_for_its_owner(
    hall: Hall, prepare: Callable[[Hall, Headers], Awaitable[Coming]], reason: str
) -> None:
    me = await hall.sign_in(PHONE)
    resident = await id_of(hall, me)
    coming = await prepare(hall, me)

    async def come() -> None:
        async with hall.pool.write() as conn:
            await coming(conn)

    visit = await _visit(hall, me)
    async with hall.pool.write() as conn:
        await closing.close(conn, hall.settings, packages(demo=True), visit)
        arriving = asyncio.create_task(come())
        await hall.somebody_waits()
    await arriving
    assert await unclaimed(hall) == [(700, reason)]
    await hall.books_agree()
    await reopen(hall, resident)
    assert await unclaimed(hall) == []
    assert await hall.balance(await hall.sign_in(PHONE)) == 700
    await hall.books_agree()


async def test_a_transfer_that_meets_a_closing_is_with_one_of_the_two_or_seen(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    coming = await _transfer(hall, me)

    async def come() -> None:
        async with hall.pool.write() as conn:
            await coming(conn)

    visit = await _visit(hall, me)
    async with hall.pool.write() as conn:
        await closing.close(conn, hall.settings, packages(demo=True), visit)
        arriving = asyncio.create_task(come())
        await hall.somebody_waits()
    await arriving
    assert await unclaimed(hall) == [(700, "transfer_received")], "it was on its way into the wallet already"
    await hall.books_agree()


async def test_what_waits_for_somebody_who_left_goes_back_to_its_sender(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    coming = await _transfer(hall, me)
    assert await in_the_way(hall, me) == [], "or a stranger's fen would keep anybody from closing"
    await close(hall, me)
    async with hall.pool.write() as conn:
        await coming(conn)
    assert await hall.balance(await hall.sign_in(FRIEND)) == 700
    assert await unclaimed(hall) == []
    await hall.books_agree()


@pytest.mark.parametrize("attempt", range(2))
async def test_of_a_top_up_and_a_closing_one_comes_first(hall: Hall, attempt: int) -> None:
    me = await hall.sign_in(PHONE)
    body = {"amount": 100, "bank_account": "demo"}
    asked, done = await asyncio.gather(
        hall.client.post("/api/v1/wallet/top-ups", json=body, headers=me | fresh_key()),
        hall.client.post(CLOSING, headers=me),
    )
    assert (asked.status_code == 201) is (done.status_code == 409), (attempt, asked.text, done.text)
    if done.status_code == 409:
        assert done.json()["obstacles"] == ["rails.top_ups"]
    else:
        assert refusal(asked) == (401, "people.session_invalid")
    await hall.books_agree()


async def test_a_late_word_of_the_bank_is_not_lost(hall: Hall) -> None:
    """The account was closed by hand of somebody who did not look: what the bank took is there all the same."""
    me = await hall.sign_in(PHONE)
    body = {"amount": 100, "bank_account": "demo"}
    started = await hall.client.post("/api/v1/wallet/top-ups", json=body, headers=me | fresh_key())
    top_up = started.json()["id"]
    resident = await id_of(hall, me)
    async with hall.pool.write() as conn:
        await _as_if(conn, "rails", "failed")
    await close(hall, me)
    async with hall.pool.write() as conn:
        await _as_if(conn, "rails", "processing")
        said = Charge(reference=top_up, state=ChargeState.SUCCEEDED, amount=100, currency="CNY")
        await bank.hear(conn, said)
    assert await unclaimed(hall) == [(100, "top_up")]
    await hall.books_agree()
    await reopen(hall, resident)
    assert await hall.balance(await hall.sign_in(PHONE)) == 100
    await hall.books_agree()


async def test_a_top_up_by_card_is_in_the_way_until_it_ended_and_its_late_notice_is_not_lost(hall: Hall) -> None:
    stage = Stage(hall, await hall.sign_in(PHONE))
    top_up = await stage.start(300)
    page = (await stage.advance(top_up))["page"]
    assert await in_the_way(hall, stage.me) == ["cards.top_ups"]
    async with hall.pool.write() as conn:
        await _as_if(conn, "cards", "failed")
    await close(hall, stage.me)
    stage.pay(page, GOOD)
    async with hall.pool.write() as conn:
        await _as_if(conn, "cards", "processing")
    await cards.advance(hall.pool, cards_of(hall.settings), top_up)
    assert await unclaimed(hall) == [(300, "card_top_up")]
    await hall.books_agree()


@pytest.mark.parametrize("attempt", range(2))
async def test_a_payment_with_a_bounty_and_a_closing_leave_nothing_behind(hall: Hall, attempt: int) -> None:
    """The payer spends all there is, and gets a part of it back: in an open wallet, or nothing happened."""
    sponsor = await Sponsor.enter(hall)
    await sponsor.run(title="Red packet", kind="bounty", amount=0, low=10, high=99, min_spend=100)
    shop = await hall.open_shop(await hall.sign_in(SELLER))
    me = await hall.sign_in(PHONE)
    await hall.give(me, 500)
    paid, done = await asyncio.gather(
        hall.pay(me, f"bounty-{attempt}", code=shop["code"], amount=500), hall.client.post(CLOSING, headers=me)
    )
    assert paid.status_code == 201
    assert refusal(done) == (409, "closing.in_the_way"), "there was money before, and the bounty after"
    assert await hall.balance(me) == paid.json()["bounty"]
    await hall.books_agree()


@pytest.mark.parametrize("attempt", range(2))
async def test_of_sending_everything_away_and_closing_one_comes_first(hall: Hall, attempt: int) -> None:
    """Withdrawing empties the wallet, and may come back: whoever closes at that moment sees one of the two."""
    me = await hall.sign_in(PHONE)
    resident = await id_of(hall, me)
    await hall.give(me, 700)
    number = "6200000138000000032"
    async with hall.pool.write() as conn:
        await payouts.vouch_bank_account(
            conn, owner=resident, holder="王小明", number=number, again=number, cooling=timedelta()
        )
    made, done = await asyncio.gather(
        hall.client.post("/api/v1/me/withdrawals", json={"amount": 700}, headers=me | fresh_key()),
        hall.client.post(CLOSING, headers=me),
    )
    assert made.status_code == 201, (attempt, made.text)
    assert refusal(done) == (409, "closing.in_the_way")
    assert set(done.json()["obstacles"]) <= {"closing.money", "payouts.under_way"}
    await hall.books_agree()


async def test_of_many_refunds_and_a_closing_no_fen_is_lost(hall: Hall) -> None:
    owner, me = await hall.sign_in(SELLER), await hall.sign_in(PHONE)
    shop = await hall.open_shop(owner)
    await hall.give(me, 1_000)
    paid = [(await hall.pay(me, code=shop["code"], amount=100)).json()["id"] for _ in range(10)]
    back = {"amount": 100, "reason": "Sold out"}
    answers = await asyncio.gather(
        *(hall.client.post(f"/api/v1/payments/{one}/refunds", json=back, headers=owner | fresh_key()) for one in paid),
        hall.client.post(CLOSING, headers=me),
    )
    assert {answer.status_code for answer in answers[:-1]} == {201}
    waiting = sum(amount for amount, _ in await unclaimed(hall))
    if answers[-1].status_code == 200:
        assert waiting == 1_000, "an account closes empty, so all of it came afterwards"
    else:
        assert (waiting, await hall.balance(me)) == (0, 1_000)
    await hall.books_agree()


async def test_the_database_itself_refuses_to_move_a_closed_account(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    wallet = (await _visit(hall, me)).resident.wallet
    await close(hall, me)
    async with hall.pool.write() as conn:
        given = await ledger.open_account(conn, kind="rail.bank", owner=None, floor=None, busy=True)
        wish = ledger.Transfer(id=ids.new(), debit=given, credit=wallet, amount=1, reason="top_up")
        (outcome,) = await ledger.post(conn, [wish])
        assert outcome.code == "credit_account_closed"
    statements: list[tuple[str, Any]] = [
        ("update ledger.accounts set credits = credits + 1, entries = entries + 1 where id = %s", wallet),
        ("update ledger.accounts set pending_credits = 1 where id = %s", wallet),
        ("update ledger.accounts set credits = credits + 1, debits = debits + 1, entries = entries + 2 where id = %s",
         wallet),
    ]  # fmt: skip
    for statement, value in statements:
        async with hall.pool.write() as conn:
            with pytest.raises(Exception, match="closed_account_stays"):
                async with conn.transaction():
                    await conn.execute(statement.encode(), [value])
