"""Changing the keys: everything is sealed and marked anew with the first key of the ring."""

from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db
from openhall.base.crypto import KeyRing, Sealed, UnreadableError
from openhall.core.people.names.actions.claims import today
from openhall.core.people.names.actions.sealing import marks, opened, seal
from openhall.core.people.names.types import OpenClaim

q = db.load("openhall.core.people.names")

AT_ONCE = 500


class _Stale(Struct, frozen=True):
    resident: UUID
    key: str
    box: bytes


class Rekeyed(Struct, frozen=True):
    """One step: how many were sealed anew, how many cannot be read, and where to go on; None at the end."""

    done: int
    unreadable: int
    last: UUID | None


class KeyCount(Struct, frozen=True):
    """How many identities a key has sealed."""

    key: str
    identities: int


async def counts(conn: db.ReadConn) -> list[KeyCount]:
    """The keys that have sealed identities."""
    return await db.all(conn, q.identities_by_key, KeyCount)


async def missing(conn: db.ReadConn, ring: KeyRing | None) -> list[str]:
    """The names of keys without which something in the database cannot be read."""
    known = ring.names if ring is not None else []
    return [key for key in await db.all(conn, q.keys_in_use, str) if key not in known]


async def rekey(conn: db.Conn, ring: KeyRing, after: UUID | None) -> Rekeyed:
    """Seal the next identities anew whose key or marks are not the ring's; the first step takes the open claims too."""
    done, unreadable = (0, 0) if after else await _rekey_claims(conn, ring)
    stale = await db.all(
        conn, q.stale_identities, _Stale, after=after, newest=ring.names[0], keys=sorted(ring.names), most=AT_ONCE
    )
    for one in stale:
        try:
            person = opened(ring, one.resident, Sealed(one.key, one.box))
        except UnreadableError:
            unreadable += 1
            continue
        sealed = seal(ring, one.resident, person)
        await db.run(conn, q.reseal_identity, resident=one.resident, key=sealed.key, box=sealed.box)
        await db.run(conn, q.put_marks, resident=one.resident, rows=marks(ring, person))
        await db.run(conn, q.drop_old_marks, resident=one.resident, keys=ring.names)
        done += 1
    return Rekeyed(done, unreadable, stale[-1].resident if stale else None)


async def _rekey_claims(conn: db.Conn, ring: KeyRing) -> tuple[int, int]:
    done = unreadable = 0
    for claim in await db.all(conn, q.stale_claims, OpenClaim, newest=ring.names[0]):
        try:
            sealed = seal(ring, claim.resident, opened(ring, claim.resident, claim.sealed))
        except UnreadableError:
            unreadable += 1
            continue
        await db.run(conn, q.reseal_claim, claim=claim.id, key=sealed.key, box=sealed.box)
        done += 1
    return done, unreadable


async def come_of_age(conn: db.Conn) -> int:
    """Whoever has turned 18 by the city's calendar is grown up: the date is forgotten, and the trail says so."""
    return await db.run(conn, q.come_of_age, today=today(), now=clock.now())
