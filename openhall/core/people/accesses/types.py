"""The shapes of accesses. No I/O."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class Capacity(StrEnum):
    """As what somebody looked."""

    OPERATOR = "operator"
    SHOP = "shop"
    RESIDENT = "resident"
    FAMILY = "family"  # somebody who acts for the resident


class Looker(Struct, frozen=True):
    """Who looks. `called` is what the person looked at will read: of a resident their confirmed name, masked, of
    somebody at a shop the shop's; empty where there is none, and of operators, whom `saw` names."""

    id: UUID
    capacity: Capacity
    called: str


class Access(Struct, frozen=True):
    """One look at a person's data, as that person sees it. `look` is the code of what was seen and what for; of whoever
    acts for them the scope in which it was."""

    id: UUID
    at: datetime
    capacity: Capacity
    called: str
    look: str
