"""What the commands that keep running share."""

import asyncio
import os
import signal
import sys
import threading

from openhall.base import config, migrate
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
    return settings
