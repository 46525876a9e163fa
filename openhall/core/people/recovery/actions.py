"""Recovery at the hall, from the operators' side; and the resident's right to stop it. Using it is in `regain`."""

import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db, ids
from openhall.base.config import Settings
from openhall.core.people import problems
from openhall.core.people.actions import operators, residents, sessions
from openhall.core.people.actions.audit import record
from openhall.core.people.actions.telling import tell
from openhall.core.people.freezes import actions as freezes
from openhall.core.people.passkeys import actions as passkeys
from openhall.core.people.recovery.telling import RECOVERY_OPENED
from openhall.core.people.recovery.types import Confirmed, Evidence, Open, Recovery, State
from openhall.core.people.types import Act, Visit

q = db.load("openhall.core.people.recovery")

# What is not confirmed within this time after it may be is given up: the person did not come back.
WAITS_FOR_STAFF = timedelta(days=3)
# What a recovery of so many days ago ended or switched off could still object, had it not been for that recovery.
LOOKS_BACK = timedelta(days=30)
CODE_LIFE = timedelta(minutes=15)
CODE_DIGITS = 12
NOTE_MAX = 200


async def open_recovery(
    conn: db.Conn,
    settings: Settings,
    *,
    operator: UUID,
    phone: str,
    evidence: Evidence,
    note: str,
    stolen: bool,
) -> UUID:
    """Open a recovery of the account with `phone`, a number or e-mail address as written; its id. It is told there.

    While the account has a live session or a passkey, whose holder could object, or had one before a recovery of the
    last 30 days, it can be confirmed only after `recovery_wait_hours`. `stolen`: the devices are in other hands, so the
    account is frozen and all of them are signed out at once, which does not shorten the wait.

    Problems, in order: `people.phone_invalid`, `people.email_invalid`, `people.recovery_note_missing`,
    `people.recovery_nobody`, `people.recovery_own`, `people.recovery_under_way`.
    """
    canonical, seen = residents.canonical(phone), " ".join(note.split())[:NOTE_MAX]
    if not seen:
        raise problems.recovery_note_missing()
    resident = await residents.resident_with(conn, canonical)
    if resident is None:
        raise problems.recovery_nobody()
    if resident.id == operator:
        raise problems.recovery_own()
    await give_up_expired(conn)
    now, recovery = clock.now(), ids.new()
    objects = await db.one(conn, q.can_object, bool, resident=resident.id, now=now, since=now - LOOKS_BACK)
    wait = timedelta(hours=settings.recovery_wait_hours if objects else 0)
    opened = await db.maybe(
        conn,
        q.open_recovery,
        UUID,
        id=recovery,
        resident=resident.id,
        evidence=evidence,
        note=seen,
        operator=operator,
        now=now,
        confirm_from=now + wait,
        expires_at=now + wait + WAITS_FOR_STAFF,
    )
    if opened is None:
        raise problems.recovery_under_way()
    await record(conn, resident.id, Act.RECOVERY_OPENED, actor=operator, about=recovery)
    await tell(conn, resident.id, RECOVERY_OPENED, at=now)
    if stolen:
        # First of all, for it locks the resident: whoever signs in right now is waited for, and signed out.
        await freezes.stolen(conn, resident, operator=operator, note=seen)
        await sessions.end_sessions(conn, resident=resident.id, kept=None)
        await passkeys.suspend_all(conn, resident.id)
        await record(conn, resident.id, Act.SIGNED_OUT_EVERYWHERE, actor=operator, about=recovery)
    return recovery


async def confirm(conn: db.Conn, settings: Settings, *, operator: UUID, recovery: UUID) -> Confirmed:
    """Confirm it as the second person. The code is told here and never again.

    Problems, in order: `people.recovery_not_found`, `people.recovery_needs_another`, `people.recovery_own`,
    `people.recovery_too_early`.
    """
    await db.maybe(conn, q.lock_recovery, UUID, id=recovery)
    found, now = await find(conn, recovery), clock.now()
    state = found.state(now)
    if state not in (State.WAITING, State.READY, State.CONFIRMED):
        raise problems.recovery_not_found()
    if found.opened_by == operator:
        raise problems.recovery_needs_another()
    if found.resident == operator:
        raise problems.recovery_own()
    if state is State.WAITING:
        raise problems.recovery_too_early()
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    hashed, ends = code_hash(settings.secret, recovery, code), now + CODE_LIFE
    await db.run(
        conn, q.confirm_recovery, id=recovery, operator=operator, now=now, code_hash=hashed, code_expires_at=ends
    )
    await record(conn, found.resident, Act.RECOVERY_CONFIRMED, actor=operator, about=recovery)
    return Confirmed(code, ends)


async def decline(conn: db.Conn, *, operator: UUID, recovery: UUID) -> None:
    """End it without use, as an operator. Problem `people.recovery_not_found`."""
    resident = await db.maybe(conn, q.end_recovery, UUID, id=recovery, now=clock.now(), by=operator)
    if resident is None:
        raise problems.recovery_not_found()
    await record(conn, resident, Act.RECOVERY_STOPPED, actor=operator, about=recovery)


async def stop(conn: db.Conn, visit: Visit) -> None:
    """End the recovery of one's own account, from any session. Problem `people.recovery_not_found`."""
    resident = visit.resident.id
    found = await db.maybe(conn, q.lock_open_of, Open, resident=resident)
    if found is None:
        raise problems.recovery_not_found()
    await db.maybe(conn, q.end_recovery, UUID, id=found.id, now=clock.now(), by=resident)
    await record(conn, resident, Act.RECOVERY_STOPPED, visit.session.id, about=found.id)


async def open_of(conn: db.ReadConn, resident: UUID) -> Open | None:
    """The recovery of this resident's account that is under way, if one is."""
    return await db.maybe(conn, q.open_of, Open, resident=resident, now=clock.now())


async def find(conn: db.ReadConn, recovery: UUID) -> Recovery:
    """One recovery; Problem `people.recovery_not_found`."""
    found = await db.maybe(conn, q.recovery, Recovery, id=recovery)
    if found is None:
        raise problems.recovery_not_found()
    return found


async def newest(conn: db.ReadConn, *, limit: int) -> list[Recovery]:
    """The newest recoveries, over or not."""
    return await db.all(conn, q.recoveries, Recovery, limit=limit)


class _GivenUp(Struct, frozen=True):
    id: UUID
    resident: UUID


async def give_up_expired(conn: db.Conn) -> None:
    """End those that nobody confirmed or used in time."""
    for one in await db.all(conn, q.give_up_expired, _GivenUp, now=clock.now()):
        await record(conn, one.resident, Act.RECOVERY_EXPIRED, about=one.id)


async def require_operator(conn: db.ReadConn, visit: Visit) -> UUID:
    """The operator who visits; `hall.not_found` for anybody else."""
    await operators.require_operator(conn, visit.resident.id)
    return visit.resident.id


def code_hash(secret: str, recovery: UUID, code: str) -> bytes:
    """What is stored of a code: without the hall's secret it cannot be tried."""
    return hmac.digest(secret.encode(), f"people.recovery\0{recovery}\0{code}".encode(), "sha256")
