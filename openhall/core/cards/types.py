"""The shapes of cards: top-ups, what the processor says, and what goes back. Amounts are in minor units. No I/O."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.core.rails.types import Charge, ChargeState, TopUpState


class CheckoutState(StrEnum):
    """What the processor says of a checkout. `open`: its person has not paid yet; `accepted`: final later."""

    OPEN = "open"
    ACCEPTED = "accepted"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


class Checkout(Struct, frozen=True):
    """What the processor says of one checkout, in an answer or in a notice. `reference` is ours.

    `page` is where its person pays, `card` the kind and the last four digits of the card.
    """

    reference: str
    state: CheckoutState
    amount: int
    currency: str
    page: str | None = None
    card: str | None = None
    reason: str | None = None

    @property
    def charge(self) -> Charge:
        """The same as a charge, which knows no difference between open and accepted: neither is final."""
        state = ChargeState.ACCEPTED if self.state is CheckoutState.OPEN else ChargeState(self.state)
        return Charge(self.reference, state, self.amount, self.currency, self.reason)


class Notice(Struct, frozen=True):
    """A signed callback: the processor's own id of it, and what it says."""

    id: str
    checkout: Checkout


class CardTopUp(Struct, frozen=True):
    """Money on its way from a card into a wallet. `page` is there once the processor has one for it.

    `returned` of it went back to the card, or is on its way there.
    """

    id: UUID
    resident: UUID
    state: TopUpState
    amount: int
    currency: str
    page: str | None
    card: str | None
    returned: int
    reason: str | None
    at: datetime
    finished_at: datetime | None


class Unfinished(Struct, frozen=True):
    """A top-up that somebody may still pay on the processor's page, or whose card has not answered yet."""

    id: UUID
    amount: int
    at: datetime


class Claimed(Struct, frozen=True):
    """A top-up or a refund that this worker alone asks the processor about until its lease runs out.

    `payment` is the top-up that a refund gives back of; for a top-up it is its own id.
    """

    id: UUID
    payment: UUID
    amount: int
    currency: str
    attempts: int
    at: datetime


class Source(Struct, frozen=True):
    """A top-up of which `left` may still go back to its card."""

    id: UUID
    card: str | None
    left: int


class Share(Struct, frozen=True):
    """How much goes back to which card."""

    top_up: UUID
    card: str | None
    amount: int


class Outlook(Struct, frozen=True):
    """What leaving would do now: `shares` go back to their cards, `rest` stays, for it came from no card."""

    shares: list[Share]
    rest: int
    waiting: int  # top-ups that are not finished: first they must be

    @property
    def amount(self) -> int:
        return sum(share.amount for share in self.shares)


class Part(Struct, frozen=True):
    """One refund to one card."""

    id: UUID
    card: str | None
    amount: int
    state: TopUpState
    reason: str | None
    finished_at: datetime | None


class Sums(Struct, frozen=True):
    """A wallet's life in four numbers, up to now: from cards, from elsewhere, spent, and back to cards."""

    from_cards: int
    other: int
    spent: int
    back: int


class LeavingRow(Struct, frozen=True):
    """A leaving as one row of the database."""

    id: UUID
    amount: int
    rest: int
    currency: str
    at: datetime


class Leaving(Struct, frozen=True):
    """Somebody took their money home: what went to which card, and `rest`, which stayed in the wallet."""

    id: UUID
    amount: int
    rest: int
    currency: str
    at: datetime
    parts: list[Part]
