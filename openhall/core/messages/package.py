"""What messages offer the hall."""

from openhall.base import db
from openhall.base.closing import Closing
from openhall.base.exporting import Export
from openhall.base.i18n import N_
from openhall.base.package import Check, Package, Scope, Tile
from openhall.core import people
from openhall.core.messages import api, pages
from openhall.core.messages.actions.subscriptions import end_with_sessions
from openhall.core.messages.actions.tell import tell
from openhall.core.messages.demo import WELCOME, load
from openhall.core.messages.exports import words_of
from openhall.core.messages.jobs import tasks
from openhall.core.messages.telling import TEMPLATES

q = db.load("openhall.core.messages")

# Messages stand on people, who have things to tell all the same.
people.use_teller(tell)
people.when_sessions_end(end_with_sessions)

CHECKS = (
    Check("messages.one_inbox", "Every message is in exactly one inbox, its recipient's.", q.check_one_inbox),
    Check("messages.late", "Nothing waits beyond its end.", q.check_late),
    Check("messages.ends", "Nothing may wait for longer than its message is true.", q.check_ends),
    Check("messages.states", "A delivery stands where its last fact says.", q.check_states),
    Check("messages.recipients", "A delivery goes to the recipient of a message that was planned.", q.check_recipients),
    Check("messages.words", "Every message is of its template's category.", q.check_words),
)

PACKAGE = Package(
    name="messages",
    module="openhall.core.messages",
    routes=(api.router, pages.router),
    tasks=(tasks,),
    tiles=(Tile(slot="services", title=N_("Messages"), icon="mail", href="/messages", order=10),),
    messages=(WELCOME, *TEMPLATES),
    scopes=(
        Scope(
            "messages.read",
            N_("Read messages"),
            N_("What the hall tells them, without marking it as read."),
            told=N_("What the hall tells you, without marking it as read."),
            looked=N_("Looked at the messages"),
        ),
    ),
    demo=load,
    exports=(
        Export("messages", q.export_messages, words_of),
        Export("deliveries", q.export_deliveries),
        Export("preferences", q.export_preferences),
        Export("habits", q.export_habits),
        Export("browsers", q.export_browsers),
    ),
    closing=Closing(ends=(q.end_subscriptions,), erases=(q.erase_habits, q.erase_preferences)),
    checks=CHECKS,
)
