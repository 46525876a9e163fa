"""What rails offer the hall."""

from openhall.base import db
from openhall.base.closing import Closing, Obstacle
from openhall.base.exporting import Export
from openhall.base.i18n import N_
from openhall.base.package import Check, Package
from openhall.core.rails import api, pages
from openhall.core.rails.jobs import tasks

q = db.load("openhall.core.rails")

CHECKS = (
    Check("rails.succeeded", "A succeeded top-up has exactly one transfer of its amount.", q.broken_succeeded),
    Check("rails.unfinished", "A processing or failed top-up has no transfer.", q.broken_unfinished),
    Check("rails.rail", "Nothing enters from a bank but what a top-up brought.", q.broken_rail),
    Check("rails.forgotten", "A processing top-up is asked about again in time.", q.broken_forgotten),
    Check("rails.stuck", "No top-up waits longer than a day for the bank's word.", q.broken_stuck),
    Check("rails.contradicted", "The bank never spoke against its own final word.", q.broken_contradicted),
)

PACKAGE = Package(
    name="rails",
    module="openhall.core.rails",
    routes=(api.router, api.partner_router, pages.router),
    tasks=(tasks,),
    exports=(Export("bank_accounts", q.export_bank_accounts), Export("top_ups", q.export_top_ups)),
    closing=Closing(
        obstacles=(
            Obstacle(
                code="rails.top_ups",
                title=N_("A top-up from your bank is not finished: {amount}"),
                remedy=N_("Wait for the bank: it takes half an hour at most."),
                href="/wallet",
                query=q.obstacle_top_ups,
            ),
        ),
        erases=(q.erase_agreements,),
    ),
    checks=CHECKS,
)
