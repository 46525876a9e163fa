"""Sessions: begin, recognise, list, end. A token is known to its holder alone; the hall keeps its SHA-256."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.base.config import Settings
from openhall.core.people import problems, rules
from openhall.core.people.actions.audit import record
from openhall.core.people.types import Act, Bearer, Session, SessionKind, Visit, VisitRow, Way

q = db.load("openhall.core.people")

# Knowing to within five minutes when a device was last here is enough, and spares a write on every request.
SEEN_EVERY = timedelta(minutes=5)
# Living ones of a resident: whoever signs in once more signs out where they were longest not seen.
MOST = 50
# So long an ended session is kept, and with it the memory of its device.
KEPT_FOR = timedelta(days=90)
FORGOTTEN_AT_ONCE = 1000
# What packages above people do when sessions of a resident end.
_WHEN_ENDED: list[Callable[[db.Conn, UUID], Awaitable[None]]] = []


async def begin(
    conn: db.Conn,
    settings: Settings,
    *,
    resident: UUID,
    kind: SessionKind,
    user_agent: str | None,
    way: Way = Way.CODE,
    device: str | None = None,
    passkey: UUID | None = None,
) -> tuple[str, Session]:
    """A new session and its token, which is told here and never again.

    `device` is what the browser keeps to be recognised by; `passkey` what it was proved with, if that was one. Problem
    `people.number_resting` for an account that was closed a moment ago.
    """
    token, now = rules.new_token(), clock.now()
    days = settings.page_session_days if kind is SessionKind.PAGE else settings.api_session_days
    session = await db.maybe(
        conn,
        q.open_session,
        Session,
        id=ids.new(),
        token_hash=rules.token_hash(token),
        resident=resident,
        kind=kind,
        way=way,
        device=rules.device(user_agent),
        device_key=rules.device_key(device, resident) if device else None,
        passkey=passkey,
        now=now,
        expires_at=now + timedelta(days=days),
    )
    if session is None:
        raise problems.number_resting()
    await db.run(conn, q.end_surplus, resident=resident, session=session.id, others=MOST - 1, now=now)
    await record(conn, resident, Act.SIGNED_IN, session.id)
    return token, session


async def visit_of(conn: db.ReadConn, token: str, kind: SessionKind) -> Visit:
    """Who comes with this token. Problem `people.session_invalid` when it is invented, expired or ended.

    A cookie's token is no bearer token, and the other way round: cookies are guarded against forged requests by
    other means than bearers, so neither may stand in for the other.
    """
    hashed = rules.token_hash(token)
    if hashed is None:
        raise problems.session_invalid()
    row = await db.maybe(conn, q.visit, VisitRow, token_hash=hashed, kind=kind, now=clock.now())
    if row is None:
        raise problems.session_invalid()
    return row.visit


class Bearers:
    """Who comes with each of a list of token hashes: asked when it is made, read later."""

    def __init__(self, token_hashes: Sequence[bytes], reply: db.Reply[Bearer]) -> None:
        self._token_hashes = token_hashes
        self._reply = reply

    async def all(self) -> list[Bearer | None]:
        """Aligned with the hashes; None for an invalid one."""
        by_hash = {bearer.token_hash: bearer for bearer in await self._reply.all()}
        return [by_hash.get(token_hash) for token_hash in self._token_hashes]


async def ask_bearers(conn: db.ReadConn, token_hashes: Sequence[bytes], kind: SessionKind) -> Bearers:
    """Ask who comes with these token hashes, with one statement for all of them."""
    hashes = db.words(f"\\x{token_hash.hex()}" for token_hash in token_hashes)
    return Bearers(token_hashes, await db.ask(conn, q.bearers, Bearer, token_hashes=hashes, kind=kind, now=clock.now()))


def is_unseen(session: Session) -> bool:
    """Whether `see` has something to write: the last sighting is five minutes old."""
    return session.seen_at < clock.now() - SEEN_EVERY


async def see(conn: db.Conn, session: Session) -> None:
    """Note that the session's device was here."""
    now = clock.now()
    await db.run(conn, q.see_session, id=session.id, now=now, stale=now - SEEN_EVERY)


async def sessions_of(conn: db.ReadConn, resident: UUID) -> list[Session]:
    """The live sessions of a resident, last seen first."""
    return await db.all(conn, q.sessions_of, Session, resident=resident, now=clock.now())


async def forget_ended(conn: db.Conn) -> int:
    """Forget sessions that are over for 90 days; how many that were, a thousand at most."""
    return await db.run(conn, q.forget_sessions, before=clock.now() - KEPT_FOR, most=FORGOTTEN_AT_ONCE)


async def sign_out(conn: db.Conn, visit: Visit) -> None:
    """End the session one came with. Ending it twice at once is one sign-out."""
    if await _end(conn, visit.resident.id, visit.session.id):
        await record(conn, visit.resident.id, Act.SIGNED_OUT, visit.session.id)


async def end_session(conn: db.Conn, *, resident: UUID, session: UUID) -> None:
    """End one of a resident's own sessions; Problem `people.session_not_found` for any other."""
    if not await _end(conn, resident, session):
        raise problems.session_not_found()
    await record(conn, resident, Act.SESSION_ENDED, session)


async def end_sessions(conn: db.Conn, *, resident: UUID, kept: UUID | None) -> int:
    """End all of a resident's sessions but `kept`; how many that were. The trail is the caller's."""
    ended = await db.run(conn, q.end_sessions, resident=resident, kept=kept, now=clock.now())
    await _tell_ended(conn, resident)
    return ended


async def sign_out_everywhere(conn: db.Conn, visit: Visit, *, here_too: bool) -> int:
    """End every session but the one that asks, which goes too when it wishes so; how many ended."""
    kept = None if here_too else visit.session.id
    ended = await end_sessions(conn, resident=visit.resident.id, kept=kept)
    await record(conn, visit.resident.id, Act.SIGNED_OUT_EVERYWHERE, visit.session.id)
    return ended


async def prove(conn: db.Conn, visit: Visit, *, passkey: UUID | None = None) -> None:
    """Note that this session has just proved again whose it is: by a code, or by this passkey."""
    await db.run(conn, q.prove_session, id=visit.session.id, now=clock.now(), passkey=passkey)
    await record(conn, visit.resident.id, Act.STEPPED_UP, visit.session.id, about=passkey)


async def _end(conn: db.Conn, resident: UUID, session: UUID) -> bool:
    ended = await db.maybe(conn, q.end_session, UUID, id=session, resident=resident, now=clock.now())
    await _tell_ended(conn, resident)
    return ended is not None


def when_sessions_end(do: Callable[[db.Conn, UUID], Awaitable[None]]) -> None:
    """Have this done in the transaction that ends sessions of a resident, after they have ended. Called at the start of
    the hall, by a package that people stand below."""
    if do not in _WHEN_ENDED:
        _WHEN_ENDED.append(do)


async def _tell_ended(conn: db.Conn, resident: UUID) -> None:
    for do in _WHEN_ENDED:
        await do(conn, resident)
