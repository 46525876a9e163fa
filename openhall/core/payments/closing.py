"""What of payments stands in the way of closing an account, what ends with it, and what is erased."""

from openhall.base import db
from openhall.base.closing import Closing, Obstacle
from openhall.base.i18n import N_

q = db.load("openhall.core.payments")

CLOSING = Closing(
    obstacles=(
        Obstacle(
            code="payments.transfers",
            title=N_("Money you sent to people has not arrived yet: {amount}"),
            remedy=N_("Take it back, or wait until it has arrived or come back."),
            href="/transfers",
            query=q.obstacle_transfers,
        ),
        Obstacle(
            code="payments.charges",
            title=N_("A shop waits for your yes: {amount}"),
            remedy=N_("Pay it or refuse it; after some minutes it ends by itself."),
            href="/pay-code",
            query=q.obstacle_charges,
        ),
    ),
    ends=(q.end_pay_codes, q.end_pay_devices),
    erases=(q.erase_pay_devices, q.erase_receive_code, q.erase_to_phone),
)
