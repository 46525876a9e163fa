"""Campaigns: somebody puts money aside, and payments get it by rules: a lower price, a bounty, a thank-you for a shop.

Invariants, kept by the database and proved by `openhall check`:
- a budget is a ledger account that is paid in first and never falls below zero: what was put in, less what was given,
  plus what refunds brought back, less what went back to the sponsor;
- nothing is given beyond the budget or a limit, however many pay in the same moment;
- every gift follows the campaign's rules, and a bounty is drawn by a seed that was fixed before the first payment;
- an inviter earns once for a payment, never for one of their own, and nobody is brought here by whom they brought.

Payments know no campaigns: they ask this package's `OfferSource` (`source`).
"""

from openhall.city.campaigns.actions import change, create, find, fund, sums, verify
from openhall.city.campaigns.types import Campaign, Kind, NewCampaign, Rules, State

__all__ = ["Campaign", "Kind", "NewCampaign", "Rules", "State", "change", "create", "find", "fund", "sums", "verify"]
