"""Markets: groups of shops with a manager, who sees what they take together.

- A shop is in at most one market at a time, by the word of both: its owner's and the manager's. It leaves at any time.
- A manager sees sums, and figures of shops by day; never a payment, and never a payer.
- The figures are those of closed business dates. The day close writes them once, and `openhall check` recounts them.
"""

from openhall.city.merchants.markets.actions import (
    answer_offer,
    ask,
    decide,
    find_markets,
    found_market,
    invite,
    leave,
    market_of,
    markets_of,
    member,
    membership,
    offer,
    offered,
    offers_to,
    remove,
    requests_of,
    set_wholesale,
)
from openhall.city.merchants.markets.reading import adoption, dashboard, members_of, table_of
from openhall.city.merchants.markets.rolling import roll_up
from openhall.city.merchants.markets.rules import checked
from openhall.city.merchants.markets.types import Dashboard, Market, MarketSums, NewMarket, Request, Side

__all__ = [
    "Dashboard",
    "Market",
    "MarketSums",
    "NewMarket",
    "Request",
    "Side",
    "adoption",
    "answer_offer",
    "ask",
    "checked",
    "dashboard",
    "decide",
    "find_markets",
    "found_market",
    "invite",
    "leave",
    "market_of",
    "markets_of",
    "member",
    "members_of",
    "membership",
    "offer",
    "offered",
    "offers_to",
    "remove",
    "requests_of",
    "roll_up",
    "set_wholesale",
    "table_of",
]  # fmt: skip
