"""What is refused about freezes, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

freeze_nobody = define(
    "people.freeze_nobody",
    Kind.REFUSED,
    N_("Nobody has an account with this number."),
    N_("Ask for the number once more."),
)
freeze_note_missing = define(
    "people.freeze_note_missing",
    Kind.INVALID,
    N_("What happened is missing."),
    N_("Write down in a few words what you were told or saw, for your colleagues."),
)
frozen_already = define(
    "people.frozen_already", Kind.CONFLICT, N_("This account is frozen already."), N_("Nothing is left to do.")
)
freeze_not_found = define(
    "people.freeze_not_found",
    Kind.NOT_FOUND,
    N_("There is no such freeze."),
    N_("Open the list again: it may have been lifted."),
)
unfreeze_needs_passkey = define(
    "people.unfreeze_needs_passkey",
    Kind.REFUSED,
    N_("To unfreeze the account we must be sure that it is you."),
    N_("Use a passkey that you had before the freeze. If you have none, come to the hall with your identity card."),
)
lift_needs_another = define(
    "people.lift_needs_another",
    Kind.REFUSED,
    N_("It takes two of you to lift a freeze."),
    N_("One of you asks for it, and within the hour the other looks at the person and the papers, and lifts it."),
)
lift_own = define(
    "people.lift_own",
    Kind.REFUSED,
    N_("Nobody lifts the freeze of their own account here."),
    N_("Use your passkey under Me, or let colleagues do it."),
)
account_frozen = define(
    "people.account_frozen",
    Kind.REFUSED,
    N_("Your account is frozen: no money leaves it."),
    N_("Unfreeze it under Me with your passkey, or come to the hall with your identity card."),
)
