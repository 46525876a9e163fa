"""Freezing an account and lifting it, by its resident and at the hall."""

from datetime import timedelta
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.core import ledger
from openhall.core.people.actions import residents
from openhall.core.people.actions.assurance import FRESH
from openhall.core.people.actions.audit import record
from openhall.core.people.actions.telling import tell
from openhall.core.people.freezes import problems
from openhall.core.people.freezes.telling import FROZEN, UNFROZEN
from openhall.core.people.freezes.types import Freeze, Open
from openhall.core.people.types import Act, Resident, Visit

q = db.load("openhall.core.people.freezes")

NOTE_MAX = 200
# So long the wish of an operator holds before whom the person stands: who comes back later is looked at anew.
WISH_HOLDS = timedelta(hours=1)


async def open_of(conn: db.ReadConn, resident: UUID) -> Open | None:
    """The freeze of this resident's account, if it is frozen."""
    return await db.maybe(conn, q.open_freeze, Open, resident=resident)


async def is_frozen(conn: db.Conn, resident: UUID) -> bool:
    """Whether the account is frozen, and it stays so until the transaction ends. For ways of money that do not begin
    in the resident's wallet; that one the ledger keeps by itself."""
    # First the lock and then the look: a statement that waits sees nothing of what it waited for.
    await db.one(conn, q.hold_resident, UUID, resident=resident)
    return await open_of(conn, resident) is not None


async def freeze(conn: db.Conn, visit: Visit) -> Open:
    """Freeze one's own account, from any session and without any proof; asked again it changes nothing."""
    await _freeze(conn, visit.resident, by=visit.resident.id, note=None, session=visit.session.id)
    found = await open_of(conn, visit.resident.id)
    assert found is not None, "it was frozen by this transaction, or before it"
    return found


async def by_operator(conn: db.Conn, *, operator: UUID, phone: str, note: str) -> UUID:
    """Freeze the account of whoever calls, by the number or e-mail address as written; the freeze. One operator
    suffices: nothing is lost by it that the person cannot undo.

    Problems, in this order: `people.phone_invalid`, `people.email_invalid`, `people.freeze_note_missing`,
    `people.freeze_nobody`, `people.frozen_already`.
    """
    canonical, said = residents.canonical(phone), " ".join(note.split())[:NOTE_MAX]
    if not said:
        raise problems.freeze_note_missing()
    resident = await residents.resident_with(conn, canonical)
    if resident is None:
        raise problems.freeze_nobody()
    made = await _freeze(conn, resident, by=operator, note=None if operator == resident.id else said, session=None)
    if made is None:
        raise problems.frozen_already()
    return made


async def stolen(conn: db.Conn, resident: Resident, *, operator: UUID, note: str) -> None:
    """Freeze the account of whoever comes to the hall because others have their devices. A frozen one stays so."""
    await _freeze(conn, resident, by=operator, note=note, session=None)


async def unfreeze(conn: db.Conn, visit: Visit) -> None:
    """Lift the freeze of one's own account. Only a passkey will do that is older than the freeze, used in the last five
    minutes: a code goes to whoever has the phone, and would make a new passkey there.

    Problems, in this order: `people.freeze_not_found`, `people.unfreeze_needs_passkey`.
    """
    found = await open_of(conn, visit.resident.id)
    if found is None:
        raise problems.freeze_not_found()
    if not await is_proved(conn, visit, found):
        raise problems.unfreeze_needs_passkey()
    await _lift(conn, found.id, by=visit.resident.id, session=visit.session.id)


async def is_proved(conn: db.ReadConn, visit: Visit, freeze: Open) -> bool:
    """Whether the session used a passkey in the last five minutes that is older than the freeze."""
    since = clock.now() - FRESH
    return await db.one(conn, q.is_proved, bool, session=visit.session.id, since=since, frozen_at=freeze.at)


async def has_older_passkey(conn: db.ReadConn, freeze: Open) -> bool:
    """Whether the resident has a passkey that can lift this freeze."""
    return await db.one(conn, q.has_older_passkey, bool, id=freeze.id)


async def ask_to_lift(conn: db.Conn, *, operator: UUID, freeze: UUID, seen: str) -> None:
    """As an operator before whom the person stands: ask a colleague to lift it. Asked by another, that one asked last.

    Problems, in this order: `people.freeze_note_missing`, `people.freeze_not_found`, `people.lift_own`.
    """
    paper = " ".join(seen.split())[:NOTE_MAX]
    if not paper:
        raise problems.freeze_note_missing()
    found = await _locked(conn, freeze)
    if found.resident == operator:
        raise problems.lift_own()
    await db.run(conn, q.ask_to_lift, id=freeze, by=operator, seen=paper, now=clock.now())
    await record(conn, found.resident, Act.UNFREEZE_ASKED, actor=operator, about=freeze)


async def lift(conn: db.Conn, *, operator: UUID, freeze: UUID) -> None:
    """As the second operator: lift it, within the hour, for the person stands before both of you.

    Problems, in this order: `people.freeze_not_found`, `people.lift_own`, `people.lift_needs_another`.
    """
    found = await _locked(conn, freeze)
    if found.resident == operator:
        raise problems.lift_own()
    if found.asked_by == operator or not found.is_wished(clock.now() - WISH_HOLDS):
        raise problems.lift_needs_another()
    await _lift(conn, freeze, by=operator, session=None)


async def find(conn: db.ReadConn, freeze: UUID) -> Freeze:
    """One freeze; Problem `people.freeze_not_found`."""
    found = await db.maybe(conn, q.freeze, Freeze, id=freeze)
    if found is None:
        raise problems.freeze_not_found()
    return found


async def newest(conn: db.ReadConn, *, limit: int) -> list[Freeze]:
    """The freezes that are open, newest first, and then those that were lifted."""
    return await db.all(conn, q.freezes, Freeze, limit=limit)


async def _locked(conn: db.Conn, freeze: UUID) -> Freeze:
    await db.maybe(conn, q.lock_freeze, UUID, id=freeze)
    found = await find(conn, freeze)
    if found.ended_at is not None:
        raise problems.freeze_not_found()
    return found


async def _freeze(
    conn: db.Conn, resident: Resident, *, by: UUID, note: str | None, session: UUID | None
) -> UUID | None:
    """The new freeze; None when there was one."""
    now = clock.now()
    await db.one(conn, q.lock_resident, UUID, resident=resident.id)
    made = await db.maybe(conn, q.put_freeze, UUID, id=ids.new(), resident=resident.id, by=by, note=note, now=now)
    if made is None:
        return None
    actor = None if by == resident.id else by
    await record(conn, resident.id, Act.FROZEN, session, actor=actor, about=made)
    await tell(conn, resident.id, FROZEN, at=now)
    # Last, for it waits for whoever is paying from the account right now.
    await ledger.freeze(conn, resident.wallet)
    return made


async def _lift(conn: db.Conn, freeze: UUID, *, by: UUID, session: UUID | None) -> None:
    now = clock.now()
    resident = await db.maybe(conn, q.end_freeze, UUID, id=freeze, by=by, now=now)
    if resident is None:
        raise problems.freeze_not_found()
    await record(conn, resident, Act.UNFROZEN, session, actor=None if by == resident else by, about=freeze)
    await tell(conn, resident, UNFROZEN, at=now)
    await ledger.unfreeze(conn, (await residents.resident(conn, resident)).wallet)
