"""What residents say themselves about how much may leave their wallet."""

from datetime import timedelta

from msgspec import structs

from openhall.base import clock, db
from openhall.base.config import Settings
from openhall.base.limits import Limit
from openhall.core import messages
from openhall.core.payments.safety import rules
from openhall.core.payments.safety.payers import Known, spending_of
from openhall.core.payments.safety.telling import LIMITS_RAISED
from openhall.core.payments.safety.types import Limits, OwnLimits
from openhall.core.people import Visit, require_fresh

q = db.load("openhall.core.payments.safety")

# Whoever raises and lowers all day only wants the text messages about it to be ignored.
SETTING = Limit("payments.limits", 30, timedelta(days=1))


async def limits(conn: db.ReadConn, settings: Settings, visit: Visit) -> tuple[Limits, Known]:
    """What applies to the resident, and what they spent."""
    known = await spending_of(conn, visit.resident.id)
    return rules.limits_of(settings, known, elder=known.elder, visitor=known.visitor), known


async def set_limits(conn: db.Conn, settings: Settings, visit: Visit, wished: OwnLimits) -> Limits:
    """Set the limits that `wished` names and keep the others; what applies from now on.

    Lowering takes effect at once. Raising any of them needs a proof of the last five minutes: Problem
    `people.proof_too_old`; the resident is told of it. Above the hall's own limits nobody goes: `hall.malformed`.
    """
    rules.refuse_beyond(settings, wished)
    resident = visit.resident.id
    own = await db.maybe(conn, q.own_limits, OwnLimits, resident=resident) or OwnLimits()
    known = await spending_of(conn, resident)
    said = {name: value for name in rules.NAMES if (value := getattr(wished, name)) is not None}
    after_own = structs.replace(own, **said)
    before, after = (
        rules.limits_of(settings, one, elder=known.elder, visitor=known.visitor) for one in (own, after_own)
    )
    raised = rules.raises(before, after)
    if raised:
        await require_fresh(conn, visit)
    await db.run(conn, q.set_limits, resident=resident, **structs.asdict(after_own))
    if raised:
        await messages.tell(conn, resident, LIMITS_RAISED, at=clock.now())
    return after
