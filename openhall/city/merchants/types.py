"""The shapes of merchants. No I/O."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class State(StrEnum):
    """Whether a shop takes payments."""

    OPEN = "open"
    CLOSED = "closed"


class Shop(Struct, frozen=True):
    """One place of a merchant, with its newest printed code. `account` is its ledger account, `owner` the resident."""

    id: UUID
    merchant: UUID
    owner: UUID
    name: str
    category: str  # MCC
    city: str
    account: UUID
    state: State
    opened_at: datetime
    code: str  # the payload of the newest printed code
    short_code: str
    issued_at: datetime


class Hall(Struct, frozen=True):
    """What printed codes say of the hall: its id and its city in ASCII; and the currency of its accounts."""

    id: str
    city: str
    currency: str


class NewShop(Struct, frozen=True):
    """What is asked of a person who opens a shop, checked: `category` is an MCC."""

    name: str
    category: str
    city: str


class OwnedShop(Struct, frozen=True):
    """A shop and the resident who owns it."""

    owner: UUID
    shop: UUID


class CodeState(StrEnum):
    """Whether a printing may still be paid."""

    ACTIVE = "active"
    REVOKED = "revoked"


class Registered(Struct, frozen=True):
    """What our registry knows of a code that was scanned or typed. `ord` is its place in the list that was asked."""

    ord: int
    shop: UUID
    owner: UUID
    account: UUID
    name: str
    category: str
    city: str
    state: State
    code: str
    code_state: CodeState


class Kept(Struct, frozen=True):
    """A shop as the rules of offers see it."""

    shop: UUID
    category: str
    market: UUID | None


class Role(StrEnum):
    """What somebody is at a shop. Nobody is given the role of owner: it follows from the registry."""

    OWNER = "owner"
    MANAGER = "manager"
    CASHIER = "cashier"


class Workplace(Shop, frozen=True):
    """A shop as somebody who works there sees it."""

    role: Role
