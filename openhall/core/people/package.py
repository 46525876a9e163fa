"""How people join the hall."""

from openhall.base import db
from openhall.base.package import Check, Package
from openhall.core.people import api, pages
from openhall.core.people.demo import load
from openhall.core.people.jobs import tasks
from openhall.core.people.names import api as names_api
from openhall.core.people.names import pages as names_pages
from openhall.core.people.names.checks import CHECKS as NAME_CHECKS
from openhall.core.people.names.jobs import tasks as name_tasks

q = db.load("openhall.core.people")

CHECKS = (
    Check("people.one_wallet_each", "Every resident has exactly one wallet, the one named.", q.check_one_wallet_each),
    Check(
        "people.codes_are_short_lived", "No live code is older than its life.", q.check_codes_do_not_outlive_their_life
    ),
    Check(
        "people.texts_are_wiped", "No message keeps its text after it expired.", q.check_no_text_outlives_its_message
    ),
    Check(
        "people.sign_ins_are_recorded",
        "Every session has its sign-in in the trail.",
        q.check_every_session_was_signed_in,
    ),
)

PACKAGE = Package(
    name="people",
    module="openhall.core.people",
    routes=(api.router, pages.router, names_api.router, names_pages.router),
    tasks=(tasks, name_tasks),
    demo=load,
    checks=CHECKS + NAME_CHECKS,
)
