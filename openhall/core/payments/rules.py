"""Rules of payments that need no database."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from openhall.base.errors import Problem
from openhall.core.payments import problems
from openhall.core.payments.codes import short
from openhall.core.payments.types import Order, OrderState


def receipt_no(business_date: date, number: int) -> str:
    """A number that people can read over the phone: date, running number, check digit (Damm): 261120-00000042-7."""
    digits = f"{business_date:%y%m%d}{number:08d}"
    return f"{digits[:6]}-{digits[6:]}-{short.check_digit(digits)}"


def order_refusal(order: Order, amount: int | None, now: datetime) -> Problem | None:
    """Why the order cannot be paid, if so; `amount` is what the payer said, None when they left it to the order."""
    if order.state is OrderState.PAID:
        return problems.order_paid(order=str(order.id))
    if order.state is not OrderState.OPEN:
        return problems.order_closed(order=str(order.id))
    if order.expires_at is not None and order.expires_at <= now:
        return problems.order_expired(order=str(order.id))
    if amount is not None and amount != order.amount:
        return problems.amount_differs(order=str(order.id), amount=order.amount)
    return None


def payer_refusal(payer: UUID, owner: UUID | None) -> Problem | None:
    """Why this resident cannot pay this payee, if so."""
    return problems.own_shop() if payer == owner else None


def amount_refusal(amount: int, most: int, printed: int | None = None) -> Problem | None:
    """Why nobody may pay, or be asked for, this much at once, if so. `most` is the limit of the hall, whichever way it
    is paid; `printed` that of a printed code, if it is paid by one: a sticker can be swapped, an order cannot.

    The hall's comes first: above it a code of this very amount, which the other advises, is refused too.
    """
    if amount > most:
        return problems.above_hall_limit(limit=most)
    if printed is not None and amount > printed:
        return problems.above_limit(limit=printed)
    return None


def ledger_refusal(code: str) -> Problem:
    """The ledger's refusal in the words of paying."""
    if code == "insufficient_funds":
        return problems.insufficient_funds()
    if code == "debit_account_frozen":
        return problems.account_frozen()
    if code == "above_debits_max":
        return problems.above_spending_limit()
    return problems.not_possible(ledger_code=code)


def chain_refusal(codes: Sequence[str]) -> Problem | None:
    """Why a payment was not posted, if so: by the answers to its own transfer and then to those of its offers."""
    for place, code in enumerate(codes):
        if code not in ("posted", "exists", "linked_failed"):
            return problems.offer_gone() if place else ledger_refusal(code)
    return None


def price_refusal(amount: int, paid: int, expected: int | None) -> Problem | None:
    """Nobody pays more than they were shown; less is no reason to refuse."""
    if expected is not None and paid > expected:
        return problems.offer_gone(amount=amount, paid=paid)
    return None
