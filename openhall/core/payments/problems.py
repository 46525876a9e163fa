"""What payments refuse, in the order in which it is checked: first the code, then the order, then the money."""

from openhall.base.errors import Kind, Problem, define
from openhall.base.i18n import N_
from openhall.core.payments.codes import CodeError, Network, Reason

code_damaged = define(
    "payments.code_damaged",
    Kind.REFUSED,
    N_("This code is damaged or incomplete."),
    N_("Scan it again in good light, or type the digits printed below it."),
)
code_foreign = define(
    "payments.code_foreign",
    Kind.REFUSED,
    N_("This code belongs to another network ({network})."),
    N_("Ask the shop for its code of this hall."),
)
code_of_payer = define(
    "payments.code_of_payer",
    Kind.REFUSED,
    N_("This is the pay code of a person, not of a shop."),
    N_("To pay, scan the shop's code. To be paid by this one, read it at your shop's counter."),
)
code_unknown = define(
    "payments.code_unknown",
    Kind.REFUSED,
    N_("This code is not known here."),
    N_("Compare the digits, or ask the shop for its code."),
)

what_missing = define(
    "payments.what_missing",
    Kind.INVALID,
    N_("The request does not say what is to be paid."),
    N_("Send a code with an amount, or the id of an order, and not both."),
)
order_not_found = define(
    "payments.order_not_found",
    Kind.NOT_FOUND,
    N_("There is no such order."),
    N_("Ask whoever gave it to you for a new one."),
)
order_contended = define(
    "payments.order_contended",
    Kind.CONFLICT,
    N_("Somebody else is paying this order right now."),
    N_("Wait a moment, then look whether it is paid."),
)
order_paid = define(
    "payments.order_paid",
    Kind.REFUSED,
    N_("This order is already paid."),
    N_("There is nothing left to pay."),
)
order_closed = define(
    "payments.order_closed",
    Kind.REFUSED,
    N_("This order can no longer be paid."),
    N_("Ask for a new one."),
)
amount_differs = define(
    "payments.amount_differs",
    Kind.REFUSED,
    N_("The order has another amount."),
    N_("Look at the order again and pay exactly its amount."),
)
own_shop = define(
    "payments.own_shop",
    Kind.REFUSED,
    N_("This is your own shop."),
    N_("Nobody can pay themselves. Scan another shop's code."),
)
above_limit = define(
    "payments.above_limit",
    Kind.REFUSED,
    N_("This is more than one payment by a printed code may be."),
    N_("Ask the shop for a code of this very amount, or pay a smaller one."),
)
above_hall_limit = define(
    "payments.above_hall_limit",
    Kind.REFUSED,
    N_("This is more than one payment in this hall may be."),
    N_("Split it into several smaller amounts."),
)
above_own_limit = define(
    "payments.above_own_limit",
    Kind.REFUSED,
    N_("This is more than one payment of yours may be."),
    N_("Pay a smaller amount, or raise your limit under Me, payment safety."),
)
above_spending_limit = define(
    "payments.above_spending_limit",
    Kind.REFUSED,
    N_("This is more than you may still spend in this day or month."),
    N_("Pay less, wait for the next day, or raise your limit under Me, payment safety."),
)
above_new_payee_limit = define(
    "payments.above_new_payee_limit",
    Kind.REFUSED,
    N_("You have not paid them before, and this is more than your limit for somebody new."),
    N_("Pay a smaller amount now, or raise your limit under Me, payment safety, if you are sure of them."),
)
account_frozen = define(
    "payments.account_frozen",
    Kind.REFUSED,
    N_("Your account is frozen: no money leaves it."),
    N_("Unfreeze it under Me with your passkey, or come to the hall with your identity card."),
)
proof_needed = define(
    "payments.proof_needed",
    Kind.FORBIDDEN,
    N_("For this much we ask for your payment PIN."),
    N_("Type your PIN or use your passkey. If you have neither, prove yourself by a code first."),
)
insufficient_funds = define(
    "payments.insufficient_funds",
    Kind.REFUSED,
    N_("There is not enough money in your wallet."),
    N_("Top up your wallet, then pay again."),
)
payer_lacks_funds = define(
    "payments.payer_lacks_funds",
    Kind.REFUSED,
    N_("The payer does not have enough money."),
    N_("Nothing was paid. Ask for another way to pay, or read the code again after a top-up."),
)
payer_limit = define(
    "payments.payer_limit",
    Kind.REFUSED,
    N_("The payer's own limits do not allow this payment."),
    N_("Nothing was paid. The payer sees why on the phone; ask for another way to pay."),
)
not_possible = define(
    "payments.not_possible",
    Kind.REFUSED,
    N_("This payment is not possible."),
    N_("No money has moved. Ask the shop for another way to pay, or call the help line."),
)
offer_gone = define(
    "payments.offer_gone",
    Kind.REFUSED,
    N_("The lower price you were shown is over."),
    N_("Nothing has been paid. Look at the price as it is now, and decide again."),
)
payment_not_found = define(
    "payments.payment_not_found",
    Kind.NOT_FOUND,
    N_("There is no such payment among yours."),
    N_("Look for it in your wallet."),
)

refund_not_yours = define(
    "payments.refund_not_yours",
    Kind.FORBIDDEN,
    N_("Only whoever was paid can give money back."),
    N_("Ask the shop, with the receipt number."),
)
refund_above_rest = define(
    "payments.refund_above_rest",
    Kind.REFUSED,
    N_("This is more than is left of the payment."),
    N_("Give back what is left of it, or less."),
)
refund_without_funds = define(
    "payments.refund_without_funds",
    Kind.REFUSED,
    N_("There is not enough money in the shop's account."),
    N_("Wait for the next payments, then give it back."),
)
order_expired = define(
    "payments.order_expired",
    Kind.REFUSED,
    N_("The time of this order is over."),
    N_("Ask the shop for a new one."),
)
order_reference_taken = define(
    "payments.order_reference_taken",
    Kind.CONFLICT,
    N_("This reference belongs to another order."),
    N_("Use a reference of its own for each order: it is the same one only with the same amount, note and life."),
)
code_of_order = define(
    "payments.code_of_order",
    Kind.REFUSED,
    N_("This code is that of a single order, not of a shop."),
    N_("Scan it to pay the order."),
)
code_of_other_hall = define(
    "payments.code_of_other_hall",
    Kind.REFUSED,
    N_("This code belongs to the hall of another city."),
    N_("Ask the shop for its code of this hall."),
)
pay_code_foreign = define(
    "payments.pay_code_foreign",
    Kind.REFUSED,
    N_("This pay code belongs to another network ({network})."),
    N_("Ask the payer to open the pay code of this hall, or take it with that network's scanner."),
)
pay_code_invalid = define(
    "payments.pay_code_invalid",
    Kind.REFUSED,
    N_("This is no pay code that works here now."),
    N_("Ask the payer to show a fresh code, and scan it again."),
)
pay_code_used = define(
    "payments.pay_code_used",
    Kind.REFUSED,
    N_("This pay code was already used."),
    N_("Each code works once. Ask the payer to show a fresh one."),
)
pay_code_expired = define(
    "payments.pay_code_expired",
    Kind.REFUSED,
    N_("This pay code is too old."),
    N_("A code lives for one minute. Ask the payer to show a fresh one."),
)
above_offline_cap = define(
    "payments.above_offline_cap",
    Kind.REFUSED,
    N_("A code made without a network cannot pay this much."),
    N_("Nothing was paid. Charge less by the same code, or ask for a code from a phone that has a connection."),
)
device_name_invalid = define(
    "payments.device_name_invalid",
    Kind.INVALID,
    N_("The device needs a name of 1 to 40 characters."),
    N_("Give it a name you will know it by."),
)
too_many_devices = define(
    "payments.too_many_devices",
    Kind.REFUSED,
    N_("You have as many offline devices as one person may have."),
    N_("Revoke one that you no longer use, then try again."),
)
device_not_found = define(
    "payments.device_not_found",
    Kind.NOT_FOUND,
    N_("There is no such device among yours."),
    N_("Look at the list of your devices."),
)
charge_not_found = define(
    "payments.charge_not_found",
    Kind.NOT_FOUND,
    N_("There is no such request for money to you."),
    N_("Ask the shop to scan a fresh pay code."),
)
charge_ended = define(
    "payments.charge_ended",
    Kind.REFUSED,
    N_("This request for money is over."),
    N_("Nothing was paid by it now. Ask the shop to scan a fresh pay code."),
)
charge_in_flight = define(
    "payments.charge_in_flight",
    Kind.CONFLICT,
    N_("A charge with this reference is being made right now."),
    N_("Wait a moment, then send the same charge again: nothing is paid twice."),
)
reference_taken = define(
    "payments.reference_taken",
    Kind.CONFLICT,
    N_("This reference belongs to another charge."),
    N_("Use a reference of its own for each charge: it is the same one only with the same payer and amount."),
)
charge_over = define(
    "payments.charge_over",
    Kind.REFUSED,
    N_("The charge with this reference is over, and nothing was paid by it."),
    N_("Begin another one, with a fresh reference and a fresh pay code."),
)

_WHAT_IS_WRONG = {
    Reason.EMPTY: N_("Scan a code or type its digits."),
    Reason.TOO_LONG: N_("It is longer than any payment code."),
    Reason.NOT_A_CODE: N_("It is not a payment code."),
    Reason.SHORT_LENGTH: N_("A code typed by hand has nine digits."),
    Reason.SHORT_CHECK: N_("One of the digits is wrong, or two are swapped."),
    Reason.CUT_OFF: N_("Its end is missing."),
    Reason.BAD_LENGTH: N_("One of its parts has the wrong length."),
    Reason.DUPLICATE_ID: N_("One of its parts is there twice."),
    Reason.CRC_NOT_LAST: N_("Its checksum is not at the end."),
    Reason.CRC_WRONG: N_("Its checksum is wrong."),
    Reason.BAD_AMOUNT: N_("Its amount cannot be read."),
}
# Nothing suggests that these were ever a code of ours, so "damaged" would mislead.
_NOT_OURS = frozenset({Reason.EMPTY, Reason.TOO_LONG, Reason.NOT_A_CODE})


def unreadable(error: CodeError) -> Problem:
    """The problem of a text that is no usable code. Data: `reason`, and tag, position, computed, expected if known."""
    define_as = code_unknown if error.reason in _NOT_OURS else code_damaged
    return define_as(**error.data(), errors=[{"field": "code", "message": _WHAT_IS_WRONG[error.reason]}])


def foreign(network: Network) -> Problem:
    """The problem of another network's code. A payload of a network nobody knows still follows the EMVCo format."""
    return code_foreign(network=network.name or "EMVCo", payer=network.payer)


def unregistered() -> Problem:
    """The problem of a well-formed code of this hall that its registry does not know."""
    return code_unknown(reason="not_registered")
