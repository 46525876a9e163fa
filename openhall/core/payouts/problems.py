"""What payouts refuse, in the order in which it is checked; and why a file of the bank is refused, in words."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_
from openhall.core.rails.iso20022 import Refusal

rail_off = define(
    "payouts.rail_off",
    Kind.UNAVAILABLE,
    N_("This hall does not send money to banks at the moment."),
    N_("Your money stays where it is. Try again later, or call the help line."),
)
holder_invalid = define(
    "payouts.holder_invalid",
    Kind.INVALID,
    N_("This name cannot be written into a bank's file."),
    N_("Write the account holder's name as the bank has it, in 1 to 140 characters."),
)
number_invalid = define(
    "payouts.number_invalid",
    Kind.INVALID,
    N_("This is not the number of a bank account."),
    N_("Compare it with your bank card, digit by digit."),
)
numbers_differ = define(
    "payouts.numbers_differ",
    Kind.INVALID,
    N_("The two account numbers are not the same."),
    N_("Type the number of your account twice."),
)
bank_code_invalid = define(
    "payouts.bank_code_invalid",
    Kind.INVALID,
    N_("This is not the code of a bank."),
    N_("Type its twelve CNAPS digits or its BIC (SWIFT code) of 8 or 11 characters, or leave it empty."),
)
keep_invalid = define(
    "payouts.keep_invalid",
    Kind.INVALID,
    N_("This amount cannot be kept."),
    N_("Enter an amount of zero or more, with at most two decimals."),
)
no_bank_account = define(
    "payouts.no_bank_account",
    Kind.REFUSED,
    N_("You have not said yet to which bank account your money goes."),
    N_("Enter your bank account first."),
)
cooling = define(
    "payouts.cooling",
    Kind.REFUSED,
    N_("Your bank account was changed lately, so withdrawals wait."),
    N_("Withdraw again later. If it was not you who changed it, call the help line at once."),
)
insufficient_funds = define(
    "payouts.insufficient_funds",
    Kind.REFUSED,
    N_("There is not so much money in this account."),
    N_("Withdraw what is there, or less."),
)
payout_not_found = define(
    "payouts.payout_not_found",
    Kind.NOT_FOUND,
    N_("There is no such withdrawal."),
    N_("Open your withdrawals and choose one there."),
)
batch_not_found = define(
    "payouts.batch_not_found", Kind.NOT_FOUND, N_("There is no such batch."), N_("Choose one from the list.")
)
batch_given_back = define(
    "payouts.batch_given_back",
    Kind.CONFLICT,
    N_("A payout of this batch was given back or ended by hand, so its file is not sent again."),
    N_("Ask the bank about the other payouts, and end each on its difference. Their owners can withdraw again."),
)
break_not_found = define(
    "payouts.break_not_found", Kind.NOT_FOUND, N_("There is no such difference."), N_("Choose one from the list.")
)
reason_missing = define(
    "payouts.reason_missing",
    Kind.INVALID,
    N_("A difference is resolved with a reason."),
    N_("Write in up to 500 characters what you found out."),
)
break_resolved = define(
    "payouts.break_resolved",
    Kind.CONFLICT,
    N_("This difference is resolved already."),
    N_("Look at its history."),
)

exit_first = define(
    "payouts.exit_first",
    Kind.CONFLICT,
    N_("A payout hangs on this difference; nobody closes it alone."),
    N_("Say how the payout is to end. Another operator confirms it, and the difference is resolved with it."),
)
exit_impossible = define(
    "payouts.exit_impossible",
    Kind.CONFLICT,
    N_("This payout cannot be ended so."),
    N_("Look at the difference again: the bank may have spoken, or may still do so."),
)
exit_asked = define(
    "payouts.exit_asked",
    Kind.CONFLICT,
    N_("Somebody has asked for an end of this payout already."),
    N_("Confirm it or decline it first."),
)
nothing_asked = define(
    "payouts.nothing_asked",
    Kind.CONFLICT,
    N_("What you answer is no longer asked."),
    N_("Look at the difference again."),
)
resent_since = define(
    "payouts.resent_since",
    Kind.CONFLICT,
    N_("The file of this payout was sent again after this was asked, so the bank may still pay it."),
    N_("Turn it down. Once the bank has said what became of the file, one of you can ask again."),
)
same_person = define(
    "payouts.same_person",
    Kind.REFUSED,
    N_("Who asks cannot confirm it too."),
    N_("Let another operator look at it."),
)

# Why a file is not used at all: the reader's reasons, and three of ours.
SEEN_BEFORE, UNKNOWN_MESSAGE, UNKNOWN_PAYOUT = "seen_before", "unknown_message", "unknown_payout"
REFUSED = {
    Refusal.TOO_LARGE: N_("It is larger than a file may be."),
    Refusal.ENCODING: N_("Its text is not UTF-8."),
    Refusal.DTD: N_("It has a document type or an entity, which no bank needs."),
    Refusal.NOT_XML: N_("It is cut off, or it is no XML."),
    Refusal.TOO_DEEP: N_("Its elements stand too deep in one another."),
    Refusal.WRONG_MESSAGE: N_("It is another message than those we read."),
    Refusal.UNSUPPORTED_VERSION: N_("It is a version of the message that we do not read."),
    Refusal.MISSING: N_("Something that has to be there is missing."),
    Refusal.REPEATED: N_("Something that may be there once is there twice."),
    Refusal.BAD_VALUE: N_("Something in it has a value that is not allowed."),
    Refusal.BAD_AMOUNT: N_("An amount in it is none."),
    Refusal.PARTIAL: N_("It is one page of several."),
    Refusal.WRONG_ACCOUNT: N_("It is about an account that is not the hall's."),
    Refusal.WRONG_CURRENCY: N_("It is in another currency than the account."),
    Refusal.DUPLICATE: N_("It says the same thing twice."),
    Refusal.DETAILS_DIFFER: N_("Its details do not add up to their entry."),
    Refusal.TOTALS_DIFFER: N_("Its counts or sums are not those of what is listed, or of what we sent."),
    Refusal.UNBALANCED: N_("Opening balance and entries do not make the closing balance."),
    Refusal.CONTRADICTION: N_("It contradicts itself."),
    SEEN_BEFORE: N_("It was read before; nothing is booked twice."),
    UNKNOWN_MESSAGE: N_("It answers a file that we never sent."),
    UNKNOWN_PAYOUT: N_("It speaks of a payout that is not in the batch."),
}


class Refused(Exception):  # noqa: N818  it is the file that is at fault
    """A file that reads well and cannot be true; nothing of it is used."""

    def __init__(self, code: str, *, path: str = "", detail: str = "") -> None:
        super().__init__(code, path, detail)
        self.code = code
        self.path = path
        self.detail = detail
