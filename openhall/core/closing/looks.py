"""What the pages of closing show of somebody to somebody else."""

from openhall.base.i18n import N_
from openhall.base.looking import Look

CLOSING = Look(
    code="closing.closing",
    what=N_("Your name, your masked number, and that your account was closed"),
    purpose=N_("Reopening an account, and money that came for a closed one"),
)
LOOKS = (CLOSING,)
