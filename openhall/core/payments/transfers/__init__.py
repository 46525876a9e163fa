"""Money from person to person. It leaves the sender's wallet at once and waits where its sender can take it back.

What always holds:
- of what was sent exactly one happens, once: it is taken back, it arrives, or it goes back by itself;
- the waiting account has exactly what waits;
- a number that nobody has joined with and one whose owner has no confirmed name look and behave the same to a sender.
"""

from openhall.core.payments.transfers.actions import accept, incoming, send, transfer, transfers_of, undo
from openhall.core.payments.transfers.finding import by_code, by_phone, is_familiar, new_code, own_code
from openhall.core.payments.transfers.naming import titles
from openhall.core.payments.transfers.settling import bring_back_frozen, settle_due
from openhall.core.payments.transfers.types import Receiver, State, Transfer, Wish

__all__ = [
    "Receiver", "State", "Transfer", "Wish", "accept", "bring_back_frozen", "by_code", "by_phone", "incoming",
    "is_familiar", "new_code", "own_code", "send", "settle_due", "titles", "transfer", "transfers_of", "undo",
]  # fmt: skip
