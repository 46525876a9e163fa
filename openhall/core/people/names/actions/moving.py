"""Moving a name to another account of the same person, proved by a code to the phone of the one that has it."""

import hmac
from datetime import timedelta
from uuid import UUID

from openhall.base import clock, db, ids, jobs, limits
from openhall.base.config import Settings
from openhall.base.crypto import KeyRing
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.core.people import problems as people_problems
from openhall.core.people import rules
from openhall.core.people.actions import news, residents
from openhall.core.people.actions.following import Change, happened
from openhall.core.people.actions.telling import tell
from openhall.core.people.jobs import deliver_message
from openhall.core.people.names import problems
from openhall.core.people.names.actions import claims
from openhall.core.people.names.actions.sealing import marks, opened, ring_of, seal
from openhall.core.people.names.actions.trail import record
from openhall.core.people.names.telling import NAME_MOVED
from openhall.core.people.names.types import Act, OpenClaim, Person
from openhall.core.people.texts import words
from openhall.core.people.types import Lang, Resident

q = db.load("openhall.core.people.names")

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5

CODE_TEXT = N_(
    "{hall}: {code} moves your real name to another account. It is valid for 5 minutes. Was it not you? Tell it to "
    "nobody."
)


async def count_code(pool: db.Pool, settings: Settings, resident: UUID) -> None:
    """Count a wish for a code, so that nobody tries one phone number after another. Problem `people.names_locked`."""
    limit = limits.Limit("people.names.move", settings.names_per_resident, timedelta(days=1))
    try:
        await limits.take(pool, limit, str(resident))
    except Problem as limited:
        raise problems.names_locked(**limited.data) from None


async def ask_code(conn: db.Conn, settings: Settings, *, resident: UUID, phone: str) -> None:
    """Send a code to `phone`, as written, if it is the phone of the account that has this resident's id.

    The answer is the same for every number, and so is the work. Problems: `people.phone_invalid`,
    `people.no_conflict`.
    """
    canonical = rules.phone(phone)
    if canonical is None:
        raise people_problems.phone_invalid()
    await claims.lock(conn, resident)
    claim = await db.maybe(conn, q.lock_conflict, OpenClaim, resident=resident)
    if claim is None:
        raise problems.no_conflict()
    ring, code, now = ring_of(settings), rules.new_code(), clock.now()
    holder = await holder_of(conn, ring, opened(ring, claim.resident, claim.sealed))
    code_hash = _hash(settings, claim.id, code)
    await db.run(conn, q.put_move_code, claim=claim.id, code_hash=code_hash, code_until=now + CODE_LIFE)
    await record(conn, resident, Act.CODE_ASKED, claim.id)
    if holder is not None and hmac.compare_digest(holder.phone, canonical):
        await news.notify(conn, phone=holder.phone, text=_text(settings, holder, CODE_TEXT, code=code), lives=CODE_LIFE)
    else:
        decoy = ids.new()
        await db.run(conn, q.put_decoy, id=decoy, phone=canonical, now=now)
        await jobs.defer(conn, deliver_message, message=str(decoy))


async def move_by_code(conn: db.Conn, settings: Settings, *, resident: UUID, code: str) -> Problem | None:
    """Move the name here if the code is right. A wrong one is *returned*, so that the caller commits the try first.

    Raises `people.no_conflict`.
    """
    await claims.lock(conn, resident)
    claim = await db.maybe(conn, q.lock_conflict, OpenClaim, resident=resident)
    if claim is None:
        raise problems.no_conflict()
    known = await db.maybe(conn, q.take_move_try, bytes, claim=claim.id, now=clock.now(), tries=CODE_TRIES)
    typed = rules.code(code)
    if known is None or typed is None or not rules.same(known, _hash(settings, claim.id, typed)):
        await record(conn, resident, Act.CODE_WRONG, claim.id)
        return problems.move_code_wrong()
    await move(conn, settings, claim)
    return None


async def move(conn: db.Conn, settings: Settings, claim: OpenClaim, *, by: UUID | None = None) -> None:
    """The name leaves the account that has it, which is told by message, and belongs to the claim's resident."""
    ring = ring_of(settings)
    person = opened(ring, claim.resident, claim.sealed)
    holder = await holder_of(conn, ring, person)
    if holder is not None:
        await db.run(conn, q.drop_marks, resident=holder.id)
        await db.run(conn, q.drop_identity, resident=holder.id)
        await db.run(conn, q.name_gone, resident=holder.id)
        await record(conn, holder.id, Act.MOVED_OUT, claim.id, by)
        await tell(conn, holder.id, NAME_MOVED, at=clock.now())
        await happened(conn, Change.NAME_LOST, holder.id)
    if not await claims.take_marks(conn, ring, claim.resident, person):
        # Between the two steps somebody else took the id: whoever asks again finds them as the holder.
        raise problems.no_conflict()
    await claims.become(conn, claim, seal(ring, claim.resident, person), person, Act.MOVED_IN, by=by)


async def holder_of(conn: db.ReadConn, ring: KeyRing, person: Person) -> Resident | None:
    """Whose account has the person's id; None when it was given up meanwhile."""
    found = await db.maybe(conn, q.holder, UUID, rows=marks(ring, person))
    return None if found is None else await residents.resident(conn, found)


def _hash(settings: Settings, claim: UUID, code: str) -> bytes:
    return hmac.digest(settings.secret.encode(), f"people.move\0{claim}\0{code}".encode(), "sha256")


def _text(settings: Settings, to: Resident, msgid: str, **data: str) -> str:
    lang = to.lang or settings.default_language
    hall = settings.hall_name if lang == Lang.EN else settings.hall_name_zh
    return words().text(lang, msgid).format(hall=hall, **data)
