"""Links at the hall: one operator sees the papers, another one confirms; and people without a phone."""

from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db, ids
from openhall.base.config import Settings
from openhall.core import ledger, people
from openhall.core.families import problems, rules
from openhall.core.families.actions import children, links
from openhall.core.families.actions.links import Wish
from openhall.core.families.actions.trail import record, record_many
from openhall.core.families.types import Card, Channel, Happened, Kind, Link, State
from openhall.core.people import names

q = db.load("openhall.core.families")


class Papers(Struct, frozen=True):
    """Two people before the counter, by the number of a phone or a card as written, and what was seen of them."""

    kind: Kind
    holder: str
    dependant: str
    evidence: str


async def see(conn: db.Conn, settings: Settings, *, operator: UUID, papers: Papers, wish: Wish) -> Link:
    """As the operator before whom they stand: put it down for a colleague to confirm.

    Problems, in this order: `families.kind_elsewhere` (parents are the register's), `families.evidence_missing`,
    `families.ends_invalid` (a guardian's needs the court's date), `families.person_unknown` (with `which`),
    `families.yourself`, `families.own_case`, `families.too_young`, `families.link_exists`,
    `families.too_many_dependants`, `families.too_many_holders`.
    """
    if papers.kind is Kind.PARENT:
        raise problems.kind_elsewhere()
    evidence = rules.noted(papers.evidence)
    ends_at = links.ends_of(settings, wish)
    if papers.kind is Kind.GUARDIAN and ends_at is None:
        raise problems.ends_invalid()
    holder = await _person(conn, papers.holder, "holder")
    dependant = await _person(conn, papers.dependant, "dependant")
    if holder == dependant:
        raise problems.yourself()
    _is_no_party(operator, holder, dependant)
    if papers.kind is Kind.VOLUNTARY:
        await links.require_age(conn, settings, holder, dependant)
    if await links.holds(conn, holder=holder, dependant=dependant):
        raise problems.link_exists()
    await links.make_room(conn, settings, holder, dependant)
    link, now = ids.new(), clock.now()
    await db.run(
        conn,
        q.propose,
        id=link,
        holder=holder,
        dependant=dependant,
        phone=None,
        proposed_to=None,
        kind=papers.kind,
        scopes=wish.scopes,
        payment_max=wish.caps.payment_max,
        month_max=wish.caps.month_max,
        evidence=evidence,
        now=now,
        until=rules.end_of(_last_day(settings), settings.zone),
        ends_at=ends_at,
        seen_by=operator,
    )
    await record(conn, link, Happened.SEEN, operator)
    return await links.find(conn, link)


def _last_day(settings: Settings) -> date:
    return ledger.local(clock.now()).date() + timedelta(days=settings.family_proposal_days)


async def confirm(conn: db.Conn, settings: Settings, *, operator: UUID, link: UUID) -> Link:
    """As the second operator, who saw them too: it lives from now on, and both are told.

    Problems, in this order: `families.link_not_found`, `families.needs_another`, `families.own_case`,
    `families.link_exists`, `families.too_many_holders`.
    """
    found = await _at_counter(conn, link)
    assert found.dependant is not None
    if found.seen_by == operator:
        raise problems.needs_another()
    _is_no_party(operator, found.holder, found.dependant)
    await db.all(conn, q.lock_people, str, ids=db.ids({found.holder, found.dependant}))
    found = await links.locked(conn, link)
    if found.state_at(clock.now()) is not State.PROPOSED or found.dependant is None:
        raise problems.link_not_found()
    if await links.holds(conn, holder=found.holder, dependant=found.dependant):
        raise problems.link_exists()
    await links.room_for_holder(conn, settings, found.dependant)
    now = clock.now()
    replaced = await db.all(
        conn, q.replace_proposals, UUID, holder=found.holder, dependant=found.dependant, id=link, now=now
    )
    await record_many(conn, replaced, Happened.REVOKED)
    await db.run(conn, q.approve, id=link, channel=Channel.COUNTER, confirmed_by=operator, now=now)
    await record(conn, link, Happened.CONFIRMED, operator)
    return await links.begun(conn, link)


async def end(conn: db.Conn, *, operator: UUID, link: UUID, why: str) -> Link:
    """End a link for whoever calls, or comes; one operator suffices, for nothing is lost by it. `why` stays in the
    trail.

    Problems, in this order: `families.reason_missing`, `families.link_not_found`, `families.own_case`.
    """
    because = " ".join(why.split())[: rules.NOTE_MAX]
    if not because:
        raise problems.reason_missing()
    found = await links.locked(conn, link)
    if found.dependant is not None:
        _is_no_party(operator, found.holder, found.dependant)
    return await links.end(conn, found, by=operator, why=because)


async def newest(conn: db.ReadConn, *, limit: int) -> list[Link]:
    """What was opened at the counter: what waits for a colleague first, and then the newest."""
    return await db.all(conn, q.links_at_the_counter, Link, limit=limit)


async def person_with(conn: db.ReadConn, number: str) -> UUID:
    """The person with this phone or card, of whom somebody asks at the counter. Problem `families.person_unknown`."""
    return await _person(conn, number, "holder")


async def add_person(pool: db.Pool, settings: Settings, *, operator: UUID, name: str, national_id: str) -> UUID:
    """Somebody without a phone, known by their card of identity; whom the hall knows without one already is found.

    Problems, in this order: those of `people.names.person_in`, `families.has_a_phone`.
    """
    person = await names.person_in(pool, settings, asker=operator, name=name, national_id=national_id, address=None)
    async with pool.write() as conn:
        known = await names.account_of(conn, settings, person)
        if known is None:
            known = await children.join(conn, settings, person)
        if known is None or await people.signs_in(conn, known):
            raise problems.has_a_phone()
        await card(conn, resident=known, by=operator)
        return known


async def card(conn: db.Conn, *, resident: UUID, by: UUID) -> Card:
    """The card of somebody without a phone or another way in of their own, made when it is first asked for. Problem
    `families.has_a_phone`."""
    if await people.signs_in(conn, resident):
        raise problems.has_a_phone()
    found = await db.maybe(conn, q.card_of, Card, resident=resident)
    while found is None:
        # A number that somebody has already is not taken; with a thousand million of them the next one is free.
        await db.run(conn, q.put_card, number=rules.new_card(), resident=resident, made_by=by, now=clock.now())
        found = await db.maybe(conn, q.card_of, Card, resident=resident)
    return found


async def card_of(conn: db.ReadConn, resident: UUID) -> Card:
    """A card that was made. Problem `families.person_unknown`."""
    found = await db.maybe(conn, q.card_of, Card, resident=resident)
    if found is None:
        raise problems.person_unknown(which="resident")
    return found


async def card_of_dependant(conn: db.Conn, *, holder: UUID, link: UUID) -> Card:
    """The card of whom one acts for, to be printed at home. Problems: `families.link_not_found`,
    `families.has_a_phone`."""
    found = await links.of(conn, resident=holder, link=link)
    if found.holder != holder or found.dependant is None or found.state_at(clock.now()) is not State.ACTIVE:
        raise problems.link_not_found()
    return await card(conn, resident=found.dependant, by=holder)


async def _at_counter(conn: db.ReadConn, link: UUID) -> Link:
    found = await links.find(conn, link)
    if found.seen_by is None or found.dependant is None or found.state_at(clock.now()) is not State.PROPOSED:
        raise problems.link_not_found()
    return found


async def _person(conn: db.ReadConn, written: str, which: str) -> UUID:
    """Who has this phone or this card."""
    phone = people.phone(written)
    if phone is not None and (found := await people.resident_with(conn, phone)) is not None:
        return found.id
    number = rules.card(written)
    known = None if number is None else await db.maybe(conn, q.resident_of_card, UUID, number=number)
    if known is None:
        raise problems.person_unknown(which=which)
    return known


def _is_no_party(operator: UUID, holder: UUID, dependant: UUID) -> None:
    if operator in (holder, dependant):
        raise problems.own_case()
