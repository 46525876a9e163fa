"""The background work of closing: numbers become free, and names are erased."""

from collections.abc import Awaitable, Callable, Sequence

from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.base.package import Package
from openhall.core.closing.actions import keeping

tasks = Blueprint()

# In one run; the next one takes the others.
MOST = 1000


@tasks.periodic(cron="23 * * * *")
@tasks.task(name="keep", pass_context=True, queueing_lock="closing:keep")
async def keep(context: JobContext, timestamp: int) -> None:
    """Every hour. `timestamp` is when it began, as the queue tells it."""
    pool: db.Pool = context.additional_context["pool"]
    packages: tuple[Package, ...] = context.additional_context["packages"]
    await tend(pool, packages)


async def tend(pool: db.Pool, packages: Sequence[Package]) -> None:
    """Whatever is due, each account in a transaction of its own."""
    await _each(pool, packages, keeping.free_one)
    await _each(pool, packages, keeping.erase_one)


async def _each(
    pool: db.Pool, packages: Sequence[Package], step: Callable[[db.Conn, Sequence[Package]], Awaitable[bool]]
) -> None:
    for _ in range(MOST):
        async with pool.write() as conn:
            if not await step(conn, packages):
                return
