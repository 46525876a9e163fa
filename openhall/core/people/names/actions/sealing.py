"""Persons as the database keeps them: sealed for one resident, and marked by their national id."""

from uuid import UUID

import msgspec

from openhall.base import crypto, db
from openhall.base.config import Settings
from openhall.base.crypto import KeyRing, Sealed
from openhall.core.people.names import problems
from openhall.core.people.names.types import Person


def ring_of(settings: Settings) -> KeyRing:
    """The keys of the hall; Problem `people.names_closed` when it has none, or no register to ask."""
    ring = crypto.ring(settings.identity_keys)
    if ring is None or not settings.register_url:
        raise problems.names_closed()
    return ring


def seal(ring: KeyRing, resident: UUID, person: Person) -> Sealed:
    """A person as only this resident's row can hold them."""
    return ring.seal(msgspec.json.encode(person), resident.bytes)


def opened(ring: KeyRing, resident: UUID, sealed: Sealed) -> Person:
    """The person; UnreadableError when the key is gone."""
    return msgspec.json.decode(ring.open(sealed, resident.bytes), type=Person)


def marks(ring: KeyRing, person: Person) -> str:
    """What the person's national id is found by, as rows for a statement."""
    return db.rows(named_marks(ring, person))


def named_marks(ring: KeyRing, person: Person) -> list[dict[str, str]]:
    """The same, one for each key of the ring: its name, and the mark in hex."""
    return [{"key": mark.key, "mark": mark.mark.hex()} for mark in ring.marks(person.national_id.encode())]
