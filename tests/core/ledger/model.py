"""The ledger in plain Python, simple enough to be seen through: the machine compares the real one with it."""

from copy import deepcopy
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct, structs

from openhall.core.ledger import Transfer


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


def content(wish: Transfer) -> Transfer:
    """What must be equal in a retry: everything but the company it comes in."""
    return structs.replace(wish, linked=False)


class Model(Struct):
    """Accounts, holds, and the lasting answer to each id; one transfer at a time."""

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
            return stands and first == content(wish)
        stands_now = self._resolve(wish) if wish.hold else self._move(wish)
        if stands_now is not None:
            self.answered[wish.id] = content(wish), stands_now
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

    def answer(self, wishes: list[Transfer]) -> list[bool]:
        """Which of a list stand in the books afterwards. A chain without an end is refused."""
        answers: list[bool] = []
        chain: list[Transfer] = []
        for wish in wishes:
            chain.append(wish)
            if not wish.linked:
                answers += self._answer_chain(chain)
                chain = []
        return answers + [False] * len(chain)

    def _answer_chain(self, chain: list[Transfer]) -> list[bool]:
        """A chain is tried on a copy, and kept only as a whole."""
        trial = deepcopy(self)
        stands = []
        for wish in chain:
            stands.append(trial.post(wish))
            if not stands[-1]:
                break
        else:
            self.accounts, self.holds, self.answered = trial.accounts, trial.holds, trial.answered
            return stands
        culprit = len(stands) - 1
        before = [index < culprit and wish.id in self.answered for index, wish in enumerate(chain)]
        if trial.answered.get(chain[culprit].id) == (content(chain[culprit]), False):
            for wish in chain:
                if not malformed(wish):
                    self.answered.setdefault(wish.id, (content(wish), False))
        return before
