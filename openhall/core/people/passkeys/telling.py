"""What residents are told about their passkeys."""

from datetime import timedelta

from openhall.base.i18n import N_
from openhall.base.telling import Template

PASSKEY_ADDED = Template(
    code="people.passkey_added",
    version=1,
    module="openhall.core.people",
    category="must",
    title=N_("A passkey was added to your account"),
    body=N_(
        "On {at} the passkey {name} was added: whoever has it can sign in to your account. If it was not you, remove "
        "it now and call {help}."
    ),
    short=N_("The passkey {name} was added to your account. Not you? Remove it in the hall, and call {help}."),
    link="/me/passkeys",
    safety=True,
    lives=timedelta(days=30),
)
PASSKEY_COPIED = Template(
    code="people.passkey_copied",
    version=1,
    module="openhall.core.people",
    category="must",
    title=N_("A passkey was switched off: it seems to exist twice"),
    body=N_(
        "On {at} your passkey {name} was used in a way only a copy of it can be, so it opens nothing any more. Remove "
        "it, make a new one, look at your devices, and call {help} if anything is strange to you."
    ),
    short=N_("Your passkey {name} seems to exist twice, so it is switched off. Remove it in the hall, or call {help}."),
    link="/me/passkeys",
    safety=True,
    lives=timedelta(days=30),
)
