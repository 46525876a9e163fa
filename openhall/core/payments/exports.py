"""What of payments goes into the copy of their data that residents take with them, and what does not."""

from openhall.base import db
from openhall.base.exporting import Export
from openhall.base.i18n import N_

q = db.load("openhall.core.payments")

EXPORTS = (
    Export("payments", q.export_payments),
    Export("refunds", q.export_refunds),
    Export("subsidies", q.export_subsidies),
    Export("sent", q.export_sent),
    Export("received", q.export_received),
    Export("limits", q.export_limits),
    Export("pay_devices", q.export_pay_devices),
    Export("receive_code", q.export_receive_code),
)
_AMONG_PAYMENTS = N_(
    "Pay codes used, charges that waited, whom you paid before: what came of them stands among the payments."
)
WITHHELD = {
    "orders": N_("Orders of your shops: the book of each shop has them."),
    "pay_codes": N_("Pay codes: they live for a minute and are kept as hashes."),
    "pay_code_uses": _AMONG_PAYMENTS,
    "waiting_charges": _AMONG_PAYMENTS,
    "met": _AMONG_PAYMENTS,
}
