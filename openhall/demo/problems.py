"""What the demo city refuses."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

phone_unreachable = define(
    "demo.phone_unreachable",
    Kind.UNAVAILABLE,
    N_("The demo phone has no network right now."),
    N_("Wait a moment and open it again."),
)
