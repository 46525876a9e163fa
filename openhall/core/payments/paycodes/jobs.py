"""Housekeeping of pay codes: what is over is forgotten a day later."""

from datetime import timedelta

from procrastinate import Blueprint, JobContext

from openhall.base import clock, db

q = db.load("openhall.core.payments.paycodes")

tasks = Blueprint()

# So long an old code is called used or expired; afterwards it is as unknown as one that never was.
REMEMBERED = timedelta(days=1)


@tasks.periodic(cron="23 * * * *")
@tasks.task(name="forget_pay_codes", pass_context=True, queueing_lock="payments:forget_pay_codes")
async def forget_pay_codes(context: JobContext, timestamp: int) -> None:
    """Every hour: forget codes that ended, their uses, and old guesses. Waiting charges stay, like payments."""
    await forget(context.additional_context["pool"])


async def forget(pool: db.Pool) -> None:
    """The work of the job."""
    now = clock.now()
    async with pool.write() as conn:
        await db.run(conn, q.forget_pay_codes, before=now - REMEMBERED)
        await db.run(conn, q.forget_pay_code_uses, before=now - REMEMBERED)
        await db.run(conn, q.forget_pay_code_guesses, now=now)
