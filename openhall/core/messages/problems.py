"""What messages refuse, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

not_found = define(
    "messages.not_found",
    Kind.NOT_FOUND,
    N_("There is no such message."),
    N_("Look into your inbox."),
)
must_stays_on = define(
    "messages.must_stays_on",
    Kind.REFUSED,
    N_("What you must know cannot be turned off."),
    N_("Leave text messages and notifications on for it; you may choose for everything else."),
)
quiet_invalid = define(
    "messages.quiet_invalid",
    Kind.INVALID,
    N_("Quiet hours need a beginning and another end."),
    N_("Give two times such as 21:00 and 08:00, or turn quiet hours off."),
)
quiet_too_long = define(
    "messages.quiet_too_long",
    Kind.INVALID,
    N_("Quiet hours last at most twelve hours."),
    N_("Choose a shorter time: something important may wait for you."),
)
address_invalid = define(
    "messages.address_invalid",
    Kind.INVALID,
    N_("No letter can be sent to this address."),
    N_("Write name and address in at most six lines and 300 characters."),
)
address_missing = define(
    "messages.address_missing",
    Kind.INVALID,
    N_("A letter needs an address."),
    N_("Write the name and address for letters, or choose no letters."),
)
subscription_invalid = define(
    "messages.subscription_invalid",
    Kind.INVALID,
    N_("This browser's subscription cannot be used."),
    N_("Turn notifications off and on again in the browser."),
)
subscription_not_found = define(
    "messages.subscription_not_found",
    Kind.NOT_FOUND,
    N_("This device is not rung any more."),
    N_("Nothing needs to be done."),
)
