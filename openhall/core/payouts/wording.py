"""What became of a withdrawal, in words for its owner: for the pages of shops and of wallets."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from openhall.base.i18n import N_
from openhall.core.payouts.types import BreakKind, Payout, State

_STATES = {
    State.REQUESTED: N_("Goes to your bank soon"),
    State.BATCHED: N_("Goes to your bank soon"),
    State.SENT: N_("Sent to your bank"),
    State.ACCEPTED: N_("Your bank is working on it"),
    State.SETTLED: N_("Arrived in your bank account"),
}
BACK = frozenset({State.REJECTED, State.RETURNED})
# What came back lies in a shop, or in a wallet; None: two operators gave it back.
_IN_SHOP = {
    State.REJECTED: N_("Not taken by the bank; the money is back in your shop"),
    State.RETURNED: N_("Came back from the bank; the money is back in your shop"),
    None: N_("Given back by the hall; the money is in your shop"),
}
_IN_WALLET = {
    State.REJECTED: N_("Not taken by the bank; the money is back in your wallet"),
    State.RETURNED: N_("Came back from the bank; the money is back in your wallet"),
    None: N_("Given back by the hall; the money is in your wallet"),
}
# The standard's reasons that people meet; the code itself stands beside any other.
_REASONS = {
    "AC01": N_("The account number is wrong."),
    "AC04": N_("The account is closed."),
    "AC06": N_("The account is blocked."),
    "BE01": N_("The name is not the account holder's."),
    "AM02": N_("The amount is more than the account may receive."),
}
_OTHER = N_("The bank says why with the code {code}.")
# What the hall gave back: it was not the bank that refused it.
_WHY_BY_HAND = {
    BreakKind.FROZEN: N_(
        "Your account was frozen before it went to the bank. Was it you? Withdraw again, once it is free."
    ),
    BreakKind.UNWRITABLE: N_("The name of your bank account cannot be written into a bank's file."),
    BreakKind.MISSING_THEIRS: N_("The bank never booked it. You can withdraw again."),
    BreakKind.AMOUNT: N_("The bank booked another amount. You can withdraw again."),
}
_WHY_ELSE = N_("What the bank said of it did not fit together. You can withdraw again.")


class Shown(Struct, frozen=True):
    """A withdrawal as pages show it: its state and the bank's reason in words. `shop` is None when it left a wallet."""

    id: UUID
    shop: str | None
    amount: int
    state: str
    in_words: str
    why: str | None
    is_account_amiss: bool
    to: str
    automatic: bool
    requested_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    ended_at: datetime | None


def shown(payout: Payout, say: Callable[[str], str]) -> Shown:
    """How a withdrawal stands; `say` puts words into the reader's language."""
    why = _why(payout)
    return Shown(
        id=payout.id,
        shop=None if payout.shop is None else payout.source_name,
        amount=payout.amount,
        state=payout.state,
        in_words=say(_state(payout)),
        why=say(why).format(code=payout.reason_code) if why else None,
        is_account_amiss=payout.state in BACK and _given_back_for(payout) in (None, BreakKind.UNWRITABLE),
        to=f"{payout.holder} {payout.masked}",
        automatic=payout.automatic,
        requested_at=payout.requested_at,
        sent_at=payout.sent_at,
        settled_at=payout.settled_at,
        ended_at=payout.ended_at,
    )


def _state(payout: Payout) -> str:
    if payout.state not in BACK:
        return _STATES[payout.state]
    back = _IN_WALLET if payout.shop is None else _IN_SHOP
    return back[None if _given_back_for(payout) else payout.state]


def _given_back_for(payout: Payout) -> BreakKind | None:
    """Why the hall gave it back; None where the bank refused it."""
    return payout.by_hand if payout.state in BACK else None


def _why(payout: Payout) -> str | None:
    """Why it came back, with a place for the bank's `code`; None when there is nothing to say."""
    by_hand = _given_back_for(payout)
    if by_hand is not None:
        return _WHY_BY_HAND.get(by_hand, _WHY_ELSE)
    return None if payout.reason_code is None else _REASONS.get(payout.reason_code, _OTHER)
