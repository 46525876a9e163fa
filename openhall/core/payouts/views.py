"""How bank accounts and withdrawals from wallets look outside: in the JSON API and in the forms of pages."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from openhall.core.payouts.types import BankAccount, BreakKind, Payout, State


class BankAccountRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the money shall go."""

    holder: Annotated[str, Meta(min_length=1, max_length=140, description="The holder's name as the bank has it.")]
    number: Annotated[str, Meta(min_length=8, max_length=60, description="An IBAN, a card or an account number.")]
    bank_code: Annotated[
        str, Meta(max_length=20, description="Twelve CNAPS digits or a BIC, where you know it; else empty.")
    ] = ""


class BankAccountForm(Struct, frozen=True):
    """A bank account as it was typed, its number twice."""

    holder: str = ""
    number: str = ""
    again: str = ""
    bank_code: str = ""


class BankAccountBody(Struct, frozen=True):
    """Where the money goes, from `usable_at` on. Of the number the last four digits are shown; `bank_code` is null when
    it was not said."""

    holder: str
    number: str
    bank_code: str | None
    usable_at: datetime

    @staticmethod
    def of(account: BankAccount) -> "BankAccountBody":
        return BankAccountBody(account.holder, account.masked, account.bank_code, account.usable_at)


class NamedBankAccount(Struct, frozen=True):
    """The bank account, or null when none was named yet."""

    bank_account: BankAccountBody | None


class WalletWithdrawal(Struct, frozen=True):
    """A withdrawal from the wallet. `state` goes from requested, batched, sent and accepted to settled, rejected or
    returned; after the last two the money is in the wallet again."""

    id: UUID
    amount: int
    currency: str
    state: State
    bank_account: str
    reason_code: str | None
    by_hand: BreakKind | None
    requested_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    ended_at: datetime | None

    @staticmethod
    def of(payout: Payout) -> "WalletWithdrawal":
        return WalletWithdrawal(
            id=payout.id,
            amount=payout.amount,
            currency=payout.currency,
            state=payout.state,
            bank_account=payout.masked,
            reason_code=payout.reason_code,
            by_hand=payout.by_hand,
            requested_at=payout.requested_at,
            sent_at=payout.sent_at,
            settled_at=payout.settled_at,
            ended_at=payout.ended_at,
        )


class WalletWithdrawals(Struct, frozen=True):
    """Withdrawals, newest first. `next_cursor` asks for the older ones; null: these were the last."""

    withdrawals: list[WalletWithdrawal]
    next_cursor: UUID | None
