"""Killed between any two steps, the hall neither loses nor doubles a payout: stopped at each step in turn.

A step is whatever changes something outside this process: a commit, or a file that appears or goes. The round is run
until it has passed N of them and is cut off there, as kill -9 would; then another process takes over.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from openhall.base import db
from openhall.core import payouts
from openhall.core.payouts.actions import exchange
from openhall.core.payouts.ports import Folder
from openhall.core.payouts.types import Rail
from tests.core.payouts.stage import ACCOUNT, Stage

pytestmark = pytest.mark.anyio


class Killed(BaseException):
    """Nobody catches it."""


class Fate:
    """Counts steps down to the end."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1


class DoomedPool:
    """A pool whose process dies before the next commit, or after it."""

    def __init__(self, pool: db.Pool, fate: Fate) -> None:
        self._pool, self._fate = pool, fate

    @asynccontextmanager
    async def write(self) -> AsyncIterator[db.Conn]:
        async with self._pool.write() as conn:
            yield conn
            self._fate.step()
        self._fate.step()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[db.ReadConn]:
        async with self._pool.read() as conn:
            yield conn


class DoomedFolder(Folder):
    """A folder whose process dies before a file appears or goes, or after it."""

    def __init__(self, rail: Rail, fate: Fate) -> None:
        super().__init__(rail)
        self._fate = fate

    def lay(self, name: str, content: bytes) -> None:
        self._fate.step()
        super().lay(name, content)
        self._fate.step()

    def carry_away(self, name: str, sha256: str, to: str, *, read: bool) -> None:
        self._fate.step()
        super().carry_away(name, sha256, to, read=read)
        self._fate.step()


async def die_after(stage: Stage, steps: int) -> bool:
    """One round of a process that dies after so many steps; whether it died."""
    fate = Fate(steps)
    try:
        await payouts.exchange(
            cast("db.Pool", DoomedPool(stage.pool, fate)), stage.rail, DoomedFolder(stage.rail, fate)
        )
    except Killed:
        return True
    return False


async def test_killed_at_each_step_of_sending_and_reading_everything_happens_once(stage: Stage) -> None:
    stage.plan("give_back", times=2)
    deaths, died, taken = 0, True, 0
    ended: Counter[str] = Counter()
    for round_ in range(40):
        # Of each round, wherever it is cut off, the bank rejects one.
        stage.plan("reject", account=ACCOUNT[-4:])
        made = [await stage.withdraw(100 + round_), await stage.withdraw(200)]
        died = await die_after(stage, round_)
        stage.bank.step()
        died = await die_after(stage, round_) or died
        deaths += died
        # Another process takes over, and the bank goes on.
        await stage.go()
        await stage.go(1)
        for payout in made:
            found = await stage.look(payout)
            assert found.state.value in ("settled", "returned", "rejected"), round_
            ended[found.state.value] += 1
            taken += found.amount if found.state.value == "settled" else 0
        assert (await stage.clearing(), await stage.balance()) == (0, 100_000 - taken), round_
        if not died:
            break
    assert deaths > 10, "it was cut off at many places"
    assert not died, "and once not at all"
    assert ended["returned"] == 2
    assert ended["rejected"] > 10
    assert ended["settled"] > 10
    stage.end_day()
    await stage.exchange()
    # The bank says of a second copy that it has the first; that explains itself.
    assert {(one.kind, one.state) for one in await stage.breaks()} == {("second_copy", "resolved")}
    assert [file for file in await stage.files() if file.state == "refused"] == []
    assert list(stage.folder.incoming.iterdir()) == []
    told = await stage.told()
    assert told.count("withdrawal.rejected") == ended["rejected"], "each was told once"
    assert told.count("withdrawal.settled") + told.count("withdrawal.returned") >= ended["settled"] + ended["returned"]


class LaysAndDies(Folder):
    """A folder whose process dies right after the first file appeared; `laid` is what was laid out, each time."""

    def __init__(self, rail: Rail) -> None:
        super().__init__(rail)
        self.laid: list[bytes] = []

    def lay(self, name: str, content: bytes) -> None:
        super().lay(name, content)
        self.laid.append((self.out / name).read_bytes())
        if len(self.laid) == 1:
            raise Killed


async def test_a_batch_sent_again_is_the_same_bytes_and_the_bank_pays_once(stage: Stage) -> None:
    """Killed after the file appeared and before that was noted."""
    payout = await stage.withdraw(100)
    stage.folder = folder = LaysAndDies(stage.rail)
    with pytest.raises(Killed):
        await stage.exchange()
    assert await stage.state(payout) == "batched"
    stage.bank.step()
    await stage.exchange()
    stage.bank.step()
    assert len(folder.laid) == 2
    assert folder.laid[0] == folder.laid[1]
    await stage.go()
    assert (await stage.state(payout), await stage.paid_out()) == ("settled", 100)
    (one,) = await stage.breaks()
    assert (one.kind, one.state, one.ours) == ("second_copy", "resolved", 100), "the bank said that it has it already"


async def test_the_banks_answer_may_come_before_we_noted_that_we_asked(stage: Stage) -> None:
    payout = await stage.withdraw(100)
    stage.folder = LaysAndDies(stage.rail)
    with pytest.raises(Killed):
        await stage.exchange()
    stage.bank.step()
    await exchange.receive(stage.pool, stage.rail, stage.folder)
    assert await stage.state(payout) == "settled"
    await stage.go()
    assert await stage.told("settlement.") == ["settlement.sent", "settlement.finished"]
