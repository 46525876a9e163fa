"""Withdrawing from a wallet."""

from uuid import UUID

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.money import MAX_AMOUNT
from openhall.base.telling import Sum
from openhall.core import messages, people
from openhall.core.payments import safety
from openhall.core.payouts.actions import withdraw as leaving
from openhall.core.payouts.telling import WALLET_WITHDRAWN
from openhall.core.payouts.types import Payout, Rail, Source
from openhall.core.people import Resident


class _ToOwnBank(safety.Wish):
    """Money for the owner's own bank account. No PIN, and nobody new: to name that account took a fresh proof, it
    cooled since, and its owner was told. The limits stay, of a payment, a day and a month."""

    def __init__(self, settings: Settings, owner: UUID, amount: int, spending: safety.Spending) -> None:
        super().__init__(settings, owner, owner, amount, spending, None)
        self.small = MAX_AMOUNT


def source_of(resident: Resident) -> Source:
    """A wallet as payouts know it: by its owner's id, and without a name, which would stand in the bank's file."""
    return Source(resident.id, "", resident.id, resident.wallet)


async def withdraw(conn: db.Conn, settings: Settings, *, resident: Resident, amount: int) -> Payout:
    """Send `amount` minor units of the wallet to its owner's bank account; of a large sum the owner is told.

    Refusals, in this order: `people.level_too_low` (of a visitor without a real name), `payments.above_own_limit`,
    `payments.above_spending_limit`, then those of `payouts.withdraw`.
    """
    people.require_name(resident)
    spending = await safety.spending_of(conn, resident.id)
    wish = _ToOwnBank(settings, resident.id, amount, spending)
    (refused,) = await safety.judge(conn, [wish])
    if refused:
        raise refused
    made = await leaving.withdraw(
        conn, Rail.of(settings), source=source_of(resident), amount=amount, debits_max=wish.debits_max
    )
    await safety.kept(conn, [wish])
    if amount >= settings.large_payment:
        facts = {"at": made.requested_at, "masked": made.masked, "payout": made.id}
        await messages.tell(conn, resident.id, WALLET_WITHDRAWN, amount=Sum(amount, made.currency), **facts)
    return made
