"""How often names may be looked up in the register: by one resident, and from one address."""

from datetime import timedelta
from uuid import UUID

from openhall.base import db, limits
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core.people import rules
from openhall.core.people.names import problems

DAY = timedelta(days=1)


# A counter serves whoever stands in the queue; so much is more than a day has minutes for.
OPERATOR_A_DAY = 300


async def count_at_counter(pool: db.Pool, operator: UUID) -> None:
    """Count what an operator asks for others. Neither their own count nor that of the hall's address has part in it."""
    try:
        await limits.take(pool, limits.Limit("people.names.operator", OPERATOR_A_DAY, DAY), str(operator))
    except Problem as limited:
        raise problems.names_locked(**limited.data) from None


async def count(pool: db.Pool, settings: Settings, resident: UUID, address: str) -> None:
    """Count an asking whatever comes of it; a number that cannot be one was never asked, and costs nothing."""
    by_resident = limits.Limit("people.names.resident", settings.names_per_resident, DAY)
    by_address = limits.Limit("people.names.address", settings.names_per_address, DAY)
    try:
        await limits.take(pool, by_resident, str(resident))
        await limits.take(pool, by_address, rules.address_key(address))
    except Problem as limited:
        raise problems.names_locked(**limited.data) from None
