"""The shapes of consent. No I/O."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.base.agreeing import Basis


class Channel(StrEnum):
    """Where somebody agreed: on a page, or by a program of theirs."""

    PAGE = "page"
    API = "api"


class Ending(StrEnum):
    """Why a consent is over: its giver took it back, or agreed to newer words."""

    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


class Words(Struct, frozen=True):
    """What an agreement says, in one language."""

    title: str
    controller: str
    purpose: str
    fields: tuple[str, ...]


class Worded(Struct, frozen=True):
    """An agreement's words as they are kept, by language, under an id made of them."""

    id: UUID
    code: str
    version: int
    basis: Basis
    texts: dict[str, Words]


class Consent(Struct, frozen=True):
    """What somebody agreed to, in the words of then. `agreement` is the id of those words."""

    id: UUID
    agreement: UUID
    code: str
    version: int
    texts: dict[str, Words]
    given_at: datetime
    channel: Channel
    ended_at: datetime | None
    ending: Ending | None
