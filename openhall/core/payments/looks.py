"""What payments show of somebody to somebody else."""

from openhall.base import db
from openhall.base.i18n import N_
from openhall.base.looking import Look
from openhall.core.payments.types import Payment
from openhall.core.people import Resident, accesses
from openhall.core.people.accesses import Capacity, Looker

PAYMENT = Look(
    code="payments.payment",
    what=N_("One of your payments, with your masked number"),
    purpose=N_("A question about this payment, or giving money back"),
)
RECEIVER = Look(
    code="payments.receiver",
    what=N_("Your masked name"),
    purpose=N_("Sending money to your number"),
)
LOOKS = (PAYMENT, RECEIVER)


async def saw_payment(conn: db.Conn, payment: Payment, resident: Resident) -> None:
    """Write down that somebody at the shop opened this payment; of its own payer nothing."""
    by = Looker(resident.id, Capacity.SHOP, payment.payee_name)
    await accesses.saw(conn, PAYMENT, by, [payment.payer], about=payment.id)
