"""What of people goes into the copy of their data that residents take with them, and what does not."""

from openhall.base import db
from openhall.base.exporting import Export
from openhall.base.i18n import N_

q = db.load("openhall.core.people")

EXPORTS = (
    Export("profile", q.export_profile),
    Export("sessions", q.export_sessions),
    Export("passkeys", q.export_passkeys),
    Export("trail", q.export_trail),
    Export("real_name", q.export_real_name),
    Export("name_claims", q.export_name_claims),
    Export("name_trail", q.export_name_trail),
    Export("recoveries", q.export_recoveries),
    Export("freezes", q.export_freezes),
    Export("accesses", q.export_accesses),
)
WITHHELD = {
    "codes": N_("Codes for signing in: they live for minutes and are kept as hashes."),
    "messages": N_("Text messages: their words are wiped once they are sent."),
    "identity_marks": N_("Marks by which the hall knows an ID number again: they say nothing without its key."),
    "name_verdicts": N_("What operators decided about others."),
    "pins": N_("Your payment PIN: nobody can read it, not even the hall."),
}
