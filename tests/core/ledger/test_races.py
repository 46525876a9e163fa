"""Races on real connections. Every rival waits at a start line until all hold a connection."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import psycopg
import pytest
from msgspec import structs

from openhall.base import db, ids
from openhall.base.errors import Problem
from openhall.core import ledger
from openhall.core.ledger import Code, Transfer
from tests.core.ledger.books import (
    a_bank,
    a_busy,
    a_wallet,
    available,
    broken,
    capture,
    codes,
    fold_all,
    hold,
    move,
    posted,
    void,
)

pytestmark = pytest.mark.anyio

RIVALS = 32


async def race(pool: db.Pool, steps: Sequence[Callable[[db.Conn], Awaitable[list[Code]]]]) -> list[list[Code]]:
    """Run each step in a transaction of its own connection, RIVALS at once, all from one start line."""
    assert len(steps) >= RIVALS
    line = asyncio.Barrier(RIVALS)
    queue = list(enumerate(steps))
    answers: list[list[Code]] = [[] for _ in steps]

    async def rival() -> None:
        async with pool.write() as conn:
            await conn.execute("select 1")
            await line.wait()
        while queue:
            index, step = queue.pop(0)
            async with pool.write() as conn:
                answers[index] = await step(conn)

    await asyncio.gather(*(rival() for _ in range(RIVALS)))
    return answers


def posting(*transfers: Transfer) -> Callable[[db.Conn], Awaitable[list[Code]]]:
    return lambda conn: codes(conn, *transfers)


def told(answers: list[list[Code]]) -> Counter[Code]:
    return Counter(code for each in answers for code in each)


async def test_one_id_raced_moves_money_once(pool: db.Pool) -> None:
    async with pool.write() as conn:
        payer, payee = await a_wallet(conn, 1000), await a_wallet(conn)
    wish = move(payer, payee, 400)
    answers = await race(pool, [posting(wish)] * 64)
    assert told(answers) == {Code.POSTED: 1, Code.EXISTS: 63}
    async with pool.read() as reader:
        assert await posted(reader, payer) == 600
        assert await broken(reader) == {}


async def test_one_id_raced_over_busy_accounts_moves_money_once(pool: db.Pool) -> None:
    """No lock is shared here: the unique index alone decides, and the losers' neighbours are posted all the same."""
    async with pool.write() as conn:
        bank, metro = await a_bank(conn), await a_busy(conn)
    wish = move(bank, metro, 400)
    answers = await race(pool, [posting(move(bank, metro, 1), wish, move(bank, metro, 1)) for _ in range(64)])
    assert told(answers) == {Code.POSTED: 1 + 128, Code.EXISTS: 63}
    async with pool.read() as reader:
        assert await posted(reader, metro) == 400 + 128
        assert await broken(reader) == {}


async def test_one_id_raced_with_other_contents_has_one_content(pool: db.Pool) -> None:
    async with pool.write() as conn:
        wallets = [await a_wallet(conn, 100) for _ in range(RIVALS)]
        payees = [await a_wallet(conn) for _ in range(RIVALS)]
    chosen = ids.new()
    wishes = [Transfer(chosen, debit, credit, 50) for debit, credit in zip(wallets, payees, strict=True)]
    answers = await race(pool, [posting(wish) for wish in wishes])
    assert told(answers) == {Code.POSTED: 1, Code.EXISTS_WITH_DIFFERENT_DEBIT: RIVALS - 1}
    async with pool.read() as reader:
        assert sum([await posted(reader, payee) for payee in payees]) == 50
        assert await broken(reader) == {}


async def test_an_id_refused_in_one_place_is_not_posted_in_another(pool: db.Pool) -> None:
    """The poor and the rich race with one id: whoever comes first decides it for ever."""
    async with pool.write() as conn:
        poor, rich, payee = [await a_wallet(conn, amount) for amount in (0, 10_000, 0)]
        others = [await a_wallet(conn) for _ in range(2)]
    wishes = [ids.new() for _ in range(RIVALS)]
    steps = [posting(Transfer(each, poor, others[0], 5)) for each in wishes]
    steps += [posting(Transfer(each, rich, others[1], 5)) for each in wishes]
    answers = await race(pool, steps)
    for poorly, richly in zip(answers[:RIVALS], answers[RIVALS:], strict=True):
        assert (*poorly, *richly) in {
            (Code.INSUFFICIENT_FUNDS, Code.EXISTS_WITH_DIFFERENT_DEBIT),
            (Code.EXISTS_WITH_DIFFERENT_DEBIT, Code.POSTED),
        }
    async with pool.read() as reader:
        assert await posted(reader, payee) == 0
        assert await broken(reader) == {}


async def test_200_racing_debits_on_a_wallet_that_affords_10_are_exactly_10(pool: db.Pool) -> None:
    async with pool.write() as conn:
        payer, payee = await a_wallet(conn, 109), await a_wallet(conn)
    answers = await race(pool, [posting(move(payer, payee, 10)) for _ in range(200)])
    assert told(answers) == {Code.POSTED: 10, Code.INSUFFICIENT_FUNDS: 190}
    async with pool.read() as reader:
        assert (await posted(reader, payer), await posted(reader, payee)) == (9, 100)
        assert await broken(reader) == {}


async def test_racing_holds_never_promise_more_than_there_is(pool: db.Pool) -> None:
    async with pool.write() as conn:
        payer, payee = await a_wallet(conn, 109), await a_wallet(conn)
    answers = await race(pool, [posting(hold(payer, payee, 10)) for _ in range(100)])
    assert told(answers) == {Code.POSTED: 10, Code.INSUFFICIENT_FUNDS: 90}
    async with pool.read() as reader:
        assert await available(reader, payer) == 9


async def test_payments_in_opposite_directions_do_not_deadlock(pool: db.Pool) -> None:
    async with pool.write() as conn:
        wallets = [await a_wallet(conn, 1000) for _ in range(4)]
    pairs = [(first, second) for first in wallets for second in wallets if first != second]
    steps = []
    for number in range(160):
        # Each list names the same accounts in another order.
        turned = pairs[number % 12 :] + pairs[: number % 12]
        steps.append(posting(*(move(debit, credit, 1) for debit, credit in turned)))
    answers = await race(pool, steps)
    assert told(answers) == {Code.POSTED: 160 * 12}
    async with pool.read() as reader:
        assert [await posted(reader, wallet) for wallet in wallets] == [1000] * 4
        assert await broken(reader) == {}


async def test_a_busy_account_takes_64_creditors_while_it_pays_and_folds(pool: db.Pool) -> None:
    async with pool.write() as conn:
        metro, payee = await a_busy(conn), await a_wallet(conn)
        bank = await a_bank(conn)
        payers = [await a_wallet(conn, 20, bank=bank) for _ in range(64)]

    async def folding(conn: db.Conn) -> list[Code]:
        await fold_all(conn, 7)
        return []

    steps: list[Callable[[db.Conn], Awaitable[list[Code]]]] = []
    for payer in payers:
        steps += [
            posting(move(payer, metro, 10)),
            posting(move(metro, payee, 15)),
            posting(move(payer, metro, 10)),
            folding,
        ]
    answers = await race(pool, steps)
    credited = told(answers[0::4]) + told(answers[2::4])
    debited = told(answers[1::4])
    assert credited == {Code.POSTED: 128}
    assert set(debited) <= {Code.POSTED, Code.INSUFFICIENT_FUNDS}
    async with pool.write() as conn:
        assert await posted(conn, metro) == 1280 - 15 * debited[Code.POSTED]
        assert await broken(conn) == {}
        await fold_all(conn)
        assert await posted(conn, metro) == 1280 - 15 * debited[Code.POSTED]
        assert await broken(conn) == {}


async def test_a_busy_account_in_debt_to_nobody_pays_out_only_what_it_has(pool: db.Pool) -> None:
    async with pool.write() as conn:
        bank, metro, payee = await a_bank(conn), await a_busy(conn), await a_wallet(conn)
        await codes(conn, *[move(bank, metro, 10) for _ in range(10)])
    answers = await race(pool, [posting(move(metro, payee, 10)) for _ in range(64)])
    assert told(answers) == {Code.POSTED: 10, Code.INSUFFICIENT_FUNDS: 54}


@pytest.mark.parametrize("busy", [False, True])
async def test_a_hold_raced_is_resolved_once(pool: db.Pool, busy: bool) -> None:
    """With busy accounts on both sides no lock is shared, and the unique index decides."""
    async with pool.write() as conn:
        payer = await a_bank(conn) if busy else await a_wallet(conn, 100)
        payee = await a_busy(conn) if busy else await a_wallet(conn)
        held = hold(payer, payee, 100)
        assert await codes(conn, held) == [Code.POSTED]
    answers = await race(
        pool, [posting(resolution) for _ in range(RIVALS) for resolution in (capture(held, 60), void(held))]
    )
    counted = told(answers)
    assert counted[Code.POSTED] == 1
    assert counted[Code.HOLD_ALREADY_CAPTURED] + counted[Code.HOLD_ALREADY_VOIDED] == 2 * RIVALS - 1
    async with pool.read() as reader:
        assert await posted(reader, payee) == (60 if counted[Code.HOLD_ALREADY_CAPTURED] else 0)
        assert await broken(reader) == {}


async def test_an_account_is_not_closed_under_money_that_is_on_its_way(pool: db.Pool) -> None:
    """Either the payment comes first and the account stays open, or it is closed and refuses the payment."""
    async with pool.write() as conn:
        bank = await a_bank(conn)
        targets = [await a_busy(conn) if number % 2 else await a_wallet(conn) for number in range(RIVALS)]

    def closing(account: UUID) -> Callable[[db.Conn], Awaitable[list[Code]]]:
        async def step(conn: db.Conn) -> list[Code]:
            try:
                await ledger.close_account(conn, account)
            except Problem:
                return []
            return [Code.CREDIT_ACCOUNT_CLOSED]

        return step

    steps: list[Callable[[db.Conn], Awaitable[list[Code]]]] = []
    for target in targets:
        steps += [posting(move(bank, target, 5)), closing(target)]
    answers = await race(pool, steps)
    async with pool.read() as reader:
        for number, target in enumerate(targets):
            paid, closed = answers[2 * number], answers[2 * number + 1]
            balance = await ledger.balance(reader, target)
            assert (paid == [Code.POSTED], bool(closed)) in {(True, False), (False, True)}
            assert balance.posted == (5 if paid == [Code.POSTED] else 0)
            assert balance.closed is bool(closed)


async def test_a_lost_race_leaves_the_callers_transaction_alive(pool: db.Pool) -> None:
    async with pool.write() as conn:
        bank, metro = await a_bank(conn), await a_busy(conn)
    wish = move(bank, metro, 400)
    async with pool.write() as first:
        assert await codes(first, wish) == [Code.POSTED]
        async with pool.write() as second:
            before = move(bank, metro, 1)
            assert await codes(second, before) == [Code.POSTED]
            loser = asyncio.create_task(codes(second, wish, structs.replace(wish, amount=7), move(bank, metro, 2)))
            await asyncio.sleep(0.05)
            assert not loser.done(), "the second waits for the first to decide"
            await first.execute("commit")
            assert await loser == [Code.EXISTS, Code.EXISTS_WITH_DIFFERENT_AMOUNT, Code.POSTED]
            await first.execute("begin")
    async with pool.read() as reader:
        assert await posted(reader, metro) == 403
        assert await broken(reader) == {}


async def test_a_fault_of_ours_is_not_taken_for_a_race(pool: db.Pool) -> None:
    async with pool.write() as conn:
        payer, payee = await a_wallet(conn, 100), await a_wallet(conn)
        await codes(conn, move(payer, payee, 1))
        # As if the account had lost count of its entries.
        await conn.execute("update ledger.accounts set entries = entries - 1 where id = %s", [payer])
        with pytest.raises(psycopg.errors.UniqueViolation):
            async with conn.transaction():
                await ledger.post(conn, [move(payer, payee, 1)])
        await conn.execute("update ledger.accounts set entries = entries + 1 where id = %s", [payer])


async def test_an_id_that_is_not_fresh_is_found_all_the_same(pool: db.Pool) -> None:
    async with pool.write() as conn:
        payer, payee = await a_wallet(conn, 100), await a_wallet(conn)
        paid = move(payer, payee, 100)
        assert await codes(conn, paid) == [Code.POSTED]
    async with pool.write() as conn:
        # For a second time there is not enough money: what counts is that it was moved once.
        other = move(payee, payer, 1)
        outcomes = await ledger.post(conn, [paid, other], fresh=True)
        assert [outcome.code for outcome in outcomes] == [Code.EXISTS, Code.POSTED]
        assert await posted(conn, payee) == 99


async def test_one_who_cannot_pay_does_not_hold_up_the_list(pool: db.Pool) -> None:
    async with pool.write() as conn:
        payer, payee = await a_wallet(conn, 100), await a_wallet(conn)
        poor = await a_wallet(conn)
        assert await codes(conn, move(poor, payee, 1), move(payer, payee, 1)) == [
            Code.INSUFFICIENT_FUNDS,
            Code.POSTED,
        ]
        assert await broken(conn) == {}
