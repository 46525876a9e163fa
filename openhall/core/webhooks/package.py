"""What webhooks offer the hall."""

from openhall.base import db
from openhall.base.closing import Closing
from openhall.base.exporting import Export
from openhall.base.i18n import N_
from openhall.base.package import Check, Package, Tile
from openhall.core.webhooks import api, pages
from openhall.core.webhooks.jobs import tasks
from openhall.core.webhooks.telling import GONE, SILENT

q = db.load("openhall.core.webhooks")

CHECKS = (
    Check("webhooks.keys", "Every webhook signs with exactly one key of now, and at most one older.", q.check_keys),
    Check("webhooks.cursors", "No webhook's cursor is ahead of its stream.", q.check_cursors),
    Check("webhooks.events", "Every delivery is of an event that its webhook was to be told of.", q.check_events),
    Check("webhooks.gaps", "Every event that a webhook wants, up to its cursor, has a delivery.", q.check_gaps),
    Check("webhooks.delivered", "What counts as delivered was answered with a 2xx.", q.check_delivered),
    Check("webhooks.attempts", "Every attempt that was counted is in the log.", q.check_attempts),
)

PACKAGE = Package(
    name="webhooks",
    module="openhall.core.webhooks",
    routes=(api.router, pages.router),
    tasks=(tasks,),
    tiles=(Tile(slot="services", title=N_("Webhooks"), icon="webhook", href="/webhooks", order=90),),
    messages=(GONE, SILENT),
    exports=(Export("webhooks", q.export_webhooks),),
    closing=Closing(ends=(q.end_endpoints,)),
    checks=CHECKS,
)
