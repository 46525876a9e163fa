"""Who receives: by a telephone number, or by the code that they show themselves.

A masked name is shown of somebody whose real name was matched. Of everybody else, joined or not, nothing is: whoever
tries numbers cannot tell the two apart.
"""

import hmac
import re
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db
from openhall.base.config import Settings
from openhall.core import people
from openhall.core.families import Dependant
from openhall.core.payments import codes
from openhall.core.payments.transfers import problems
from openhall.core.payments.transfers.types import Receiver
from openhall.core.people import Resident, names

q = db.load("openhall.core.payments.transfers")

_LINK = re.compile(r"/transfer\?code=([2-9A-Z]{17})")


class _Found(Struct, frozen=True):
    id: UUID
    address: str
    name: str | None
    is_active: bool


async def by_phone(conn: db.ReadConn, settings: Settings, *, sender: Resident, written: str) -> Receiver:
    """Who receives what is sent to this number, as written.

    Problems, in this order: `people.phone_invalid`, `payments.receiver_closed`, `payments.transfer_to_yourself`.
    """
    phone = people.phone(written)
    if phone is None:
        raise people.phone_invalid()
    found = await people.resident_with(conn, phone)
    if found is None and await people.is_resting(conn, phone):
        raise problems.receiver_closed()
    if phone == sender.phone:
        raise problems.transfer_to_yourself()
    resident = found.id if found is not None else None
    # Asked for nobody as well, so that both take the same time.
    (standing,) = await names.of(conn, [resident or UUID(int=0)])
    return Receiver(resident, phone, _key(settings, phone), standing.name_masked if resident else None, by_code=False)


async def by_code(conn: db.ReadConn, settings: Settings, *, sender: Resident, code: str) -> Receiver:
    """Who shows this code; somebody who has no confirmed name is shown by their masked number or e-mail address, for
    they gave it, and without either by the name they gave.

    Problems, in this order: `payments.receive_code_unknown`, `payments.receiver_closed`,
    `payments.transfer_to_yourself`.
    """
    found = await db.maybe(conn, q.receiver_by_code, _Found, code=code)
    if found is None:
        raise problems.receive_code_unknown()
    if not found.is_active:
        raise problems.receiver_closed()
    if found.id == sender.id:
        raise problems.transfer_to_yourself()
    (standing,) = await names.of(conn, [found.id])
    shown = standing.name_masked or (people.masked(found.address) if found.address else found.name or "")
    # Whoever has no address must not be taken for another one without.
    key = _key(settings, found.address or str(found.id))
    return Receiver(found.id, found.address, key, shown, by_code=True)


def dependant(settings: Settings, found: Dependant) -> Receiver:
    """Somebody for whom the sender acts: they need no number."""
    key = _key(settings, found.address or str(found.resident))
    return Receiver(found.resident, found.address, key, found.called, by_code=True)


async def is_familiar(conn: db.ReadConn, *, sender: UUID, receiver: Receiver) -> bool:
    """Whether something that this sender sent to them arrived before."""
    return await db.one(conn, q.is_familiar, bool, sender=sender, key=receiver.key)


async def own_code(conn: db.Conn, resident: UUID) -> str:
    """The resident's code to receive by; made when it is first asked for."""
    return await db.maybe(conn, q.own_code, str, resident=resident) or await new_code(conn, resident)


async def new_code(conn: db.Conn, resident: UUID) -> str:
    """Another code in its place: the old one names nobody any more."""
    code = codes.new_id()
    await db.run(conn, q.put_code, resident=resident, code=code, now=clock.now())
    return code


def link(settings: Settings, code: str) -> str:
    """What the QR of a code holds: an address of this hall, so that any camera finds it."""
    return f"{settings.public_url}/transfer?code={code}"


def code_in(text: str) -> str | None:
    """The code of a person in what was scanned, if it is one."""
    found = _LINK.search(text)
    return found[1] if found else None


def _key(settings: Settings, phone: str) -> UUID:
    """Stands for a number in the list of whom somebody has paid: not the number itself."""
    return UUID(bytes=hmac.digest(settings.secret.encode(), f"payments.receiver\0{phone}".encode(), "sha256")[:16])
