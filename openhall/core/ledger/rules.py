"""The pure rules of posting: what is asked and what the books say go in; answers and changes come out.

`decide` walks the list in order. Each transfer climbs down one ladder of refusals (types.Code) and gets the first that
applies; what passes changes the working copy of the accounts at once, so that the next transfer sees it.
"""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol, TypeVar
from uuid import UUID

from msgspec import Struct, field

from openhall.base.money import MAX_AMOUNT
from openhall.core.ledger.types import NIL, PASSING, Code, Transfer

# The largest sum an account may reach on either side; PostgreSQL's bigint.
MAX_SUM = 2**63 - 1
# Of an account that is not locked the latest sums are not known: half the room is left for what waits to be folded.
_MAX_UNLOCKED = MAX_SUM // 2
# A hold that waits longer than a year is a mistake.
MAX_EXPIRES_IN = 366 * 24 * 3600

T = TypeVar("T")

_RESOLVED = {
    "capture": Code.HOLD_ALREADY_CAPTURED,
    "void": Code.HOLD_ALREADY_VOIDED,
    "expire": Code.HOLD_EXPIRED,
}


class Sums(Struct, gc=False):
    """A working copy of an account's row. `locked`: its sums are current and ours to change; otherwise (a busy
    account) changes are appended as movements. `place` is where PostgreSQL keeps a locked row, until it is changed."""

    id: UUID
    currency: str
    floor: int | None
    busy: bool
    locked: bool
    closed: bool
    credits: int
    debits: int
    pending_credits: int
    pending_debits: int
    entries: int
    place: str = ""
    frozen: bool = False
    changed: bool = False


class Record(Struct, array_like=True, gc=False):
    """What the journal says about an id."""

    id: UUID
    kind: str
    debit: UUID
    credit: UUID
    amount: int
    currency: str
    hold: UUID | None
    reason: str
    expires_in: int | None
    refused: str | None
    at: datetime
    business_date: date


class Line(Struct, gc=False):
    """A new row of the journal, with the number and balance of each entry where the account is locked."""

    id: UUID
    kind: str
    debit: UUID
    credit: UUID
    amount: int
    currency: str
    hold: UUID | None
    reason: str
    expires_in: int | None
    refused: str | None
    debit_entry: int | None = None
    debit_balance: int | None = None
    credit_entry: int | None = None
    credit_balance: int | None = None


class Movement(Struct, gc=False):
    """A change of an account that is not locked, appended for the next fold."""

    account: UUID
    transfer: UUID
    amount: int
    pending_credits: int
    pending_debits: int


class Hold(Struct, frozen=True):
    """A transfer that was named as a hold; `pending` is false when it is none."""

    id: UUID
    debit: UUID
    credit: UUID
    amount: int
    currency: str
    expires_at: datetime | None
    pending: bool


class HasAccounts(Protocol):
    """A hold as far as its accounts are concerned."""

    @property
    def debit(self) -> UUID: ...
    @property
    def credit(self) -> UUID: ...


class Books(Struct):
    """What must be known to decide: accounts by id, records by id, named holds, and the kind that resolved a hold."""

    accounts: dict[UUID, Sums]
    records: dict[UUID, Record | Line]
    holds: dict[UUID, Hold]
    resolutions: dict[UUID, str]
    now: datetime


class Plan(Struct):
    """Answers in the order of the question, and everything that is to be written."""

    codes: list[Code] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)


def decide(transfers: Sequence[Transfer], books: Books) -> Plan:
    """Answer each transfer. `books` is used up: its accounts end as they will be written, where `changed`."""
    plan = Plan()
    start = 0
    while start < len(transfers):
        end = start
        while end < len(transfers) and transfers[end].linked:
            end += 1
        if end == len(transfers):
            plan.codes += [Code.LINKED_CHAIN_OPEN] * (end - start)
        elif end == start:
            _one(transfers[start], books, plan)
        else:
            _chain(transfers[start : end + 1], books, plan)
        start = end + 1
    return plan


def _one(transfer: Transfer, books: Books, plan: Plan) -> Code:
    code = judge(transfer, books)
    plan.codes.append(code)
    if code is Code.POSTED:
        _apply(transfer, books, plan)
    elif code in PASSING:
        _record(transfer, books, plan, code)
    return code


def _chain(chain: Sequence[Transfer], books: Books, plan: Plan) -> None:
    """All of the chain or none of it."""
    undo = _Undo(chain, books, plan)
    codes: list[Code] = []
    for transfer in chain:
        codes.append(judge(transfer, books))
        if not codes[-1].ok:
            break
        if codes[-1] is Code.POSTED:
            _apply(transfer, books, plan)
    else:
        plan.codes += codes
        return
    undo.run()
    cause = codes[-1]
    # Which ids happened before this chain is asked before its refusals are recorded: a wish that stands twice in the
    # chain exists only through the chain, and falls with it.
    existed = [
        code is Code.EXISTS and transfer.id in books.records for transfer, code in zip(chain, codes[:-1], strict=False)
    ]
    for index, transfer in enumerate(chain):
        before = index < len(existed) and existed[index]
        code = cause if index == len(existed) else Code.EXISTS if before else Code.LINKED_FAILED
        plan.codes.append(code)
        # The chain was refused for that cause, so all its ids share the fate of the one that met it.
        lasting = cause in PASSING or cause is Code.ID_ALREADY_FAILED
        if lasting and transfer.id not in books.records and _malformed(transfer) is None:
            _record(transfer, books, plan, code)


class _Undo:
    """Remembers what a chain may change, to put it back."""

    def __init__(self, chain: Sequence[Transfer], books: Books, plan: Plan) -> None:
        self._books, self._plan = books, plan
        self._lines, self._movements = len(plan.lines), len(plan.movements)
        self._records = {t.id: books.records.get(t.id) for t in chain}
        self._holds = {t.id: books.holds.get(t.id) for t in chain}
        self._resolutions = {t.hold: books.resolutions.get(t.hold) for t in chain if t.hold}
        touched = {one for t in chain for one in accounts_of(t, books.holds) if one in books.accounts}
        self._accounts = {one: copy(books.accounts[one]) for one in touched}

    def run(self) -> None:
        del self._plan.lines[self._lines :], self._plan.movements[self._movements :]
        _put_back(self._books.records, self._records)
        _put_back(self._books.holds, self._holds)
        _put_back(self._books.resolutions, self._resolutions)
        self._books.accounts.update(self._accounts)


def _put_back(present: dict[UUID, T], before: dict[UUID, T | None]) -> None:
    for key, value in before.items():
        if value is None:
            present.pop(key, None)
        else:
            present[key] = value


def accounts_of(transfer: Transfer, holds: Mapping[UUID, "HasAccounts"]) -> tuple[UUID, UUID]:
    """The two accounts a transfer moves; those of its hold when it leaves them out and the hold is known."""
    hold = holds.get(transfer.hold) if transfer.hold else None
    return (hold.debit, hold.credit) if hold else (transfer.debit, transfer.credit)


def judge(transfer: Transfer, books: Books) -> Code:
    """The one answer to a transfer as the books stand: the ladder."""
    malformed = _malformed(transfer)
    if malformed is not None:
        return malformed
    record = books.records.get(transfer.id)
    if record is not None:
        return _compare(transfer, record)
    if transfer.hold is not None:
        return _judge_resolution(transfer, transfer.hold, books)
    return _judge_movement(transfer, books)


def _malformed(transfer: Transfer) -> Code | None:
    """Faults that can be seen without the books."""
    kind, amount = transfer.kind, transfer.amount
    if not transfer.id.int:
        return Code.ID_MISSING
    if kind in ("void", "expire"):
        if amount:
            return Code.AMOUNT_NOT_ALLOWED
    elif amount < 1:
        return Code.AMOUNT_NOT_POSITIVE
    elif amount > MAX_AMOUNT:
        return Code.AMOUNT_TOO_LARGE
    if not _is_currency(transfer.currency):
        return Code.CURRENCY_INVALID
    if not _is_reason(transfer.reason):
        return Code.REASON_INVALID
    if kind in ("posted", "pending"):
        if transfer.hold is not None:
            return Code.HOLD_NOT_ALLOWED
    elif transfer.hold is None:
        return Code.HOLD_MISSING
    expires_in = transfer.expires_in
    if expires_in is not None and (kind != "pending" or not 0 < expires_in <= MAX_EXPIRES_IN):
        return Code.EXPIRY_INVALID
    if transfer.hold is None and transfer.debit.int == transfer.credit.int:
        return Code.ACCOUNTS_SAME
    return None


@lru_cache(maxsize=1024)
def _is_currency(text: str) -> bool:
    return re.fullmatch("[A-Z]{3}", text) is not None


@lru_cache(maxsize=1024)
def _is_reason(text: str) -> bool:
    return re.fullmatch("[a-z][a-z0-9_.]{0,62}", text) is not None


def _compare(transfer: Transfer, record: Record | Line) -> Code:
    """The id is known: the same wish again, or another one under the same id."""
    # A resolution may leave its accounts to the hold, which is compared itself.
    inherits = transfer.hold is not None
    differences = (
        (transfer.kind != record.kind, Code.EXISTS_WITH_DIFFERENT_KIND),
        (transfer.hold != record.hold, Code.EXISTS_WITH_DIFFERENT_HOLD),
        (
            transfer.debit != record.debit and not (inherits and transfer.debit == NIL),
            Code.EXISTS_WITH_DIFFERENT_DEBIT,
        ),
        (
            transfer.credit != record.credit and not (inherits and transfer.credit == NIL),
            Code.EXISTS_WITH_DIFFERENT_CREDIT,
        ),
        (transfer.amount != record.amount, Code.EXISTS_WITH_DIFFERENT_AMOUNT),
        (transfer.currency != record.currency, Code.EXISTS_WITH_DIFFERENT_CURRENCY),
        (transfer.reason != record.reason, Code.EXISTS_WITH_DIFFERENT_REASON),
        (transfer.expires_in != record.expires_in, Code.EXISTS_WITH_DIFFERENT_EXPIRY),
    )
    for differs, code in differences:
        if differs:
            return code
    return Code.ID_ALREADY_FAILED if record.refused else Code.EXISTS


def _judge_resolution(transfer: Transfer, named: UUID, books: Books) -> Code:
    hold = books.holds.get(named)
    if hold is None:
        record = books.records.get(named)
        return Code.HOLD_NOT_FOUND if record is None or record.refused else Code.HOLD_NOT_PENDING
    # A hold that was committed after its accounts could be locked is not yet there for us.
    if hold.debit not in books.accounts or hold.credit not in books.accounts:
        return Code.HOLD_NOT_FOUND
    if not hold.pending:
        return Code.HOLD_NOT_PENDING
    if transfer.debit not in (NIL, hold.debit):
        return Code.HOLD_HAS_DIFFERENT_DEBIT
    if transfer.credit not in (NIL, hold.credit):
        return Code.HOLD_HAS_DIFFERENT_CREDIT
    if transfer.currency != hold.currency:
        return Code.HOLD_HAS_DIFFERENT_CURRENCY
    if transfer.amount > hold.amount:
        return Code.CAPTURE_EXCEEDS_HOLD
    return _judge_state(transfer, hold, books)


def _judge_state(transfer: Transfer, hold: Hold, books: Books) -> Code:
    """Whether the hold may still be resolved, and in this way."""
    resolution = books.resolutions.get(hold.id)
    if resolution is not None:
        return _RESOLVED[resolution]
    over = hold.expires_at is not None and hold.expires_at <= books.now
    if over and transfer.kind != "expire":
        return Code.HOLD_EXPIRED
    if transfer.kind == "expire" and not over:
        return Code.HOLD_NOT_YET_EXPIRED
    return Code.POSTED


def _judge_movement(transfer: Transfer, books: Books) -> Code:
    debit, credit = books.accounts.get(transfer.debit), books.accounts.get(transfer.credit)
    amount = transfer.amount
    if debit is None:
        return Code.DEBIT_ACCOUNT_NOT_FOUND
    if credit is None:
        return Code.CREDIT_ACCOUNT_NOT_FOUND
    if debit.currency != transfer.currency:
        return Code.DEBIT_ACCOUNT_HAS_DIFFERENT_CURRENCY
    if credit.currency != transfer.currency:
        return Code.CREDIT_ACCOUNT_HAS_DIFFERENT_CURRENCY
    if debit.closed:
        return Code.DEBIT_ACCOUNT_CLOSED
    if credit.closed:
        return Code.CREDIT_ACCOUNT_CLOSED
    if debit.frozen:
        return Code.DEBIT_ACCOUNT_FROZEN
    if debit.debits + debit.pending_debits + amount > (MAX_SUM if debit.locked else _MAX_UNLOCKED):
        return Code.SUM_TOO_LARGE
    if credit.credits + credit.pending_credits + amount > (MAX_SUM if credit.locked else _MAX_UNLOCKED):
        return Code.SUM_TOO_LARGE
    floor = debit.floor
    if floor is not None and debit.credits - debit.debits - debit.pending_debits - amount < floor:
        return Code.INSUFFICIENT_FUNDS
    if transfer.debits_max is not None and debit.debits + debit.pending_debits + amount > transfer.debits_max:
        return Code.ABOVE_DEBITS_MAX
    return Code.POSTED


def _record(transfer: Transfer, books: Books, plan: Plan, refused: Code | None) -> Line:
    debit, credit = accounts_of(transfer, books.holds)
    line = Line(
        transfer.id, transfer.kind, debit, credit, transfer.amount, transfer.currency, transfer.hold,
        transfer.reason, transfer.expires_in, refused,
    )  # fmt: skip
    books.records[line.id] = line
    plan.lines.append(line)
    return line


def _apply(transfer: Transfer, books: Books, plan: Plan) -> None:
    """Move the money of a transfer that was found good."""
    line = _record(transfer, books, plan, None)
    debit, credit = books.accounts[line.debit], books.accounts[line.credit]
    amount, held = line.amount, 0
    if line.kind == "pending":
        amount, held = 0, line.amount
        expires_at = books.now + timedelta(seconds=line.expires_in) if line.expires_in else None
        books.holds[line.id] = Hold(line.id, line.debit, line.credit, held, line.currency, expires_at, True)
    elif line.hold is not None:
        held = -books.holds[line.hold].amount
        books.resolutions[line.hold] = line.kind
    if debit.locked:
        debit.debits += amount
        debit.pending_debits += held
        debit.changed = True
        if amount:
            debit.entries += 1
            line.debit_entry, line.debit_balance = debit.entries, debit.credits - debit.debits
    else:
        plan.movements.append(Movement(debit.id, line.id, -amount, 0, held))
    if credit.locked:
        credit.credits += amount
        credit.pending_credits += held
        credit.changed = True
        if amount:
            credit.entries += 1
            line.credit_entry, line.credit_balance = credit.entries, credit.credits - credit.debits
    else:
        plan.movements.append(Movement(credit.id, line.id, amount, held, 0))
