"""The way back: a charge is undone whatever became of it, and from then on it is paid by nobody any more.

Paid: all that is left of it is given back. Waiting: it is closed. Not there, or not yet: its reference is given up, so
that a charge which was sent and not answered is refused when it does arrive. Asking again changes nothing.
"""

from uuid import UUID

from openhall.base import clock, db, ids
from openhall.base.i18n import N_
from openhall.core.payments import paycodes
from openhall.core.payments.charging import finding
from openhall.core.payments.charging.types import Charge, Standing, Taker
from openhall.core.payments.desks import Desks
from openhall.core.payments.refunds import refund_rest
from openhall.core.payments.types import OrderState

q = db.load("openhall.core.payments.charging")
of_orders = db.load("openhall.core.payments")

# The reason that the payer reads on the receipt.
REASON = N_("Undone by the shop")


async def reverse(conn: db.Conn, *, charge: UUID, taker: Taker, desks: Desks) -> Charge:
    """Undo a charge of this payee, or a payment to it; as it is afterwards.

    What a person gives back their desk must allow; a machine's right was asked when it was let in. Problems:
    `payments.payment_not_found`, those of `refund`; it can be tried again.
    """
    payee = taker.payee.id
    await finding.charge(conn, payee=payee, charge=charge)
    # Whoever confirms it holds this row until the money has moved: from here on it is one or the other.
    await paycodes.close(conn, [charge])
    found = await finding.charge(conn, payee=payee, charge=charge)
    if found.state is not Standing.SUCCEEDED:
        return found
    asked = None if taker.is_machine else desks
    await refund_rest(conn, payment=charge, by=taker.hand, reason=REASON, desks=asked)
    return await finding.charge(conn, payee=payee, charge=charge)


async def reverse_reference(conn: db.Conn, *, reference: str, taker: Taker, currency: str, desks: Desks) -> Charge:
    """Undo whatever was charged under a reference, also when it is still on its way; as it is afterwards.

    Waits for whoever is charging under it right now. Problems: those of `refund`.
    """
    payee = taker.payee
    await db.all(conn, of_orders.lock_reference, str, payee=payee.id, reference=reference)
    found = await _under(conn, payee.id, reference)
    if found is not None and found.order_state is OrderState.OPEN:
        # An order that nobody was asked to pay yet. Whoever is paying it is waited for.
        await db.run(conn, q.give_up_order, id=found.order_id)
        found = await _under(conn, payee.id, reference)
    if found is None:
        await db.run(
            conn,
            q.insert_given_up,
            id=ids.new(),
            payee_kind=payee.kind,
            payee=payee.id,
            payee_name=payee.name,
            account=payee.account,
            owner=payee.owner,
            stream=payee.stream,
            currency=currency,
            reference=reference,
            now=clock.now(),
        )
        found = await _under(conn, payee.id, reference)
    assert found is not None, "it was there, or it was made just now"
    return found if found.id is None else await reverse(conn, charge=found.id, taker=taker, desks=desks)


async def _under(conn: db.Conn, payee: UUID, reference: str) -> Charge | None:
    found = await (await finding.by_reference(conn, [(payee, reference)])).all()
    return found[0] if found else None
