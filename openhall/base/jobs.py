"""Background jobs (procrastinate), deferred in the transaction that needs them: no commit, no job.

Handlers run at least once: one job is one transaction, with an idempotency key for the world outside.
"""

import asyncio
import os
import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from procrastinate.tasks import Task

from openhall.base import clock, db, housekeeping
from openhall.base.config import Settings
from openhall.base.package import Package

log = structlog.get_logger()

# Seconds without a sign of life after which a worker counts as dead, and its jobs go to another.
DEAD_AFTER_S = 30
# Seconds in which running jobs may finish when the worker is asked to stop.
GRACE_S = 5
# Seconds between two attempts to find a lost database again.
RECONNECT_S = 1

# Declared in an importable module because workers look tasks up by name. Its connections are the hall's own pool.
app = procrastinate.App(connector=PsycopgConnector())


def register(packages: Iterable[Package]) -> None:
    """Make the tasks of the base and the packages known, under their names. Safe to call again in the same process."""
    tasks = [("base", housekeeping.tasks)]
    tasks += [(package.name, blueprint) for package in packages for blueprint in package.tasks]
    known = {task.partition(":")[0] for task in app.tasks}
    for name, blueprint in tasks:
        if name not in known:
            app.add_tasks_from(blueprint, namespace=name)


async def open(pool: db.Pool) -> None:  # noqa: A001  read as jobs.open
    await app.open_async(pool.raw)


async def close() -> None:
    await app.close_async()


async def defer(conn: db.Conn, task: Task[Any, Any, Any], /, *, in_seconds: int = 0, **arguments: Any) -> None:
    """Queue a job in the caller's transaction. Arguments are JSON: pass ids as text.

    A database that goes away is told as by every other statement, by psycopg's own error.
    """
    try:
        await task.configure(connection=conn, schedule_in={"seconds": in_seconds}).defer_async(**arguments)
    except ConnectorException as wrapped:
        if isinstance(wrapped.__cause__, psycopg.Error):
            raise wrapped.__cause__ from wrapped
        raise


async def work(settings: Settings, packages: tuple[Package, ...], concurrency: int) -> None:
    """Do the jobs of the registered packages until SIGTERM or SIGINT.

    Their context has `pool`, `settings` and `packages`.
    """
    pool = db.Pool(settings.database_url, settings.pool_size)
    await pool.open()
    await open(pool)
    context = {"pool": pool, "settings": settings, "packages": packages}
    rescuer = asyncio.create_task(_rescue_for_ever())
    try:
        while await _work_until_lost(context, concurrency):
            log.warning("jobs.database_lost")
            await asyncio.sleep(RECONNECT_S)
    finally:
        rescuer.cancel()
        with suppress(asyncio.CancelledError):
            await rescuer
        await close()
        await pool.close()


async def _work_until_lost(context: dict[str, Any], concurrency: int) -> bool:
    """True when the database went away, which ends procrastinate's worker; False when we were asked to stop."""
    try:
        await app.run_worker_async(
            concurrency=concurrency,
            name=f"{socket.gethostname()}-{os.getpid()}",
            additional_context=context,
            # What failed stays, to be looked at.
            delete_jobs="successful",
            shutdown_graceful_timeout=GRACE_S,
            stalled_worker_timeout=DEAD_AFTER_S,
        )
    except ConnectorException:
        return True
    return False


async def _rescue_for_ever() -> None:
    while True:
        try:
            await rescue()
        except ConnectorException:
            log.warning("jobs.rescue_failed", exc_info=True)
        await asyncio.sleep(DEAD_AFTER_S)


async def rescue() -> int:
    """Queue the jobs of killed workers again; how many. A job whose successor already waits under its lock is done."""
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_S)
    rescued = 0
    for job in stalled:
        try:
            await app.job_manager.retry_job(job, retry_at=clock.now())
            rescued += 1
        except UniqueViolation:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
    return rescued
