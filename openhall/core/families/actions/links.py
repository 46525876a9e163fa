"""Links between two people: proposed, approved by whom they concern, limited, ended; and how they are found."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db, ids, paging
from openhall.base import limits as counts
from openhall.base.config import Settings
from openhall.base.telling import Fact, Sum
from openhall.core import ledger, messages, people
from openhall.core.families import problems, rules
from openhall.core.families.actions.trail import record, record_many
from openhall.core.families.telling import APPROVED, BEGUN, ENDED, LIMITED, PROPOSED
from openhall.core.families.types import LIVING, Caps, Channel, Happened, Kind, Link, State
from openhall.core.people import Visit, names

q = db.load("openhall.core.families")

# Of what waits and what is over, on one page; what lives is all there.
MOST_SHOWN = 60
NEWEST = UUID(int=2**128 - 1)
# Each proposal is told to somebody who may not know who asks.
PROPOSING = counts.Limit("families.propose", 20, timedelta(days=1))
ASKING_ONE = counts.Limit("families.propose_to", 3, timedelta(days=1))
BEING_ASKED = counts.Limit("families.proposed_to", 10, timedelta(days=1))


async def count_proposal(pool: db.Pool, visit: Visit, phone: str) -> None:
    """Count a proposal: of whoever asks, to this number, and to the number by all together, whether or not anybody has
    it. What is no number is a slip of whoever asks. Problem `hall.rate_limited`."""
    asker, number = str(visit.resident.id), people.phone(phone)
    await counts.take(pool, PROPOSING, asker)
    if number is not None:
        await counts.take(pool, ASKING_ONE, f"{asker} {number}")
        await counts.take(pool, BEING_ASKED, number)


class Wish(Struct, frozen=True):
    """A link to be. `scopes` with what they imply; `last_day` None where it has no end."""

    scopes: list[str]
    caps: Caps
    last_day: date | None = None


async def propose(conn: db.Conn, settings: Settings, visit: Visit, *, phone: str, wish: Wish) -> Link:
    """Ask whoever has this phone, as written, whether one may act for them.

    The answer and the work are the same whether or not anybody has it: they are told by a job. Problems, in this
    order: `people.phone_invalid`, `families.yourself`, `families.too_young`, `families.ends_invalid`,
    `families.link_exists` (only of what the holder knows anyway), `families.too_many_dependants`.
    """
    holder, canonical = visit.resident, people.phone(phone)
    if canonical is None:
        raise people.phone_invalid()
    if canonical == holder.phone:
        raise problems.yourself()
    await require_age(conn, settings, holder.id)
    ends_at = ends_of(settings, wish)
    found = await people.resident_with(conn, canonical)
    dependant = found.id if found is not None else None
    await make_room(conn, settings, holder.id)
    if await db.one(conn, q.is_linked, bool, holder=holder.id, dependant=dependant, phone=canonical):
        raise problems.link_exists()
    link, now = ids.new(), clock.now()
    await db.run(
        conn,
        q.propose,
        id=link,
        holder=holder.id,
        dependant=dependant,
        phone=canonical,
        proposed_to=people.masked(canonical),
        kind=Kind.VOLUNTARY,
        scopes=wish.scopes,
        payment_max=wish.caps.payment_max,
        month_max=wish.caps.month_max,
        evidence=None,
        now=now,
        until=now + timedelta(days=settings.family_proposal_days),
        ends_at=ends_at,
        seen_by=None,
    )
    await record(conn, link, Happened.PROPOSED, holder.id)
    return await find(conn, link)


async def require_age(conn: db.ReadConn, settings: Settings, *residents: UUID) -> None:
    """Problem `families.too_young` when the register knows one of them as too young for a voluntary link."""
    today = ledger.local(clock.now()).date()
    for resident in residents:
        if await db.one(conn, q.is_younger, bool, resident=resident, age=settings.family_own_age, today=today):
            raise problems.too_young(age=settings.family_own_age)


async def full_holder(conn: db.ReadConn, settings: Settings, link: Link) -> str:
    """Who acts, by the real name in full and the masked number, for whom they act for or ask to: nobody can judge a
    proposal by one letter of a name."""
    name = await names.full_name(conn, settings, link.holder)
    return f"{name} ({people.masked(link.holder_phone)})" if name else link.holder_called


def ends_of(settings: Settings, wish: Wish) -> datetime | None:
    """When the wish's last day is over. Problem `families.ends_invalid`."""
    if wish.last_day is None:
        return None
    if wish.last_day < ledger.local(clock.now()).date():
        raise problems.ends_invalid()
    return rules.end_of(wish.last_day, settings.zone)


async def full_dependant(conn: db.ReadConn, settings: Settings, link: Link) -> str:
    """For whom, in the same way; for an operator who compares it with a card."""
    name = None if link.dependant is None else await names.full_name(conn, settings, link.dependant)
    if name is None:
        return link.dependant_called
    return f"{name} ({people.masked(link.dependant_phone)})" if link.dependant_phone else name


async def make_room(conn: db.Conn, settings: Settings, holder: UUID, dependant: UUID | None = None) -> None:
    """Let this holder's links be counted by nobody else until the transaction ends, and see that one more may be.

    Problems, in this order: `families.too_many_dependants`, and for a known dependant `families.too_many_holders`.
    """
    await db.all(conn, q.lock_people, str, ids=db.ids({holder, dependant or holder}))
    now = clock.now()
    over = await db.all(conn, q.end_overdue_of, UUID, holder=holder, now=now)
    await record_many(conn, over, Happened.EXPIRED)
    if await db.one(conn, q.count_dependants, int, holder=holder, now=now) >= settings.family_dependants_max:
        raise problems.too_many_dependants(most=settings.family_dependants_max)
    if dependant is not None:
        await room_for_holder(conn, settings, dependant)


async def room_for_holder(conn: db.Conn, settings: Settings, dependant: UUID) -> None:
    """Whether one more may act for this person, whose links are locked. What strangers propose does not count here:
    else two of them could keep a daughter out. Problem `families.too_many_holders`."""
    holders = await db.one(conn, q.count_holders, int, dependant=dependant, now=clock.now())
    if holders >= settings.family_holders_max:
        raise problems.too_many_holders(most=settings.family_holders_max)


async def match_phone(conn: db.Conn, *, resident: UUID, phone: str) -> None:
    """Somebody joined: what was proposed to their number before waits for them now."""
    for one in await db.all(conn, q.match_phone, _Matched, resident=resident, phone=phone, now=clock.now()):
        await record(conn, one.id, Happened.MATCHED, None)
        made = await find(conn, one.id)
        await messages.tell(conn, resident, PROPOSED, who=made.holder_called, link=one.id)


class _Matched(Struct, frozen=True):
    id: UUID
    holder: UUID


async def approve(conn: db.Conn, settings: Settings, visit: Visit, *, link: UUID) -> Link:
    """Let the other one act for oneself, after a passkey of the last five minutes; or again, after a recovery.

    Problems, in this order: `families.link_not_found`, `people.level_too_low`, `people.proof_too_old`,
    `families.too_young`, `families.link_exists`, `families.too_many_holders`.
    """
    me = visit.resident.id
    found = await find(conn, link)
    if found.dependant != me:
        raise problems.link_not_found()
    # Not by the route: a stranger is to learn that there is nothing, and not that more is asked for.
    people.require_level(visit, people.Level.STRONG)
    await people.require_fresh(conn, visit)
    await require_age(conn, settings, me)
    await db.all(conn, q.lock_people, str, ids=db.ids({found.holder, me}))
    found = await locked(conn, link)
    state = found.state_at(clock.now())
    if state is State.SUSPENDED and await db.run(conn, q.resume, id=link):
        await record(conn, link, Happened.RESUMED, me)
        return await begun(conn, link)
    if state is not State.PROPOSED or found.seen_by is not None or found.declined_at is not None:
        raise problems.link_not_found()
    await record_many(
        conn, await db.all(conn, q.end_overdue_of, UUID, holder=found.holder, now=clock.now()), Happened.EXPIRED
    )
    if await holds(conn, holder=found.holder, dependant=me):
        raise problems.link_exists()
    await room_for_holder(conn, settings, me)
    await db.run(conn, q.approve, id=link, channel=Channel.OWN, confirmed_by=None, now=clock.now())
    await record(conn, link, Happened.APPROVED, me)
    return await begun(conn, link)


async def begun(conn: db.Conn, link: UUID) -> Link:
    """The link that lives from now on; both are told. What links before it paid between the same two this month counts
    on."""
    await db.run(conn, q.carry, id=link)
    made, now = await find(conn, link), clock.now()
    assert made.dependant is not None
    tellings = [
        messages.Telling(made.dependant, BEGUN, {"who": made.holder_called, "at": now, "link": link}),
        messages.Telling(made.holder, APPROVED, {"who": made.dependant_called, "link": link}, about=made.dependant),
    ]
    await messages.tell_all(conn, tellings)
    return made


async def revoke(conn: db.Conn, *, resident: UUID, link: UUID) -> Link:
    """End it, or take the proposal back, or decline it. Whoever is paying by it right now comes first or not at all.

    Problems, in this order: `families.link_not_found`, `families.not_yours_to_end` (by law, for the dependant).
    """
    found = await of(conn, resident=resident, link=link)
    if found.state_at(clock.now()) not in (State.PROPOSED, *LIVING):
        raise problems.link_not_found()
    if found.declined_at is not None and resident == found.dependant:
        raise problems.link_not_found()
    if resident == found.dependant and found.kind in (Kind.PARENT, Kind.GUARDIAN):
        raise problems.not_yours_to_end()
    return await end(conn, found, by=resident)


async def end(conn: db.Conn, link: Link, *, by: UUID, why: str | None = None) -> Link:
    """End it in somebody's name; the others are told. Problem `families.link_not_found` when it is over.

    A no to a proposal only notes itself: to whoever asked it must read like a number that nobody has, until its time is
    over.
    """
    now = clock.now()
    if link.state is State.PROPOSED and link.dependant == by and link.seen_by is None:
        if await db.run(conn, q.decline, id=link.id, now=now):
            await record(conn, link.id, Happened.DECLINED, by)
        return await find(conn, link.id)
    if not await db.run(conn, q.end_link, id=link.id, by=by, now=now):
        raise problems.link_not_found()
    await record(conn, link.id, Happened.REVOKED, by, why)
    if link.state is not State.PROPOSED or link.dependant == by:
        await _tell_ended(conn, link, by=by)
    return await find(conn, link.id)


async def tell_expired(conn: db.Conn, link: UUID) -> None:
    """Both sides of a link that lived learn that its time is over; of a proposal nobody answered, only its holder."""
    found = await find(conn, link)
    await _tell_ended(conn, found, by=None if found.starts_at is not None else found.dependant)


async def _tell_ended(conn: db.Conn, link: Link, *, by: UUID | None) -> None:
    told: dict[str, Fact] = {"at": clock.now(), "link": link.id}
    tellings = []
    if link.holder != by:
        tellings.append(messages.Telling(link.holder, ENDED, told | {"who": link.dependant_called}))
    if link.dependant is not None and link.dependant != by:
        tellings.append(messages.Telling(link.dependant, ENDED, told | {"who": link.holder_called}))
    await messages.tell_all(conn, tellings)


async def limit(conn: db.Conn, visit: Visit, *, link: UUID, caps: Caps) -> Link:
    """Set what may be spent by a link. Lowered by either side; raised by the parent after a fresh proof, and by who
    gave it voluntarily after one with the passkey.

    Problems, in this order: `families.link_not_found`, `families.not_yours_to_raise`, `people.level_too_low`,
    `people.proof_too_old`.
    """
    me = visit.resident.id
    await of(conn, resident=me, link=link)
    found = await locked(conn, link)
    if found.state_at(clock.now()) not in LIVING:
        raise problems.link_not_found()
    if rules.is_more(caps, found.caps):
        if me != _who_raises(found):
            raise problems.not_yours_to_raise()
        people.require_level(visit, people.Level.STRONG if found.kind is Kind.VOLUNTARY else people.Level.NAMED)
        await people.require_fresh(conn, visit)
    await db.run(conn, q.set_caps, id=link, payment_max=caps.payment_max, month_max=caps.month_max)
    await record(conn, link, Happened.LIMITED, me)
    is_holder = me == found.holder
    other = found.dependant if is_holder else found.holder
    assert other is not None
    currency = (await ledger.balance(conn, visit.resident.wallet)).currency
    facts = {
        "who": found.holder_called if is_holder else found.dependant_called,
        "at": clock.now(),
        "link": link,
        "payment_max": Sum(caps.payment_max, currency),
        "month_max": Sum(caps.month_max, currency),
    }
    await messages.tell(conn, other, LIMITED, **facts)
    return await find(conn, link)


def raises(link: Link, reader: UUID) -> str:
    """Whose word raises the limits, for one of the two sides to read: "you", "they" or "hall"."""
    who = _who_raises(link)
    return "hall" if who is None else "you" if who == reader else "they"


def _who_raises(link: Link) -> UUID | None:
    return {Kind.VOLUNTARY: link.dependant, Kind.PARENT: link.holder}.get(link.kind)


async def find(conn: db.ReadConn, link: UUID) -> Link:
    """One link; Problem `families.link_not_found`."""
    found = await db.maybe(conn, q.link, Link, id=link)
    if found is None:
        raise problems.link_not_found()
    return found


async def locked(conn: db.Conn, link: UUID) -> Link:
    """The same, locked until the transaction ends."""
    await db.maybe(conn, q.lock_link, UUID, id=link)
    return await find(conn, link)


async def of(conn: db.ReadConn, *, resident: UUID, link: UUID) -> Link:
    """One of a resident's own links, of either side; Problem `families.link_not_found` for anybody else's."""
    found = await find(conn, link)
    if resident not in (found.holder, found.dependant):
        raise problems.link_not_found()
    return found


async def living_links_of(conn: db.ReadConn, resident: UUID) -> list[Link]:
    """Whom a resident acts for and who acts for them: all links that live, suspended or not."""
    return await db.all(conn, q.living_links_of, Link, resident=resident)


async def links_of(
    conn: db.ReadConn, resident: UUID, *, before: UUID | None = None, limit: int | None = None
) -> list[Link]:
    """All links of a resident that live; then what waits and what is over, newest first, from `before` on. Of the page
    behind a cursor only the latter."""
    living = [] if before else await living_links_of(conn, resident)
    asked = {"resident": resident, "before": before or NEWEST, "limit": limit or MOST_SHOWN}
    return living + await db.all(conn, q.other_links_of, Link, **asked)


async def page_of(conn: db.ReadConn, resident: UUID, before: UUID | None) -> tuple[list[Link], UUID | None]:
    """The same for a page, and the cursor of the next one."""
    found = await links_of(conn, resident, before=before, limit=MOST_SHOWN + 1)
    living = [one for one in found if one.state in LIVING]
    others, more = paging.cut([one for one in found if one.state not in LIVING], MOST_SHOWN)
    return living + others, more


class Living(Struct, frozen=True):
    """For whom a resident may act now."""

    resident: UUID
    called: str


async def living_links(conn: db.ReadConn, holder: UUID) -> Sequence[Living]:
    """For whom this resident may act right now."""
    now = clock.now()
    return [
        # Whoever chooses for whom to act knows them by the name they gave themselves.
        Living(link.dependant, link.dependant_name or link.dependant_called)
        for link in await living_links_of(conn, holder)
        if link.holder == holder and link.dependant is not None and link.state_at(now) is State.ACTIVE
    ]


async def holds(conn: db.ReadConn, *, holder: UUID, dependant: UUID) -> bool:
    """Whether the one has a link to the other that lives, suspended or not."""
    return await db.one(conn, q.is_linked, bool, holder=holder, dependant=dependant, phone=None)
