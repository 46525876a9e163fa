"""How often names may be looked up in the register: by one resident, and from one address."""

from datetime import timedelta
from uuid import UUID

from openhall.base import db, limits
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core.people import rules
from openhall.core.people.names import problems

DAY = timedelta(days=1)


async def count(pool: db.Pool, settings: Settings, resident: UUID, address: str) -> None:
    """Count an asking whatever comes of it; a number that cannot be one was never asked, and costs nothing."""
    by_resident = limits.Limit("people.names.resident", settings.names_per_resident, DAY)
    by_address = limits.Limit("people.names.address", settings.names_per_address, DAY)
    try:
        await limits.take(pool, by_resident, str(resident))
        await limits.take(pool, by_address, rules.address_key(address))
    except Problem as limited:
        raise problems.names_locked(**limited.data) from None
