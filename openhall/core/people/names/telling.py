"""What residents are told about their real name."""

from openhall.base.i18n import N_
from openhall.base.telling import Template

NAME_ANSWERED = Template(
    code="people.name_answered",
    version=1,
    module="openhall.core.people",
    category="must",
    title=N_("There is an answer about your real name"),
    body=N_("The register has answered. What it said, and what to do next, stands under Me, Real name."),
    # Whoever glances at the phone need not learn which.
    short=N_("There is an answer about your real name. Look at Me, Real name."),
    link="/me/real-name",
)
NAME_DECIDED = Template(
    code="people.name_decided",
    version=1,
    module="openhall.core.people",
    category="must",
    title=N_("The hall has decided about your real name"),
    body=N_(
        "Two operators looked at whose the name is that you asked for. What they decided stands under Me, Real name."
    ),
    # Whoever glances at the phone need not learn which.
    short=N_("The hall has decided about your real name. Look at Me, Real name."),
    link="/me/real-name",
)
NAME_MOVED = Template(
    code="people.name_moved",
    version=1,
    module="openhall.core.people",
    category="must",
    title=N_("Your real name was moved to another account"),
    body=N_(
        "On {at} your real name was moved to another account of yours. This one has none any more. If it was not you, "
        "come to the hall with your identity card, or call {help} at once."
    ),
    short=N_("Your real name was moved to another account. Not you? Call {help} at once."),
    link="/me/real-name",
    safety=True,
)
NAME_SET = Template(
    code="people.name_set",
    version=1,
    module="openhall.core.people",
    category="must",
    title=N_("Your account has a real name now"),
    body=N_(
        "On {at} the register confirmed the real name {name} for your account. If it was not you, come to the hall "
        "with your identity card, or call {help} at once."
    ),
    short=N_("The register confirmed a real name for your account. Not you? Call {help} at once."),
    link="/me/real-name",
    safety=True,
)
