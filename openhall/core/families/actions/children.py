"""Parents by law: the register says whose child a minor is, and for how long that counts.

These take the pool: no transaction may wait for the register. Until the register has said that this is the parent,
nothing is looked up about the child, so nobody learns whether somebody else's child has an account.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from msgspec import Struct

from openhall.base import clock, db, ids
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core import messages, people
from openhall.core.families import problems, rules
from openhall.core.families.actions import links
from openhall.core.families.actions.trail import record
from openhall.core.families.telling import SUSPENDED
from openhall.core.families.types import Caps, Happened, Link, State
from openhall.core.people import Visit, names

q = db.load("openhall.core.families")
log = structlog.get_logger()

ASK_AGAIN = timedelta(hours=1)
# One run of the job asks no more than this, and stops at the first silence.
MOST_AT_ONCE = 100


async def add_child(
    pool: db.Pool,
    settings: Settings,
    visit: Visit,
    *,
    name: str,
    national_id: str,
    scopes: list[str],
    caps: Caps,
    address: str,
) -> Link:
    """Act for one's minor child from now on; a child whom the hall does not know gets an account without a phone.

    Problems, in this order: those of `people.names.person_in`, `families.not_a_minor`, `families.not_a_parent`,
    `families.link_exists`, `families.too_many_dependants`, `families.too_many_holders`.
    """
    parent = visit.resident.id
    child = await names.person_in(pool, settings, asker=parent, name=name, national_id=national_id, address=address)
    if not names.is_minor(child):
        raise problems.not_a_minor()
    if not await names.is_child_of(pool, settings, parent=parent, child=child):
        raise problems.not_a_parent()
    for _ in range(2):
        try:
            async with pool.write() as conn:
                return await _begin(conn, settings, visit, child=child, scopes=scopes, caps=caps)
        except _TwiceError:
            continue
    raise problems.link_exists()


class _TwiceError(Exception):
    """Somebody else brought the same child in the same moment: the next look finds it."""


async def _begin(
    conn: db.Conn, settings: Settings, visit: Visit, *, child: names.Person, scopes: list[str], caps: Caps
) -> Link:
    parent, dependant = visit.resident.id, await names.account_of(conn, settings, child)
    if dependant is None:
        await links.make_room(conn, settings, parent)
        dependant = await join(conn, settings, child)
        if dependant is None:
            raise _TwiceError
    else:
        if await links.holds(conn, holder=parent, dependant=dependant):
            raise problems.link_exists()
        await links.make_room(conn, settings, parent, dependant)
    link, now = ids.new(), clock.now()
    await db.run(
        conn,
        q.begin_by_law,
        id=link,
        holder=parent,
        dependant=dependant,
        scopes=scopes,
        payment_max=caps.payment_max,
        month_max=caps.month_max,
        ends_at=rules.start_of(names.adult_on(child), settings.zone),
        check_at=now + timedelta(days=settings.family_recheck_days),
        now=now,
    )
    await record(conn, link, Happened.PROPOSED, parent)
    await record(conn, link, Happened.APPROVED, None)
    return await links.begun(conn, link)


async def join(conn: db.Conn, settings: Settings, person: names.Person) -> UUID | None:
    """A resident without a phone, who is this person; None when they joined in the same moment."""
    resident = await people.join_without_phone(conn, name=person.name[: rules.NAME_MAX], currency=settings.currency)
    return resident if await names.give_name(conn, settings, resident=resident, person=person) else None


class _ToCheck(Struct, frozen=True):
    id: UUID
    holder: UUID
    dependant: UUID


async def check_due(pool: db.Pool, settings: Settings) -> int:
    """Ask the register again about parents whose turn it is; how many it answered."""
    for answered in range(MOST_AT_ONCE):
        async with pool.write() as conn:
            now = clock.now()
            due = await db.maybe(conn, q.take_parent_to_check, _ToCheck, now=now, again_at=now + ASK_AGAIN)
        if due is None:
            return answered
        try:
            is_parent = await names.is_parent(pool, settings, parent=due.holder, child=due.dependant)
        except names.RegisterSilentError:
            log.warning("families.register_silent", link=str(due.id))
            return answered
        except Problem as problem:
            # Of one of the two no name can be read: that says nothing of the others.
            log.warning("families.not_asked", link=str(due.id), why=problem.code)
            continue
        async with pool.write() as conn:
            await _checked(conn, settings, due.id, is_parent=is_parent)
    return MOST_AT_ONCE


async def _checked(conn: db.Conn, settings: Settings, link: UUID, *, is_parent: bool) -> None:
    """A no suspends, and a later yes resumes; the holder is told of a no once."""
    before = await links.locked(conn, link)
    state, now = State.ACTIVE if is_parent else State.SUSPENDED, clock.now()
    next_time = now + timedelta(days=settings.family_recheck_days if is_parent else 1)
    if not await db.run(conn, q.checked, id=link, state=state, check_at=next_time, now=now) or before.state is state:
        return
    await record(conn, link, Happened.RESUMED if is_parent else Happened.SUSPENDED, None)
    if not is_parent:
        await messages.tell(conn, before.holder, SUSPENDED, who=before.dependant_called, at=now, link=link)
    else:
        await links.begun(conn, link)
