"""What closing offers the hall."""

from openhall.base import db
from openhall.base.closing import Closing, Obstacle
from openhall.base.exporting import Export
from openhall.base.i18n import N_
from openhall.base.package import Check, Package
from openhall.core.closing import api, pages
from openhall.core.closing.desk import pages as desk_pages
from openhall.core.closing.jobs import tasks
from openhall.core.closing.looks import LOOKS
from openhall.core.closing.telling import REOPENED

q = db.load("openhall.core.closing")

CHECKS = (
    Check(
        "closing.states",
        "Whoever closed their account has one closing and a closed wallet, and nobody else has.",
        q.check_states,
    ),
    Check("closing.nothing_lives", "Of a closed account nothing works any more.", q.check_nothing_lives),
    Check("closing.unclaimed", "The account of unclaimed money has exactly what waits.", q.check_unclaimed),
    Check(
        "closing.unclaimed_moves",
        "What came for a closed wallet came by its transfer, and left by its own into that wallet.",
        q.check_unclaimed_moves,
    ),
    Check("closing.trail", "The trail says who closed an account, who asked to reopen it, and who did.", q.check_trail),
    Check("closing.kept_in_time", "Numbers are free and names erased when their time has come.", q.check_kept_in_time),
)

PACKAGE = Package(
    name="closing",
    module="openhall.core.closing",
    routes=(api.router, pages.router, desk_pages.router),
    tasks=(tasks,),
    messages=(REOPENED,),
    looks=LOOKS,
    exports=(Export("closings", q.export_closings), Export("unclaimed", q.export_unclaimed)),
    closing=Closing(
        obstacles=(
            Obstacle(
                code="closing.money",
                title=N_("There is money in your wallet: {amount}"),
                remedy=N_("Send it to your bank, take card money back to your card, or spend it."),
                href="/wallet",
                query=q.obstacle_money,
            ),
        )
    ),
    checks=CHECKS,
)
