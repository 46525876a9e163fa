"""The demo card processor: a checkout is paid by a person on its own page, and a refund goes to the card that paid.

A checkout and a refund are each asked for under the asker's reference; the same reference is the same thing for ever.
Of a card its kind and last four digits are told, and no more. What each test card does stands in `CARDS`.
"""

import uuid
from typing import Any

import msgspec
from msgspec import Struct

from openhall.demo.outside.books import Books, Row, now
from openhall.demo.outside.faults import Plan

# How long a late answer takes, in milliseconds.
LATE = 5_000


class Card(Struct, frozen=True):
    """What a test card does. `asks`: its bank asks the holder for a code first; `late`: the answer comes later."""

    brand: str
    reason: str | None = None
    asks: bool = False
    late: bool = False
    takes_back: bool = True


CARDS = {
    "4242424242424242": Card("Visa"),
    "5555555555554444": Card("Mastercard"),
    "4000000000003220": Card("Visa", asks=True),
    "4000000000000002": Card("Visa", reason="card_declined"),
    "4000000000009995": Card("Visa", reason="insufficient_funds"),
    "4000000000000077": Card("Visa", late=True),
    "4000000000005126": Card("Visa", takes_back=False),
}
CODE = "1234"  # what the demo card bank asks for


class CheckoutRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Let a person pay `amount` (minor units) by card, and send them to `return_url` afterwards."""

    reference: str
    amount: int
    currency: str
    return_url: str
    notify_url: str | None = None


class Checkout(Struct, frozen=True, omit_defaults=True):
    """A checkout as the processor tells it. `state`: open | accepted (final later) | succeeded | declined."""

    reference: str
    state: str
    amount: int
    currency: str
    at: int
    page: str | None = None
    card: str | None = None
    reason: str | None = None


class RefundRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Give `amount` of the paid checkout `payment` back to its card."""

    reference: str
    payment: str
    amount: int
    currency: str


class Refund(Struct, frozen=True, omit_defaults=True):
    """A refund as the processor tells it. `state`: accepted (final later) | succeeded | declined."""

    reference: str
    state: str
    amount: int
    currency: str
    at: int
    reason: str | None = None


class ReusedError(Exception):
    """The reference already names something else."""


def open_checkout(books: Books, asked: CheckoutRequest, plan: Plan, page: str) -> Checkout:
    """A checkout, open until its person pays; asked again, what became of it. Raises `ReusedError`."""
    with books.transaction():
        known = books.row("checkout", reference=asked.reference)
        if known is None:
            visible_at = now() + plan.unseen_for
            values = msgspec.structs.asdict(asked)
            books.run("add_checkout", **values, page=page, at=now(), visible_at=visible_at)
        elif known["reason"] != "cancelled" and (known["amount"], known["currency"]) != (asked.amount, asked.currency):
            raise ReusedError
        return _told(books, asked.reference)


def query(books: Books, reference: str) -> Checkout | None:
    """What became of a checkout; None when nobody asked for it (or not yet)."""
    with books.transaction():
        _settle_due(books)
        known = books.row("checkout", reference=reference)
        return None if known is None or known["visible_at"] > now() else _told(books, reference)


def cancel(books: Books, reference: str) -> Checkout:
    """Give a checkout up: declined, unless it was paid already. A cancelled reference can never be paid."""
    with books.transaction():
        _settle_due(books)
        if books.row("checkout", reference=reference) is None:
            books.run("add_cancelled_checkout", reference=reference, at=now())
        else:
            books.run("end_checkout", reference=reference, state="declined", reason="cancelled", was="open")
        return _told(books, reference)


def find(books: Books, reference: str) -> Row | None:
    """The checkout as its page needs it."""
    with books.transaction():
        return books.row("checkout", reference=reference)


def choose(books: Books, reference: str, number: str) -> bool:
    """The person gave this card; whether its bank asks them for a code now."""
    card = CARDS[number]
    with books.transaction():
        books.run("give_card", reference=reference, card=f"{card.brand} •••• {number[-4:]}", number=number)
    return card.asks


def pay(books: Books, reference: str, plan: Plan, *, confirmed: bool = True) -> None:
    """Take the money as the card and the plan say. Without the holder's confirmation it is declined."""
    with books.transaction():
        known = books.row("checkout", reference=reference)
        if known is None or known["state"] != "open" or known["number"] is None:
            return
        card = CARDS[known["number"]]
        reason = None if confirmed else "not_confirmed"
        if reason is None:
            reason = plan.reason if plan.outcome == "no" else card.reason
        wait = plan.settle_after or (LATE if card.late else 0)
        books.run("accept_checkout", reference=reference, outcome=reason, settle_at=now() + wait)
        for _ in range(1 if plan.notices is None else plan.notices):
            name = f"ntc_{uuid.uuid4().hex}"
            books.run("add_card_notice", id=name, reference=reference, due_at=now() + wait, remaining=plan.repeats)
        _settle_due(books)


def refund(books: Books, asked: RefundRequest, plan: Plan) -> Refund:
    """Give money back to the card; asked again, tell what became of it. Raises `ReusedError`."""
    with books.transaction():
        known = books.row("refund", reference=asked.reference)
        if known is None:
            moment, reason = now(), _why_not(books, asked, plan)
            books.run(
                "add_refund",
                **msgspec.structs.asdict(asked),
                reason=reason,
                at=moment,
                settle_at=moment + plan.settle_after,
                visible_at=moment + plan.unseen_for,
            )
        elif (known["payment"], known["amount"]) != (asked.payment, asked.amount):
            raise ReusedError
        return _refund(books, asked.reference)


def query_refund(books: Books, reference: str) -> Refund | None:
    """What became of a refund; None when nobody asked for it (or not yet)."""
    with books.transaction():
        known = books.row("refund", reference=reference)
        return None if known is None or known["visible_at"] > now() else _refund(books, reference)


def settle_due(books: Books) -> None:
    """Bring every accepted checkout whose time has come to its end."""
    with books.transaction():
        _settle_due(books)


def _settle_due(books: Books) -> None:
    books.run("settle_checkouts", now=now())


def _why_not(books: Books, asked: RefundRequest, plan: Plan) -> str | None:
    paid = books.row("checkout", reference=asked.payment)
    if plan.outcome == "no":
        return plan.reason
    if paid is None or paid["state"] != "succeeded" or paid["currency"] != asked.currency:
        return "no_such_payment"
    if not CARDS[paid["number"]].takes_back:
        return "card_closed"
    given = books.rows("refunded", payment=asked.payment)[0]["amount"]
    return "more_than_paid" if given + asked.amount > paid["amount"] else None


def _refund(books: Books, reference: str) -> Refund:
    row: dict[str, Any] = dict(books.row("refund", reference=reference) or {})
    if row["settle_at"] > now():
        row |= {"state": "accepted", "reason": None}
    return msgspec.convert(row, Refund)


def _told(books: Books, reference: str) -> Checkout:
    return msgspec.convert(books.row("checkout", reference=reference), Checkout)
