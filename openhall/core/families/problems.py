"""What families refuse, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

not_delegable = define(
    "families.not_delegable",
    Kind.FORBIDDEN,
    N_("This is done for oneself only."),
    N_("Leave out the header On-Behalf-Of, or use a route whose description names a scope."),
)
# For a link that ended, that is somebody else's, that was never there, and for people who do not exist.
not_linked = define(
    "families.not_linked",
    Kind.NOT_FOUND,
    N_("You do not act for this person."),
    N_("Look at Me, Family: whom you may act for, and until when."),
    page="/family/acting",
)
scope_missing = define(
    "families.scope_missing",
    Kind.FORBIDDEN,
    N_("This is not among what you may do for this person."),
    N_("Do it for yourself, or ask for it under Me, Family."),
)
someone_else = define(
    "families.someone_else",
    Kind.CONFLICT,
    N_("You act for somebody else than when this page was opened. Nothing was done."),
    N_("Look at the top of the page for whom you act now, and begin again."),
)
above_payment_cap = define(
    "families.above_payment_cap",
    Kind.REFUSED,
    N_("That is more than you may pay for this person at once."),
    N_("Pay less. Who may raise the limit stands under Me, Family, beside it."),
)
above_month_cap = define(
    "families.above_month_cap",
    Kind.REFUSED,
    N_("That is more than you may still pay for this person this month."),
    N_("Pay less, or wait for the next month. Who may raise the limit stands under Me, Family, beside it."),
)
kind_elsewhere = define(
    "families.kind_elsewhere",
    Kind.REFUSED,
    N_("Only a voluntary link is proposed here."),
    N_("Parents add their children by name and number. Guardians and institutions come to the hall with their papers."),
)
scope_unknown = define(
    "families.scope_unknown",
    Kind.INVALID,
    N_("Say what you want to do for them."),
    N_("Choose at least one of the things that are listed."),
)
limits_invalid = define(
    "families.limits_invalid",
    Kind.INVALID,
    N_("These limits cannot be."),
    N_("One payment may not be more than the month."),
)
above_ceiling = define(
    "families.above_ceiling",
    Kind.REFUSED,
    N_("No link of this hall may allow so much."),
    N_("Choose less: `payment_max` and `month_max` say how much may be allowed."),
    person=(N_("No link of this hall may allow so much."), N_("Choose less, or pay the rest from your own wallet.")),
)
above_day_cap = define(
    "families.above_day_cap",
    Kind.REFUSED,
    N_("That is more than anybody may pay for this person on one day."),
    N_("Pay less, or the rest tomorrow."),
)
too_young = define(
    "families.too_young",
    Kind.REFUSED,
    N_("You are too young for this: until then your parents decide."),
    N_("A mother or father adds you under Me, Family."),
)
ends_invalid = define(
    "families.ends_invalid",
    Kind.INVALID,
    N_("The last day must be a day to come."),
    N_("Choose a later day."),
)
yourself = define(
    "families.yourself", Kind.REFUSED, N_("That is you."), N_("Write the number of the person you want to act for.")
)
too_many_dependants = define(
    "families.too_many_dependants",
    Kind.REFUSED,
    N_("You act for as many people as one person may; proposals that wait count too."),
    N_("End a link that you no longer need, or take back a proposal."),
)
link_exists = define(
    "families.link_exists",
    Kind.CONFLICT,
    N_("There is such a link already, or one waits to be approved."),
    N_("Look at Me, Family."),
)
not_a_minor = define(
    "families.not_a_minor",
    Kind.REFUSED,
    N_("Whoever is eighteen decides for themselves."),
    N_("Propose to act for them: they approve it on their own phone, or at the hall."),
)
not_a_parent = define(
    "families.not_a_parent",
    Kind.REFUSED,
    N_("The register does not know you as this child's mother or father."),
    N_("Look for a slip. If there is none, come to the hall with the child's birth certificate."),
)
address_known = define(
    "families.address_known",
    Kind.CONFLICT,
    N_("Letters to this person have an address already."),
    N_("Has it changed? The hall changes it, with you and your papers at the counter."),
)
link_not_found = define(
    "families.link_not_found",
    Kind.NOT_FOUND,
    N_("There is no such link."),
    N_("It may have ended. Look at Me, Family."),
)
too_many_holders = define(
    "families.too_many_holders",
    Kind.REFUSED,
    N_("As many people act for this person as may."),
    N_("One of them has to be ended first."),
)
not_yours_to_end = define(
    "families.not_yours_to_end",
    Kind.FORBIDDEN,
    N_("This link is by law, so it does not end by a tap."),
    N_("It ends by itself on its date. Questions? Come to the hall."),
)
not_yours_to_raise = define(
    "families.not_yours_to_raise",
    Kind.FORBIDDEN,
    N_("You may lower these limits, not raise them."),
    N_("Who gave a voluntary link raises them with a passkey, a parent with a proof, and else the hall."),
)
evidence_missing = define(
    "families.evidence_missing",
    Kind.INVALID,
    N_("Say which papers you saw."),
    N_("Such as “court order 2026-118, both identity cards”."),
)
reason_missing = define(
    "families.reason_missing",
    Kind.INVALID,
    N_("Say why it is to end."),
    N_("Write in a few words who wants it, and what you were told."),
)
person_unknown = define(
    "families.person_unknown",
    Kind.NOT_FOUND,
    N_("The hall knows nobody by this number."),
    N_("Write a phone number, or the nine digits of a card."),
)
needs_another = define(
    "families.needs_another",
    Kind.FORBIDDEN,
    N_("Whoever saw the papers does not confirm."),
    N_("A colleague looks at them as well, and confirms."),
)
own_case = define(
    "families.own_case",
    Kind.FORBIDDEN,
    N_("You are one of the two."),
    N_("Leave this to two colleagues."),
)
has_a_phone = define(
    "families.has_a_phone",
    Kind.CONFLICT,
    N_("This person has an account of their own already."),
    N_("They sign in with it; there is no card to print."),
)
