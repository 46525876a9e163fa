"""Closing an account: what is in the way, and the closing itself."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.base.package import Package
from openhall.core import ledger, people
from openhall.core.closing import problems
from openhall.core.closing.telling import tell_goodbye
from openhall.core.closing.types import Closed, Counted, Found, Terms
from openhall.core.people import Visit

q = db.load("openhall.core.closing")


def terms(settings: Settings) -> Terms:
    """For how long a closing can be taken back, and for how long a name is kept: never shorter than that."""
    return Terms(settings.closing_rest_days, max(settings.closing_rest_days, settings.closing_keep_days))


async def in_the_way(conn: db.ReadConn, packages: Sequence[Package], resident: UUID) -> list[Found]:
    """What has to be done before this account can close, in the order of the packages."""
    found = []
    for obstacle in (one for package in packages for one in package.closing.obstacles):
        counted = await db.one(conn, obstacle.query, Counted, resident=resident)
        if counted.count:
            found.append(Found(obstacle, counted.count, counted.amount))
    return found


async def close(conn: db.Conn, settings: Settings, packages: Sequence[Package], visit: Visit) -> Closed:
    """Close the account of whoever visits, for good.

    Problem `closing.in_the_way` with `obstacles`, their codes.

    Locks are taken in the order of every payment: the resident's row, what packages end (links, codes), the wallet
    last. What is in the way is asked twice. First because something of it ends with the account and would then be
    overlooked; and once more with the wallet in hand, when whatever was moving money of it is over: of a payment, a
    withdrawal or a top-up at this very moment either it is seen here, or it finds a closed account.
    """
    resident, now = visit.resident, clock.now()
    await people.hold_to_shut(conn, resident.id)
    await _require_nothing_in_the_way(conn, packages, resident.id)
    await end_all(conn, packages, resident.id)
    await ledger.hold_to_close(conn, resident.wallet)
    await _require_nothing_in_the_way(conn, packages, resident.id)
    days = terms(settings)
    closed = Closed(ids.new(), now, now + timedelta(days=days.rest_days), now + timedelta(days=days.keep_days))
    await db.run(
        conn,
        q.put_closing,
        id=closed.id,
        resident=resident.id,
        phone=resident.phone or None,
        email=resident.email,
        now=now,
        rest_until=closed.rest_until,
        keep_until=closed.keep_until,
    )
    await people.shut(conn, resident.id, session=visit.session.id, at=now)
    await ledger.close_account(conn, resident.wallet)
    await tell_goodbye(conn, settings, resident, closed)
    return closed


async def end_all(conn: db.Conn, packages: Sequence[Package], resident: UUID) -> None:
    """Whatever packages end with an account ends. Safe to repeat."""
    for query in (one for package in packages for one in package.closing.ends):
        await db.run(conn, query, resident=resident, now=clock.now())
    for hook in (one for package in packages for one in package.closing.on_closing):
        await hook(conn, resident=resident)


async def _require_nothing_in_the_way(conn: db.ReadConn, packages: Sequence[Package], resident: UUID) -> None:
    found = await in_the_way(conn, packages, resident)
    if found:
        raise _refusal(found)


def _refusal(found: Sequence[Found]) -> Problem:
    return problems.in_the_way(obstacles=[one.obstacle.code for one in found])
