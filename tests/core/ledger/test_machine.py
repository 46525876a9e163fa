"""Any sequence of operations, against a model one can see through; the promises are checked at each step."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec import Struct, structs

from openhall.base import clock, db, ids
from openhall.base.errors import Problem
from openhall.core import ledger
from openhall.core.ledger import Transfer
from tests.core.ledger.books import broken, fold_all
from tests.core.ledger.model import Model, Owned

T = TypeVar("T")


class Pick(Struct, frozen=True):
    """What Hypothesis chooses of a transfer; the accounts and ids come from what there is at that step."""

    form: str
    first: int
    second: int
    amount: int
    linked: bool


def picks(*forms: str) -> st.SearchStrategy[Pick]:
    return st.builds(
        Pick,
        form=st.sampled_from(forms),
        first=st.integers(0, 9),
        second=st.sampled_from([1, 2, 1, 2, 3, 3, 4, 0]),
        amount=st.sampled_from([20, 30, 50, 51, 70, 1, 5, 5, 20, 0]),
        linked=st.sampled_from([False, False, True]),
    )


class LedgerMachine(RuleBasedStateMachine):
    """Runs on one connection, each example in a transaction that is rolled back."""

    runner: ClassVar[asyncio.Runner]
    conn: ClassVar[db.Conn]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model(datetime(2026, 11, 20, 23, 59, tzinfo=UTC), {}, {}, {})
        self.wishes: list[Transfer] = []
        self.run(self.conn.execute("begin"))

    def teardown(self) -> None:
        self.run(self.conn.execute("rollback"))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        with clock.at(self.model.now):
            return self.runner.run(work)

    def ask(self, *wishes: Transfer) -> None:
        """Post, and compare each answer with the model's."""
        self.wishes += wishes
        outcomes = self.run(ledger.post(self.conn, wishes))
        assert [outcome.ok for outcome in outcomes] == self.model.answer(list(wishes)), outcomes

    def pair(self, first: int, second: int) -> tuple[UUID, UUID]:
        """Two accounts; now and then twice the same, or one that does not exist."""
        known = [*self.model.accounts, UUID(int=9)]
        return known[first % len(known)], known[(first + second) % len(known)]

    def wish(self, pick: Pick) -> Transfer:
        held = [wish.id for wish in self.wishes if wish.kind == "pending"]
        if pick.form == "again" and self.wishes:
            return self.wishes[-1 - pick.first % len(self.wishes)]
        if pick.form == "changed" and self.wishes:
            return structs.replace(self.wishes[-1 - pick.first % len(self.wishes)], reason="changed")
        if pick.form == "capture" and held:
            return Transfer(ids.new(), amount=pick.amount, kind="capture", hold=held[-1 - pick.first % len(held)])
        if pick.form == "void" and held:
            return Transfer(ids.new(), kind="void", hold=held[-1 - pick.first % len(held)])
        debit, credit = self.pair(pick.first, pick.second)
        if pick.form == "hold":
            return Transfer(
                ids.new(), debit, credit, pick.amount, kind="pending", expires_in=(None, 60)[pick.first % 2]
            )
        return Transfer(ids.new(), debit, credit, pick.amount)

    @initialize(
        floors=st.lists(st.sampled_from([0, -20]), min_size=2, max_size=3), busy_floor=st.sampled_from([0, None])
    )
    def open_the_first(self, floors: list[int], busy_floor: int | None) -> None:
        self.open(None, busy=True)
        self.open(busy_floor, busy=True)
        for floor in floors:
            self.open(floor, busy=False)
        bank, *others = self.model.accounts
        self.ask(*(Transfer(ids.new(), bank, account, 50) for account in others))

    @precondition(lambda self: len(self.model.accounts) < 8)
    @rule(floor=st.sampled_from([0, -20, None]), busy=st.booleans())
    def open(self, floor: int | None, busy: bool) -> None:
        account = self.run(ledger.open_account(self.conn, kind="some", owner=None, floor=floor, busy=busy))
        self.model.accounts[account] = Owned(floor)

    @rule(pick=picks("pay"))
    def pay(self, pick: Pick) -> None:
        self.ask(self.wish(pick))

    @rule(pick=picks("hold"))
    def hold(self, pick: Pick) -> None:
        self.ask(self.wish(pick))

    @rule(pick=picks("capture", "void"))
    def resolve(self, pick: Pick) -> None:
        self.ask(self.wish(pick))

    @rule(pick=picks("again", "changed"))
    def repeat(self, pick: Pick) -> None:
        self.ask(self.wish(pick))

    @rule(chosen=st.lists(picks("pay", "pay", "hold", "capture", "void", "again", "changed"), min_size=2, max_size=7))
    def post_a_list(self, chosen: list[Pick]) -> None:
        wishes: list[Transfer] = []
        for pick in chosen:
            # Sometimes a wish comes twice in one list.
            made = wishes[0] if wishes and pick.form == "again" else self.wish(pick)
            wishes.append(structs.replace(made, linked=True) if pick.linked else made)
        self.ask(*wishes)

    @rule(seconds=st.sampled_from([1, 59, 60, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.model.now += timedelta(seconds=seconds)

    @rule()
    def expire(self) -> None:
        over = [
            held
            for held in self.model.holds.values()
            if held.state == "open" and held.expires_at is not None and held.expires_at <= self.model.now
        ]
        assert self.run(ledger.expire_holds(self.conn)) == len(over)
        for held in over:
            self.model.release(held, "expired")

    @rule(limit=st.integers(1, 5))
    def fold(self, limit: int) -> None:
        self.run(fold_all(self.conn, limit))

    @precondition(lambda self: len(self.model.accounts) > 5)
    @rule(pick=st.integers(0, 9))
    def close(self, pick: int) -> None:
        chosen = list(self.model.accounts)[pick % len(self.model.accounts)]
        known = self.model.accounts[chosen]
        empty = known.posted == known.held == known.incoming == 0
        if empty:
            self.run(ledger.close_account(self.conn, chosen))
            known.closed = True
        else:
            with pytest.raises(Problem, match=r"ledger\.account_not_empty"):
                self.run(ledger.close_account(self.conn, chosen))

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        found = self.run(ledger.balances(self.conn, self.model.accounts))
        assert {
            account: (balance.posted, balance.held, balance.incoming, balance.closed)
            for account, balance in found.items()
        } == {
            account: (known.posted, known.held, known.incoming, known.closed)
            for account, known in self.model.accounts.items()
        }

    @invariant()
    def statements_end_in_the_balance(self) -> None:
        for account, known in self.model.accounts.items():
            page = self.run(ledger.statement(self.conn, account, limit=200))
            numbers = [entry.id for entry in page.entries]
            assert numbers == list(range(known.moved, max(known.moved - 200, 0), -1))
            assert not page.entries or page.entries[0].balance == known.posted

    @invariant()
    def promises_hold(self) -> None:
        assert self.run(broken(self.conn)) == {}


def test_no_sequence_of_operations_breaks_a_promise(database_url: str) -> None:
    with asyncio.Runner() as runner:
        connection = runner.run(psycopg.AsyncConnection.connect(database_url, autocommit=True))
        connection.prepare_threshold = 2
        LedgerMachine.runner, LedgerMachine.conn = runner, db.Conn(db.ReadConn(connection))
        try:
            run_state_machine_as_test(
                LedgerMachine,
                settings=settings(
                    max_examples=40,
                    stateful_step_count=25,
                    deadline=None,
                    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
                ),
            )
        finally:
            runner.run(connection.close())
