"""What the ledger refuses, in words for people. A refused transfer is `ledger.<code>`, in the order of types.Code."""

from openhall.base.errors import Definition, Kind, Problem, define
from openhall.base.i18n import N_
from openhall.core.ledger.types import Code, Outcome

account_not_found = define(
    "ledger.account_not_found", Kind.NOT_FOUND, N_("There is no such account."), N_("Check the account and try again.")
)
account_exists_differently = define(
    "ledger.account_exists_differently",
    Kind.CONFLICT,
    N_("An account of that id exists already and is of another kind."),
    N_("Open the account under a new id."),
)
account_not_empty = define(
    "ledger.account_not_empty",
    Kind.REFUSED,
    N_("There is still money in this account, or held for it."),
    N_("Move the money out first, then close the account."),
)
month_invalid = define(
    "ledger.month_invalid", Kind.INVALID, N_("This is not a month."), N_("Write the month like 2026-11.")
)

_PAYMENT_FAILED = N_("This payment could not be made.")
_ASK_HELP = N_("Nothing was taken. Start the payment again; if it stays, call the help line.")
_USED_ID = N_("This payment was already asked for, with other details.")
_START_AGAIN = N_("Nothing was taken this time. Look at your statement, then start a new payment.")
_RESERVATION = N_("The reservation of this money is already settled.")
_LOOK = N_("Look at your statement to see how it was settled.")
_NO_ACCOUNT = N_("An account of this payment does not exist.")
_CLOSED = N_("An account of this payment is closed.")
_OTHER_WAY = N_("Nothing was taken. Choose another account or another way to pay.")

# The words of the refusals that people may meet; every other one is a fault of a program.
_WORDS = {
    Code.ID_ALREADY_FAILED: (
        Kind.REFUSED,
        N_("This payment was refused before, and stays refused."),
        N_("Nothing was taken. Start a new payment."),
    ),
    Code.HOLD_NOT_FOUND: (Kind.NOT_FOUND, N_("There is no such reservation of money."), _ASK_HELP),
    Code.HOLD_ALREADY_CAPTURED: (Kind.CONFLICT, _RESERVATION, _LOOK),
    Code.HOLD_ALREADY_VOIDED: (Kind.CONFLICT, _RESERVATION, _LOOK),
    Code.HOLD_EXPIRED: (
        Kind.CONFLICT,
        N_("The reservation of this money has expired."),
        N_("Nothing was taken. Start a new payment."),
    ),
    Code.DEBIT_ACCOUNT_NOT_FOUND: (Kind.NOT_FOUND, _NO_ACCOUNT, _OTHER_WAY),
    Code.CREDIT_ACCOUNT_NOT_FOUND: (Kind.NOT_FOUND, _NO_ACCOUNT, _OTHER_WAY),
    Code.DEBIT_ACCOUNT_CLOSED: (Kind.REFUSED, _CLOSED, _OTHER_WAY),
    Code.CREDIT_ACCOUNT_CLOSED: (Kind.REFUSED, _CLOSED, _OTHER_WAY),
    Code.DEBIT_ACCOUNT_FROZEN: (
        Kind.REFUSED,
        N_("This account is frozen: no money leaves it."),
        N_("Nothing was taken. Unfreeze the account first, or call the help line."),
    ),
    Code.INSUFFICIENT_FUNDS: (
        Kind.REFUSED,
        N_("There is not enough money in the account."),
        N_("Nothing was taken. Top up, then start a new payment."),
    ),
    Code.ABOVE_DEBITS_MAX: (
        Kind.REFUSED,
        N_("This is more than may leave the account now."),
        N_("Nothing was taken. Look at the limits of the account, then pay less or later."),
    ),
}


def _define(code: Code) -> Definition:
    if code in _WORDS:
        return define(f"ledger.{code}", *_WORDS[code])
    if code.startswith("exists_with_different"):
        return define(f"ledger.{code}", Kind.CONFLICT, _USED_ID, _START_AGAIN)
    return define(f"ledger.{code}", Kind.REFUSED, _PAYMENT_FAILED, _ASK_HELP)


REFUSALS = {code: _define(code) for code in Code if not code.ok}


def of(outcome: Outcome) -> Problem | None:
    """The problem of a refused transfer, `ledger.<code>`; None when the transfer stands in the books."""
    return None if outcome.ok else REFUSALS[outcome.code](transfer=str(outcome.id))
