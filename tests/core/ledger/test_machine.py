"""Any sequence of operations, against a model one can see through; the promises are checked at each step."""

import asyncio
from collections.abc import Coroutine
from copy import deepcopy
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
from tests.core.ledger.books import broken

T = TypeVar("T")

AMOUNTS = st.integers(min_value=-1, max_value=60)
SOME = st.integers(min_value=0, max_value=10**6)


class Held(Struct):
    debit: UUID
    credit: UUID
    amount: int
    expires_at: datetime | None
    state: str = "open"


class Owned(Struct):
    """What the model knows of an account."""

    floor: int | None
    posted: int = 0
    held: int = 0
    incoming: int = 0
    moved: int = 0
    closed: bool = False


def malformed(wish: Transfer) -> bool:
    return wish.amount < (0 if wish.kind == "void" else 1) or (wish.hold is None and wish.debit == wish.credit)


class Model(Struct):
    """The ledger in plain Python: one transfer at a time, no database, no batches."""

    now: datetime
    accounts: dict[UUID, Owned]
    holds: dict[UUID, Held]
    answered: dict[UUID, tuple[Transfer, bool]]

    def post(self, wish: Transfer) -> bool:
        """Whether the transfer stands in the books afterwards."""
        if malformed(wish):
            return False
        if wish.id in self.answered:
            first, stands = self.answered[wish.id]
            return stands and first == wish
        stands_now = self._resolve(wish) if wish.hold else self._move(wish)
        if stands_now is not None:
            self.answered[wish.id] = wish, stands_now
        return bool(stands_now)

    def _move(self, wish: Transfer) -> bool:
        debit, credit = self.accounts.get(wish.debit), self.accounts.get(wish.credit)
        if debit is None or credit is None or debit.closed or credit.closed:
            return False
        if debit.floor is not None and debit.posted - debit.held - wish.amount < debit.floor:
            return False
        if wish.kind == "pending":
            debit.held += wish.amount
            credit.incoming += wish.amount
            expires_at = self.now + timedelta(seconds=wish.expires_in) if wish.expires_in else None
            self.holds[wish.id] = Held(wish.debit, wish.credit, wish.amount, expires_at)
        else:
            self._carry(debit, credit, wish.amount)
        return True

    def _resolve(self, wish: Transfer) -> bool | None:
        """None: refused in a way that leaves the id free."""
        assert wish.hold is not None
        held = self.holds.get(wish.hold)
        if held is None:
            return False
        if wish.amount > held.amount or held.state != "open":
            return None
        if held.expires_at is not None and held.expires_at <= self.now:
            return None
        self.release(held, "captured" if wish.kind == "capture" else "voided")
        if wish.kind == "capture":
            self._carry(self.accounts[held.debit], self.accounts[held.credit], wish.amount)
        return True

    def release(self, held: Held, state: str) -> None:
        held.state = state
        self.accounts[held.debit].held -= held.amount
        self.accounts[held.credit].incoming -= held.amount

    def _carry(self, debit: Owned, credit: Owned, amount: int) -> None:
        debit.posted -= amount
        credit.posted += amount
        debit.moved += 1
        credit.moved += 1


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

    def account(self, pick: int) -> UUID:
        # Now and then one that does not exist.
        known = [*self.model.accounts, UUID(int=9)]
        return known[pick % len(known)]

    def wish(self, picks: tuple[int, int, int, int, bool]) -> Transfer:
        """One of: a movement, a hold, a capture, a void, or an earlier wish again or changed."""
        form, first, second, amount, linked = picks
        held = [*self.model.holds, *(wish.id for wish in self.wishes if wish.kind == "pending")]
        if form <= 2 or (form in (4, 5) and not held) or (form >= 6 and not self.wishes):
            made = Transfer(ids.new(), self.account(first), self.account(second), amount, linked=linked)
        elif form == 3:
            expires_in = (None, 60, 3600)[first % 3]
            made = Transfer(
                ids.new(), self.account(first), self.account(second), amount, kind="pending", expires_in=expires_in
            )
        elif form == 4:
            made = Transfer(ids.new(), amount=amount, kind="capture", hold=held[first % len(held)], linked=linked)
        elif form == 5:
            made = Transfer(ids.new(), kind="void", hold=held[first % len(held)])
        elif form == 6:
            made = self.wishes[first % len(self.wishes)]
        else:
            made = structs.replace(self.wishes[first % len(self.wishes)], reason="changed")
        self.wishes.append(made)
        return made

    @initialize(
        floors=st.lists(st.sampled_from([0, 0, -20]), min_size=1, max_size=3), busy_floor=st.sampled_from([0, None])
    )
    def open_the_first(self, floors: list[int], busy_floor: int | None) -> None:
        self._open(None, busy=True)
        self._open(busy_floor, busy=True)
        for floor in floors:
            self._open(floor, busy=False)

    @rule(floor=st.sampled_from([0, -20, None]), busy=st.booleans())
    def open(self, floor: int | None, busy: bool) -> None:
        self._open(floor, busy)

    def _open(self, floor: int | None, busy: bool) -> None:
        account = self.run(ledger.open_account(self.conn, kind="some", owner=None, floor=floor, busy=busy))
        self.model.accounts[account] = Owned(floor)

    @rule(
        picks=st.lists(
            st.tuples(st.integers(0, 7), SOME, SOME, AMOUNTS, st.sampled_from([False, False, True])),
            min_size=1,
            max_size=8,
        )
    )
    def post(self, picks: list[tuple[int, int, int, int, bool]]) -> None:
        wishes = [self.wish(pick) for pick in picks]
        outcomes = self.run(ledger.post(self.conn, wishes))
        assert [outcome.ok for outcome in outcomes] == self._expect(wishes), outcomes

    def _expect(self, wishes: list[Transfer]) -> list[bool]:
        """The model's answers; a chain without an end is refused."""
        expected: list[bool] = []
        chain: list[Transfer] = []
        for wish in wishes:
            chain.append(wish)
            if wish.linked:
                continue
            expected += self._expect_chain(chain)
            chain = []
        return expected + [False] * len(chain)

    def _expect_chain(self, chain: list[Transfer]) -> list[bool]:
        """A chain is tried on a copy, and kept only as a whole."""
        trial = deepcopy(self.model)
        stands = []
        for wish in chain:
            stands.append(trial.post(wish))
            if not stands[-1]:
                break
        else:
            self.model = trial
            return stands
        culprit = len(stands) - 1
        before = [index < culprit and wish.id in self.model.answered for index, wish in enumerate(chain)]
        if trial.answered.get(chain[culprit].id) == (chain[culprit], False):
            for wish in chain:
                if not malformed(wish):
                    self.model.answered.setdefault(wish.id, (wish, False))
        return before

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
        self.run(ledger.fold_all(self.conn, limit=limit))

    @precondition(lambda self: self.model.accounts)
    @rule(pick=SOME)
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
