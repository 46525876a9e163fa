"""Starting a top-up and looking at it. The bank is called later, by a job: never inside a request."""

from uuid import UUID

from openhall.base import clock, db, ids, jobs
from openhall.core import people
from openhall.core.rails import problems, rules
from openhall.core.rails.jobs import settle_top_up
from openhall.core.rails.types import BankAccount, TopUp

q = db.load("openhall.core.rails")


async def start_top_up(
    conn: db.Conn, *, resident: UUID, wallet: UUID, bank_account: str, amount: int, currency: str, most: int
) -> TopUp:
    """Ask for `amount` minor units, at most `most`, from the linked bank account of this name.

    Refusals, in this order: `rails.amount_invalid`, `rails.amount_too_large`, `rails.bank_account_unknown`,
    `people.session_invalid` (the account was closed just now), `rails.too_many_processing`.
    """
    if amount < 1:
        raise problems.amount_invalid()
    if amount > most:
        raise problems.amount_too_large(most=most, currency=currency)
    account = await db.maybe(conn, q.bank_account, BankAccount, resident=resident, name=bank_account)
    if account is None:
        raise problems.bank_account_unknown()
    await people.stay_open(conn, resident)
    await db.all(conn, q.lock_resident, str, resident=resident)
    if await db.one(conn, q.count_processing, int, resident=resident) >= rules.MOST_PROCESSING:
        raise problems.too_many_processing(most=rules.MOST_PROCESSING)
    top_up_id = ids.new()
    await db.run(
        conn,
        q.add_top_up,
        id=top_up_id,
        resident=resident,
        wallet=wallet,
        bank_account=account.id,
        amount=amount,
        currency=currency,
        now=clock.now(),
    )
    await jobs.defer(conn, settle_top_up, top_up=str(top_up_id))
    return await top_up(conn, resident=resident, top_up_id=top_up_id)


async def top_up(conn: db.ReadConn, *, resident: UUID, top_up_id: UUID) -> TopUp:
    """One of the resident's top-ups; `rails.top_up_not_found` also for somebody else's."""
    found = await db.maybe(conn, q.top_up, TopUp, id=top_up_id, resident=resident)
    if found is None:
        raise problems.top_up_not_found()
    return found
