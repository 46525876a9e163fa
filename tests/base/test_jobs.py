"""Jobs belong to the transaction that asks for them, and what is over is forgotten."""

from datetime import timedelta

import psycopg
import pytest
from procrastinate import Blueprint, JobContext
from procrastinate.jobs import Job

from openhall.base import clock, db, events, housekeeping, idempotency, jobs, limits
from openhall.base.events import Fact
from openhall.base.idempotency import Answer, Key
from openhall.base.package import Check, Package
from openhall.core.people.jobs import deliver_message
from openhall.web.discover import packages
from tests.hall import Hall

pytestmark = pytest.mark.anyio

COUNTS = db.parse(
    "tests",
    "-- name: jobs\nselect count(*) from procrastinate_jobs where args ->> 'message' = :message;\n"
    "-- name: kept\nselect (select count(*) from base.idempotency) || ' ' || (select count(*) from base.limits)"
    " || ' ' || (select count(*) from base.events);\n"
    "-- name: backend\nselect pg_backend_pid();\n"
    "-- name: kill\nselect pg_terminate_backend(:backend);",
)


async def queued(pool: db.Pool, message: str) -> int:
    async with pool.read() as conn:
        return await db.one(conn, COUNTS.jobs, int, message=message)


def context_of(pool: db.Pool) -> JobContext:
    """What a worker gives a task, as far as ours look at it."""
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="base:forget")
    return JobContext(
        app=jobs.app,
        job=job,
        start_timestamp=0,
        abort_reason=lambda: None,
        additional_context={"pool": pool},
    )


async def test_a_broken_promise_fails_the_hourly_proof_by_name_only(hall: Hall) -> None:
    row = db.parse("tests", "-- name: broken\nselect '13800138000' as phone;").broken
    context = context_of(hall.pool)
    context.additional_context.update(settings=hall.settings, packages=packages(demo=True))
    await housekeeping.prove(context, timestamp=0)
    broken = Package(name="broken", module="tests", checks=[Check("broken.promise", "Never kept.", row)])
    context.additional_context["packages"] = (broken,)
    with pytest.raises(housekeeping.BrokenPromiseError, match=r"^broken\.promise$"):
        await housekeeping.prove(context, timestamp=0)


async def test_no_commit_no_job(hall: Hall) -> None:
    async def change_my_mind() -> None:
        async with hall.pool.write() as conn:
            await jobs.defer(conn, deliver_message, message="undone")
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError):
        await change_my_mind()
    assert await queued(hall.pool, "undone") == 0
    async with hall.pool.write() as conn:
        await jobs.defer(conn, deliver_message, message="done")
        assert await queued(hall.pool, "done") == 0, "nobody sees it before the commit"
    assert await queued(hall.pool, "done") == 1


async def test_a_database_that_goes_away_while_a_job_is_queued_is_told_as_by_every_other_statement(hall: Hall) -> None:
    async def lose_it() -> None:
        async with hall.pool.write() as conn:
            mine = await db.one(conn, COUNTS.backend, int)
            async with hall.pool.write() as other:
                await db.one(other, COUNTS.kill, bool, backend=mine)
            await jobs.defer(conn, deliver_message, message="lost")

    with pytest.raises(psycopg.OperationalError):
        await lose_it()
    assert await queued(hall.pool, "lost") == 0


def test_every_task_of_every_package_is_known_and_none_twice() -> None:
    jobs.register(packages(demo=True))
    before = set(jobs.app.tasks)
    jobs.register(packages(demo=True))
    assert set(jobs.app.tasks) == before
    assert {"base:forget", "people:sweep", "ledger:fold"} <= before
    for package in packages(demo=True):
        for blueprint in package.tasks:
            assert isinstance(blueprint, Blueprint)
            names = {name for name in before if name.startswith(f"{package.name}:")}
            assert len(names) >= len(set(blueprint.tasks)), f"{package.name} has tasks that nobody knows"


def test_periodic_tasks_never_pile_up() -> None:
    """A worker that was away comes back to one job of each kind, not to a thousand."""
    jobs.register(packages(demo=True))
    periodic = [entry.task for entry in jobs.app.periodic_registry.periodic_tasks.values()]
    assert len(periodic) >= 4
    for task in periodic:
        assert task.queueing_lock, f"{task.name} has no queueing lock"


async def test_what_is_over_is_forgotten_and_money_is_not(pool: db.Pool) -> None:
    now = clock.now()

    async def answer() -> Answer:
        return Answer(201, "{}")

    async with pool.write() as conn:
        for name, keep in (("short", False), ("money", True)):
            key = Key("somebody", "POST /x", name, b"hash")
            await idempotency.once(conn, key, answer, keep=keep)
        await events.publish(conn, [Fact("s", "x", {})])
    await limits.take(pool, limits.Limit("tests", 1, timedelta(minutes=1)), "somebody")
    await housekeeping.forget(context_of(pool), timestamp=0)
    async with pool.read() as reader:
        assert await db.one(reader, COUNTS.kept, str) == "2 1 1"
    with clock.at(now + timedelta(days=31)):
        await housekeeping.forget(context_of(pool), timestamp=0)
    async with pool.read() as reader:
        assert await db.one(reader, COUNTS.kept, str) == "1 0 0"
        assert await events.head(reader, "s") == 1, "the numbering goes on"
