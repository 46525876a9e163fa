"""What cards refuse, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

cards_off = define(
    "cards.off",
    Kind.UNAVAILABLE,
    N_("This hall takes no cards at the moment."),
    N_("Try again later, or call the help line."),
)
amount_invalid = define(
    "cards.amount_invalid",
    Kind.INVALID,
    N_("This amount cannot be topped up."),
    N_("Enter an amount greater than zero, with at most two decimals."),
)
amount_too_large = define(
    "cards.amount_too_large",
    Kind.REFUSED,
    N_("This is more than one top-up by card may bring."),
    N_("Enter a smaller amount."),
)
month_full = define(
    "cards.month_full",
    Kind.REFUSED,
    N_("Your cards have brought as much as they may in thirty days."),
    N_("Enter a smaller amount, or wait until the first ones are thirty days old."),
)
too_many_open = define(
    "cards.too_many_open",
    Kind.CONFLICT,
    N_("Several of your top-ups by card are not finished yet."),
    N_("Finish one of them, or wait half an hour until it ends by itself."),
)
top_up_not_found = define(
    "cards.top_up_not_found",
    Kind.NOT_FOUND,
    N_("There is no such top-up."),
    N_("Open your wallet and choose it from the list."),
)
top_up_under_way = define(
    "cards.top_up_under_way",
    Kind.CONFLICT,
    N_("A top-up by card is not finished yet."),
    N_("Finish it, or wait half an hour until it ends by itself. Then take your money back."),
)
nothing_from_cards = define(
    "cards.nothing_from_cards",
    Kind.REFUSED,
    N_("There is no money in your wallet that came from a card."),
    N_("What came in another way stays in your wallet; call the help line to have it paid out."),
)
leaving_not_found = define(
    "cards.leaving_not_found",
    Kind.NOT_FOUND,
    N_("There is no such statement."),
    N_("Open your wallet and begin there."),
)
notice_unsigned = define(
    "cards.notice_unsigned",
    Kind.UNAUTHENTICATED,
    N_("The notice is not signed by the card processor, or it is too old."),
    N_("Sign the notice with the shared key and the present time."),
)
notice_malformed = define(
    "cards.notice_malformed",
    Kind.INVALID,
    N_("The notice could not be read."),
    N_("Send the fields reference, state, amount and currency as JSON."),
)
