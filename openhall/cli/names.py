"""`openhall names`."""

import asyncio
from typing import TYPE_CHECKING, Literal

from cyclopts import App

if TYPE_CHECKING:
    from openhall.base import crypto, db

app = App(
    name="names",
    help_epilogue="Examples:\n\n"
    "    openhall names\n\n"
    '    OPENHALL_IDENTITY_KEYS="2027:...=,2026:...=" openhall names rekey\n\n'
    "    openhall names key 2027    a fresh key for the setting",
)


@app.default
def run(what: Literal["keys", "rekey", "key"] = "keys", name: str = "main") -> int:
    """Look after the keys of real names, which stand in the setting identity_keys.

    To change a key, put the new one first in the setting, restart the hall, run `openhall names rekey`, then take the
    old one out and restart again. The hall may run all the time.

    Parameters
    ----------
    what
        Say which key has sealed how much, seal everything anew with the first key, or write a fresh key.
    name
        What a fresh key is called: up to 16 small letters, digits and dashes.
    """
    if what == "key":
        import secrets
        from base64 import b64encode

        print(f"{name}:{b64encode(secrets.token_bytes(32)).decode()}")
        return 0
    return asyncio.run(_act(what))


async def _act(what: str) -> int:
    from openhall.base import config, crypto, db
    from openhall.core.people import names

    settings = config.load()
    ring = crypto.ring(settings.identity_keys)
    pool = db.Pool(settings.database_url, 2)
    await pool.open()
    try:
        if what == "keys" or ring is None:
            return await _show(pool, ring)
        done = unreadable = 0
        step: names.Rekeyed | None = None
        while step is None or step.last is not None:
            async with pool.write() as conn:
                step = await names.rekey(conn, ring, step.last if step else None)
            done, unreadable = done + step.done, unreadable + step.unreadable
        print(f"{done} sealed anew with the key {ring.names[0]}")
        if unreadable:
            print(f"{unreadable} cannot be read: their key is not in OPENHALL_IDENTITY_KEYS")
        return 1 if unreadable else 0
    finally:
        await pool.close()


async def _show(pool: "db.Pool", ring: "crypto.KeyRing | None") -> int:
    from openhall.core.people import names

    async with pool.read() as reader:
        counts = {count.key: count.identities for count in await names.counts(reader)}
        missing = await names.missing(reader, ring)
    known = ring.names if ring is not None else []
    for position, key in enumerate(known):
        print(f"{key}: {counts.get(key, 0)} identities, {'writes' if position == 0 else 'is read'}")
    for key in missing:
        print(f"{key}: {counts.get(key, 0)} identities, MISSING in OPENHALL_IDENTITY_KEYS")
    if not known:
        print("there is no key: OPENHALL_IDENTITY_KEYS is not set, and no real name can be confirmed")
    return 1 if missing or not known else 0
