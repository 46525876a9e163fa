"""What rails refuse, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

bank_off = define(
    "rails.bank_off",
    Kind.UNAVAILABLE,
    N_("This hall is not connected to a bank at the moment."),
    N_("Try again later, or call the help line."),
)
amount_invalid = define(
    "rails.amount_invalid",
    Kind.INVALID,
    N_("This amount cannot be topped up."),
    N_("Enter an amount greater than zero, with at most two decimals."),
)
amount_too_large = define(
    "rails.amount_too_large",
    Kind.REFUSED,
    N_("This is more than one top-up may bring."),
    N_("Enter a smaller amount, or top up in several steps."),
)
bank_account_unknown = define(
    "rails.bank_account_unknown",
    Kind.REFUSED,
    N_("You have no linked bank account of this name."),
    N_("Choose one of your linked bank accounts."),
)
too_many_processing = define(
    "rails.too_many_processing",
    Kind.CONFLICT,
    N_("Several of your top-ups are still waiting for the bank."),
    N_("Wait until one of them is finished, then try again."),
)
bank_account_name_taken = define(
    "rails.bank_account_name_taken",
    Kind.CONFLICT,
    N_("You have already linked another bank account under this name."),
    N_("Choose another name for it."),
)
top_up_not_found = define(
    "rails.top_up_not_found",
    Kind.NOT_FOUND,
    N_("There is no such top-up."),
    N_("Open your wallet and choose it from the list."),
)
notice_unsigned = define(
    "rails.notice_unsigned",
    Kind.UNAUTHENTICATED,
    N_("The notice is not signed by the bank, or it is too old."),
    N_("Sign the notice with the shared key and the present time."),
)
notice_malformed = define(
    "rails.notice_malformed",
    Kind.INVALID,
    N_("The notice could not be read."),
    N_("Send the fields reference, state, amount and currency as JSON."),
)
