"""Background jobs (procrastinate), deferred in the transaction that needs them: no commit, no job.

Handlers run at least once: one job is one transaction, with an idempotency key for the world outside.
"""

from collections.abc import Iterable
from typing import Any

import procrastinate
from procrastinate import PsycopgConnector
from procrastinate.tasks import Task

from openhall.base import db
from openhall.base.package import Package

# Declared in an importable module because workers look tasks up by name. Its connections are the hall's own pool.
app = procrastinate.App(connector=PsycopgConnector())


def register(packages: Iterable[Package]) -> None:
    """Make the tasks of the packages known, under the package's name. Safe to call again in the same process."""
    for package in packages:
        for blueprint in package.tasks:
            if not any(name.startswith(f"{package.name}:") for name in app.tasks):
                app.add_tasks_from(blueprint, namespace=package.name)


async def open(pool: db.Pool) -> None:  # noqa: A001  read as jobs.open
    await app.open_async(pool.raw)


async def close() -> None:
    await app.close_async()


async def defer(conn: db.Conn, task: Task[Any, Any, Any], /, *, in_seconds: int = 0, **arguments: Any) -> None:
    """Queue a job in the caller's transaction. Arguments are JSON: pass ids as text."""
    await task.configure(connection=conn, schedule_in={"seconds": in_seconds}).defer_async(**arguments)
