"""What consent offers the hall."""

from openhall.base import db
from openhall.base.closing import Closing
from openhall.base.exporting import Export
from openhall.base.package import Check, Package
from openhall.core.consent import api, pages
from openhall.core.consent.exports import api as exports_api
from openhall.core.consent.exports import pages as exports_pages
from openhall.core.consent.telling import EXPORTED, GIVEN, WITHDRAWN

q = db.load("openhall.core.consent")

PACKAGE = Package(
    name="consent",
    module="openhall.core.consent",
    routes=(api.router, pages.router, exports_api.router, exports_pages.router),
    messages=(GIVEN, WITHDRAWN, EXPORTED),
    exports=(Export("consents", q.export_consents),),
    closing=Closing(ends=(q.end_consents,)),
    checks=(
        Check(
            "consent.basis",
            "Only what rests on consent was agreed to, each under its own code.",
            q.check_only_by_consent,
        ),
        Check("consent.told", "Each yes and each taking back was told to whoever said it.", q.check_told),
    ),
)
