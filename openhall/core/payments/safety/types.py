"""The shapes of limits. Amounts are in minor units of the hall's currency. No I/O."""

from datetime import date

from msgspec import Struct


class OwnLimits(Struct, frozen=True, kw_only=True):
    """What residents say themselves; None: as the hall has it.

    `no_pin_max`: up to this much a shop is paid without a PIN.
    """

    no_pin_max: int | None = None
    payment_max: int | None = None
    day_max: int | None = None
    month_max: int | None = None
    new_payee_max: int | None = None
    new_payee_day_max: int | None = None


class Limits(Struct, frozen=True, kw_only=True):
    """What applies to somebody: their own limits where they have some, and never more than the hall's."""

    no_pin_max: int
    payment_max: int
    day_max: int
    month_max: int
    new_payee_max: int
    new_payee_day_max: int


class Spending(OwnLimits, frozen=True, kw_only=True):
    """A payer's own limits, and how much their wallet has paid out: in all, and before the day and month began in
    which they paid last. `elder`: they chose elder mode once. `visitor`: a visitor whose real name is not known."""

    elder: bool
    visitor: bool
    debits: int
    day: date | None = None
    day_base: int | None = None
    month: date | None = None
    month_base: int | None = None


class Room(Struct, frozen=True):
    """What is left of a day and a month. `debits_max` is what the wallet may have paid out in all by then.

    `begins`: nothing was paid on this day yet, so its base is still to be noted.
    """

    day_left: int
    month_left: int
    debits_max: int
    begins: bool
