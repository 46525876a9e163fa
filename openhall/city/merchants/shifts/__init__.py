"""Shifts: somebody stands at a shop's till, from the opening to the closing, and what went through their hands then.

- One person has at most one open shift at a shop; the database keeps it.
- A shift holds the movements of the shop's account between two numbers of its entries: whatever commits when, each is
  in it or is not. What it added up to is written down when it is closed, and never changes.
"""

from openhall.city.merchants.shifts.actions import (
    close,
    close_of,
    find,
    hold,
    mine,
    open_shift,
    refunded_in,
    shifts_of,
    totals,
)
from openhall.city.merchants.shifts.types import Shift, Totals, Watch

__all__ = [
    "Shift", "Totals", "Watch", "close", "close_of", "find", "hold", "mine", "open_shift", "refunded_in", "shifts_of",
    "totals",
]  # fmt: skip
