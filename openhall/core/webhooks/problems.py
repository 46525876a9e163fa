"""What webhooks refuse, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

url_invalid = define(
    "webhooks.url_invalid",
    Kind.INVALID,
    N_("This is not an address that can be told."),
    N_("Give the https address of your program, without a password and without #."),
)
url_not_https = define(
    "webhooks.url_not_https",
    Kind.INVALID,
    N_("Webhooks go over https only."),
    N_("Give an address that begins with https://."),
)
url_not_public = define(
    "webhooks.url_not_public",
    Kind.INVALID,
    N_("This address is not on the public internet."),
    N_("Give an address that everybody can reach."),
)
events_unknown = define(
    "webhooks.events_unknown",
    Kind.INVALID,
    N_("Nothing of this kind is told here."),
    N_("Choose from the list of events, a whole group such as payment.*, or * for everything."),
)
too_many_endpoints = define(
    "webhooks.too_many_endpoints",
    Kind.REFUSED,
    N_("You have as many webhooks as one person may have."),
    N_("Delete one that you no longer use."),
)
not_found = define(
    "webhooks.not_found",
    Kind.NOT_FOUND,
    N_("There is no such webhook among yours."),
    N_("Open your list of webhooks and choose one there."),
)
delivery_not_found = define(
    "webhooks.delivery_not_found",
    Kind.NOT_FOUND,
    N_("This webhook has no such delivery."),
    N_("Open its log; finished deliveries are kept for 30 days."),
)
range_invalid = define(
    "webhooks.range_invalid",
    Kind.INVALID,
    N_("This is no span of time."),
    N_("Let it begin before it ends."),
)
