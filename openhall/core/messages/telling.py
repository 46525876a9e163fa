"""What residents are told about the ways by which the hall reaches them: whoever turns these away wants them deaf."""

from openhall.base.i18n import N_
from openhall.base.telling import Template

MODULE = "openhall.core.messages"

CHOICES_CHANGED = Template(
    code="messages.choices_changed",
    version=1,
    module=MODULE,
    category="must",
    title=N_("What reaches you and when was changed"),
    body=N_(
        "On {at} your quiet hours, or which messages are sent to you, were changed. If it was not you, put them right "
        "under Messages, sign out all devices and call {help}."
    ),
    short=N_("Your quiet hours or ways of being told were changed. Not you? Sign out all devices, and call {help}."),
    link="/me/messages",
    safety=True,
)
LETTERS_MOVED = Template(
    code="messages.letters_moved",
    version=1,
    module=MODULE,
    category="must",
    title=N_("Your letters go to another address"),
    body=N_(
        "On {at} the address for your letters was changed, after a fresh proof on one of your devices. If it was not "
        "you, put it right under Messages, freeze your account and call {help}."
    ),
    short=N_("The address for your letters was changed. Not you? Freeze your account, and call {help}."),
    link="/me/messages",
    safety=True,
)

TEMPLATES = (CHOICES_CHANGED, LETTERS_MOVED)
