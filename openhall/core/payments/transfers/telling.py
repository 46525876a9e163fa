"""What senders and receivers are told."""

from datetime import timedelta

from openhall.base.i18n import N_
from openhall.base.telling import Template

_MODULE = "openhall.core.payments"
_LINK = "/transfers/{transfer}"
_MONTH = timedelta(days=30)

FIRST_TRANSFER = Template(
    code="payments.first_transfer",
    version=1,
    module=_MODULE,
    category="must",
    title=N_("You sent money to somebody new"),
    body=N_(
        "On {at} you sent {amount} to {receiver}, for the first time. Until {until} you can take it back. If it was "
        "not you, take it back, freeze your account and call {help}."
    ),
    short=N_(
        "{amount} goes to {receiver}, for the first time. Until {until} you can take it back. Not you? Call {help}."
    ),
    link=_LINK,
    safety=True,
    lives=_MONTH,
)
TRANSFER_WAITS = Template(
    code="payments.transfer_waits",
    version=1,
    module=_MODULE,
    category="case",
    title=N_("{sender} sends you {amount}"),
    body=N_(
        "The money waits for you until {until}. Take it in the hall; if you do not know the sender, let it go back."
    ),
    short=N_("{sender} sends you {amount}. It waits in the hall until {until}."),
    link=_LINK,
    lives=timedelta(days=3),
)
TRANSFER_ARRIVED = Template(
    code="payments.transfer_arrived",
    version=1,
    module=_MODULE,
    category="case",
    title=N_("{amount} from {sender}"),
    body=N_("{sender} sent you {amount}. It is in your wallet."),
    short=N_("{sender} sent you {amount}. It is in your wallet."),
    link=_LINK,
    lives=_MONTH,
)
TRANSFER_DONE = Template(
    code="payments.transfer_done",
    version=1,
    module=_MODULE,
    category="case",
    title=N_("{amount} arrived at {receiver}"),
    body=N_("The {amount} that you sent to {receiver} has arrived and can no longer be taken back."),
    short=N_("Your {amount} arrived at {receiver}."),
    link=_LINK,
    lives=_MONTH,
)
TRANSFER_RETURNED = Template(
    code="payments.transfer_returned",
    version=1,
    module=_MODULE,
    category="case",
    title=N_("{amount} came back to you"),
    body=N_("The {amount} that you sent to {receiver} did not arrive. It is in your wallet again."),
    short=N_("The {amount} that you sent to {receiver} came back to your wallet."),
    link=_LINK,
    lives=_MONTH,
)
TEMPLATES = (FIRST_TRANSFER, TRANSFER_WAITS, TRANSFER_ARRIVED, TRANSFER_DONE, TRANSFER_RETURNED)
