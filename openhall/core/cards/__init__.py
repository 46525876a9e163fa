"""Cards: money into a wallet from a bank card of anywhere, and what is left of it back to the same card.

Invariants, kept by the database and proved by `openhall check`:
- the number of a card never reaches the hall: it is typed on the processor's own page;
- a top-up is committed before the processor hears of it; its id is our reference there and the id of its transfer;
- only the processor's own word ends `processing`, of a top-up and of a refund: silence is unknown, never "no";
- what goes back to a card is at most what came from it, under any race, and is set aside in the wallet until it went;
- a notice of the processor is believed only when signed and fresh, and is stored once by its own id.
"""

from openhall.core.cards.actions.giving_back import give_back
from openhall.core.cards.actions.leaving import leave, leaving, outlook
from openhall.core.cards.actions.notices import read_notice, receive
from openhall.core.cards.actions.settle import advance, sweep
from openhall.core.cards.actions.top_ups import start_top_up, top_up
from openhall.core.cards.ports import Cards, HttpCards
from openhall.core.cards.types import CardTopUp, Checkout, CheckoutState, Leaving, Outlook, Part

__all__ = [
    "CardTopUp", "Cards", "Checkout", "CheckoutState", "HttpCards", "Leaving", "Outlook", "Part", "advance",
    "give_back", "leave", "leaving", "outlook", "read_notice", "receive", "start_top_up", "sweep", "top_up",
]  # fmt: skip
