"""The pure rules of cards."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from openhall.core.cards.types import Outlook, Share, Source

# One resident may have so many card top-ups waiting: each is a page somebody may be paying on.
MOST_PROCESSING = 3
# The window of what cards may bring.
MONTH = timedelta(days=30)
_PAGE_MAX = 2000


def spread(available: int, sources: Sequence[Source], waiting: int) -> Outlook:
    """What of `available` goes back to which card, in the order in which it came; what came from no card stays."""
    shares, rest = [], max(0, available)
    for source in sources:
        amount = min(rest, source.left)
        if amount > 0:
            shares.append(Share(source.id, source.card, amount))
            rest -= amount
    return Outlook(shares, rest, waiting)


def page(said: str | None) -> str | None:
    """An address a person may be sent to, or None when what the processor said is none."""
    fits = said is not None and said.startswith(("https://", "http://")) and len(said) <= _PAGE_MAX
    return said if fits and said is not None and said.isprintable() and " " not in said else None


def resolution(refund: UUID) -> UUID:
    """The id of the transfer by which a refund's hold ends: one for each refund, however often it is asked for."""
    return uuid5(NAMESPACE_OID, f"openhall.cards.refund {refund}")
