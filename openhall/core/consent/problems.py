"""What consent refuses, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

agreement_unknown = define(
    "consent.agreement_unknown",
    Kind.NOT_FOUND,
    N_("This hall has no such agreement."),
    N_("Look at the list of what is done with your data."),
)
not_by_consent = define(
    "consent.not_by_consent",
    Kind.REFUSED,
    N_("This does not rest on your consent."),
    N_("It is done because of a law or of what you use; there is nothing to give or to take back."),
)
agreement_changed = define(
    "consent.agreement_changed",
    Kind.CONFLICT,
    N_("The words of this agreement have changed meanwhile."),
    N_("Read it again, then decide."),
)
not_given = define(
    "consent.not_given",
    Kind.CONFLICT,
    N_("You have not agreed to this."),
    N_("There is nothing to take back."),
)
missing = define(
    "consent.missing",
    Kind.FORBIDDEN,
    N_("You have not agreed to this use of your data yet."),
    N_("Read what would be used and for what, then decide. Without your yes nothing is done."),
    page="/me/consents",
)
