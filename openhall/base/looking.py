"""What packages show of a person to somebody else, and what for.

A package declares its looks in its descriptor and names them in the `opt` of the routes that show something
(`edge.shows`); the handler writes down that somebody looked (openhall.core.people.accesses).
"""

from msgspec import Struct


class Look(Struct, frozen=True, kw_only=True):
    """One kind of look at a person's data. `what` was seen and the `purpose` of seeing it are msgids, told to them."""

    code: str  # "people.recovery": stable, part of the contract
    what: str
    purpose: str
