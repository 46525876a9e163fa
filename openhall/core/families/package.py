"""What families offer the hall."""

from openhall.base import db
from openhall.base.exporting import Export
from openhall.base.i18n import N_
from openhall.base.package import Check, Package, Tile
from openhall.core import people
from openhall.core.families import api, pages
from openhall.core.families.actions import suspending
from openhall.core.families.actions.links import match_phone
from openhall.core.families.closing import CLOSING
from openhall.core.families.demo import load
from openhall.core.families.desk import pages as desk_pages
from openhall.core.families.jobs import tasks
from openhall.core.families.looks import LOOKS
from openhall.core.families.telling import TEMPLATES

q = db.load("openhall.core.families")
people.follow(people.Change.NAME_LOST, suspending.name_lost)
people.follow(people.Change.PASSKEYS_SUSPENDED, suspending.passkeys_suspended)

CHECKS = (
    Check(
        "families.approved",
        "Whoever acts for somebody was approved: by that person, by the register, or by two operators.",
        q.check_approved,
    ),
    Check("families.spent", "What a link has paid this month is the sum of its acts.", q.check_spent),
    Check(
        "families.money",
        "What was paid on somebody's behalf left their own wallet, once, for just this amount.",
        q.check_acts_moved_money,
    ),
    Check(
        "families.acts",
        "Whoever acted for somebody held a link with this scope that was alive then.",
        q.check_acts_had_a_link,
    ),
    Check("families.ended", "No link counts as alive after its end.", q.check_ended),
    Check("families.told", "Whoever was paid for was told of it, once.", q.check_told),
)

PACKAGE = Package(
    name="families",
    module="openhall.core.families",
    routes=(api.router, pages.router, desk_pages.router),
    tasks=(tasks,),
    tiles=(Tile(slot="services", title=N_("Family"), icon="users-round", href="/family?back=/", order=20),),
    messages=TEMPLATES,
    looks=LOOKS,
    exports=(
        Export("links", q.export_links),
        Export("acts", q.export_acts),
        Export("cards", q.export_cards),
    ),
    withheld={"trail": N_("Steps of the links, which say the same as the links themselves.")},
    on_joined=(match_phone,),
    closing=CLOSING,
    demo=load,
    checks=CHECKS,
)
