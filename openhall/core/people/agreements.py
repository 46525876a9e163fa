"""What people's own data is used for by the hall itself, so that everybody can read it."""

from openhall.base.agreeing import Agreement
from openhall.base.i18n import N_

_MODULE = "openhall.core.people"

ACCOUNT = Agreement(
    code="people.account",
    version=1,
    module=_MODULE,
    basis="contract",
    title=N_("Your account"),
    controller=N_("The hall"),
    purpose=N_("To sign you in, to keep your wallet, and to tell you what happens in it"),
    fields=(N_("Mobile number"), N_("the name you chose"), N_("signed-in devices")),
)
REAL_NAME = Agreement(
    code="people.real_name",
    version=1,
    module=_MODULE,
    basis="law",
    title=N_("Your real name"),
    controller=N_("The hall"),
    purpose=N_(
        "To make sure that one person has one account; the register of residents is asked whether both belong together"
    ),
    fields=(N_("Name as in the register"), N_("national id")),
)
AGREEMENTS = (ACCOUNT, REAL_NAME)
