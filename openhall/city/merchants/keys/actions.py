"""Keys of a shop: make, list, revoke, recognise. Who may do so is asked before."""

from collections.abc import Collection, Sequence
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db, ids
from openhall.base.errors import Problem
from openhall.city.merchants import problems
from openhall.city.merchants.keys import rules
from openhall.city.merchants.keys.types import EndedKey, Key, KeyAtWork, Scope

q = db.load("openhall.city.merchants.keys")


async def make(
    conn: db.Conn, *, shop: UUID, resident: UUID, name: str, scopes: Sequence[Scope], hall_secret: str
) -> Key:
    """A key of the shop, for `resident`, who manages it; `rules.text_of` tells it. Name and scopes are checked.

    Problems: `merchants.shop_not_found` for whoever stopped managing it meanwhile, `merchants.too_many_keys`.
    """
    await db.all(conn, q.lock_shop, UUID, shop=shop)
    if not await db.one(conn, q.may_make, bool, shop=shop, resident=resident):
        raise problems.shop_not_found()
    if await db.one(conn, q.count_keys, int, shop=shop) >= rules.MOST_KEYS:
        raise problems.too_many_keys(most=rules.MOST_KEYS)
    key = ids.new()
    text = rules.text_of(hall_secret, key)
    made = Key(key, name, list(scopes), text[: rules.HINT_LENGTH], clock.now(), None)
    await db.run(
        conn,
        q.insert_key,
        id=key,
        shop=shop,
        name=name,
        scopes=made.scopes,
        key_hash=rules.key_hash(text),
        hint=made.hint,
        made_by=resident,
        now=made.made_at,
    )
    return made


async def keys_of(conn: db.ReadConn, *, shop: UUID) -> list[Key]:
    """The keys of a shop that are not revoked, oldest first."""
    return await db.all(conn, q.keys_of_shop, Key, shop=shop)


class _Named(Struct, frozen=True):
    id: UUID
    name: str


async def names_at(conn: db.ReadConn, *, shop: UUID, keys: Collection[UUID]) -> dict[UUID, str]:
    """What a shop calls these of its keys, also those that were revoked; what is no key of it is left out."""
    found = await db.all(conn, q.key_names, _Named, shop=shop, keys=db.ids(keys)) if keys else []
    return {one.id: one.name for one in found}


async def revoke(conn: db.Conn, *, shop: UUID, key: UUID) -> None:
    """From now on the key opens nothing; revoking twice is revoking once. Problem: `merchants.key_not_found`."""
    if not await db.all(conn, q.revoke_key, UUID, shop=shop, key=key, now=clock.now()):
        raise problems.key_not_found()


async def end_by(conn: db.Conn, *, shop: UUID, resident: UUID) -> int:
    """Whoever does not manage the shop any more takes no key along: those they made end. How many did.

    The caller has locked the shop, so that none is made meanwhile.
    """
    return await db.run(conn, q.end_keys_by, shop=shop, resident=resident, now=clock.now())


async def ended_with_maker(conn: db.ReadConn, *, shop: UUID) -> list[EndedKey]:
    """The keys that ended so within the last 30 days, newest first."""
    since = clock.now() - rules.ENDED_SHOWN
    return await db.all(conn, q.keys_left_with_maker, EndedKey, shop=shop, since=since, limit=rules.MOST_KEYS)


async def with_hashes(conn: db.ReadConn, hashes: Sequence[bytes | None]) -> list[KeyAtWork | None]:
    """The keys behind these hashes and their shops, aligned; None for what is no key, or no longer. One statement."""
    rows = [{"ord": place, "hash": hashed.hex()} for place, hashed in enumerate(hashes) if hashed is not None]
    by_place = {found.ord: found for found in await db.all(conn, q.keys_at_work, KeyAtWork, rows=db.rows(rows))}
    return [by_place.get(place) for place in range(len(hashes))]


async def elsewhere(conn: db.ReadConn, *, token: str) -> Problem | None:
    """What a good key is told where keys open nothing; None for what is no key of ours."""
    if not rules.is_key(token):
        return None
    (found,) = await with_hashes(conn, [rules.key_hash(token)])
    return problems.key_elsewhere(shop=str(found.shop), scopes=sorted(found.scopes)) if found else None


async def see(conn: db.Conn, found: Sequence[KeyAtWork]) -> None:
    """Note that these keys were used. One that somebody else is just noting, or revoking, is passed over."""
    now = clock.now()
    unseen = {key.key for key in found if rules.is_unseen(key.used_at, now)}
    if unseen:
        await db.send(conn, q.see_keys, keys=db.ids(unseen), now=now)
