"""The demo bank. A charge is asked for under the asker's reference; the same reference is the same charge for ever."""

import hashlib
import uuid
from typing import Any

import msgspec
from msgspec import Struct

from openhall.demo.outside.books import Books, Row, now
from openhall.demo.outside.faults import Plan

BANK = "Demo Bank"
# Enough for a city at play; a test that wants an empty account says so with PUT /bank/accounts/{agreement}.
OPENING_BALANCE = 100_000_000


class ChargeRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Take `amount` (minor units) from the account behind `agreement`. `reference` is the asker's own."""

    reference: str
    agreement: str
    amount: int
    currency: str
    notify_url: str | None = None


class Charge(Struct, frozen=True, omit_defaults=True):
    """A charge as the bank tells it. `state`: accepted (final later) | succeeded | declined, then with a `reason`."""

    reference: str
    state: str
    amount: int
    currency: str
    at: int
    reason: str | None = None


class Account(Struct, frozen=True):
    """A bank account whose holder agreed to be charged."""

    agreement: str
    bank: str
    masked: str
    balance: int


class ReusedError(Exception):
    """The reference already names another charge."""


def agree(books: Books, agreement: str, balance: int = OPENING_BALANCE) -> Account:
    """Note that a holder agrees to be charged under this agreement id; opens the account if it is new."""
    digits = str(int(hashlib.sha256(agreement.encode()).hexdigest(), 16))[-4:]
    with books.transaction():
        books.run("open_account", agreement=agreement, bank=BANK, masked=f"**** {digits}", balance=balance)
        return _account(books, agreement)


def set_balance(books: Books, agreement: str, balance: int) -> Account:
    """Decide how much money the account has."""
    agree(books, agreement)
    with books.transaction():
        books.run("set_balance", agreement=agreement, balance=balance)
        return _account(books, agreement)


def _account(books: Books, agreement: str) -> Account:
    return msgspec.convert(books.row("account", agreement=agreement), Account)


def charge(books: Books, asked: ChargeRequest, plan: Plan) -> Charge:
    """Take the money as the plan says; asked again, tell what became of it. Raises `ReusedError`."""
    if asked.agreement.startswith("demo:"):
        agree(books, asked.agreement)  # Every demo resident has a bank account; it opens when it is first charged.
    with books.transaction():
        _settle_due(books)
        known = books.row("charge", reference=asked.reference)
        if known is None:
            moment = now()
            books.run(
                "add_charge",
                reference=asked.reference,
                agreement=asked.agreement,
                amount=asked.amount,
                currency=asked.currency,
                notify_url=asked.notify_url,
                at=moment,
                plan=msgspec.json.encode(plan).decode(),
                settle_at=moment + plan.settle_after,
                visible_at=moment + plan.unseen_for,
            )
            _settle_due(books)
        elif known["reason"] != "cancelled" and _differs(known, asked):
            raise ReusedError
        return _told(books.row("charge", reference=asked.reference))


def query(books: Books, reference: str) -> Charge | None:
    """What became of a charge; None when the bank never heard of it (or has not yet)."""
    with books.transaction():
        _settle_due(books)
        known = books.row("charge", reference=reference)
        return None if known is None or known["visible_at"] > now() else _told(known)


def cancel(books: Books, reference: str) -> Charge:
    """Give up a charge: declined unless the money was taken already. A cancelled reference can never be charged."""
    with books.transaction():
        _settle_due(books)
        if books.row("charge", reference=reference) is None:
            books.run("add_tombstone", reference=reference, at=now())
        else:
            books.run("settle", reference=reference, state="declined", reason="cancelled")
        return _told(books.row("charge", reference=reference))


def settle_due(books: Books) -> None:
    """Bring every accepted charge whose time has come to its end."""
    with books.transaction():
        _settle_due(books)


def _settle_due(books: Books) -> None:
    for row in books.rows("due_charges", now=now()):
        plan = msgspec.json.decode(row["plan"], type=Plan)
        state, reason = _decide(books, row, plan)
        books.run("settle", reference=row["reference"], state=state, reason=reason)
        default = 1 if plan.settle_after else 0
        for _ in range(default if plan.notices is None else plan.notices):
            name = f"ntc_{uuid.uuid4().hex}"
            books.run("add_notice", id=name, reference=row["reference"], now=now(), remaining=plan.repeats)


def _decide(books: Books, row: Row, plan: Plan) -> tuple[str, str | None]:
    if plan.outcome == "no":
        return "declined", plan.reason
    if books.row("account", agreement=row["agreement"]) is None:
        return "declined", "no_such_agreement"
    if not books.run("take", agreement=row["agreement"], amount=row["amount"]):
        return "declined", "insufficient_funds"
    return "succeeded", None


def _differs(known: Row, asked: ChargeRequest) -> bool:
    return any(known[field] != getattr(asked, field) for field in ("agreement", "amount", "currency"))


def _told(row: Any) -> Charge:
    return msgspec.convert(row, Charge)
