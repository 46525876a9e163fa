"""How sure the hall is of who it serves, and when a session must prove itself once more."""

from datetime import timedelta

from openhall.base import clock, db
from openhall.core.people import problems
from openhall.core.people.types import Level, Resident, Visit, Way

q = db.load("openhall.core.people")

# Long enough to read a page and press its button, too short for somebody who finds the phone on a table.
FRESH = timedelta(minutes=5)


def require_level(visit: Visit, needed: int) -> None:
    """Problem `people.level_too_low` with `needed` and `has` for a session that is less sure."""
    if visit.level < needed:
        raise problems.level_too_low(needed=needed, has=int(visit.level))


def require_name(resident: Resident) -> None:
    """Problem `people.level_too_low` for a visitor whose real name the hall does not know: what came from a card of
    whomever must not become money in a bank."""
    if resident.is_visitor:
        raise problems.level_too_low(needed=int(Level.NAMED), has=int(Level.PHONE))


async def require_fresh(conn: db.ReadConn, visit: Visit) -> None:
    """Problem `people.proof_too_old` unless this session proved itself in the last five minutes.

    Whoever has a passkey proves it with that: a stolen telephone number must not be enough to take the passkeys away.
    """
    strong = await has_passkey(conn, visit)
    if not _is_lately(visit, strong):
        raise problems.proof_too_old(by="passkey" if strong else "code")


async def is_fresh(conn: db.ReadConn, visit: Visit) -> bool:
    """Whether `require_fresh` would be content."""
    return _is_lately(visit, await has_passkey(conn, visit))


def _is_lately(visit: Visit, strong: bool) -> bool:
    proved = visit.session.strong_at if strong else visit.session.proved_at
    return proved is not None and proved >= clock.now() - FRESH


async def has_passkey(conn: db.ReadConn, visit: Visit) -> bool:
    """Whether the resident has a passkey, so that nothing less will do in this session.

    One that a recovery switched off counts: only the session that the recovery opened goes without.
    """
    recovered = visit.session.way is Way.RECOVERY
    return await db.one(conn, q.has_passkey, bool, resident=visit.resident.id, recovered=recovered)
