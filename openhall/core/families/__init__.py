"""Families: one person acts for another, by law or by the other's own will, within scopes and limits, seen by both.

Invariants, kept by the database and proved by `openhall check`:
- nobody acts for somebody who did not approve, in person or before two operators, unless the register says it is a
  minor's parent;
- of two people at most one link is alive, and it ends by itself: at eighteen, or on its date;
- what is done on somebody's behalf is written with who did it and for whom, in the transaction of the deed, and never
  changes;
- what a link has paid in a month is the sum of its acts, never more than its limit;
- a proposal says nothing about whether its number is anybody's.
"""

from openhall.core.families.actions.acting import (
    Spending,
    act_seen_by,
    acting_visit,
    acts_about,
    acts_of,
    lock_links,
    look,
    write,
)
from openhall.core.families.actions.dependants import Dependant, dependant_of
from openhall.core.families.actions.links import Living, holds, living_links
from openhall.core.families.problems import (
    above_day_cap,
    above_month_cap,
    above_payment_cap,
    not_delegable,
    not_linked,
    scope_missing,
    someone_else,
)
from openhall.core.families.rules import COOKIE, behalf, sign, signed
from openhall.core.families.types import Act, Acting, Arrival, Deed, Kind, Link, State

__all__ = [
    "COOKIE", "Act", "Acting", "Arrival", "Deed", "Dependant", "Kind", "Link", "Living", "Spending", "State",
    "above_day_cap", "above_month_cap", "above_payment_cap", "act_seen_by", "acting_visit", "acts_about", "acts_of",
    "behalf", "dependant_of", "holds", "living_links", "lock_links", "look", "not_delegable", "not_linked",
    "scope_missing", "sign", "signed", "someone_else", "write",
]  # fmt: skip
