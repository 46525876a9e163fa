"""What the commands that keep running share."""

import asyncio
import os
import signal
import sys
import threading

from openhall.base import config, crypto, db, migrate
from openhall.core.people import names
from openhall.web.discover import modules


def follow_parent() -> None:
    """Stop this process when standard input closes: when the program that started it ends, in whatever way."""

    def wait() -> None:
        # Read without Python's buffer: its lock would be missed when the process ends while this thread still waits.
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def migrated_settings() -> config.Settings:
    """The settings, once their database is known to fit this openhall; MigrationError says what to do otherwise."""
    settings = config.load()
    pending = asyncio.run(migrate.pending(settings.database_url, modules(demo=settings.demo)))
    if pending:
        raise migrate.MigrationError(
            f"the database lacks {len(pending)} migrations, from {pending[0].package} {pending[0].name} on. "
            "Run `openhall migrate` first."
        )
    for word in asyncio.run(words_about_names(settings)):
        print(f"openhall: {word}", file=sys.stderr)
    return settings


async def words_about_names(settings: config.Settings) -> list[str]:
    """What keeps this hall from confirming real names, or from reading those that it has."""
    ring = crypto.ring(settings.identity_keys)
    pool = db.Pool(settings.database_url, 2)
    await pool.open()
    try:
        async with pool.read() as reader:
            missing = await names.missing(reader, ring)
    finally:
        await pool.close()
    words = [
        f"OPENHALL_IDENTITY_KEYS lacks the key {key!r}: names sealed with it cannot be read. Put it back."
        for key in missing
    ]
    if not settings.demo and ring is None:
        words.append("OPENHALL_IDENTITY_KEYS is not set: real names are closed. `openhall names key` makes a key.")
    if not settings.demo and not settings.register_url:
        words.append("OPENHALL_REGISTER_URL is not set: real names are closed, for there is no register to ask.")
    return words
