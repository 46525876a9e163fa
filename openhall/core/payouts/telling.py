"""What owners' programs may be told of their withdrawals, by webhook."""

from collections.abc import Sequence
from uuid import UUID

from openhall.base import db
from openhall.base.i18n import N_
from openhall.base.package import Owned, StreamSource, Told
from openhall.core.payouts.actions.accounts import CHANGED, stream_of


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
