"""People whom somebody else brings to the hall: found in the register first, and only then among the accounts.

`person_in` takes the pool: no transaction may wait for the register.
"""

from datetime import date, timedelta
from uuid import UUID

from openhall.base import db, ids
from openhall.base.config import Settings
from openhall.core.people.names import national_id, problems
from openhall.core.people.names.actions import claims
from openhall.core.people.names.actions.counting import count, count_at_counter
from openhall.core.people.names.actions.reading import person_of
from openhall.core.people.names.actions.sealing import marks, ring_of
from openhall.core.people.names.ports import RegisterSilentError, register_of
from openhall.core.people.names.types import Answer, Person, State

q = db.load("openhall.core.people.names")

DAY = timedelta(days=1)


def adult_on(person: Person) -> date:
    """The person's eighteenth birthday."""
    return national_id.normal(person.national_id, claims.today()).adult_on


def is_minor(person: Person) -> bool:
    """Whether it is still to come, by the city's calendar."""
    return adult_on(person) > claims.today()


async def person_in(
    pool: db.Pool, settings: Settings, *, asker: UUID, name: str, national_id: str, address: str | None
) -> Person:
    """The person that `asker` writes of, if the register knows one of this name and number who lives.

    Without an address the asker is an operator at the counter, who asks for others all day.

    Problems, in this order: `people.names_closed`, `people.name_invalid`, `people.national_id_invalid`,
    `people.names_locked`, `people.register_silent`, `people.name_not_matched`.
    """
    ring_of(settings)
    person = claims.person_of(name, national_id, None)
    if address is None:
        await count_at_counter(pool, asker)
    else:
        await count(pool, settings, asker, address)
    try:
        answer = await register_of(settings).match(question=ids.new(), person=person)
    except RegisterSilentError:
        raise problems.register_silent() from None
    if answer is not Answer.YES:
        raise problems.name_not_matched()
    return person


async def is_child_of(pool: db.Pool, settings: Settings, *, parent: UUID, child: Person) -> bool:
    """Whether the register calls this resident mother or father of the person. Problem `people.register_silent`."""
    async with pool.read() as conn:
        elder = await person_of(conn, settings, parent)
    if elder is None:
        return False
    try:
        return await register_of(settings).is_parent(parent=elder, child=child)
    except RegisterSilentError:
        raise problems.register_silent() from None


async def account_of(conn: db.ReadConn, settings: Settings, person: Person) -> UUID | None:
    """The resident who is this person, if the hall knows them. Only to be asked after the register confirmed it."""
    return await db.maybe(conn, q.holder, UUID, rows=marks(ring_of(settings), person))


async def give_name(conn: db.Conn, settings: Settings, *, resident: UUID, person: Person) -> bool:
    """Make a new resident this person, whom the register has just confirmed; False when another account was quicker."""
    ring = ring_of(settings)
    claim = await claims.begin(conn, ring, resident=resident, person=person, lease=DAY)
    assert claim is not None, "a new resident has no name"
    state = await claims.settle(conn, ring, resident=resident, claim=claim, person=person, answer=Answer.YES)
    return state is State.MATCHED
