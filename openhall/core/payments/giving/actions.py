"""Giving it: out of the one wallet and into the other in one transaction."""

from uuid import UUID

from openhall.base import db
from openhall.core import families
from openhall.core.payments import safety
from openhall.core.payments.transfers import actions, finding
from openhall.core.payments.transfers.settling import end
from openhall.core.payments.transfers.types import State, Transfer, Wish
from openhall.core.people import Resident


async def give(conn: db.Conn, guard: safety.Guard, *, holder: Resident, link: UUID, amount: int) -> Transfer:
    """Put `amount` (minor units) from the holder's own wallet into that of whom they act for by this link.

    Problems, in this order: `families.link_not_found`, those of `transfers.send`.
    """
    dependant = await families.dependant_of(conn, holder=holder.id, link=link)
    receiver = finding.dependant(guard.settings, dependant)
    sent = await actions.send(conn, guard, sender=holder, wish=Wish(receiver, amount, None, at_once=True))
    await end(conn, [(sent, State.COMPLETED)])
    return await actions.transfer(conn, resident=holder, transfer_id=sent.id)
