"""Background work of transfers."""

from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.core.payments.transfers import settling

tasks = Blueprint()


@tasks.periodic(cron="* * * * * */5")
@tasks.task(name="settle_transfers", pass_context=True, queueing_lock="payments:settle_transfers")
async def settle_transfers(context: JobContext, timestamp: int) -> None:
    """Every five seconds: what waits of frozen accounts goes back, what its sender can no longer take back arrives, and
    what nobody took goes back."""
    pool: db.Pool = context.additional_context["pool"]
    for step in (settling.bring_back_frozen, settling.settle_due):
        ended = settling.TOGETHER
        while ended == settling.TOGETHER:
            async with pool.write() as conn:
                ended = await step(conn)
