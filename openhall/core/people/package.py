"""How people join the hall."""

from openhall.base import db
from openhall.base.package import Check, Package
from openhall.core.people import api, pages
from openhall.core.people.accesses import api as accesses_api
from openhall.core.people.accesses import pages as accesses_pages
from openhall.core.people.accesses.looks import LOOKS
from openhall.core.people.actions.telling import NEW_DEVICE
from openhall.core.people.agreements import AGREEMENTS
from openhall.core.people.closing import CLOSING
from openhall.core.people.demo import load
from openhall.core.people.exports import EXPORTS, WITHHELD
from openhall.core.people.freezes import api as freezes_api
from openhall.core.people.freezes import pages as freezes_pages
from openhall.core.people.freezes.telling import FROZEN, UNFROZEN
from openhall.core.people.jobs import tasks
from openhall.core.people.names import api as names_api
from openhall.core.people.names import pages as names_pages
from openhall.core.people.names.checks import CHECKS as NAME_CHECKS
from openhall.core.people.names.jobs import tasks as name_tasks
from openhall.core.people.names.telling import NAME_ANSWERED, NAME_DECIDED, NAME_MOVED, NAME_SET
from openhall.core.people.passkeys import api as passkeys_api
from openhall.core.people.passkeys import pages as passkeys_pages
from openhall.core.people.passkeys.telling import PASSKEY_ADDED, PASSKEY_COPIED
from openhall.core.people.pins import api as pins_api
from openhall.core.people.pins import pages as pins_pages
from openhall.core.people.pins.telling import PIN_CAPPED, PIN_FREED, PIN_SET, PIN_WRONG
from openhall.core.people.recovery import api as recovery_api
from openhall.core.people.recovery import pages as recovery_pages
from openhall.core.people.recovery.telling import ACCOUNT_MOVED, RECOVERY_OPENED
from openhall.core.people.visitors import pages as visitors_pages

q = db.load("openhall.core.people")
passkeys = db.load("openhall.core.people.passkeys")
recovery = db.load("openhall.core.people.recovery")
pins = db.load("openhall.core.people.pins")
freezes = db.load("openhall.core.people.freezes")
accesses = db.load("openhall.core.people.accesses")

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
    Check(
        "people.no_phone_no_sign_in",
        "Nobody signs in as a person who has neither phone, address nor passkey.",
        q.check_no_phone_no_sign_in,
    ),
    Check(
        "people.strong_by_live_passkeys",
        "No session is strong by a passkey that was removed, switched off or is somebody else's.",
        passkeys.check_no_session_is_strong_by_a_dead_passkey,
    ),
    Check(
        "people.ways_in",
        "Everybody who signs in has a phone, an e-mail address or a passkey.",
        passkeys.check_everybody_has_a_way_in,
    ),
    Check(
        "people.challenges_are_short_lived",
        "No question to a passkey is kept longer than its life.",
        passkeys.check_no_challenge_outlives_its_life,
    ),
    Check(
        "people.recovery_by_two",
        "Every recovery has its operators in the trail: who opened it, and who confirmed it.",
        recovery.check_recoveries_have_two_persons_in_the_trail,
    ),
    Check(
        "people.pins_are_marked", "Whoever has a payment PIN is marked so, and nobody else.", pins.check_pins_are_marked
    ),
    Check("people.pins_in_the_trail", "Every payment PIN has its setting in the trail.", pins.check_pins_in_the_trail),
    Check(
        "people.frozen_in_the_ledger",
        "A wallet is frozen exactly while its resident's account is.",
        freezes.check_freezes_are_kept_by_the_ledger,
    ),
    Check(
        "people.freezes_in_the_trail",
        "Every freeze has in the trail who froze, and who lifted it: the resident, or two operators.",
        freezes.check_freezes_in_the_trail,
    ),
    Check(
        "people.accesses_told",
        "A look at a recovery or a freeze was told to whom it is about.",
        accesses.check_told_to_whom_it_is_about,
    ),
)

PACKAGE = Package(
    name="people",
    module="openhall.core.people",
    routes=(
        api.router,
        pages.router,
        passkeys_api.router,
        passkeys_pages.router,
        recovery_api.router,
        recovery_pages.router,
        names_api.router,
        pins_api.router,
        pins_pages.router,
        freezes_api.router,
        freezes_pages.router,
        names_pages.router,
        accesses_api.router,
        accesses_pages.router,
        visitors_pages.router,
    ),
    tasks=(tasks, name_tasks),
    messages=(
        NEW_DEVICE,
        PIN_SET,
        PIN_WRONG,
        PIN_CAPPED,
        PIN_FREED,
        FROZEN,
        UNFROZEN,
        PASSKEY_ADDED,
        PASSKEY_COPIED,
        RECOVERY_OPENED,
        ACCOUNT_MOVED,
        NAME_ANSWERED,
        NAME_DECIDED,
        NAME_MOVED,
        NAME_SET,
    ),
    agreements=AGREEMENTS,
    looks=LOOKS,
    exports=EXPORTS,
    withheld=WITHHELD,
    closing=CLOSING,
    demo=load,
    checks=CHECKS + NAME_CHECKS,
)
