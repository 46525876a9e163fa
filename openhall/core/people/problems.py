"""What people refuse, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

phone_invalid = define(
    "people.phone_invalid",
    Kind.INVALID,
    N_("This is not a mobile phone number we can send a code to."),
    N_("Enter 11 digits, or start with + and the country code."),
)
code_expired = define(
    "people.code_expired",
    Kind.REFUSED,
    N_("This code is no longer valid."),
    N_("Ask for a new code and enter it within five minutes."),
)
code_spent = define(
    "people.code_spent",
    Kind.REFUSED,
    N_("The code was entered wrongly too often, so it is no longer valid."),
    N_("Ask for a new code."),
)
code_wrong = define(
    "people.code_wrong",
    Kind.REFUSED,
    N_("This code is not right."),
    N_("Compare it with the newest message on your phone and enter the six digits again."),
)
resident_closed = define(
    "people.resident_closed",
    Kind.FORBIDDEN,
    N_("This account is closed."),
    N_("Call the help line if you think this is a mistake."),
)
session_invalid = define(
    "people.session_invalid",
    Kind.UNAUTHENTICATED,
    N_("You are not signed in any more."),
    N_("Sign in again with your phone number."),
)
session_not_found = define(
    "people.session_not_found",
    Kind.NOT_FOUND,
    N_("There is no such signed-in device."),
    N_("Open the list of your devices again."),
)
