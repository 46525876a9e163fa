"""Endpoints of a resident: make, look, rotate the key, pause, resume, delete."""

from collections.abc import Sequence
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.base.package import StreamSource, Told
from openhall.core.webhooks import problems, rules
from openhall.core.webhooks.addresses import target
from openhall.core.webhooks.types import Endpoint, Key

q = db.load("openhall.core.webhooks")


def told(sources: Sequence[StreamSource]) -> list[Told]:
    """Every type of fact that can be told, each once."""
    return list({one.type: one for source in sources for one in source.tells}.values())


def checked(*, url: str, events: Sequence[str], sources: Sequence[StreamSource], loopback: bool) -> list[str]:
    """The wanted events of a well-formed wish; `loopback` allows an address on this machine.

    Refusals, in this order: `webhooks.url_invalid`, `webhooks.url_not_https`, `webhooks.url_not_public`,
    `webhooks.events_unknown`.
    """
    target(url, loopback=loopback)
    wanted = rules.patterns(events, (one.type for one in told(sources)))
    if wanted is None:
        raise problems.events_unknown()
    return wanted


async def create(
    conn: db.Conn, *, resident: UUID, url: str, events: Sequence[str], sources: Sequence[StreamSource]
) -> Key:
    """An endpoint that is told of everything from now on; `url` and `events` are checked. Its key is shown by `secret`.

    Refusals: `webhooks.too_many_endpoints`.
    """
    await db.all(conn, q.lock_resident, str, resident=resident)
    if await db.one(conn, q.count_endpoints, int, resident=resident) >= rules.MOST_ENDPOINTS:
        raise problems.too_many_endpoints(most=rules.MOST_ENDPOINTS)
    made = Key(ids.new(), rules.new_salt())
    await db.run(conn, q.insert_endpoint, id=made.id, resident=resident, url=url, events=list(events), now=clock.now())
    await db.run(conn, q.insert_key, salt=bytes.fromhex(made.salt), endpoint=made.id, now=clock.now())
    streams = {owned.stream for source in sources for owned in await source.find(conn, [resident])}
    await db.run(
        conn, q.begin_at_head, endpoint=made.id, streams=db.rows({"stream": stream} for stream in sorted(streams))
    )
    return made


def secret(hall_secret: str, salt: str) -> str:
    """The signing key as its owner gets it, once."""
    return rules.shown(rules.key(hall_secret, salt))


async def find(conn: db.ReadConn, *, resident: UUID, endpoint: UUID) -> Endpoint:
    """One of the resident's endpoints; `webhooks.not_found` also for somebody else's."""
    found = await db.maybe(conn, q.endpoint, Endpoint, id=endpoint, resident=resident, now=clock.now())
    if found is None:
        raise problems.not_found()
    return found


async def endpoints_of(conn: db.ReadConn, *, resident: UUID) -> list[Endpoint]:
    """The resident's endpoints, oldest first."""
    return await db.all(conn, q.endpoints, Endpoint, resident=resident, now=clock.now())


async def rotate(conn: db.Conn, *, resident: UUID, endpoint: UUID) -> Key:
    """A new key. The one before it signs beside it for a day; an even older one ends at once."""
    if await db.maybe(conn, q.lock_endpoint_of, UUID, id=endpoint, resident=resident) is None:
        raise problems.not_found()
    now = clock.now()
    await db.run(conn, q.drop_older_keys, endpoint=endpoint)
    await db.run(conn, q.retire_key, endpoint=endpoint, expires_at=now + rules.OVERLAP)
    made = Key(endpoint, rules.new_salt())
    await db.run(conn, q.insert_key, salt=bytes.fromhex(made.salt), endpoint=endpoint, now=now)
    return made


async def pause(conn: db.Conn, *, resident: UUID, endpoint: UUID) -> Endpoint:
    """Tell it nothing for now. What happens meanwhile is told when it is resumed."""
    await db.run(conn, q.pause_endpoint, id=endpoint, resident=resident)
    return await find(conn, resident=resident, endpoint=endpoint)


async def resume(conn: db.Conn, *, resident: UUID, endpoint: UUID) -> Endpoint:
    """Tell it again, from where it was left."""
    await db.run(conn, q.resume_endpoint, id=endpoint, resident=resident)
    return await find(conn, resident=resident, endpoint=endpoint)


async def delete(conn: db.Conn, *, resident: UUID, endpoint: UUID) -> None:
    """Forget it with its keys and its log. A call that is under way may still arrive."""
    if not await db.run(conn, q.delete_endpoint, id=endpoint, resident=resident):
        raise problems.not_found()
