"""What merchants refuse, in the order in which it is checked."""

from openhall.base.errors import Kind, define
from openhall.base.i18n import N_

name_invalid = define(
    "merchants.name_invalid",
    Kind.INVALID,
    N_("This name cannot be used for a shop."),
    N_("Use 1 to 40 visible characters, in any language, without line breaks."),
)
city_invalid = define(
    "merchants.city_invalid",
    Kind.INVALID,
    N_("This is not the name of a city."),
    N_("Use 1 to 40 visible characters, in any language, without line breaks."),
)
category_unknown = define(
    "merchants.category_unknown",
    Kind.INVALID,
    N_("This kind of shop is not known."),
    N_("Choose one from the list; “other shop” fits everything."),
)
too_many_shops = define(
    "merchants.too_many_shops",
    Kind.REFUSED,
    N_("You have as many shops as one person may open."),
    N_("Close one that you no longer use and come back tomorrow, or call the help line."),
)
shop_not_found = define(
    "merchants.shop_not_found",
    Kind.NOT_FOUND,
    N_("There is no such shop among yours."),
    N_("Open your list of shops and choose one there."),
)
shop_closed = define(
    "merchants.shop_closed",
    Kind.REFUSED,
    N_("This shop is closed."),
    N_("Ask the shop for another way to pay."),
)
code_revoked = define(
    "merchants.code_revoked",
    Kind.REFUSED,
    N_("This printed code is no longer valid."),
    N_("Ask the shop for its new code."),
)
shop_is_closed = define(
    "merchants.shop_is_closed",
    Kind.CONFLICT,
    N_("This shop is closed for good."),
    N_("Its book stays. To take payments, open another shop."),
)
role_insufficient = define(
    "merchants.role_insufficient",
    Kind.FORBIDDEN,
    N_("Your role at this shop does not allow this."),
    N_("Ask the owner of the shop, or a manager."),
)
which_shop = define(
    "merchants.which_shop",
    Kind.INVALID,
    N_("You have several shops."),
    N_("Say from which of them the money shall come (shop_id)."),
)
book_range_invalid = define(
    "merchants.book_range_invalid",
    Kind.INVALID,
    N_("These days cannot be shown together."),
    N_("Choose at most 92 days, the first one before the last."),
)
book_search_invalid = define(
    "merchants.book_search_invalid",
    Kind.INVALID,
    N_("This cannot be searched for."),
    N_("Type an amount such as 3.50, times such as 07:30, and at least the last three digits of a receipt number."),
)
day_not_over = define(
    "merchants.day_not_over",
    Kind.CONFLICT,
    N_("This day is not over yet."),
    N_("Come back after it has ended. The hall then also closes it by itself."),
)
day_without_trade = define(
    "merchants.day_without_trade",
    Kind.NOT_FOUND,
    N_("There is nothing to close on this day."),
    N_("Only days on which the shop was paid, or gave money back, are closed."),
)
invitation_not_found = define(
    "merchants.invitation_not_found",
    Kind.NOT_FOUND,
    N_("There is no such invitation."),
    N_("It may have been withdrawn, or its seven days are over. Ask the shop for a new one."),
)
invitation_to_yourself = define(
    "merchants.invitation_to_yourself",
    Kind.REFUSED,
    N_("This is your own number, or your own shop."),
    N_("Invite somebody else by their number."),
)
shown_as_invalid = define(
    "merchants.shown_as_invalid",
    Kind.INVALID,
    N_("This cannot be printed on receipts."),
    N_("Use 1 to 20 visible characters without line breaks, or nothing."),
)
too_many_staff = define(
    "merchants.too_many_staff",
    Kind.REFUSED,
    N_("So many people cannot work at one shop."),
    N_("The shop withdraws an invitation that nobody answers, or removes somebody who left. Then try again."),
)
worker_not_found = define(
    "merchants.worker_not_found",
    Kind.NOT_FOUND,
    N_("Nobody like this works at the shop."),
    N_("Look at the list of who works there."),
)
shift_not_found = define(
    "merchants.shift_not_found",
    Kind.NOT_FOUND,
    N_("There is no such shift."),
    N_("Look at the list of shifts."),
)
refund_needs_shift = define(
    "merchants.refund_needs_shift",
    Kind.REFUSED,
    N_("Cashiers give money back within their shift, and yours is not open."),
    N_("Open your shift first, or ask a manager."),
)
refund_outside_shift = define(
    "merchants.refund_outside_shift",
    Kind.REFUSED,
    N_("This payment is not one of your shift."),
    N_("Ask the owner of the shop or a manager to give it back."),
)
refund_above_limit = define(
    "merchants.refund_above_limit",
    Kind.REFUSED,
    N_("This is more than you may give back in one shift."),
    N_("Ask the owner of the shop or a manager to give it back."),
)
note_invalid = define(
    "merchants.note_invalid",
    Kind.INVALID,
    N_("This note cannot be shown."),
    N_("Use up to 40 visible characters without line breaks, or nothing."),
)
key_invalid = define(
    "merchants.key_invalid",
    Kind.UNAUTHENTICATED,
    N_("This key opens nothing."),
    N_("Make a new key on the page of the shop, and put it into the program."),
)
key_elsewhere = define(
    "merchants.key_elsewhere",
    Kind.FORBIDDEN,
    N_("A key of a shop opens the counter of that shop, and nothing else."),
    N_("What it may do there is in `scopes`. For everything else, sign in."),
)
scope_missing = define(
    "merchants.scope_missing",
    Kind.FORBIDDEN,
    N_("This key is not for that."),
    N_("Make a key that may do it on the page of the shop."),
)
key_name_invalid = define(
    "merchants.key_name_invalid",
    Kind.INVALID,
    N_("The key needs a name of 1 to 40 characters."),
    N_("Name the scanner or the program that will use it."),
)
scopes_missing = define(
    "merchants.scopes_missing",
    Kind.INVALID,
    N_("The key may do nothing yet."),
    N_("Choose at least one thing that it may do."),
)
too_many_keys = define(
    "merchants.too_many_keys",
    Kind.REFUSED,
    N_("The shop has as many keys as one shop may have."),
    N_("Revoke one that is no longer used, then make the new one."),
)
key_not_found = define(
    "merchants.key_not_found",
    Kind.NOT_FOUND,
    N_("There is no such key among the shop's."),
    N_("Look at the list of its keys."),
)
market_name_invalid = define(
    "merchants.market_name_invalid",
    Kind.INVALID,
    N_("This name cannot be used for a market."),
    N_("Use 1 to 40 visible characters, in any language, without line breaks."),
)
wholesale_from_invalid = define(
    "merchants.wholesale_from_invalid",
    Kind.INVALID,
    N_("This is not an amount from which orders count as wholesale."),
    N_("Type an amount above zero, such as 500."),
)
too_many_markets = define(
    "merchants.too_many_markets",
    Kind.REFUSED,
    N_("You manage as many markets as one person may."),
    N_("Hand one over to somebody else first."),
)
market_not_found = define(
    "merchants.market_not_found",
    Kind.NOT_FOUND,
    N_("There is no such market among yours."),
    N_("Open your list of markets and choose one there."),
)
short_code_unknown = define(
    "merchants.short_code_unknown",
    Kind.NOT_FOUND,
    N_("No open shop has this code."),
    N_("Type the nine digits that stand under the code of the shop."),
)
too_many_invitations = define(
    "merchants.too_many_invitations",
    Kind.REFUSED,
    N_("As many invitations as a market may have are waiting for an answer."),
    N_("Ask the owners of the invited shops to answer first."),
)
shop_in_market = define(
    "merchants.shop_in_market",
    Kind.CONFLICT,
    N_("This shop is in a market already."),
    N_("A shop is in one market at a time. Its owner can leave and then join another one."),
)
request_not_found = define(
    "merchants.request_not_found",
    Kind.NOT_FOUND,
    N_("There is no such request to decide on."),
    N_("It may have been answered already. Look at the list again."),
)
member_not_found = define(
    "merchants.member_not_found",
    Kind.NOT_FOUND,
    N_("This shop is not in the market."),
    N_("It may have left. Look at the list of shops again."),
)
handover_not_found = define(
    "merchants.handover_not_found",
    Kind.NOT_FOUND,
    N_("No such market is offered to you."),
    N_("Ask its manager to offer it again, to the phone with which you sign in."),
)
market_without_days = define(
    "merchants.market_without_days",
    Kind.CONFLICT,
    N_("This market has no closed day yet."),
    N_("Come back tomorrow: figures are of days that have ended."),
)
