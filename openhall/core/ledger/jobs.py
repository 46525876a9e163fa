"""The ledger's housekeeping: folding, the expiry of holds, and next year's partitions. Each is safe to repeat."""

from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.core.ledger import actions, posting

tasks = Blueprint()

# One transaction folds at most this many movements of one account, so that whoever wants to pay from it waits little.
_PORTION = 5_000
# One run expires at most this many portions of holds; the next one goes on.
_PORTIONS = 50


@tasks.periodic(cron="* * * * * */5")
@tasks.task(name="fold", pass_context=True, queueing_lock="ledger:fold")
async def fold(context: JobContext, timestamp: int) -> None:
    """Every five seconds: fold what was paid to busy accounts, so that their balance is quick to read."""
    pool: db.Pool = context.additional_context["pool"]
    async with pool.read() as reader:
        waiting = await posting.to_fold(reader)
    for account in waiting:
        folded = _PORTION
        while folded == _PORTION:
            async with pool.write() as conn:
                folded = await posting.fold(conn, account, limit=_PORTION)


@tasks.periodic(cron="* * * * *")
@tasks.task(name="expire_holds", pass_context=True, queueing_lock="ledger:expire_holds")
async def expire_holds(context: JobContext, timestamp: int) -> None:
    """Every minute: give back what expired holds reserve."""
    pool: db.Pool = context.additional_context["pool"]
    for _ in range(_PORTIONS):
        async with pool.write() as conn:
            if not await posting.expire_holds(conn):
                return


@tasks.periodic(cron="17 3 * * *")
@tasks.task(name="ensure_partitions", pass_context=True, queueing_lock="ledger:ensure_partitions")
async def ensure_partitions(context: JobContext, timestamp: int) -> None:
    """Every night: make the entries' monthly partitions a year ahead."""
    pool: db.Pool = context.additional_context["pool"]
    async with pool.write() as conn:
        await actions.ensure_partitions(conn)
