"""The shapes of money from person to person. Amounts are in minor units of the currency beside them. No I/O."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.base import visible
from openhall.core.people import masked

NOTE_MAX = 80


def tidy(note: str | None) -> str:
    """A note as one line, without what hides or reorders text; empty for none."""
    return visible.line(note or "")[:NOTE_MAX].rstrip()


class State(StrEnum):
    """Where the money is: waiting, with the receiver, taken back by the sender, or gone back by itself."""

    WAITING = "waiting"
    COMPLETED = "completed"
    UNDONE = "undone"
    RETURNED = "returned"


class Receiver(Struct, frozen=True):
    """Who is to receive. `shown_as` is all that the sender sees of them; None: nothing, and then they must take it.

    `resident` is None while nobody has joined with the number; `key` stands for the number.
    """

    resident: UUID | None
    phone: str
    key: UUID
    shown_as: str | None
    by_code: bool


class Wish(Struct, frozen=True):
    """What somebody wants to send. `warned`: they read the warning about scams and send it all the same. `at_once`: it
    does not wait where it could be taken back."""

    receiver: Receiver
    amount: int
    note: str | None
    warned: bool = False
    at_once: bool = False


class Transfer(Struct, frozen=True):
    """Money that was sent. `due_at`: until then its sender can take it back; `expires_at`: when it goes back by itself,
    if nobody took what must be taken."""

    id: UUID
    sender: UUID
    sender_masked: str
    receiver: UUID | None
    to_phone: str
    shown_as: str | None
    amount: int
    currency: str
    note: str | None
    state: State
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    receipt_no: str

    @property
    def to_masked(self) -> str:
        """Who receives, as the sender sees them."""
        return self.shown_as or masked(self.to_phone)

    @property
    def must_be_taken(self) -> bool:
        """Whether it waits for its receiver to take it."""
        return self.shown_as is None and self.accepted_at is None

    def can_be_undone(self, now: datetime) -> bool:
        """Whether its sender can still take it back."""
        return self.state is State.WAITING and (now < self.due_at or self.must_be_taken)
