"""What an office of the demo city asks for, so that there is something to agree to."""

from openhall.base.agreeing import Agreement
from openhall.base.i18n import N_

PENSION_REMINDER = Agreement(
    code="demo.pension_reminder",
    version=1,
    module="openhall.demo",
    basis="consent",
    title=N_("A reminder before my proof of life is due"),
    controller=N_("The pension office of the demo city"),
    purpose=N_("To remind you in time that your pension needs a proof of life"),
    fields=(N_("Your confirmed name"), N_("the decade in which you were born")),
)
