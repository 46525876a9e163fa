"""What residents are told: of a yes, of its taking back, and that their data was taken along."""

from datetime import timedelta

from openhall.base.i18n import N_
from openhall.base.telling import Template

_MODULE = "openhall.core.consent"

GIVEN = Template(
    code="consent.given",
    version=1,
    module=_MODULE,
    category="case",
    title=N_("You agreed: {title}"),
    body=N_(
        "On {at} you agreed that {controller} uses this of you: {fields}. You can take it back at any time, and it "
        "ends at once. If it was not you, take it back and call {help}."
    ),
    short=N_("You agreed: {title}. You can take it back at any time in the hall."),
    link="/me/consents/{code}",
)
WITHDRAWN = Template(
    code="consent.withdrawn",
    version=1,
    module=_MODULE,
    category="case",
    title=N_("You took back your consent: {title}"),
    body=N_("Since {at} {controller} may no longer use this of you: {fields}. What was done before stays done."),
    short=N_("You took back your consent: {title}."),
    link="/me/consents/{code}",
)
EXPORTED = Template(
    code="consent.exported",
    version=1,
    module=_MODULE,
    category="must",
    title=N_("A copy of your data was taken"),
    body=N_(
        "On {at} a copy of what the hall keeps about you was taken, after a fresh proof on one of your devices. If it "
        "was not you, sign out all devices, freeze your account and call {help}."
    ),
    short=N_("A copy of your data was taken. Not you? Sign out all devices, freeze your account, and call {help}."),
    link="/me/sessions",
    safety=True,
    lives=timedelta(days=30),
)
