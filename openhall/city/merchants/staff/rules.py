"""Pure rules of staff: who appoints whom, and what a cashier may give back."""

from datetime import datetime
from uuid import UUID

from openhall.base.errors import Problem
from openhall.city.merchants import problems, rules
from openhall.city.merchants.types import Role
from openhall.core.payments import Payment

SHOWN_AS_LENGTH = 20


def may_appoint(by: Role, role: Role) -> bool:
    """Whether `by` may make somebody `role`, and change or remove whoever is: owners anybody, managers cashiers."""
    return role is not Role.OWNER and (by is Role.OWNER or (by is Role.MANAGER and role is Role.CASHIER))


def shown_as(text: str | None) -> str | None:
    """A name for receipts as it is kept, None for none; Problem `merchants.shown_as_invalid`."""
    if text is None or not text.strip():
        return None
    clean = rules.clean_name(text)
    if clean is None or len(clean) > SHOWN_AS_LENGTH:
        raise problems.shown_as_invalid()
    return clean


def refund_refusal(
    payment: Payment,
    *,
    cashier: UUID,
    by_scanner: bool,
    shift_since: datetime | None,
    given: int,
    amount: int,
    most: int,
) -> Problem | None:
    """Why a cashier cannot give `amount` of a payment back, if so.

    They can in their open shift, what they took themselves in it or what nobody took meanwhile, because it was paid by
    the printed code or charged `by_scanner`; and no more in all of the shift than `most`, of which they have given
    `given`.
    """
    if shift_since is None:
        return problems.refund_needs_shift()
    took = None if by_scanner else payment.taken_by
    if payment.at < shift_since or took not in (None, cashier):
        return problems.refund_outside_shift()
    if given + amount > most:
        return problems.refund_above_limit(left=max(0, most - given), limit=most)
    return None
