"""What may be known of real names: by their holders, by other packages, by nobody else."""

from collections.abc import Sequence
from uuid import UUID

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.crypto import Sealed, UnreadableError
from openhall.base.errors import Problem, not_found
from openhall.core.people.names.actions.claims import today
from openhall.core.people.names.actions.sealing import opened, ring_of
from openhall.core.people.names.actions.trail import record
from openhall.core.people.names.types import Act, Claim, Full, Identity, Mine, Person, Standing

q = db.load("openhall.core.people.names")


async def of(conn: db.ReadConn, residents: Sequence[UUID]) -> list[Standing]:
    """What is known of these residents' names, in their order; one statement for all of them."""
    return await db.all(conn, q.standings, Standing, residents=db.ids(residents), today=today())


async def mine(conn: db.ReadConn, resident: UUID) -> Mine:
    """A resident's own name, masked, and how the newest asking went."""
    identity = await db.maybe(conn, q.identity, Identity, resident=resident, today=today())
    return Mine(identity, await db.maybe(conn, q.newest_claim, Claim, resident=resident))


async def reveal(conn: db.Conn, settings: Settings, *, resident: UUID) -> Full:
    """The resident's own name and number in full; the trail says that they were shown.

    The caller's route asks for a passkey used just now. Problem `hall.not_found` when there is no name.
    """
    person = await person_of(conn, settings, resident)
    if person is None:
        raise not_found()
    await record(conn, resident, Act.SHOWN, None)
    return Full(person.name, person.national_id)


async def full_name(conn: db.ReadConn, settings: Settings, resident: UUID) -> str | None:
    """A resident's real name in full, for whom it must be shown to; None where there is none, or the hall cannot read
    it. The number stays sealed."""
    try:
        person = await person_of(conn, settings, resident)
    except (Problem, UnreadableError):
        return None
    return person.name if person is not None else None


async def person_of(conn: db.ReadConn, settings: Settings, resident: UUID) -> Person | None:
    """Who a resident is, in full: for the register's ears, and the resident's own eyes."""
    sealed = await db.maybe(conn, q.sealed_identity, Sealed, resident=resident)
    return None if sealed is None else opened(ring_of(settings), resident, sealed)
