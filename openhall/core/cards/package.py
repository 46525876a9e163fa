"""What cards offer the hall."""

from openhall.base import db
from openhall.base.closing import Closing, Obstacle
from openhall.base.exporting import Export
from openhall.base.i18n import N_
from openhall.base.package import Check, Package
from openhall.core.cards import api, pages
from openhall.core.cards.jobs import tasks
from openhall.core.cards.telling import NOT_RETURNED

q = db.load("openhall.core.cards")

CHECKS = (
    Check("cards.succeeded", "A succeeded top-up by card has exactly one transfer of its amount.", q.broken_succeeded),
    Check("cards.unfinished", "A processing or failed top-up by card has no transfer.", q.broken_unfinished),
    Check("cards.rail", "Nothing comes from cards or goes back to them but by a top-up or a refund.", q.broken_rail),
    Check("cards.returned", "What went back of a top-up is what its refunds say.", q.broken_returned),
    Check(
        "cards.refunds", "A refund's money is set aside, then gone or free again, as its state says.", q.broken_refunds
    ),
    Check("cards.leavings", "What somebody took home is the sum of its refunds.", q.broken_leavings),
    Check("cards.forgotten", "What waits for the card processor is asked about again in time.", q.broken_forgotten),
    Check("cards.stuck", "Nothing waits for days for the card processor's word.", q.broken_stuck),
    Check("cards.contradicted", "The card processor never spoke against its own final word.", q.broken_contradicted),
)

PACKAGE = Package(
    name="cards",
    module="openhall.core.cards",
    routes=(api.router, api.partner_router, pages.router),
    tasks=(tasks,),
    messages=(NOT_RETURNED,),
    exports=(
        Export("top_ups", q.export_top_ups),
        Export("leavings", q.export_leavings),
        Export("refunds", q.export_refunds),
    ),
    closing=Closing(
        obstacles=(
            Obstacle(
                code="cards.top_ups",
                title=N_("A top-up by card is not finished: {amount}"),
                remedy=N_("Finish it, or wait half an hour until it ends by itself."),
                href="/wallet",
                query=q.obstacle_top_ups,
            ),
            Obstacle(
                code="cards.refunds",
                title=N_("Money is on its way back to your card: {amount}"),
                remedy=N_("Wait until the card's bank has taken it."),
                href="/me/leaving",
                query=q.obstacle_refunds,
            ),
        )
    ),
    checks=CHECKS,
)
