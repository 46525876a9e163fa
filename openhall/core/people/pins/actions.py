"""Setting the payment PIN, and proving it.

`prove` takes the pool: a guess is counted and committed before it is looked at, and the hash, which takes a tenth of a
second, is computed while nothing is locked.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

from openhall.base import clock, crypto, db, limits
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core.people.actions.assurance import FRESH
from openhall.core.people.actions.audit import record
from openhall.core.people.actions.telling import tell
from openhall.core.people.names.actions.reading import person_of
from openhall.core.people.pins import problems, rules
from openhall.core.people.pins.telling import PIN_CAPPED, PIN_FREED, PIN_SET, PIN_WRONG
from openhall.core.people.pins.types import SESSION_TRIES, PinState, PinTry
from openhall.core.people.types import Act, Visit

q = db.load("openhall.core.people.pins")

# More than somebody needs who cannot decide.
_SETTINGS = limits.Limit("people.pin.set", 10, timedelta(days=1))
# Wrong ones of a session of which its owner is told: when it has to wait, and when it is shut out.
_TOLD = (min(rules.WAITS), SESSION_TRIES)


async def state_of(conn: db.ReadConn, session: UUID) -> PinState:
    """Whether this session's resident has a PIN, and whether the session may try it."""
    return await db.one(conn, q.pin_state, PinState, session=session)


def is_proved(visit: Visit, state: PinState) -> bool:
    """Whether the session proved itself lately in a way that stands for a PIN: by a passkey; or, of somebody who has
    neither passkey nor PIN, by a code."""
    since = clock.now() - FRESH
    strong, proved = visit.session.strong_at, visit.session.proved_at
    if strong is not None and strong >= since:
        return True
    return not state.is_set and not state.has_passkey and proved >= since


async def set_pin(pool: db.Pool, settings: Settings, visit: Visit, *, written: str) -> None:
    """Set the PIN, or change it; whoever calls saw to a fresh proof of who it is (`require_fresh`).

    Problems, in this order: `people.pin_malformed`, `people.pin_too_easy`, `people.pin_capped` (only a passkey that is
    older ends what guessing from elsewhere began), `hall.rate_limited` (each costs a hash, and tells its owner).
    """
    pin, resident = rules.pin(written), visit.resident
    if pin is None:
        raise problems.pin_malformed()
    async with pool.read() as reader:
        national_id = await _national_id(reader, settings, resident.id)
        if rules.is_too_easy(pin, phone=resident.phone, national_id=national_id):
            raise problems.pin_too_easy()
        await _may_set(reader, settings, visit)
    await limits.take(pool, _SETTINGS, str(resident.id))
    hashed = await asyncio.to_thread(rules.hashed, settings.secret, resident.id, pin)
    now = clock.now()
    async with pool.write() as conn:
        await db.run(conn, q.put_pin, resident=resident.id, session=visit.session.id, hash=hashed, now=now)
        await record(conn, resident.id, Act.PIN_SET, visit.session.id)
        await tell(conn, resident.id, PIN_SET, at=now)


async def _may_set(conn: db.ReadConn, settings: Settings, visit: Visit) -> None:
    state = await state_of(conn, visit.session.id)
    if state.account_wrong >= settings.pin_guesses and not (state.is_known or await _ends_cap(conn, visit)):
        raise problems.pin_capped()


async def _ends_cap(conn: db.ReadConn, visit: Visit) -> bool:
    """Whoever reads the messages of the phone could make a passkey there: only an older one will do."""
    return await db.one(conn, q.ends_cap, bool, session=visit.session.id, since=clock.now() - FRESH)


async def give(conn: db.Conn, settings: Settings, *, resident: UUID, pin: str) -> None:
    """Set the PIN of somebody who is loaded, and has no session yet to set it from. `pin` is six digits."""
    hashed = await asyncio.to_thread(rules.hashed, settings.secret, resident, pin)
    await db.run(conn, q.put_pin, resident=resident, session=None, hash=hashed, now=clock.now())
    await record(conn, resident, Act.PIN_SET)


async def prove(pool: db.Pool, settings: Settings, visit: Visit, *, written: str) -> None:
    """Return when this is the resident's PIN.

    Problems, in this order: `people.pin_malformed`, `people.pin_not_set`, `people.pin_shut_out`, `people.pin_waits`
    (with `retry_after`), `people.pin_capped`, `people.pin_wrong` (with `tries_left`).
    """
    pin = rules.pin(written)
    if pin is None:
        raise problems.pin_malformed()
    session, resident = visit.session.id, visit.resident.id
    async with pool.write() as conn:
        granted = await db.maybe(
            conn,
            q.take_pin_try,
            PinTry,
            session=session,
            tries=SESSION_TRIES,
            most=settings.pin_guesses,
            now=clock.now(),
        )
        if granted is None:
            raise _why_no_try(await state_of(conn, session))
        if wait := rules.WAITS.get(granted.wrong):
            # Before it is looked at: of guesses sent side by side only so many are looked at before the wait begins.
            await db.run(conn, q.wait_after_pin, session=session, until=clock.now() + wait)
    right = await asyncio.to_thread(rules.matches, settings.secret, resident, pin, granted.hash)
    async with pool.write() as conn:
        if right:
            await db.run(conn, q.pin_was_right, session=session, resident=resident, now=clock.now())
            return
        await _tell_wrong(conn, settings, visit, granted)
    raise problems.pin_wrong(tries_left=SESSION_TRIES - granted.wrong)


async def stands(pool: db.Pool, settings: Settings, visit: Visit, *, written: str) -> bool:
    """Whether this session may pay more than small money now: by the PIN that was typed, if one was, else by what
    `is_proved` says. Problems: those of `prove`."""
    if written:
        await prove(pool, settings, visit, written=written)
        return True
    async with pool.read() as conn:
        return is_proved(visit, await state_of(conn, visit.session.id))


async def clear_wrong(conn: db.Conn, *, operator: UUID, resident: UUID) -> bool:
    """An operator knows the person by their papers: their PIN works on new devices again. Whether it did not."""
    cleared = await db.run(conn, q.clear_wrong_pins, resident=resident) == 1
    if cleared:
        await record(conn, resident, Act.PIN_CLEARED, actor=operator)
        await tell(conn, resident, PIN_FREED, at=clock.now())
    return cleared


def _why_no_try(state: PinState) -> Problem:
    if not state.is_set:
        return problems.pin_not_set()
    if state.is_shut_out:
        return problems.pin_shut_out()
    left = None if state.wait_until is None else (state.wait_until - clock.now()).total_seconds()
    if left is not None and left > 0:
        return problems.pin_waits(retry_after=max(1, int(left)))
    return problems.pin_capped()


async def _tell_wrong(conn: db.Conn, settings: Settings, visit: Visit, granted: PinTry) -> None:
    resident, now = visit.resident.id, clock.now()
    if granted.wrong in _TOLD:
        await record(conn, resident, Act.PIN_LOCKED, visit.session.id)
        await tell(conn, resident, PIN_WRONG, at=now, times=granted.wrong, device=visit.session.device or "?")
    if granted.account_wrong == settings.pin_guesses:
        await tell(conn, resident, PIN_CAPPED)


async def _national_id(conn: db.ReadConn, settings: Settings, resident: UUID) -> str | None:
    """The resident's number, where the hall knows it and may read it."""
    if not settings.identity_keys or not settings.register_url:
        return None
    try:
        person = await person_of(conn, settings, resident)
    except crypto.UnreadableError:
        return None
    return person.national_id if person else None
