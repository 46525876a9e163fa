"""What the lines of the bank mean for our payouts. All lines of a payout count together, for a bank that booked wrongly
puts it right by further lines. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from msgspec import Struct

from openhall.core.payouts.types import BreakKind, FileKind, Line, Locked


class Booked(Struct, frozen=True):
    """A line that an earlier file told of a payout."""

    payout: UUID
    line: UUID
    file: UUID
    kind: FileKind
    amount: int


class SortedOut(Struct):
    """The lines of a file by what they mean. `put_right`: lines of before in which nothing is amiss (any more)."""

    went: dict[UUID, Line] = {}
    came_back: dict[UUID, Line] = {}
    booked: set[UUID] = set()
    differences: list[tuple[BreakKind, Line]] = []
    put_right: list[UUID] = []


def sort_out(
    lines: Sequence[Line], payouts: Mapping[UUID, Locked], before: Sequence[Booked], kind: FileKind
) -> SortedOut:
    """Which payouts these lines book, and what does not fit. `before`: the lines of earlier files, oldest first."""
    found = SortedOut()
    new: dict[UUID, list[Line]] = defaultdict(list)
    old: dict[UUID, list[Booked]] = defaultdict(list)
    for line in lines:
        if line.payout is not None and line.payout in payouts:
            new[line.payout].append(line)
        else:
            found.differences.append((BreakKind.MISSING_OURS, line))
    for one in before:
        old[one.payout].append(one)
    for payout, those in new.items():
        _sort_one(found, payouts[payout], those, old[payout], kind)
    return found


def _sort_one(found: SortedOut, payout: Locked, new: Sequence[Line], before: Sequence[Booked], kind: FileKind) -> None:
    same = [one for one in before if one.kind is kind]
    gone = [line for line in new if line.amount == -payout.amount]
    back = [line for line in new if line.amount == payout.amount]
    if gone and not any(one.amount == -payout.amount for one in same):
        found.went[payout.id] = gone[0]
    # A notice may tell of the way back alone, so what statements told counts with it. A statement tells everything.
    told = [[one.amount for one in same] + [line.amount for line in new]]
    if kind is FileKind.NOTIFICATION:
        told.append([one.amount for one in before if one.kind is FileKind.STATEMENT])
    went, came = (max(amounts.count(sign * payout.amount) for amounts in told) for sign in (-1, 1))
    if (gone or back) and came >= went > 0:
        found.came_back[payout.id] = (back or gone)[-1]
    files = [[(one.line, one.amount) for one in those] for _, those in groupby(same, key=lambda one: one.file)]
    amiss = unexplained(payout.amount, [*files, [(line.id, line.amount) for line in new]])
    found.differences += [(amiss[line.id], line) for line in new if line.id in amiss]
    found.put_right += [one.line for one in same if one.line not in amiss]
    wrongly = any(line.amount < 0 and amiss.get(line.id) is BreakKind.AMOUNT for line in new)
    if wrongly or payout.id in found.went or payout.id in found.came_back:
        found.booked.add(payout.id)


def unexplained(amount: int, files: Iterable[Sequence[tuple[UUID, int]]]) -> dict[UUID, BreakKind]:
    """The lines of a payout that people have to see to, of (line, amount) by file.

    One debit stays until a file leaves as many credits as debits: then the money came back, and none does. Every other
    debit waits for its credit, and a credit for its debit. Wrong amounts cancel each other out.
    """
    gone: list[UUID] = []
    back: list[UUID] = []
    wrong: dict[int, list[UUID]] = defaultdict(list)
    stays = 1
    for lines in files:
        for line, booked in lines:
            (gone if booked == -amount else back if booked == amount else wrong[booked]).append(line)
        if len(back) >= len(gone) > 0:
            stays = 0
    found = dict.fromkeys([*gone[len(back) + stays :], *back[len(gone) :]], BreakKind.DUPLICATE)
    for booked, those in wrong.items():
        found |= dict.fromkeys(those[len(wrong.get(-booked, ())) :], BreakKind.AMOUNT)
    return found
