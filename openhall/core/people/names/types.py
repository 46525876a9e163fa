"""The shapes of real names. No I/O, and no shape that is shown holds a name or a number in full but `Person`."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from openhall.base.crypto import Sealed


class Answer(StrEnum):
    """What the register says to a question. That it says nothing is no answer."""

    YES = "yes"
    NO = "no"
    DECEASED = "deceased"


class Person(Struct, frozen=True):
    """A name and a national id, both in their one form; `document` is the number of a paper that goes with them."""

    name: str
    national_id: str
    document: str | None = None

    def __repr__(self) -> str:
        """Nothing: a traceback or a log line must not tell who somebody is."""
        return "Person(...)"


class State(StrEnum):
    """Where the asking of the register is."""

    ASKING = "asking"  # no answer yet: it is asked again
    MATCHED = "matched"
    REFUSED = "refused"
    CONFLICT = "conflict"  # the register says yes, and another account has this id
    GIVEN_UP = "given_up"  # no answer in days: not a no
    REPLACED = "replaced"  # asked anew with other words


class Reason(StrEnum):
    """Why a claim was refused; what the register said is told in the same words, whatever it was."""

    NO_MATCH = "no_match"
    DECEASED = "deceased"
    KEPT = "kept"  # operators left the id where it was


class Act(StrEnum):
    """What the trail records."""

    ASKED = "asked"
    MATCHED = "matched"
    REFUSED = "refused"
    CONFLICT = "conflict"
    GIVEN_UP = "given_up"
    REPLACED = "replaced"
    CODE_ASKED = "code_asked"
    CODE_WRONG = "code_wrong"
    MOVED_IN = "moved_in"
    MOVED_OUT = "moved_out"
    VERDICT = "verdict"
    KEPT = "kept"
    SHOWN = "shown"


class Verdict(StrEnum):
    """What an operator says of an id that two accounts claim."""

    MOVE = "move"
    KEEP = "keep"


class Claim(Struct, frozen=True):
    """One asking, as its resident sees it."""

    id: UUID
    resident: UUID
    state: State
    reason: Reason | None
    name_masked: str
    id_masked: str
    asked_at: datetime
    ended_at: datetime | None
    code_until: datetime | None


class OpenClaim(Struct, frozen=True):
    """A claim that this process alone may work on: until its lease runs out, or while its row is locked."""

    id: UUID
    resident: UUID
    key: str
    box: bytes
    name_masked: str
    id_masked: str
    tries: int
    gives_up_at: datetime

    @property
    def sealed(self) -> Sealed:
        return Sealed(self.key, self.box)


class Identity(Struct, frozen=True):
    """Who a resident is, without the key."""

    resident: UUID
    name_masked: str
    id_masked: str
    born_band: int
    is_minor: bool
    adult_on: date | None
    matched_at: datetime


class Status(StrEnum):
    """What is known of a resident's name."""

    NONE = "none"
    PENDING = "pending"
    NAMED = "named"


class Standing(Struct, frozen=True):
    """What other packages may know of a resident's real name. Without a match only `status` says anything.

    `born_band` is the decade of birth, 1990; `is_minor` holds until the eighteenth birthday, by the city's calendar.
    """

    resident: UUID
    status: Status
    name_masked: str | None
    born_band: int | None
    is_minor: bool


class Mine(Struct, frozen=True):
    """A resident's own view: their identity, if it is known, and their newest claim, if there is one."""

    identity: Identity | None
    claim: Claim | None


class Full(Struct, frozen=True):
    """A name and a number in full, for their own holder's eyes."""

    name: str
    national_id: str

    def __repr__(self) -> str:
        """Nothing, as of a Person."""
        return "Full(...)"


class Case(Struct, frozen=True):
    """An id that two accounts claim, as the operators see it: whose it is now, and who asks for it."""

    claim: UUID
    name_masked: str
    id_masked: str
    asked_at: datetime
    asker: UUID
    asker_phone: str
    asker_joined_at: datetime
    holder: UUID
    holder_phone: str
    holder_joined_at: datetime


class Said(Struct, frozen=True):
    """What one operator said of a case."""

    operator: UUID
    verdict: Verdict
    reason: Annotated[str, Meta(max_length=500)]
    at: datetime
