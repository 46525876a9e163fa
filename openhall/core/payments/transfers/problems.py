"""What is refused about money from person to person, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

receiver_missing = define(
    "payments.receiver_missing",
    Kind.INVALID,
    N_("The request does not say who is to receive."),
    N_("Send a telephone number, or the receiver's own code, and not both."),
)
receive_code_unknown = define(
    "payments.receive_code_unknown",
    Kind.REFUSED,
    N_("This code of a person is not valid any more."),
    N_("Ask them to show their code again, or send to their telephone number."),
)
receiver_closed = define(
    "payments.receiver_closed",
    Kind.REFUSED,
    N_("Nobody receives money with this number or code at the moment."),
    N_("Nothing was sent. Ask the person how they would like to get it."),
)
transfer_to_yourself = define(
    "payments.transfer_to_yourself",
    Kind.REFUSED,
    N_("This is your own number."),
    N_("Enter the number of the person who is to receive."),
)
transfer_warning = define(
    "payments.transfer_warning",
    Kind.CONFLICT,
    N_("Your note sounds like what swindlers ask for."),
    N_("Nothing was sent. Read the warning; if you are sure, send it again with `warned`."),
)
transfer_not_found = define(
    "payments.transfer_not_found",
    Kind.NOT_FOUND,
    N_("There is no such transfer among yours."),
    N_("Look for it in the list of your transfers."),
)
transfer_over = define(
    "payments.transfer_over",
    Kind.REFUSED,
    N_("This transfer can no longer be taken back."),
    N_("Ask the receiver to send it back. Was it a swindler? Call the help line at once."),
)
transfer_gone = define(
    "payments.transfer_gone",
    Kind.REFUSED,
    N_("This money is not waiting for you any more."),
    N_("Ask the sender: they took it back, or it went back by itself."),
)
