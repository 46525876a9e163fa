"""What became of a withdrawal, in words for its owner: as msgids, for the pages of shops and of wallets."""

from openhall.base.i18n import N_
from openhall.core.payouts.types import BreakKind, Payout, State

# What came back is told by each page itself: it lies in a shop, or in a wallet.
STATES = {
    State.REQUESTED: N_("Goes to your bank soon"),
    State.BATCHED: N_("Goes to your bank soon"),
    State.SENT: N_("Sent to your bank"),
    State.ACCEPTED: N_("Your bank is working on it"),
    State.SETTLED: N_("Arrived in your bank account"),
}
BACK = frozenset({State.REJECTED, State.RETURNED})
# The standard's reasons that people meet; the code itself stands beside any other.
_REASONS = {
    "AC01": N_("The account number is wrong."),
    "AC04": N_("The account is closed."),
    "AC06": N_("The account is blocked."),
    "BE01": N_("The name is not the account holder's."),
    "AM02": N_("The amount is more than the account may receive."),
}
_OTHER = N_("The bank says why with the code {code}.")
# What two operators gave back: it was not the bank that refused it.
_WHY_BY_HAND = {
    BreakKind.UNWRITABLE: N_("The name of your bank account cannot be written into a bank's file."),
    BreakKind.MISSING_THEIRS: N_("The bank never booked it. You can withdraw again."),
    BreakKind.AMOUNT: N_("The bank booked another amount. You can withdraw again."),
}
_WHY_ELSE = N_("What the bank said of it did not fit together. You can withdraw again.")


def given_back_for(payout: Payout) -> BreakKind | None:
    """The difference for which two operators gave it back; None where they did not."""
    return payout.by_hand if payout.state in BACK else None


def why(payout: Payout) -> str | None:
    """Why it came back, with a place for the bank's `code`; None when there is nothing to say."""
    by_hand = given_back_for(payout)
    if by_hand is not None:
        return _WHY_BY_HAND.get(by_hand, _WHY_ELSE)
    return None if payout.reason_code is None else _REASONS.get(payout.reason_code, _OTHER)


def is_account_amiss(payout: Payout) -> bool:
    """Whether its owner should look at the bank account."""
    return payout.state in BACK and given_back_for(payout) in (None, BreakKind.UNWRITABLE)
