"""What residents are told about their payment PIN."""

from datetime import timedelta

from openhall.base.i18n import N_
from openhall.base.telling import Template

_MODULE = "openhall.core.people"
_LINK = "/me/safety"

PIN_SET = Template(
    code="people.pin_set",
    version=1,
    module=_MODULE,
    category="must",
    title=N_("Your payment PIN was set"),
    body=N_(
        "On {at} a new payment PIN was set for your account. If it was not you, freeze your account and call {help}."
    ),
    short=N_("A new payment PIN was set for your account. Not you? Freeze your account, and call {help}."),
    link=_LINK,
    safety=True,
    lives=timedelta(days=30),
)
PIN_WRONG = Template(
    code="people.pin_wrong",
    version=1,
    module=_MODULE,
    category="must",
    title=N_("A wrong payment PIN was typed"),
    body=N_(
        "On {at} the payment PIN was wrong {times} times on one device ({device}). That device has to wait now; your "
        "others have not. If it was not you, sign that device out, or freeze your account and call {help}."
    ),
    short=N_("Your payment PIN was wrong {times} times on {device}. Not you? Freeze your account, and call {help}."),
    link="/me/sessions",
    safety=True,
    lives=timedelta(days=30),
)
PIN_FREED = Template(
    code="people.pin_freed",
    version=1,
    module=_MODULE,
    category="must",
    title=N_("Your payment PIN works on new devices again"),
    body=N_(
        "On {at} an operator let your payment PIN work on new devices again, for whoever came to the hall with your "
        "identity card. If that was not you, freeze your account and call {help}."
    ),
    short=N_("Your payment PIN works on new devices again. Not you? Freeze your account, and call {help}."),
    link=_LINK,
    safety=True,
    lives=timedelta(days=30),
)
PIN_CAPPED = Template(
    code="people.pin_capped",
    version=1,
    module=_MODULE,
    category="must",
    title=N_("Somebody is guessing your payment PIN"),
    body=N_(
        "New devices guessed your payment PIN too often, so the PIN works only where you paid with it before, until "
        "you use your passkey or come to the hall. Your money has not moved. Look at your devices, and call {help}."
    ),
    short=N_("Somebody is guessing your payment PIN on new devices. They are locked. Call {help}."),
    link="/me/sessions",
    safety=True,
    lives=timedelta(days=30),
)
