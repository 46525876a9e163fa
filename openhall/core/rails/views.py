"""A wallet and its top-ups as the API shows them. Amounts are in minor units of the `currency` beside them."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from openhall.core.ledger import Entry
from openhall.core.rails.types import TopUp, TopUpState


class WalletView(Struct, frozen=True):
    """`balance` is what the wallet has; `available` what may be spent, without what is held for payments under way."""

    balance: int
    available: int
    currency: str


class EntryView(Struct, frozen=True):
    """One line of the statement. `amount` is positive when money came in; `balance` is the wallet's after it.

    `transfer` is the id of what moved the money: of the top-up or of the payment, as `reason` says.
    """

    id: int
    transfer: UUID
    reason: str
    amount: int
    balance: int
    currency: str
    business_date: date
    at: datetime

    @staticmethod
    def of(entry: Entry) -> "EntryView":
        return EntryView(
            id=entry.id,
            transfer=entry.transfer,
            reason=entry.reason,
            amount=entry.amount,
            balance=entry.balance,
            currency=entry.currency,
            business_date=entry.business_date,
            at=entry.at,
        )


class EntriesView(Struct, frozen=True):
    """Entries, newest first. `next_cursor` asks for the older ones; null: these were the last."""

    entries: list[EntryView]
    next_cursor: int | None


class TopUpView(Struct, frozen=True):
    """A top-up. `state` is processing until the bank has decided; `reason` is the bank's code when it failed."""

    id: UUID
    state: TopUpState
    amount: int
    currency: str
    bank_account: str
    reason: str | None
    at: datetime
    finished_at: datetime | None

    @staticmethod
    def of(top_up: TopUp) -> "TopUpView":
        return TopUpView(
            id=top_up.id,
            state=top_up.state,
            amount=top_up.amount,
            currency=top_up.currency,
            bank_account=top_up.bank_account,
            reason=top_up.reason,
            at=top_up.at,
            finished_at=top_up.finished_at,
        )
