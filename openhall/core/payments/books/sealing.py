"""Sealing: a business date that has ended gets nothing more."""

from datetime import date, timedelta

from openhall.base import clock, db
from openhall.core import ledger

q = db.load("openhall.core.payments")

# Machines of one hall differ by less, so that in practice nobody is ever turned away by a seal. It is a kindness: the
# proof does not need it.
SEAL_AFTER = timedelta(minutes=1)


def last_ended() -> date:
    """The newest business date that may be sealed now."""
    return ledger.business_date(clock.now() - SEAL_AFTER) - timedelta(days=1)


async def seal(conn: db.Conn, *, first: date, last: date) -> None:
    """Seal the business dates from `first` to `last`; sealing again is nothing.

    From the next statement of this transaction on, everything dated so is committed and can be read. Waits for payments
    that are on their way with one of these dates. ValueError when one has not ended.
    """
    if last > last_ended():
        raise ValueError(f"{last} has not ended")
    await db.all(conn, q.lock_dates_to_seal, str, first=first, last=last)
    await db.run(conn, q.seal_dates, first=first, last=last, now=clock.now())
