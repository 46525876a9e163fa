"""Asking the register: as part of a request while the person waits, and again in the background while it is silent.

These take the pool: a claim is committed before the register is asked, and its answer in a transaction of its own.
"""

from datetime import timedelta
from uuid import UUID

import structlog

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.crypto import KeyRing, UnreadableError
from openhall.base.errors import Problem
from openhall.core.people.actions.telling import tell
from openhall.core.people.names.actions import claims
from openhall.core.people.names.actions.counting import count
from openhall.core.people.names.actions.reading import person_of
from openhall.core.people.names.actions.sealing import opened, ring_of
from openhall.core.people.names.ports import Register, RegisterSilentError, register_of
from openhall.core.people.names.telling import NAME_ANSWERED
from openhall.core.people.names.types import Person, State

log = structlog.get_logger()

# Beyond the time that the register has, so that nobody asks the same again while its answer is being written down.
SPARE = timedelta(seconds=10)
# One run of the job asks no more than this, and stops at the first silence: a register that is down is left alone.
MOST_AT_ONCE = 100


async def ask(
    pool: db.Pool,
    settings: Settings,
    *,
    resident: UUID,
    name: str,
    national_id: str,
    document: str | None,
    address: str,
) -> State:
    """Look a name and a number up in the register: matched, refused, in conflict, or asking when it was silent.

    Problems, in this order: `people.names_closed`, `people.name_invalid`, `people.national_id_invalid`,
    `people.names_locked`, `people.already_named`.
    """
    ring = ring_of(settings)
    person = claims.person_of(name, national_id, document)
    await count(pool, settings, resident, address)
    async with pool.write() as conn:
        claim = await claims.begin(conn, ring, resident=resident, person=person, lease=_lease(settings))
    if claim is None:
        return State.MATCHED
    return await _ask(pool, ring, register_of(settings), resident, claim, person) or State.REPLACED


async def ask_due(pool: db.Pool, settings: Settings) -> int:
    """Ask again whatever is due, the longest waiting first; how many were answered."""
    try:
        ring = ring_of(settings)
    except Problem:
        return 0
    register = register_of(settings)
    for answered in range(MOST_AT_ONCE):
        async with pool.write() as conn:
            due = await claims.take_due(conn, lease=_lease(settings))
        if due is None:
            return answered
        try:
            person = opened(ring, due.resident, due.sealed)
        except UnreadableError:
            log.error("people.identity_key_missing", key=due.key, claim=str(due.id))
            # Put off like one whose register is silent, so that it holds up nobody else and ends in time.
            async with pool.write() as conn:
                await claims.postpone(conn, resident=due.resident, claim=due.id)
            continue
        state = await _ask(pool, ring, register, due.resident, due.id, person)
        if state is State.ASKING:
            return answered
        if state not in (None, State.MATCHED):
            async with pool.write() as conn:
                # The person no longer waits in front of the page. Of a name that was matched they are told anyhow.
                await tell(conn, due.resident, NAME_ANSWERED)
    return MOST_AT_ONCE


async def is_parent(pool: db.Pool, settings: Settings, *, parent: UUID, child: UUID) -> bool:
    """Whether the register calls the one resident mother or father of the other. False unless both are named.

    Raises RegisterSilentError: nothing is known then, and that is no no. Problem `people.names_closed`.
    """
    register = register_of(settings)
    async with pool.read() as conn:
        elder, younger = await person_of(conn, settings, parent), await person_of(conn, settings, child)
    if elder is None or younger is None:
        return False
    return await register.is_parent(parent=elder, child=younger)


async def _ask(
    pool: db.Pool, ring: KeyRing, register: Register, resident: UUID, claim: UUID, person: Person
) -> State | None:
    """Ask, and write down what came of it. None when the claim was decided or replaced meanwhile."""
    try:
        answer = await register.match(question=claim, person=person)
    except RegisterSilentError as silent:
        log.warning("people.register_silent", claim=str(claim), why=silent.why)
        async with pool.write() as conn:
            return await claims.postpone(conn, resident=resident, claim=claim)
    async with pool.write() as conn:
        return await claims.settle(conn, ring, resident=resident, claim=claim, person=person, answer=answer)


def _lease(settings: Settings) -> timedelta:
    return timedelta(seconds=settings.register_timeout_s) + SPARE
