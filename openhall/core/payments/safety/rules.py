"""Rules of limits that need no database."""

from datetime import date

from msgspec import structs

from openhall.base.config import Settings
from openhall.base.errors import Problem, malformed
from openhall.base.i18n import N_
from openhall.core.payments import problems
from openhall.core.payments.safety.types import Limits, OwnLimits, Room, Spending

NAMES = tuple(field.name for field in structs.fields(Limits))


def hall_limits(settings: Settings) -> Limits:
    """What nobody's own limits go beyond."""
    return Limits(
        no_pin_max=settings.no_pin_max,
        payment_max=settings.payment_max,
        day_max=settings.pay_day_max,
        month_max=settings.pay_month_max,
        new_payee_max=settings.new_payee_max,
        new_payee_day_max=settings.new_payee_day_max,
    )


def _beyond_nobody(settings: Settings, *, visitor: bool) -> Limits:
    """What somebody's own limits never go beyond: for visitors without a real name it is little."""
    hall = hall_limits(settings)
    if not visitor:
        return hall
    most = settings.visitor_payment_max
    return structs.replace(
        hall,
        payment_max=min(hall.payment_max, most),
        new_payee_max=min(hall.new_payee_max, most),
        new_payee_day_max=min(hall.new_payee_day_max, settings.visitor_day_max),
        day_max=min(hall.day_max, settings.visitor_day_max),
        month_max=min(hall.month_max, settings.visitor_month_max),
    )


def limits_of(settings: Settings, own: OwnLimits, *, elder: bool, visitor: bool = False) -> Limits:
    """What applies to a resident with these limits of their own. Who chose elder mode begins with lower ones."""
    hall = _beyond_nobody(settings, visitor=visitor)
    usual = hall
    if elder:
        usual = structs.replace(
            hall, payment_max=settings.elder_payment_max, new_payee_day_max=settings.elder_new_payee_day_max
        )
    said = {name: getattr(own, name) for name in NAMES}
    found = Limits(
        **{
            name: min(getattr(usual, name) if value is None else value, getattr(hall, name))
            for name, value in said.items()
        }
    )
    # One payment to somebody new is a payment, and one of that day: no larger sum is promised than all three allow.
    at_once = min(found.new_payee_max, found.payment_max, found.new_payee_day_max)
    return structs.replace(found, new_payee_max=at_once)


def refuse_beyond(settings: Settings, wished: OwnLimits) -> None:
    """Problem `hall.malformed` that names every wished limit which is above the hall's: none is cut without a word."""
    hall = hall_limits(settings)
    wishes = {name: value for name in NAMES if (value := getattr(wished, name)) is not None}
    too_much = N_("This is more than the hall allows.")
    if beyond := [name for name, value in wishes.items() if value > getattr(hall, name)]:
        raise malformed(errors=[{"field": name, "message": too_much} for name in beyond])


def raises(before: Limits, after: Limits) -> bool:
    """Whether anything is allowed afterwards that was not before."""
    return any(getattr(after, name) > getattr(before, name) for name in NAMES)


def code_max(hall_max: int, own: OwnLimits) -> int:
    """Up to how much a pay code alone pays at the counter: who wants their PIN asked for earlier is asked earlier."""
    return hall_max if own.no_pin_max is None else min(hall_max, own.no_pin_max)


def room_of(spending: Spending, limits: Limits, today: date) -> Room:
    """What may still be spent on this day and in its month."""
    month = today.replace(day=1)
    day_base = spending.day_base if spending.day == today else spending.debits
    month_base = spending.month_base if spending.month == month else spending.debits
    assert day_base is not None, "a day has a base"
    assert month_base is not None, "a month has a base"
    day_end, month_end = day_base + limits.day_max, month_base + limits.month_max
    return Room(
        day_left=max(0, day_end - spending.debits),
        month_left=max(0, month_end - spending.debits),
        debits_max=min(day_end, month_end),
        begins=spending.day != today,
    )


def refusal(paid: int, limits: Limits, room: Room) -> Problem | None:
    """Why this much may not leave the wallet now, if so."""
    if paid > limits.payment_max:
        return problems.above_own_limit(limit=limits.payment_max)
    if paid > room.day_left:
        return problems.above_spending_limit(period="day", limit=limits.day_max, left=room.day_left)
    if paid > room.month_left:
        return problems.above_spending_limit(period="month", limit=limits.month_max, left=room.month_left)
    return None


def new_payee_refusal(paid: int, spent_on_new: int, limits: Limits) -> Problem | None:
    """Why this much may not go to somebody who is new to the payer, if so."""
    if paid > limits.new_payee_max:
        return problems.above_new_payee_limit(limit=limits.new_payee_max, left=limits.new_payee_max)
    left = max(0, limits.new_payee_day_max - spent_on_new)
    if paid > left:
        return problems.above_new_payee_limit(limit=limits.new_payee_day_max, left=left)
    return None
