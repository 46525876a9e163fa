"""What real names refuse, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_
from openhall.core.people.names.letters import Fault

names_closed = define(
    "people.names_closed",
    Kind.UNAVAILABLE,
    N_("Real names cannot be confirmed in this hall yet."),
    N_("Come to the hall with your id card, or try again another day."),
)
name_invalid = define(
    "people.name_invalid",
    Kind.INVALID,
    N_("This cannot be the name on an id card."),
    N_("Write your name exactly as your id card does."),
)
national_id_invalid = define(
    "people.national_id_invalid",
    Kind.INVALID,
    N_("This cannot be the number of an id card."),
    N_("Compare it with your card, digit by digit."),
)
already_named = define(
    "people.already_named",
    Kind.CONFLICT,
    N_("This account has a real name already, with another number."),
    N_("If your number has changed, come to the hall with your id card."),
)
names_locked = define(
    "people.names_locked",
    Kind.LIMITED,
    N_("Names were asked for too often today, so we ask for no more."),
    N_("Nothing is lost: try again tomorrow, or come to the hall with your id card."),
)
register_silent = define(
    "people.register_silent",
    Kind.UNAVAILABLE,
    N_("The register of residents does not answer right now."),
    N_("That is no refusal. Try again in a few minutes, or come to the hall."),
)
name_not_matched = define(
    "people.name_not_matched",
    Kind.REFUSED,
    N_("The register does not confirm this name with this number."),
    N_("Look for a slip. If there is none, come to the hall: the register may write your name differently."),
)
identity_taken = define(
    "people.identity_taken",
    Kind.CONFLICT,
    N_("You are known to this hall by another account already."),
    N_("Move your name to this account by a code to the other one's phone, or come to the hall."),
)
no_conflict = define(
    "people.no_conflict",
    Kind.NOT_FOUND,
    N_("There is nothing to move."),
    N_("Look at your real name again: it may be decided by now."),
)
move_code_wrong = define(
    "people.move_code_wrong",
    Kind.REFUSED,
    N_("This code is not right, or not valid any more."),
    N_("Compare it with the newest message on the other phone, or ask for a new code."),
)
case_not_found = define(
    "people.case_not_found",
    Kind.NOT_FOUND,
    N_("There is no such case, or it is decided."),
    N_("Open the list of cases again."),
)
own_case = define(
    "people.own_case",
    Kind.FORBIDDEN,
    N_("This case is about your own account."),
    N_("Two other operators decide it."),
)
verdict_given = define(
    "people.verdict_given",
    Kind.CONFLICT,
    N_("You have decided this case already."),
    N_("Another operator has to say the same."),
)
verdict_malformed = define(
    "people.verdict_malformed",
    Kind.INVALID,
    N_("A decision needs its reason."),
    N_("Choose what shall happen, and write what you saw."),
)

# Why the letters of a name are refused, and those of a number.
NAME_FAULTS = {
    Fault.EMPTY: N_("Write your name."),
    Fault.TOO_SHORT: N_("A name has at least two characters."),
    Fault.TOO_LONG: N_("A name has at most 40 characters."),
    Fault.INVISIBLE: N_("There is an invisible character in the name. Type it anew instead of pasting it."),
    Fault.RIGHT_TO_LEFT: N_("There is a character in the name that is written from right to left."),
    Fault.LOOKALIKE: N_("There is a letter of another alphabet in the name that only looks right. Type it anew."),
    Fault.COMPATIBILITY: N_("There is a character in the name that only looks like the usual one. Type it anew."),
    Fault.SCRIPT: N_("Write the name in Chinese characters or in Latin letters, without digits or signs."),
    Fault.MIXED: N_("Write the name in Chinese characters or in Latin letters, not in both."),
    Fault.DOT: N_("The dot stands between two parts of a name."),
}
ID_FAULTS = {
    Fault.EMPTY: N_("Write the number of your id card."),
    Fault.OLD_CARD: N_("Fifteen digits are of an old card. Write the eighteen of the new one."),
    Fault.FORM: N_("The number has eighteen places: seventeen digits, then a digit or an X."),
    Fault.INVISIBLE: N_("There is an invisible character in the number. Type it anew instead of pasting it."),
    Fault.RIGHT_TO_LEFT: N_("There is a character in the number that is written from right to left."),
    Fault.LOOKALIKE: N_("There is a letter of another alphabet in the number. The last place may be a Latin X."),
    Fault.COMPATIBILITY: N_("There is a character in the number that is no digit. Type it anew."),
    Fault.REGION: N_("The first six digits are of no region."),
    Fault.BIRTH_DATE: N_("Places 7 to 14 are no date of birth."),
    Fault.CHECK_DIGIT: N_("One of the digits is wrong: the last place does not fit the others."),
}
