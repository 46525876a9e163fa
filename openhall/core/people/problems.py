"""What people refuse, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

phone_invalid = define(
    "people.phone_invalid",
    Kind.INVALID,
    N_("This is not a mobile phone number we can send a code to."),
    N_("Enter 11 digits, or start with + and the country code."),
)
email_invalid = define(
    "people.email_invalid",
    Kind.INVALID,
    N_("This is not an e-mail address we can send a code to."),
    N_("Write it in plain letters, such as ann@example.org."),
)
email_off = define(
    "people.email_off",
    Kind.REFUSED,
    N_("This hall sends no codes by e-mail."),
    N_("Use a phone number, with + and its country code, or a passkey."),
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
    N_("Compare it with the newest message and enter the six digits again."),
)
display_name_unclear = define(
    "people.display_name_unclear",
    Kind.INVALID,
    N_("This name cannot be shown."),
    N_("Write at most 40 letters that everybody sees, each word in one alphabet."),
)
display_name_official = define(
    "people.display_name_official",
    Kind.INVALID,
    N_("This name sounds like the hall, an authority or a bank, or holds a long number."),
    N_("Choose a name that is yours."),
)
# Of an account that was closed, and to its former number alone: a stranger who has that number now learns no more of
# it.
number_resting = define(
    "people.number_resting",
    Kind.FORBIDDEN,
    N_("Nobody can sign in with this at the moment."),
    N_("Try again in some weeks, or come to the hall with your identity card."),
)
session_invalid = define(
    "people.session_invalid",
    Kind.UNAUTHENTICATED,
    N_("You are not signed in any more."),
    N_("Sign in again."),
)
session_not_found = define(
    "people.session_not_found",
    Kind.NOT_FOUND,
    N_("There is no such signed-in device."),
    N_("Open the list of your devices again."),
)
level_too_low = define(
    "people.level_too_low",
    Kind.FORBIDDEN,
    N_("For this the hall must be surer that it is you."),
    N_("Prove your real name, or sign in with a passkey, and come back."),
    page="/step-up",
)
proof_too_old = define(
    "people.proof_too_old",
    Kind.FORBIDDEN,
    N_("For this we ask you once more that it is you."),
    N_("Use your passkey, or a code if you have none, and do it again within five minutes."),
    page="/step-up",
)
passkey_required = define(
    "people.passkey_required",
    Kind.REFUSED,
    N_("You have a passkey, so a code is not enough here."),
    N_("Use your passkey. If you lost it, come to the hall with your identity card."),
)
passkey_malformed = define(
    "people.passkey_malformed",
    Kind.INVALID,
    N_("The answer of your passkey could not be read."),
    N_("Try again. If it stays, sign in by a code."),
)
challenge_unknown = define(
    "people.challenge_unknown",
    Kind.REFUSED,
    N_("This question to your passkey was answered already, or waited too long."),
    N_("Press the button once more: each question works once, for five minutes."),
)
passkey_origin_wrong = define(
    "people.passkey_origin_wrong",
    Kind.REFUSED,
    N_("The passkey was used on another site than this hall."),
    N_("Open the hall at its own address, and never approve a sign-in that you did not begin."),
)
passkey_hall_wrong = define(
    "people.passkey_hall_wrong",
    Kind.REFUSED,
    N_("This passkey belongs to another hall."),
    N_("Choose the passkey of this hall, or sign in by a code."),
)
passkey_unverified = define(
    "people.passkey_unverified",
    Kind.REFUSED,
    N_("The device did not check that it is you."),
    N_("Turn on face, fingerprint or screen lock on the device and try again."),
)
passkey_unknown = define(
    "people.passkey_unknown",
    Kind.REFUSED,
    N_("The hall does not know this passkey."),
    N_("Sign in by a code, and delete the old passkey from your device."),
)
passkey_signature_wrong = define(
    "people.passkey_signature_wrong",
    Kind.REFUSED,
    N_("The signature of the passkey is not right."),
    N_("Try again, or sign in by a code."),
)
passkey_suspended = define(
    "people.passkey_suspended",
    Kind.REFUSED,
    N_("This passkey is switched off."),
    N_("Sign in by a code; the page of your passkeys says why and what to do."),
)
passkey_copied = define(
    "people.passkey_copied",
    Kind.REFUSED,
    N_("This passkey seems to exist twice, so it was switched off."),
    N_("Sign in by a code, remove this passkey and make a new one."),
)
passkey_known = define(
    "people.passkey_known",
    Kind.CONFLICT,
    N_("This passkey is in the list already."),
    N_("Nothing is left to do."),
)
passkeys_full = define(
    "people.passkeys_full",
    Kind.REFUSED,
    N_("You have ten passkeys, and more are not possible."),
    N_("Remove one that you no longer use."),
)
passkey_not_found = define(
    "people.passkey_not_found",
    Kind.NOT_FOUND,
    N_("There is no such passkey."),
    N_("Open the list of your passkeys again."),
)
recovery_nobody = define(
    "people.recovery_nobody",
    Kind.REFUSED,
    N_("Nobody has an account with this number."),
    N_("Ask for the number once more, or let the person join with the new one."),
)
recovery_own = define(
    "people.recovery_own",
    Kind.REFUSED,
    N_("Nobody opens or confirms a recovery of their own account."),
    N_("Let colleagues do it."),
)
recovery_under_way = define(
    "people.recovery_under_way",
    Kind.CONFLICT,
    N_("A recovery of this account is under way."),
    N_("Find it in the list, or decline it first."),
)
recovery_note_missing = define(
    "people.recovery_note_missing",
    Kind.INVALID,
    N_("What was seen is missing."),
    N_("Write down the paper you saw and the end of its number, so that a colleague can check it."),
)
recovery_not_found = define(
    "people.recovery_not_found",
    Kind.NOT_FOUND,
    N_("There is no such recovery under way."),
    N_("Open the list again: it may have been used, stopped or given up."),
)
recovery_needs_another = define(
    "people.recovery_needs_another",
    Kind.REFUSED,
    N_("Whoever opened a recovery does not confirm it."),
    N_("Ask a colleague to look at the person and the papers, and to confirm."),
)
recovery_too_early = define(
    "people.recovery_too_early",
    Kind.REFUSED,
    N_("The owner of the account may still object."),
    N_("Confirm it after the time that is shown, with the person before you."),
)
recovery_code_wrong = define(
    "people.recovery_code_wrong",
    Kind.REFUSED,
    N_("This number and this recovery code do not open anything."),
    N_("Compare both with the paper. After 15 minutes or five wrong tries, ask at the counter for a new code."),
)
phone_taken = define(
    "people.phone_taken",
    Kind.CONFLICT,
    N_("This number already has an account of its own."),
    N_("Take another number, or close the other account first."),
)
last_passkey = define(
    "people.last_passkey",
    Kind.REFUSED,
    N_("This passkey is the only way into your account."),
    N_("Make another passkey first, then remove this one."),
)
