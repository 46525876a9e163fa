"""Background work of transfers."""

from procrastinate import Blueprint, JobContext

from openhall.base import db
from openhall.core.payments.transfers import settling

tasks = Blueprint()


@tasks.periodic(cron="* * * * * */5")
@tasks.task(name="settle_transfers", pass_context=True, queueing_lock="payments:settle_transfers")
async def settle_transfers(context: JobContext, timestamp: int) -> None:
    """Every five seconds: what its sender can no longer take back arrives, and what nobody took goes back."""
    pool: db.Pool = context.additional_context["pool"]
    while True:
        async with pool.write() as conn:
            if await settling.settle_due(conn) < settling.TOGETHER:
                return
