"""Webhooks: what happens in a resident's affairs is told to their own program, signed (Standard Webhooks 1.0.0).

Invariants, kept by the database and proved by `openhall check`:
- an endpoint belongs to one resident, and is told only of streams which that resident owns;
- every event it wants, from its beginning on, has exactly one delivery: none is skipped, whenever a worker dies;
- a delivery counts as delivered only when an attempt was answered with a 2xx, and is tried again until then;
- a signing key is made of a salt and the hall's secret, so the database alone signs nothing;
- calls go to public addresses only, and to exactly the address that was checked.
"""

from openhall.core.webhooks.actions.endpoints import (
    checked,
    create,
    delete,
    endpoints_of,
    find,
    pause,
    resume,
    rotate,
    secret,
    told,
)
from openhall.core.webhooks.actions.log import attempts_of, body_of, deliveries, delivery, replay, replay_range
from openhall.core.webhooks.types import (
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    Error,
    Key,
    Why,
)

__all__ = [
    "Attempt", "Delivery", "DeliveryState", "Endpoint", "EndpointState", "Error", "Key", "Why", "attempts_of",
    "body_of", "checked", "create", "delete", "deliveries", "delivery", "endpoints_of", "find", "pause", "replay",
    "replay_range", "resume", "rotate", "secret", "told",
]  # fmt: skip
