"""What owners are told of their withdrawals: they by messages, their programs by webhook; and who looks at them."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from openhall.base import db
from openhall.base.i18n import N_
from openhall.base.looking import Look
from openhall.base.package import Owned, StreamSource, Told
from openhall.base.telling import Template

CHANGED = "bank_account.changed"

BANK_ACCOUNT_CHANGED = Template(
    code="payouts.bank_account_changed",
    version=1,
    module="openhall.core.payouts",
    category="must",
    title=N_("Withdrawals go to another bank account"),
    body=N_(
        "From {at} on your withdrawals go to the bank account {masked}. If it was not you who changed it, call {help} "
        "before then."
    ),
    short=N_("Withdrawals now go to the bank account {masked}, from {at} on. If it was not you, call {help}."),
    link="/wallet/withdrawals",
    safety=True,
)
NOT_ARRIVED = Template(
    code="payouts.not_arrived",
    version=1,
    module="openhall.core.payouts",
    category="must",
    title=N_("A withdrawal did not arrive"),
    body=N_(
        "The bank did not take or keep your withdrawal of {amount}. The money is back in your takings. Look at the "
        "reason, check your bank account, and withdraw again. Questions? Call {help}."
    ),
    short=N_("Your withdrawal of {amount} did not arrive. The money is back; open the hall to see why."),
    link="/money/withdrawals/{payout}",
)
GIVEN_BACK = Template(
    code="payouts.given_back",
    version=1,
    module="openhall.core.payouts",
    category="must",
    title=N_("A withdrawal was given back"),
    body=N_(
        "Your withdrawal of {amount} did not get through the bank, so the hall has given it back: the money is in your "
        "takings. Look at what happened, and withdraw again. Questions? Call {help}."
    ),
    short=N_("Your withdrawal of {amount} was given back. The money is in your takings; open the hall to see why."),
    link="/money/withdrawals/{payout}",
)
WALLET_WITHDRAWN = Template(
    code="payouts.wallet_withdrawn",
    version=1,
    module="openhall.core.payouts",
    category="must",
    title=N_("{amount} goes to your bank"),
    body=N_(
        "On {at} {amount} left your wallet for your bank account {masked}. If it was not you, freeze your account and "
        "call {help}."
    ),
    short=N_("{amount} left your wallet for your bank account. Not you? Freeze your account, and call {help}."),
    link="/wallet/withdrawals/{payout}",
    safety=True,
    lives=timedelta(days=30),
)
WALLET_NOT_ARRIVED = Template(
    code="payouts.wallet_not_arrived",
    version=1,
    module="openhall.core.payouts",
    category="must",
    title=N_("A withdrawal did not arrive"),
    body=N_(
        "The bank did not take or keep your withdrawal of {amount}. The money is back in your wallet. Look at the "
        "reason, check your bank account, and withdraw again. Questions? Call {help}."
    ),
    short=N_("Your withdrawal of {amount} did not arrive. The money is back; open the hall to see why."),
    link="/wallet/withdrawals/{payout}",
)
WALLET_GIVEN_BACK = Template(
    code="payouts.wallet_given_back",
    version=1,
    module="openhall.core.payouts",
    category="must",
    title=N_("A withdrawal was given back"),
    body=N_(
        "Your withdrawal of {amount} did not get through the bank, so the hall has given it back: the money is in your "
        "wallet. Look at what happened, and withdraw again. Questions? Call {help}."
    ),
    short=N_("Your withdrawal of {amount} was given back. The money is in your wallet; open the hall to see why."),
    link="/wallet/withdrawals/{payout}",
)

_STOPPED_BODY = N_(
    "Your account was frozen, so your withdrawal of {amount} did not go to the bank. The money is where it came from. "
    "Questions? Call {help}."
)
_STOPPED_SHORT = N_("Your account was frozen: your withdrawal of {amount} did not go to the bank, and is back.")
STOPPED = Template(
    code="payouts.stopped",
    version=1,
    module="openhall.core.payouts",
    category="must",
    title=N_("A withdrawal was stopped"),
    body=_STOPPED_BODY,
    short=_STOPPED_SHORT,
    link="/money/withdrawals/{payout}",
)
WALLET_STOPPED = Template(
    code="payouts.wallet_stopped",
    version=1,
    module="openhall.core.payouts",
    category="must",
    title=N_("A withdrawal was stopped"),
    body=_STOPPED_BODY,
    short=_STOPPED_SHORT,
    link="/wallet/withdrawals/{payout}",
)

BATCH = Look(
    code="payouts.batch",
    what=N_("Your name and your masked bank account in a withdrawal"),
    purpose=N_("Watching over what is sent to the bank"),
)


def stream_of(owner: UUID) -> str:
    """The stream on which an owner's programs learn of withdrawals. Not a shop's: cashiers watch those."""
    return f"payouts:{owner}"


async def _owned(conn: db.ReadConn, owners: Sequence[UUID]) -> list[Owned]:
    """Every resident has such a stream, though most stay empty for ever."""
    return [Owned(owner, stream_of(owner)) for owner in owners]


streams = StreamSource(
    find=_owned,
    tells=(
        Told("withdrawal.requested", N_("A withdrawal was asked for")),
        Told("withdrawal.accepted", N_("The bank has a withdrawal in hand")),
        Told("withdrawal.settled", N_("A withdrawal arrived")),
        Told("withdrawal.rejected", N_("The bank rejected a withdrawal; the money is back")),
        Told("withdrawal.returned", N_("A withdrawal came back from the bank; the money is back")),
        Told("settlement.sent", N_("A batch of withdrawals was sent to the bank")),
        Told("settlement.finished", N_("A batch of withdrawals is finished")),
        Told(CHANGED, N_("The bank account for withdrawals was changed")),
    ),
)
