"""Reading a shop's book, and what many shops took together, which markets ask for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from openhall.base import db, paging
from openhall.city.merchants.book.types import (
    Book,
    Closing,
    DateSums,
    HourSums,
    Line,
    Page,
    ShopSums,
    Sought,
    Sums,
)
from openhall.core import ledger
from openhall.core.payments import books
from openhall.core.payments.books import END, Cursor

q = db.load("openhall.city.merchants")

_EVERYTHING = Sought()


async def book_of(conn: db.ReadConn, *, shop: UUID, first: date, last: date) -> Book:
    """What a shop took from `first` to `last`: closed days as they were written, the present one as it stands.

    Two statements; `conn` must read on one snapshot, as `Pool.read` does.
    """
    closings = await closings_of(conn, shop=shop, first=first, last=last)
    zone = str(ledger.zone())
    lines = await db.all(conn, q.hours_of_shop, Line, shop=shop, first=first, last=last, zone=zone)
    cashiers = _summed((line.taken_by, line.sums) for line in lines)
    return Book(
        first=first,
        last=last,
        sums=sum((line.sums for line in lines), Sums()),
        days=_summed((line.business_date, line.sums) for line in lines),
        hours=dict(sorted(_summed((line.hour, line.sums) for line in lines).items())),
        cashiers=dict(sorted(cashiers.items(), key=lambda item: -item[1].total)),
        closings=closings,
    )


async def closings_of(conn: db.ReadConn, *, shop: UUID, first: date, last: date) -> dict[date, Closing]:
    """The closed days of a shop, in the order of time."""
    found = await db.all(conn, q.closings_of_shop, Closing, shop=shop, first=first, last=last)
    return {closing.business_date: closing for closing in found}


def _summed(parts: Iterable[tuple[db.T, Sums]]) -> dict[db.T, Sums]:
    found: defaultdict[db.T, Sums] = defaultdict(Sums)
    for key, sums in parts:
        found[key] += sums
    return dict(found)


async def entries_of(
    conn: db.ReadConn,
    *,
    shop: UUID,
    first: date,
    last: date,
    before: Cursor = END,
    limit: int,
    sought: Sought = _EVERYTHING,
) -> Page:
    """A page of a shop's payments and refunds, newest first; those that are looked for."""
    if sought.receipt_no is not None:
        return Page(await books.by_receipt(conn, payee=shop, receipt_no=sought.receipt_no), None)
    if sought.reference is not None:
        return Page(await books.by_reference(conn, payee=shop, reference=sought.reference), None)
    found = await books.entries(
        conn, payee=shop, first=first, last=last, before=before, limit=limit + 1, wanted=sought.entries
    )
    return Page(*paging.cut_by(found, limit, lambda last: Cursor(last.business_date, last.id)))


async def closed_by_date(conn: db.ReadConn, *, shops: Sequence[UUID], first: date, last: date) -> list[DateSums]:
    """What these shops took together on each closed business date."""
    return await db.all(conn, q.closed_by_date, DateSums, shops=db.ids(shops), first=first, last=last)


async def closed_by_shop(conn: db.ReadConn, *, shops: Sequence[UUID], first: date, last: date) -> list[ShopSums]:
    """What each of these shops took on closed business dates, the one that took most first."""
    return await db.all(conn, q.closed_by_shop, ShopSums, shops=db.ids(shops), first=first, last=last)


async def closed_by_hour(conn: db.ReadConn, *, shops: Sequence[UUID], first: date, last: date) -> list[HourSums]:
    """What these shops took together in each hour of the day, on closed business dates."""
    return await db.all(conn, q.closed_by_hour, HourSums, shops=db.ids(shops), first=first, last=last)
