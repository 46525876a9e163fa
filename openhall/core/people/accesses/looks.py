"""What the pages of people show of somebody to somebody else."""

from openhall.base.i18n import N_
from openhall.base.looking import Look

RECOVERY = Look(
    code="people.recovery",
    what=N_("Your name, your masked number and how your recovery stands"),
    purpose=N_("Giving an account back to whoever lost its number"),
)
FREEZE = Look(
    code="people.freeze",
    what=N_("Your name, your masked number and the freeze of your account"),
    purpose=N_("Freezing an account, and lifting that again"),
)
NAME_CASE = Look(
    code="people.name_case",
    what=N_("Your masked name, id and number"),
    purpose=N_("Deciding whose a name is that two accounts claim"),
)
NAME_IN_FULL = Look(
    code="people.name_in_full",
    what=N_("Your name in full, with your masked id and number"),
    purpose=N_("Comparing it with a card, to decide whose a name is that two accounts claim"),
)
LOOKS = (RECOVERY, FREEZE, NAME_CASE, NAME_IN_FULL)
