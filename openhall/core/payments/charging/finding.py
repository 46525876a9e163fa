"""Charges that are there already: by their reference, or by their id."""

from collections.abc import Sequence
from uuid import UUID

from openhall.base import clock, db
from openhall.core.payments import problems
from openhall.core.payments.charging.types import Charge

q = db.load("openhall.core.payments.charging")

NOBODY = UUID(int=0)


async def charge(conn: db.ReadConn, *, payee: UUID, charge: UUID) -> Charge:
    """A charge of this payee, or a payment to it; Problem `payments.payment_not_found`."""
    found = await db.maybe(conn, q.charge_of_payee, Charge, payee=payee, charge=charge, now=clock.now())
    if found is None:
        raise problems.payment_not_found()
    return found


async def payee_of(conn: db.ReadConn, charge: UUID) -> UUID:
    """To whom a charge or a payment goes; an id that nobody has when there is none, so that it is nobody's to see."""
    return await db.maybe(conn, q.payee_of_charge, UUID, charge=charge) or NOBODY


async def lock_references(conn: db.Conn, references: Sequence[tuple[UUID, str]]) -> db.Reply[bool]:
    """Take references of payees until the transaction ends, without waiting: whether each was free, aligned.

    Who looks in the next statement sees whatever was ever charged under those that were.
    """
    return await db.ask(conn, q.try_references, bool, rows=_rows(references))


async def by_reference(conn: db.ReadConn, references: Sequence[tuple[UUID, str]]) -> db.Reply[Charge]:
    """What there is under references of payees; those without anything are left out."""
    return await db.ask(conn, q.charges_by_reference, Charge, rows=_rows(references), now=clock.now())


def _rows(references: Sequence[tuple[UUID, str]]) -> str:
    return db.rows({"payee": payee, "reference": reference} for payee, reference in references)
