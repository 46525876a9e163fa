"""What campaigns refuse, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

title_invalid = define(
    "campaigns.title_invalid",
    Kind.INVALID,
    N_("The offer needs a name of 1 to 40 characters."),
    N_("Name it as payers should read it, such as “Friday breakfast”."),
)
rules_invalid = define(
    "campaigns.rules_invalid",
    Kind.INVALID,
    N_("One of the rules makes no sense."),
    N_("Correct the field that is named, then send it again."),
)
group_unknown = define(
    "campaigns.group_unknown",
    Kind.INVALID,
    N_("One of the places where it should be valid is not known."),
    N_("Choose from your own shops and from the lists of categories and markets."),
)
source_unknown = define(
    "campaigns.source_unknown",
    Kind.INVALID,
    N_("The budget can only come from your own wallet or from a shop of yours."),
    N_("Choose one of them."),
)
place_not_yours = define(
    "campaigns.place_not_yours",
    Kind.REFUSED,
    N_("An offer is valid at your own shops, or in a market that you manage."),
    N_("Choose one of these. Offers for a category or the whole city are made by the city's operators."),
)
too_many = define(
    "campaigns.too_many",
    Kind.REFUSED,
    N_("You have as many campaigns as one person may have."),
    N_("End one that you no longer need, then make this one."),
)
campaign_not_found = define(
    "campaigns.campaign_not_found",
    Kind.NOT_FOUND,
    N_("There is no such campaign among yours."),
    N_("Open your list of campaigns and choose one there."),
)
budget_not_covered = define(
    "campaigns.budget_not_covered",
    Kind.REFUSED,
    N_("There is not enough money for this budget."),
    N_("Top up, or choose a smaller budget."),
)
budget_missing = define(
    "campaigns.budget_missing",
    Kind.REFUSED,
    N_("The budget is less than one gift, so the campaign cannot start."),
    N_("Put more money into it first."),
)
state_refused = define(
    "campaigns.state_refused",
    Kind.REFUSED,
    N_("The campaign is in no state for this."),
    N_("Look at the campaign as it is now."),
)
invitation_unknown = define(
    "campaigns.invitation_unknown",
    Kind.REFUSED,
    N_("This invitation code is not known."),
    N_("Compare its eight characters with the merchant who invited you."),
)
invitation_own = define(
    "campaigns.invitation_own",
    Kind.REFUSED,
    N_("Nobody can invite themselves, or whoever brought them here."),
    N_("Give your code to a merchant who is new."),
)
invitation_late = define(
    "campaigns.invitation_late",
    Kind.REFUSED,
    N_("Only a shop that has not been paid yet can be invited, and only once."),
    N_("Enter the code before the first payment next time."),
)
