"""What of merchants goes into the copy of their data that residents take with them."""

from openhall.base import db
from openhall.base.exporting import Export

q = db.load("openhall.city.merchants")

EXPORTS = (
    Export("shops", q.export_shops),
    Export("work", q.export_work),
    Export("shifts", q.export_shifts),
    Export("invitations", q.export_invitations),
    Export("keys", q.export_keys),
    Export("markets", q.export_markets),
    Export("handovers", q.export_handovers),
)
