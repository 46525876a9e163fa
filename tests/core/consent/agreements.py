"""An agreement of an agency, as a package would declare it, and its words."""

from msgspec import structs

from openhall.base.agreeing import Agreement
from openhall.core import consent

PENSION = Agreement(
    code="pension.reminder",
    version=1,
    module="openhall.core.consent",
    basis="consent",
    title="A reminder before my pension is due",
    controller="The pension office",
    purpose="To remind you in time",
    fields=("Name", "Year of birth"),
)
NEWER = structs.replace(PENSION, version=2, fields=("Name", "Year of birth", "Address"))
BY_LAW = structs.replace(PENSION, code="pension.roll", basis="law")
WORDS = consent.worded(PENSION).id
