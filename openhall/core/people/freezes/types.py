"""The shapes of freezes. No I/O."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from openhall.core.people.rules import masked


class Open(Struct, frozen=True):
    """The freeze of an account as its resident sees it. `by_hall`: an operator did it."""

    id: UUID
    at: datetime
    by_hall: bool


class Freeze(Struct, frozen=True):
    """A freeze as operators see it. `seen` is the paper that the operator saw who asked to lift it."""

    id: UUID
    resident: UUID
    phone: str
    name: str | None
    at: datetime
    by: UUID
    note: str | None
    asked_at: datetime | None
    asked_by: UUID | None
    seen: str | None
    ended_at: datetime | None
    ended_by: UUID | None

    def is_wished(self, since: datetime) -> bool:
        """Whether an operator asked to lift it since then: an older wish was given up."""
        return self.asked_at is not None and self.asked_at > since

    @property
    def phone_masked(self) -> str:
        return masked(self.phone) if self.phone else ""
