"""What residents are told about their limits and their larger payments."""

from datetime import timedelta

from openhall.base.i18n import N_
from openhall.base.telling import Template

_MODULE = "openhall.core.payments"

LIMITS_RAISED = Template(
    code="payments.limits_raised",
    version=1,
    module=_MODULE,
    category="must",
    title=N_("Your payment limits were raised"),
    body=N_(
        "On {at} your payment limits were raised, after a fresh proof on one of your devices. If it was not you, "
        "freeze your account and call {help}."
    ),
    short=N_("Your payment limits were raised. Not you? Freeze your account, and call {help}."),
    link="/me/safety",
    safety=True,
    lives=timedelta(days=30),
)
LARGE_PAYMENT = Template(
    code="payments.large_payment",
    version=1,
    module=_MODULE,
    category="must",
    title=N_("You paid {amount}"),
    body=N_("On {at} {amount} left your wallet for {payee}. If it was not you, freeze your account and call {help}."),
    short=N_("{amount} left your wallet for {payee}. Not you? Freeze your account, and call {help}."),
    link="/payments/{payment}",
    safety=True,
    lives=timedelta(days=30),
)
