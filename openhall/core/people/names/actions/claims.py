"""Claims: a resident's word on who they are, and what becomes of it once the register has spoken."""

from datetime import date, datetime, timedelta
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.base.crypto import KeyRing, Sealed, UnreadableError
from openhall.core import ledger
from openhall.core.people.actions.residents import name_matched
from openhall.core.people.actions.telling import tell
from openhall.core.people.names import national_id, person_name, problems
from openhall.core.people.names.actions.sealing import marks, opened, seal
from openhall.core.people.names.actions.trail import record
from openhall.core.people.names.letters import FaultError
from openhall.core.people.names.telling import NAME_ANSWERED, NAME_SET
from openhall.core.people.names.types import Act, Answer, OpenClaim, Person, Reason, State

q = db.load("openhall.core.people.names")

# A register that is silent for so long will not speak tomorrow either; the resident is told, and may ask anew.
PATIENCE = timedelta(days=3)
# Whoever claims an id of another account comes to the hall within this time, or asks anew.
CONFLICT_LIVES = timedelta(days=30)
FIRST_WAIT_S, LONGEST_WAIT_S = 5, 3600


def today() -> date:
    """The date on the city's calendar."""
    return ledger.local(clock.now()).date()


def person_of(name: str, number: str, document: str | None) -> Person:
    """What was written, in its one form, before anybody is asked.

    Problems, in this order: `people.name_invalid`, `people.national_id_invalid`, both saying why.
    """
    try:
        plain_name = person_name.normal(name)
    except FaultError as wrong:
        raise problems.name_invalid(errors=_named("name", problems.NAME_FAULTS[wrong.fault])) from None
    try:
        found = national_id.normal(number, today())
    except FaultError as wrong:
        raise problems.national_id_invalid(errors=_named("national_id", problems.ID_FAULTS[wrong.fault])) from None
    return Person(plain_name, found.text, document)


def _named(field: str, message: str) -> list[dict[str, str]]:
    return [{"field": field, "message": message}]


async def begin(conn: db.Conn, ring: KeyRing, *, resident: UUID, person: Person, lease: timedelta) -> UUID | None:
    """Put the claim down before the register is asked; None when the resident has just this identity already.

    With another name and the same number the register is asked again: names change by law. The claim takes the place
    of an open one: who sees a slip need not wait. Problem `people.already_named`, for another number.
    """
    now = clock.now()
    await lock(conn, resident)
    known = await db.maybe(conn, q.sealed_identity, Sealed, resident=resident)
    if known is not None:
        # The marks are the resident's own, so that nothing is told about anybody else.
        if not await _has_id(conn, ring, resident, person):
            raise problems.already_named()
        if _is_called(ring, resident, known, person):
            return None
    replaced = await db.maybe(conn, q.replace_claim, UUID, resident=resident, now=now)
    if replaced is not None:
        await record(conn, resident, Act.REPLACED, replaced)
    claim, sealed = ids.new(), seal(ring, resident, person)
    await db.run(
        conn,
        q.put_claim,
        id=claim,
        resident=resident,
        name_masked=person_name.masked(person.name),
        id_masked=national_id.masked(person.national_id),
        key=sealed.key,
        box=sealed.box,
        now=now,
        next_at=now + lease,
        gives_up_at=now + PATIENCE,
    )
    await record(conn, resident, Act.ASKED, claim)
    return claim


async def _has_id(conn: db.ReadConn, ring: KeyRing, resident: UUID, person: Person) -> bool:
    return await db.all(conn, q.holder, UUID, rows=marks(ring, person)) == [resident]


def _is_called(ring: KeyRing, resident: UUID, known: Sealed, person: Person) -> bool:
    """Whether that is the name by which the register confirmed them; what cannot be read any more is asked anew."""
    try:
        return opened(ring, resident, known).name == person.name
    except UnreadableError:
        return False


async def take_due(conn: db.Conn, *, lease: timedelta) -> OpenClaim | None:
    """The claim that has waited longest for its next asking; its lease keeps the other workers off."""
    now = clock.now()
    return await db.maybe(conn, q.claim_due, OpenClaim, now=now, leased_until=now + lease)


async def lock(conn: db.Conn, resident: UUID) -> None:
    """Let all that changes a resident's name take turns: always before their claim is locked."""
    await db.one(conn, q.lock_resident, UUID, resident=resident)


async def postpone(conn: db.Conn, *, resident: UUID, claim: UUID) -> State | None:
    """The register was silent: ask again, a little later each time, or give up. None when it is decided by now."""
    await lock(conn, resident)
    open_claim = await db.maybe(conn, q.lock_asking, OpenClaim, claim=claim)
    if open_claim is None:
        return None
    now = clock.now()
    if now >= open_claim.gives_up_at:
        await _end(conn, open_claim, State.GIVEN_UP, Act.GIVEN_UP)
        return State.GIVEN_UP
    await db.run(conn, q.postpone, claim=claim, next_at=_next(open_claim.tries, now))
    return State.ASKING


def _next(tries: int, now: datetime) -> datetime:
    # The power is bounded first: there may be hundreds of tries.
    return now + timedelta(seconds=min(FIRST_WAIT_S * 2 ** min(tries, 12), LONGEST_WAIT_S))


async def settle(
    conn: db.Conn, ring: KeyRing, *, resident: UUID, claim: UUID, person: Person, answer: Answer
) -> State | None:
    """Do what the register's answer means. None when the claim was decided or replaced meanwhile.

    Only after a yes is it looked up whether the id is somebody's already: until then nothing can be learnt of it.
    """
    await lock(conn, resident)
    open_claim = await db.maybe(conn, q.lock_asking, OpenClaim, claim=claim)
    if open_claim is None:
        return None
    if answer is not Answer.YES:
        reason = Reason.DECEASED if answer is Answer.DECEASED else Reason.NO_MATCH
        await _end(conn, open_claim, State.REFUSED, Act.REFUSED, reason)
        return State.REFUSED
    if await take_marks(conn, ring, open_claim.resident, person):
        await become(conn, open_claim, open_claim.sealed, person, Act.MATCHED)
        return State.MATCHED
    await db.run(conn, q.begin_conflict, claim=claim)
    await record(conn, open_claim.resident, Act.CONFLICT, claim)
    return State.CONFLICT


async def take_marks(conn: db.Conn, ring: KeyRing, resident: UUID, person: Person) -> bool:
    """Make the person's id this resident's, if it is not yet; False when it is another's, whichever key tells so."""
    taken = await db.run(conn, q.put_marks, resident=resident, rows=marks(ring, person))
    if taken == len(ring.names) or await _has_id(conn, ring, resident, person):
        return True
    await db.run(conn, q.drop_marks, resident=resident)
    return False


async def become(
    conn: db.Conn, claim: OpenClaim, sealed: Sealed, person: Person, act: Act, *, by: UUID | None = None
) -> None:
    """The claim's resident is this person from now on; the marks are theirs already."""
    now, read = clock.now(), national_id.normal(person.national_id, today())
    await db.run(
        conn,
        q.put_identity,
        resident=claim.resident,
        claim=claim.id,
        name_masked=claim.name_masked,
        id_masked=claim.id_masked,
        key=sealed.key,
        box=sealed.box,
        born_band=read.born_band,
        adult_on=read.adult_on if read.adult_on > today() else None,
        now=now,
    )
    await name_matched(conn, claim.resident, now)
    await _end(conn, claim, State.MATCHED, act, by=by)
    await tell(conn, claim.resident, NAME_SET, name=claim.name_masked, at=now)


async def refuse(conn: db.Conn, claim: OpenClaim, reason: Reason, act: Act, by: UUID) -> None:
    """End a claim that operators decided against."""
    await _end(conn, claim, State.REFUSED, act, reason, by=by)


async def give_up_conflicts(conn: db.Conn) -> int:
    """End the conflicts that nobody decided in time: the id stays where it is, and who asked is told. How many."""
    due = await db.all(conn, q.old_conflicts, OpenClaim, before=clock.now() - CONFLICT_LIVES)
    for claim in due:
        await lock(conn, claim.resident)
        still = await db.maybe(conn, q.lock_case, OpenClaim, claim=claim.id)
        if still is not None:
            await _end(conn, still, State.REFUSED, Act.GIVEN_UP, Reason.KEPT)
            await tell(conn, still.resident, NAME_ANSWERED)
    return len(due)


async def _end(
    conn: db.Conn, claim: OpenClaim, state: State, act: Act, reason: Reason | None = None, by: UUID | None = None
) -> None:
    """What was written is wiped with the end."""
    await db.run(conn, q.end_claim, claim=claim.id, state=state, reason=reason, now=clock.now())
    await record(conn, claim.resident, act, claim.id, by)
