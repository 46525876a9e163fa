"""Card money as the API shows it. Amounts are in minor units of the `currency` beside them."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from openhall.core.cards.types import CardTopUp, Leaving
from openhall.core.rails import TopUpState


class CardTopUpView(Struct, frozen=True):
    """A top-up by card. While it is processing, `page` is where its person pays, once the processor has made it.

    `returned` of it went back to the card or is on its way; `reason` is the processor's code when it failed.
    """

    id: UUID
    state: TopUpState
    amount: int
    currency: str
    page: str | None
    card: str | None
    returned: int
    reason: str | None
    at: datetime
    finished_at: datetime | None

    @staticmethod
    def of(found: CardTopUp) -> "CardTopUpView":
        return CardTopUpView(
            id=found.id,
            state=found.state,
            amount=found.amount,
            currency=found.currency,
            page=found.page if found.state is TopUpState.PROCESSING else None,
            card=found.card,
            returned=found.returned,
            reason=found.reason,
            at=found.at,
            finished_at=found.finished_at,
        )


class PartView(Struct, frozen=True):
    """What goes back to one card. A failed part is in the wallet again."""

    card: str | None
    amount: int
    state: TopUpState
    reason: str | None
    finished_at: datetime | None


class LeavingView(Struct, frozen=True):
    """Money taken home: `amount` goes back to cards in `parts`; `rest` came from no card and stays in the wallet."""

    id: UUID
    amount: int
    rest: int
    currency: str
    at: datetime
    parts: list[PartView]

    @staticmethod
    def of(found: Leaving) -> "LeavingView":
        parts = [PartView(one.card, one.amount, one.state, one.reason, one.finished_at) for one in found.parts]
        return LeavingView(found.id, found.amount, found.rest, found.currency, found.at, parts)
