"""The pure rules of cards."""

import re
from collections.abc import Sequence
from datetime import timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from openhall.core.cards.types import Outlook, Share, Source

# One resident may have so many card top-ups waiting: each is a page somebody may be paying on.
MOST_PROCESSING = 3
# The window of what cards may bring.
MONTH = timedelta(days=30)
_PAGE_MAX = 2000
_CARD_MAX = 40
_CODE = re.compile(r"[a-z0-9_.-]{1,64}")


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


def card(said: str | None) -> str | None:
    """What is kept of a card: its kind and its last four digits, whatever the processor said; more digits are struck
    out, for the number of a card is never here."""
    shown, left = "", 4
    for letter in reversed(said or ""):
        left -= letter.isdigit()
        shown = ("•" if letter.isdigit() and left < 0 else letter if letter.isprintable() else "") + shown
    return shown[-_CARD_MAX:].strip() or None


def reason(said: str | None) -> str:
    """The processor's code for its no, or "declined" when it said none that is a code."""
    return said if said is not None and _CODE.fullmatch(said) else "declined"


def resolution(refund: UUID) -> UUID:
    """The id of the transfer by which a refund's hold ends: one for each refund, however often it is asked for."""
    return uuid5(NAMESPACE_OID, f"openhall.cards.refund {refund}")
