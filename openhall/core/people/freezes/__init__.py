"""Freezing an account: no money leaves it, whatever it is asked by; what comes in comes in, and signing in still works.

What always holds:
- an account is frozen in the ledger exactly while a freeze of it is open: the ledger itself refuses, under its lock;
- a freeze is lifted by its resident's own passkey, or by two operators who saw the person, never by one alone.
"""

from openhall.core.people.freezes.actions import (
    ask_to_lift,
    by_operator,
    find,
    freeze,
    is_frozen,
    lift,
    newest,
    open_of,
    unfreeze,
)
from openhall.core.people.freezes.types import Freeze, Open

__all__ = [
    "Freeze", "Open", "ask_to_lift", "by_operator", "find", "freeze", "is_frozen", "lift", "newest", "open_of",
    "unfreeze",
]  # fmt: skip
