"""Who works at a shop: invited by phone number, in a role, until they leave or are removed.

- Nobody learns whether a number has an account: an invitation looks the same for every number, and only whoever signs
  in with the number finds it.
- A role counts from one request to the next: who is removed, or has another role, can do nothing more by it.
- A cashier gives money back within their own shift and the shop's limit; who was paid that money never decides it.
"""

from openhall.city.merchants.staff.actions import (
    CHANGED,
    accept,
    change,
    decline,
    invitation_for,
    invitations_for,
    invitations_of,
    invite,
    limits_of,
    names_at,
    notices,
    remove,
    set_limits,
    staff_of,
    withdraw,
    worker,
)
from openhall.city.merchants.staff.desk import ShopDesk
from openhall.city.merchants.staff.rules import may_appoint
from openhall.city.merchants.staff.types import Invitation, Limits, Offer, Worker

__all__ = [
    "CHANGED", "Invitation", "Limits", "Offer", "ShopDesk", "Worker", "accept", "change", "decline", "invitation_for",
    "invitations_for", "invitations_of", "invite", "limits_of", "may_appoint", "names_at", "notices", "remove",
    "set_limits", "staff_of", "withdraw", "worker",
]  # fmt: skip
