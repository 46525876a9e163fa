"""What a resident does with their passkeys: list, rename, remove. Making and using one is in `ceremonies`."""

from uuid import UUID

from openhall.base import clock, db
from openhall.core.people import problems, rules
from openhall.core.people.actions.audit import record
from openhall.core.people.actions.following import Change, happened
from openhall.core.people.passkeys.types import Passkey
from openhall.core.people.types import Act, Visit

q = db.load("openhall.core.people.passkeys")


async def passkeys_of(conn: db.ReadConn, resident: UUID) -> list[Passkey]:
    """The resident's passkeys, oldest first, with those that are switched off."""
    return await db.all(conn, q.passkeys_of, Passkey, resident=resident)


async def find(conn: db.ReadConn, *, resident: UUID, passkey: UUID) -> Passkey:
    """One of the resident's own passkeys; Problem `people.passkey_not_found` for any other."""
    found = await db.maybe(conn, q.passkey, Passkey, id=passkey, resident=resident)
    if found is None:
        raise problems.passkey_not_found()
    return found


async def rename(conn: db.Conn, *, resident: UUID, passkey: UUID, name: str) -> Passkey:
    """Give it another name; an empty one changes nothing. Problem `people.passkey_not_found`."""
    tidy = rules.label(name)
    if tidy is None:
        return await find(conn, resident=resident, passkey=passkey)
    renamed = await db.maybe(conn, q.rename_passkey, Passkey, id=passkey, resident=resident, name=tidy)
    if renamed is None:
        raise problems.passkey_not_found()
    await record(conn, resident, Act.PASSKEY_RENAMED, about=passkey)
    return renamed


async def remove(conn: db.Conn, visit: Visit, *, passkey: UUID) -> None:
    """Remove it for good; the code to the phone or by e-mail remains as a way in, and without either the last passkey.

    Sessions that it opened end, but for the one that removes it; others that were strong by it go on, and are strong no
    longer. Problems: `people.passkey_not_found`, `people.last_passkey`.
    """
    resident, now = visit.resident.id, clock.now()
    await db.one(conn, q.lock_owner, UUID, resident=resident)
    removed = await db.maybe(conn, q.remove_passkey, UUID, id=passkey, resident=resident, now=now)
    if removed is None:
        raise problems.passkey_not_found()
    if await db.one(conn, q.is_shut_out, bool, resident=resident):
        raise problems.last_passkey()
    await db.run(conn, q.end_opened_by, passkey=passkey, kept=visit.session.id, now=now)
    await db.run(conn, q.weaken_sessions, resident=resident)
    await record(conn, resident, Act.PASSKEY_REMOVED, visit.session.id, about=passkey)


async def suspend_all(conn: db.Conn, resident: UUID) -> None:
    """Switch all of them off until their owner confirms each, because the account is being recovered."""
    await db.run(conn, q.suspend_passkeys, resident=resident, now=clock.now())
    await db.run(conn, q.weaken_sessions, resident=resident)
    await happened(conn, Change.PASSKEYS_SUSPENDED, resident)
