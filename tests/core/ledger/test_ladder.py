"""The ladder of refusals, one line per case: what is wrong with an otherwise good transfer, and the code it gets."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from msgspec import Struct, structs

from openhall.base.money import MAX_AMOUNT
from openhall.core.ledger.rules import MAX_EXPIRES_IN, MAX_SUM, Books, Hold, Record, Sums, decide
from openhall.core.ledger.types import NIL, PASSING, Code, Kind, Transfer

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ID, HOLD, PAYER, PAYEE, STRANGER = (UUID(int=n) for n in range(1, 6))


class Scene(Struct):
    """A transfer and the books it meets. A good one is POSTED; a fault changes one thing."""

    transfer: Transfer
    payer: Sums | None
    payee: Sums | None
    hold: Hold | None
    resolution: Kind | None = None
    record: dict[str, Any] | None = None

    def set(self, **changes: Any) -> None:
        self.transfer = structs.replace(self.transfer, **changes)

    def recorded(self, **changes: Any) -> None:
        self.record = {**(self.record or {}), **changes}

    def code(self) -> Code:
        records: dict[UUID, Any] = {}
        if self.record is not None:
            asked = good(self.transfer.kind).transfer
            like = {
                name: getattr(asked, name) for name in Record.__struct_fields__ if name in Transfer.__struct_fields__
            }
            like |= {"debit": PAYER, "credit": PAYEE, "refused": None, "at": NOW, "business_date": NOW.date()}
            records[ID] = Record(**{**like, **self.record})
        books = Books(
            accounts={account.id: account for account in (self.payer, self.payee) if account},
            records=records,
            holds={HOLD: self.hold} if self.hold else {},
            resolutions={HOLD: self.resolution} if self.resolution else {},
            now=NOW,
        )
        return decide([self.transfer], books).codes[0]


def good(kind: Kind) -> Scene:
    resolves = kind in ("capture", "void", "expire")
    amount = 0 if kind in ("void", "expire") else 300
    expires_at = NOW - timedelta(seconds=1) if kind == "expire" else NOW + timedelta(seconds=1)
    payer, payee, hold = (NIL, NIL, HOLD) if resolves else (PAYER, PAYEE, None)
    return Scene(
        Transfer(ID, payer, payee, amount, kind=kind, hold=hold),
        Sums(PAYER, "CNY", 0, False, True, False, 1000, 0, 0, 300 if resolves else 0, 1),
        Sums(PAYEE, "CNY", 0, False, True, False, 0, 0, 300 if resolves else 0, 0, 0),
        Hold(HOLD, PAYER, PAYEE, 300, "CNY", expires_at, True),
    )  # fmt: skip


def _payer(scene: Scene, **changes: Any) -> None:
    scene.payer = structs.replace(scene.payer, **changes) if scene.payer else None


def _payee(scene: Scene, **changes: Any) -> None:
    scene.payee = structs.replace(scene.payee, **changes) if scene.payee else None


def _hold(scene: Scene, **changes: Any) -> None:
    scene.hold = structs.replace(scene.hold, **changes) if scene.hold else None


def _lose(scene: Scene, name: str) -> None:
    setattr(scene, name, None)


class Fault(Struct):
    """`on`: the kinds of transfer that can have it. `part`: what it changes; two faults of one part cannot meet."""

    code: Code
    on: str
    part: str
    make: Callable[[Scene], None]


# In the order of precedence.
LADDER = [
    Fault(Code.ID_MISSING, "posted capture void expire", "id", lambda s: s.set(id=NIL)),
    Fault(Code.AMOUNT_NOT_POSITIVE, "posted capture", "amount", lambda s: s.set(amount=0)),
    Fault(Code.AMOUNT_NOT_POSITIVE, "posted capture", "amount", lambda s: s.set(amount=-1)),
    Fault(Code.AMOUNT_TOO_LARGE, "posted capture", "amount", lambda s: s.set(amount=MAX_AMOUNT + 1)),
    Fault(Code.AMOUNT_TOO_LARGE, "posted capture", "amount", lambda s: s.set(amount=10**18)),
    Fault(Code.AMOUNT_NOT_ALLOWED, "void expire", "amount", lambda s: s.set(amount=1)),
    Fault(Code.CURRENCY_INVALID, "posted capture void expire", "currency", lambda s: s.set(currency="cny")),
    Fault(Code.REASON_INVALID, "posted capture void expire", "reason", lambda s: s.set(reason="Not a word")),
    Fault(Code.REASON_INVALID, "posted capture void expire", "reason", lambda s: s.set(reason="nul\x00")),
    Fault(Code.HOLD_MISSING, "capture void expire", "hold", lambda s: s.set(hold=None)),
    Fault(Code.HOLD_NOT_ALLOWED, "posted", "hold", lambda s: s.set(hold=HOLD)),
    Fault(Code.EXPIRY_INVALID, "posted capture void expire", "expiry", lambda s: s.set(expires_in=60)),
    Fault(Code.ACCOUNTS_SAME, "posted", "accounts", lambda s: s.set(credit=PAYER)),
    Fault(Code.EXISTS_WITH_DIFFERENT_KIND, "posted", "record.kind", lambda s: s.recorded(kind="pending")),
    Fault(Code.EXISTS_WITH_DIFFERENT_KIND, "void", "record.kind", lambda s: s.recorded(kind="expire")),
    Fault(Code.EXISTS_WITH_DIFFERENT_HOLD, "capture void expire", "record.hold", lambda s: s.recorded(hold=STRANGER)),
    Fault(Code.EXISTS_WITH_DIFFERENT_DEBIT, "posted", "record.debit", lambda s: s.recorded(debit=STRANGER)),
    Fault(Code.EXISTS_WITH_DIFFERENT_CREDIT, "posted", "record.credit", lambda s: s.recorded(credit=STRANGER)),
    Fault(Code.EXISTS_WITH_DIFFERENT_AMOUNT, "posted capture", "record.amount", lambda s: s.recorded(amount=301)),
    Fault(Code.EXISTS_WITH_DIFFERENT_CURRENCY, "posted capture", "record.cur", lambda s: s.recorded(currency="HKD")),
    Fault(Code.EXISTS_WITH_DIFFERENT_REASON, "posted capture", "record.reason", lambda s: s.recorded(reason="other")),
    Fault(Code.EXISTS_WITH_DIFFERENT_EXPIRY, "posted", "record.expiry", lambda s: s.recorded(expires_in=60)),
    Fault(
        Code.ID_ALREADY_FAILED,
        "posted capture void expire",
        "record",
        lambda s: s.recorded(refused="insufficient_funds"),
    ),
    Fault(Code.EXISTS, "posted capture void expire", "record", lambda s: s.recorded()),
    Fault(Code.HOLD_NOT_FOUND, "capture void expire", "found", lambda s: _lose(s, "hold")),
    Fault(Code.HOLD_NOT_FOUND, "capture void expire", "payer", lambda s: _lose(s, "payer")),
    Fault(Code.HOLD_NOT_FOUND, "capture void expire", "payee", lambda s: _lose(s, "payee")),
    Fault(Code.HOLD_NOT_PENDING, "capture void expire", "found.pending", lambda s: _hold(s, pending=False)),
    Fault(Code.HOLD_HAS_DIFFERENT_DEBIT, "capture void expire", "debit", lambda s: s.set(debit=STRANGER)),
    Fault(Code.HOLD_HAS_DIFFERENT_CREDIT, "capture void expire", "credit", lambda s: s.set(credit=STRANGER)),
    Fault(Code.HOLD_HAS_DIFFERENT_CURRENCY, "capture void expire", "found.cur", lambda s: _hold(s, currency="HKD")),
    Fault(Code.CAPTURE_EXCEEDS_HOLD, "capture", "found.amount", lambda s: _hold(s, amount=299)),
    Fault(Code.HOLD_ALREADY_CAPTURED, "capture void expire", "res", lambda s: setattr(s, "resolution", "capture")),
    Fault(Code.HOLD_ALREADY_VOIDED, "capture void expire", "res", lambda s: setattr(s, "resolution", "void")),
    Fault(Code.HOLD_EXPIRED, "capture void expire", "res", lambda s: setattr(s, "resolution", "expire")),
    Fault(Code.HOLD_EXPIRED, "capture void", "time", lambda s: _hold(s, expires_at=NOW)),
    Fault(Code.HOLD_NOT_YET_EXPIRED, "expire", "time", lambda s: _hold(s, expires_at=NOW + timedelta(microseconds=1))),
    Fault(Code.HOLD_NOT_YET_EXPIRED, "expire", "time", lambda s: _hold(s, expires_at=None)),
    Fault(Code.DEBIT_ACCOUNT_NOT_FOUND, "posted pending", "payer", lambda s: _lose(s, "payer")),
    Fault(Code.CREDIT_ACCOUNT_NOT_FOUND, "posted pending", "payee", lambda s: _lose(s, "payee")),
    Fault(
        Code.DEBIT_ACCOUNT_HAS_DIFFERENT_CURRENCY, "posted pending", "payer.cur", lambda s: _payer(s, currency="HKD")
    ),
    Fault(
        Code.CREDIT_ACCOUNT_HAS_DIFFERENT_CURRENCY, "posted pending", "payee.cur", lambda s: _payee(s, currency="HKD")
    ),
    Fault(Code.DEBIT_ACCOUNT_CLOSED, "posted pending", "payer.closed", lambda s: _payer(s, closed=True)),
    Fault(Code.CREDIT_ACCOUNT_CLOSED, "posted pending", "payee.closed", lambda s: _payee(s, closed=True)),
    Fault(Code.DEBIT_ACCOUNT_FROZEN, "posted pending", "payer.frozen", lambda s: _payer(s, frozen=True)),
    Fault(Code.SUM_TOO_LARGE, "posted pending", "payer.debits", lambda s: _payer(s, debits=MAX_SUM - 299)),
    Fault(Code.SUM_TOO_LARGE, "posted pending", "payee.credits", lambda s: _payee(s, credits=MAX_SUM - 299)),
    Fault(Code.INSUFFICIENT_FUNDS, "posted pending", "payer.credits", lambda s: _payer(s, credits=299)),
    Fault(Code.INSUFFICIENT_FUNDS, "posted pending", "payer.held", lambda s: _payer(s, pending_debits=701)),
    Fault(Code.INSUFFICIENT_FUNDS, "posted pending", "payer.floor", lambda s: _payer(s, floor=701)),
    Fault(Code.ABOVE_DEBITS_MAX, "posted pending", "debits_max", lambda s: s.set(debits_max=299)),
]


def _can_meet(one: str, other: str) -> bool:
    """Not on the same thing; and a record with another account is itself a fault, told as such."""
    if one.startswith("record") and other in ("debit", "credit"):
        return False
    return not (one.startswith(other) or other.startswith(one))


CASES = [(kind, fault) for fault in LADDER for kind in fault.on.split()]
PAIRS = [
    (kind, first, second)
    for (kind, first), (other, second) in combinations(CASES, 2)
    if kind == other and _can_meet(first.part, second.part)
]


def _name(value: object) -> str:
    return f"{value.code}:{value.part}" if isinstance(value, Fault) else str(value)


@pytest.mark.parametrize("kind", ["posted", "pending", "capture", "void", "expire"])
def test_a_transfer_without_a_fault_is_posted(kind: Kind) -> None:
    assert good(kind).code() is Code.POSTED


@pytest.mark.parametrize(("kind", "fault"), CASES, ids=_name)
def test_each_fault_gets_its_code(kind: Kind, fault: Fault) -> None:
    scene = good(kind)
    fault.make(scene)
    assert scene.code() is fault.code


def test_of_two_faults_the_one_higher_on_the_ladder_is_told() -> None:
    assert len(PAIRS) > 500
    for kind, first, second in PAIRS:
        scene = good(kind)  # type: ignore[arg-type]
        second.make(scene)
        first.make(scene)
        assert scene.code() is first.code, f"{kind}: {_name(first)} with {_name(second)}"


def test_the_table_names_every_code_in_the_order_of_the_enum() -> None:
    told = list(dict.fromkeys(fault.code for fault in LADDER))
    assert told == [code for code in Code if not code.startswith("linked_") and code is not Code.POSTED]


@pytest.mark.parametrize("expires_in", [0, -1, MAX_EXPIRES_IN + 1])
def test_a_hold_waits_at_least_a_second_and_at_most_a_year(expires_in: int) -> None:
    scene = good("pending")
    scene.set(expires_in=expires_in)
    assert scene.code() is Code.EXPIRY_INVALID


def test_a_pending_transfer_names_no_hold() -> None:
    scene = good("pending")
    scene.set(hold=HOLD)
    assert scene.code() is Code.HOLD_NOT_ALLOWED


def test_the_last_fen_above_the_floor_can_be_spent() -> None:
    scene = good("posted")
    _payer(scene, credits=300)
    assert scene.code() is Code.POSTED


def test_an_unbounded_account_may_fall_below_zero() -> None:
    scene = good("posted")
    _payer(scene, credits=0, floor=None)
    assert scene.code() is Code.POSTED


def test_what_waits_to_be_folded_is_left_half_of_the_room() -> None:
    scene = good("posted")
    _payee(scene, busy=True, locked=False, credits=MAX_SUM // 2 - 299)
    assert scene.code() is Code.SUM_TOO_LARGE


def test_only_what_may_pass_is_recorded_with_the_id() -> None:
    for kind, fault in CASES:
        scene = good(kind)  # type: ignore[arg-type]
        fault.make(scene)
        if scene.record is None:
            books = Books(
                {account.id: account for account in (scene.payer, scene.payee) if account},
                {},
                {HOLD: scene.hold} if scene.hold else {},
                {HOLD: scene.resolution} if scene.resolution else {},
                NOW,
            )
            plan = decide([scene.transfer], books)
            assert [line.refused for line in plan.lines] == ([fault.code] if fault.code in PASSING else [])
            assert plan.movements == []
