"""A bank that books wrongly puts it right by further lines: money moves once, and differences resolve themselves."""

from collections.abc import Collection, Sequence
from itertools import count
from uuid import UUID

import pytest

from openhall.base import clock
from openhall.core import ledger
from openhall.core.payouts import rules
from openhall.core.payouts.lines import Booked, sort_out
from openhall.core.payouts.types import FileKind, Line, Locked, State
from openhall.core.rails import iso20022
from openhall.core.rails.iso20022.types import Balance, Detail, Entry, EntryDetails, Statement, StatementFile
from openhall.demo.clearing.bank import OPENING_BALANCE
from tests.core.payouts.stage import Stage, days_later

PAYOUT = UUID(int=1)
KINDS = {"s": FileKind.STATEMENT, "n": FileKind.NOTIFICATION}


def read(*files: str) -> tuple[list[str], list[str]]:
    """Files one after the other, such as "s -50 +50", about a payout of 50: the words on it, and what is open."""
    payout = Locked(PAYOUT, PAYOUT, PAYOUT, PAYOUT, None, 50, "CNY", State.SENT)
    numbers, before, opened = count(2), list[Booked](), dict[UUID, str]()
    words = []
    for file in files:
        kind, *amounts = file.split()
        file_id = UUID(int=next(numbers))
        lines = [
            Line(UUID(int=next(numbers)), 0, 0, "", None, int(amount), PAYOUT.hex, False, None, PAYOUT)
            for amount in amounts
        ]
        found = sort_out(lines, {PAYOUT: payout}, before, KINDS[kind])
        words += ["went"] * len(found.went) + ["came_back"] * len(found.came_back)
        if kind == "s":
            opened |= {line.id: f"{what} {line.amount:+}" for what, line in found.differences}
            opened = {line: what for line, what in opened.items() if line not in found.put_right}
        before += [Booked(PAYOUT, line.id, file_id, KINDS[kind], line.amount) for line in lines]
    return words, list(opened.values())


@pytest.mark.parametrize(
    ("files", "words", "still_open"),
    [
        (["s -50"], ["went"], []),
        (["s -50", "s +50"], ["went", "came_back"], []),
        (["s -50 +50"], ["went", "came_back"], []),
        (["s -50 -50"], ["went"], ["duplicate -50"]),
        (["s -50 -50", "s +50"], ["went"], []),
        (["s -50 -50 +50"], ["went"], []),
        (["s -50 -50", "s +50", "s +50"], ["went", "came_back"], []),
        (["s -50", "s +50", "s -50"], ["went", "came_back"], ["duplicate -50"]),
        (["s -50", "s +50", "s +50"], ["went", "came_back", "came_back"], ["duplicate +50"]),
        (["s +50"], [], ["duplicate +50"]),
        (["s +50", "s -50"], ["went", "came_back"], []),
        (["s -5"], [], ["amount -5"]),
        (["s -5", "s +5 -50"], ["went"], []),
        (["s -5", "s +5"], [], []),
        (["s -5", "s -50", "s +5"], ["went"], []),
        (["s -50", "s +49"], ["went"], ["amount +49"]),
        (["n -50", "n +50", "s -50 +50"], ["went", "came_back", "went", "came_back"], []),
        (["n -50", "s -50 -50", "n +50", "s +50"], ["went", "went"], []),
        (["n +50", "n -50"], ["went", "came_back"], []),
        (["n -5", "n -50"], ["went"], []),
    ],
)
def test_all_lines_of_a_payout_count_together(files: list[str], words: list[str], still_open: list[str]) -> None:
    assert read(*files) == (words, still_open)


def statement(stage: Stage, number: str, opening: int, amounts: Sequence[int], payout: UUID) -> bytes:
    """A statement of today that books these amounts for a payout; what comes in is the bank's own correction."""
    day = ledger.business_date(clock.now())
    entries = tuple(
        Entry(
            index=index,
            amount=amount,
            status="BOOK",
            booking_date=day,
            value_date=day,
            account_servicer_reference=f"{number}-{index}",
            code="PMNT-ICDT-ESCT",
            reversal=amount > 0,
            groups=(EntryDetails(transactions=(Detail(amount=amount, end_to_end_id=payout.hex),)),),
        )
        for index, amount in enumerate(amounts)
    )
    one = Statement(
        id=number,
        account=rules.account_of(stage.rail.account),
        currency=stage.rail.currency,
        created_at=clock.now(),
        opening=Balance(opening, day),
        closing=Balance(opening + sum(amounts), day),
        entries=entries,
    )
    return iso20022.write_statements(StatementFile(message_id=number, created_at=clock.now(), statements=(one,)))


async def states(stage: Stage) -> Collection[tuple[str, str]]:
    return sorted((one.kind.value, one.state.value) for one in await stage.breaks())


@pytest.mark.anyio
async def test_a_duplicate_that_the_bank_puts_right_pays_the_shop_nothing(stage: Stage) -> None:
    payout = await stage.withdraw(5_000)
    await stage.exchange()
    stage.drop("a.xml", statement(stage, "S1", OPENING_BALANCE, [-5_000, -5_000], payout))
    await stage.exchange()
    assert await states(stage) == [("duplicate", "open")]
    stage.drop("b.xml", statement(stage, "S2", OPENING_BALANCE - 10_000, [5_000], payout))
    await stage.exchange()
    assert (await stage.state(payout), await stage.balance(), await stage.paid_out()) == ("settled", 95_000, 5_000)
    assert await states(stage) == [("duplicate", "resolved")]


@pytest.mark.anyio
async def test_a_wrong_amount_that_the_bank_corrects_settles_the_payout(stage: Stage) -> None:
    payout = await stage.withdraw(5_000)
    await stage.exchange()
    stage.drop("a.xml", statement(stage, "S1", OPENING_BALANCE, [-500], payout))
    await stage.exchange()
    assert (await stage.state(payout), await states(stage)) == ("sent", [("amount", "open")])
    stage.drop("b.xml", statement(stage, "S2", OPENING_BALANCE - 500, [500, -5_000], payout))
    await stage.exchange()
    assert (await stage.state(payout), await stage.clearing()) == ("settled", 0)
    assert await states(stage) == [("amount", "resolved")]


@pytest.mark.anyio
async def test_a_wrong_amount_that_is_only_taken_back_is_missing_again(stage: Stage) -> None:
    payout = await stage.withdraw(5_000)
    await stage.exchange()
    with days_later(4):
        await stage.reconcile()
        stage.drop("a.xml", statement(stage, "S1", OPENING_BALANCE, [-500], payout))
        await stage.exchange()
        assert await states(stage) == [("amount", "open"), ("missing_theirs", "resolved")]
        stage.drop("b.xml", statement(stage, "S2", OPENING_BALANCE - 500, [500], payout))
        await stage.exchange()
        await stage.reconcile()
        open_ones = [one.kind.value for one in await stage.breaks() if one.state == "open"]
    assert (await stage.state(payout), open_ones) == ("sent", ["missing_theirs"])
