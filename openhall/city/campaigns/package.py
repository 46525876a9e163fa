"""What campaigns offer the hall."""

from openhall.base import db
from openhall.base.closing import Closing, Obstacle
from openhall.base.exporting import Export
from openhall.base.i18n import N_
from openhall.base.package import Check, Package, Tile
from openhall.city.campaigns import api, pages
from openhall.city.campaigns.demo import load
from openhall.city.campaigns.jobs import tasks
from openhall.city.campaigns.source import source

q = db.load("openhall.city.campaigns")

PACKAGE = Package(
    name="campaigns",
    module="openhall.city.campaigns",
    routes=(api.router, pages.router),
    tasks=(tasks,),
    tiles=(
        Tile(slot="services", title=N_("Offers"), icon="tag", href="/offers", order=10),
        Tile(slot="services", title=N_("My campaigns"), icon="megaphone", href="/campaigns", order=30),
    ),
    offers=(source,),
    exports=(
        Export("campaigns", q.export_campaigns),
        Export("promoter", q.export_promoter),
        Export("invited", q.export_invited),
        Export("came_by", q.export_came_by),
        Export("earnings", q.export_earnings),
    ),
    demo=load,
    closing=Closing(
        obstacles=(
            Obstacle(
                code="campaigns.running",
                title=N_("You have campaigns that are not over: {count}"),
                remedy=N_("End each of them on its page; the rest of its budget comes back to you."),
                href="/campaigns",
                query=q.obstacle_campaigns,
            ),
        )
    ),
    checks=(
        Check(
            "campaigns.budgets",
            "A budget holds what was put in, less what was given, plus what came back, less what the sponsor got back.",
            q.check_budgets,
        ),
        Check(
            "campaigns.transfers",
            "What was put into a budget, and what went back to its sponsor, moved in the ledger.",
            q.check_transfers,
        ),
        Check("campaigns.subsidies", "What a campaign gave follows its rules.", q.check_subsidies),
        Check("campaigns.limits", "No campaign gave more often or more to anybody than its limits.", q.check_limits),
        Check(
            "campaigns.earnings",
            "An inviter's earning is one ledger transfer, for a payment that counts.",
            q.check_earnings,
        ),
        Check("campaigns.invitations", "Nobody was brought here by whom they brought.", q.check_invitations),
    ),
)
