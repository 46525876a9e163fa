"""What is refused about closing an account, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

in_the_way = define(
    "closing.in_the_way",
    Kind.CONFLICT,
    N_("Something has to be done before this account can close."),
    N_("Look at what is in the way, do it, then close the account."),
)
not_confirmed = define(
    "closing.not_confirmed",
    Kind.INVALID,
    N_("You have not said that you read what closing means."),
    N_("Read it, set the tick below it, then close the account."),
)
closing_not_found = define(
    "closing.closing_not_found",
    Kind.NOT_FOUND,
    N_("There is no such closed account."),
    N_("Open the list again."),
)
seen_missing = define(
    "closing.seen_missing",
    Kind.INVALID,
    N_("What you saw is missing."),
    N_("Write down which paper you saw, for your colleague."),
)
reopen_own = define(
    "closing.reopen_own",
    Kind.REFUSED,
    N_("Nobody reopens their own account here."),
    N_("Let two colleagues do it."),
)
reopen_needs_another = define(
    "closing.reopen_needs_another",
    Kind.REFUSED,
    N_("It takes two of you to reopen an account."),
    N_("Ask a colleague to look at the person and the papers, and to reopen it."),
)
rest_over = define(
    "closing.rest_over",
    Kind.REFUSED,
    N_("This account cannot be reopened any more."),
    N_("The person may join anew, with the same number."),
)
