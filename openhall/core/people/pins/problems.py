"""What is refused about payment PINs, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

pin_malformed = define("people.pin_malformed", Kind.INVALID, N_("A payment PIN is six digits."), N_("Type six digits."))
pins_differ = define(
    "people.pins_differ", Kind.INVALID, N_("The two PINs are not the same."), N_("Type the same six digits twice.")
)
pin_too_easy = define(
    "people.pin_too_easy",
    Kind.INVALID,
    N_("This PIN is easy to guess."),
    N_("Take no birthday, no part of your numbers and no row such as 123456."),
)
pin_not_set = define(
    "people.pin_not_set",
    Kind.CONFLICT,
    N_("You have no payment PIN yet."),
    N_("Set one under Me, payment safety."),
    page="/me/safety",
)
pin_shut_out = define(
    "people.pin_shut_out",
    Kind.FORBIDDEN,
    N_("The PIN was wrong too often on this device."),
    N_("Sign out and in again, or use your passkey. Your other devices are not affected."),
)
pin_waits = define(
    "people.pin_waits",
    Kind.LIMITED,
    N_("The PIN was wrong several times on this device."),
    N_("Wait a little, then try again, or use your passkey."),
)
pin_capped = define(
    "people.pin_capped",
    Kind.FORBIDDEN,
    N_("New devices cannot use your PIN at the moment: somebody guessed too often."),
    N_("Use your passkey, or a device on which you paid before, or come to the hall with your identity card."),
)
pin_wrong = define(
    "people.pin_wrong",
    Kind.FORBIDDEN,
    N_("This PIN is not right."),
    N_("Try again slowly. Forgotten? Set a new one under Me, payment safety."),
)
