"""What both sides of a link are told."""

from openhall.base.i18n import N_
from openhall.base.telling import Template

MODULE = "openhall.core.families"

PROPOSED = Template(
    code="families.proposed",
    version=1,
    module=MODULE,
    category="must",
    title=N_("Somebody wants to act for you"),
    body=N_(
        "{who} asks to act for you in the hall. Nothing happens unless you approve it, with your passkey or at the "
        "hall. If you do not know this person, decline and call {help}."
    ),
    short=N_("{who} asks to act for you. Nothing happens unless you approve. You do not know them? Call {help}."),
    link="/family/links/{link}",
)
BEGUN = Template(
    code="families.begun",
    version=1,
    module=MODULE,
    category="must",
    title=N_("{who} may act for you now"),
    body=N_(
        "Since {at} {who} may act for you in the hall. You see everything they do under Me, Family, and can end it "
        "there. If this is wrong, call {help}."
    ),
    short=N_("{who} may act for you in the hall now. Is this wrong? End it under Me, Family, or call {help}."),
    link="/family/links/{link}",
    safety=True,
)
APPROVED = Template(
    code="families.approved",
    version=1,
    module=MODULE,
    category="case",
    title=N_("You may act for {who} now"),
    body=N_("Choose for whom you act under Me, Family. {who} sees everything that you do for them."),
    short=N_("You may act for {who} in the hall now."),
    link="/family/links/{link}",
)
ENDED = Template(
    code="families.ended",
    version=1,
    module=MODULE,
    category="must",
    title=N_("A family link has ended"),
    body=N_("Between you and {who} nobody acts for the other any more, since {at}. What was done stays visible."),
    short=N_("A family link has ended: {who}."),
    link="/family/links/{link}",
)
SUSPENDED = Template(
    code="families.suspended",
    version=1,
    module=MODULE,
    category="must",
    title=N_("A family link is suspended"),
    body=N_(
        "On {at} the register no longer confirmed that you are the parent of {who}, so nothing can be done for them in "
        "your name. If this is wrong, come to the hall with your papers, or call {help}."
    ),
    short=N_("You cannot act for {who} for now: the register does not confirm it. Questions? Call {help}."),
    link="/family/links/{link}",
)
NAME_GONE = Template(
    code="families.name_gone",
    version=1,
    module=MODULE,
    category="must",
    title=N_("A family link is suspended"),
    body=N_(
        "Since {at} nothing can be done between you and {who}: the real name on which this rests belongs to another "
        "account. End the link, and begin a new one with the right account. Questions? Call {help}."
    ),
    short=N_("A family link is suspended: {who}. The real name on which it rests belongs to another account."),
    link="/family/links/{link}",
    safety=True,
)
TO_CONFIRM = Template(
    code="families.to_confirm",
    version=1,
    module=MODULE,
    category="must",
    title=N_("A family link waits to be confirmed"),
    body=N_(
        "An account was recovered at the hall on {at}, so nothing can be done between you and {who} until whoever gave "
        "the link confirms it with a passkey under Me, Family. Questions? Call {help}."
    ),
    short=N_("A family link waits to be confirmed, after a recovery: {who}."),
    link="/family/links/{link}",
    safety=True,
)
PAID = Template(
    code="families.paid",
    version=1,
    module=MODULE,
    category="must",
    title=N_("{who} paid for you"),
    body=N_("On {at} {who} paid {amount} to {payee} from your wallet. If this is wrong, end the link and call {help}."),
    short=N_("{who} paid {amount} to {payee} from your wallet. Is this wrong? Call {help}."),
    link="/payments/{payment}",
    safety=True,
)
LIMITED = Template(
    code="families.limited",
    version=1,
    module=MODULE,
    category="must",
    title=N_("Limits of a family link were changed"),
    body=N_("Between you and {who}: up to {payment_max} at once and {month_max} in a month, since {at}."),
    short=N_("Limits of a family link were changed: {who}."),
    link="/family/links/{link}",
    safety=True,
)

TEMPLATES = (PROPOSED, BEGUN, APPROVED, ENDED, SUSPENDED, NAME_GONE, TO_CONFIRM, PAID, LIMITED)
