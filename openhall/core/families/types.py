"""The shapes of families. Amounts are in minor units of the hall's currency. No I/O."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.core.people import Resident, Visit, masked


class Kind(StrEnum):
    """By what right one acts for another."""

    PARENT = "parent"  # of a minor, as the register says
    GUARDIAN = "guardian"  # by a court's word
    VOLUNTARY = "voluntary"  # by the other's own will
    INSTITUTION = "institution"  # a home or a school, for whom it looks after


class State(StrEnum):
    """How far a link has come."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    SUSPENDED = "suspended"  # for now: see `Why`
    REVOKED = "revoked"
    EXPIRED = "expired"


class Channel(StrEnum):
    """How it was approved."""

    REGISTER = "register"
    OWN = "own"  # the person themselves, strongly signed in
    COUNTER = "counter"  # at the hall, before two operators


class Why(StrEnum):
    """Why a link is suspended."""

    REGISTER = "register"  # the register no longer says so; it is asked again
    NAME = "name"  # the real name it rests on was never theirs; only a new link helps
    RECOVERY = "recovery"  # approved with a passkey that a recovery switched off; its owner confirms it


class Happened(StrEnum):
    """What the trail records."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SEEN = "seen"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    LIMITED = "limited"
    MATCHED = "matched"
    DECLINED = "declined"


LIVING = frozenset({State.ACTIVE, State.SUSPENDED})
OVER = frozenset({State.REVOKED, State.EXPIRED})


class Caps(Struct, frozen=True):
    """What may be spent on somebody's behalf: by one payment, and in a month."""

    payment_max: int
    month_max: int


class Link(Struct, frozen=True):
    """One link, with how both sides are called. `proposed_to` is the
    number it was proposed to, masked."""

    id: UUID
    holder: UUID
    dependant: UUID | None
    proposed_to: str | None
    kind: Kind
    scopes: list[str]
    payment_max: int
    month_max: int
    evidence: str | None
    state: State
    proposed_at: datetime
    proposed_until: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    channel: Channel | None
    seen_by: UUID | None
    confirmed_by: UUID | None
    checked_at: datetime | None
    ended_at: datetime | None
    declined_at: datetime | None
    suspended_for: Why | None
    holder_name: str | None
    holder_phone: str
    holder_real: str | None
    dependant_name: str | None
    dependant_phone: str
    dependant_real: str | None
    has_no_phone: bool
    has_letters: bool

    @property
    def is_unreachable(self) -> bool:
        """Whether nothing that they must know leaves the hall for whom one acts for: no phone, and no letters."""
        return self.has_no_phone and not self.has_letters

    @property
    def caps(self) -> Caps:
        return Caps(self.payment_max, self.month_max)

    @property
    def holder_called(self) -> str:
        """Who acts: by the real name, masked, and the number, for many have the same initial."""
        return _vouched(self.holder_real, self.holder_phone)

    @property
    def dependant_called(self) -> str:
        """For whom. Unless it was approved its holder learns nothing but the number they typed."""
        if self.starts_at is None and self.proposed_to is not None:
            return self.proposed_to
        # Who has no phone was named at the hall, and nobody else chose that name.
        written = self.dependant_name if self.has_no_phone else None
        return written or _vouched(self.dependant_real, self.dependant_phone)

    def state_at(self, now: datetime) -> State:
        """The state, whether or not the hall has noticed yet that the time is over."""
        if self.state is State.PROPOSED and now >= self.proposed_until:
            return State.EXPIRED
        return (
            State.EXPIRED if self.state in LIVING and self.ends_at is not None and now >= self.ends_at else self.state
        )


def _vouched(real: str | None, phone: str) -> str:
    """What may stand in a message one has to rely on: never a name that somebody chose for themselves."""
    return f"{real} ({masked(phone)})" if real and phone else real or masked(phone)


class Acting(Struct, frozen=True):
    """A visit on somebody's behalf. `resident` is for whom, as handlers know residents."""

    link: UUID
    scopes: frozenset[str]
    resident: Resident
    looked: bool  # that somebody looked is written for today, for the scope that was asked for

    @property
    def called(self) -> str:
        return self.resident.name or self.resident.phone_masked


class Arrival(Struct, frozen=True):
    """Who came, and for whom, if that is so now."""

    visit: Visit
    acting: Acting | None


class Deed(Struct, frozen=True):
    """Something that was done on somebody's behalf: a payment of `amount` to `title`."""

    link: UUID
    actor: UUID
    subject: UUID
    scope: str
    about: UUID
    title: str
    amount: int
    currency: str


class Act(Struct, frozen=True):
    """What was done, as both sides see it. Without `about` somebody looked, on that day."""

    id: UUID
    link: UUID
    actor: UUID
    subject: UUID
    scope: str
    about: UUID | None
    title: str | None
    amount: int | None
    currency: str | None
    at: datetime
    actor_name: str | None
    actor_phone: str
    subject_name: str | None
    subject_phone: str

    @property
    def actor_called(self) -> str:
        """Who did it: by the real name, masked, where it is known."""
        return self.actor_name or masked(self.actor_phone)

    @property
    def subject_called(self) -> str:
        """For whom."""
        return self.subject_name or masked(self.subject_phone)


class Card(Struct, frozen=True):
    """What a printed card says of somebody without a phone."""

    number: str
    resident: UUID
    name: str | None
    name_masked: str | None
    id_masked: str | None
    made_at: datetime
