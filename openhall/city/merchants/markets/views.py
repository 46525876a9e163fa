"""Markets as the API shows them. Amounts are in minor units of the currency beside them."""

import datetime as dt
from datetime import datetime
from uuid import UUID

from msgspec import Struct, field

from openhall.city.merchants.markets.types import (
    Adoption,
    Dashboard,
    Handover,
    Market,
    MarketName,
    MarketSums,
    Member,
    Members,
    Membership,
    Mover,
    Request,
    Side,
)


class MarketBody(Struct, frozen=True):
    """A market for its manager. Payments of `wholesale_from` or more are wholesale orders; figures go up to
    `closed_until`, null before the first closed business date."""

    id: UUID
    name: str
    city: str
    wholesale_from: int
    currency: str
    founded_at: datetime
    closed_until: dt.date | None

    @staticmethod
    def of(market: Market, currency: str) -> "MarketBody":
        return MarketBody(
            market.id,
            market.name,
            market.city,
            market.wholesale_from,
            currency,
            market.founded_at,
            market.closed_until,
        )


class MarketNameBody(Struct, frozen=True):
    """A market as any resident may know it."""

    id: UUID
    name: str
    city: str

    @staticmethod
    def of(market: MarketName | Handover) -> "MarketNameBody":
        known = market.market if isinstance(market, Handover) else market.id
        return MarketNameBody(known, market.name, market.city)


class MarketsBody(Struct, frozen=True):
    """The markets that a resident manages, and those that are offered to them."""

    markets: list[MarketBody]
    offered: list[MarketNameBody]


class MarketNamesBody(Struct, frozen=True):
    """Markets whose names begin as was asked."""

    markets: list[MarketNameBody]


class MarketSumsBody(Struct, frozen=True):
    """What members took: all payments, the wholesale orders among them, and what was given back."""

    count: int
    total: int
    refund_count: int
    refunded: int
    wholesale_count: int
    wholesale_total: int

    @staticmethod
    def of(sums: MarketSums) -> "MarketSumsBody":
        return MarketSumsBody(
            sums.count,
            sums.total,
            sums.refund_count,
            sums.refund_total,
            sums.wholesale_count,
            sums.wholesale_total,
        )


class MarketDayBody(Struct, frozen=True):
    """One business date."""

    date: dt.date
    sums: MarketSumsBody


class MarketHourBody(Struct, frozen=True):
    """One hour of the day, 0 to 23, in the hall's zone."""

    hour: int
    sums: MarketSumsBody


class MarketCategoryBody(Struct, frozen=True):
    """One kind of shop, by its MCC."""

    category: str
    sums: MarketSumsBody


class AdoptionBody(Struct, frozen=True):
    """Of the members that were `open` at the end of `to`, how many were `paid` by code from `from` on."""

    open: int
    paid: int
    first: dt.date = field(name="from")
    last: dt.date = field(name="to")

    @staticmethod
    def of(adoption: Adoption) -> "AdoptionBody":
        return AdoptionBody(adoption.open, adoption.paid, adoption.first, adoption.last)


class MoverBody(Struct, frozen=True):
    """A shop whose trade changed: what it took, and what it had taken in the dates before."""

    id: UUID
    name: str
    category: str
    total: int
    before: int

    @staticmethod
    def of(mover: Mover) -> "MoverBody":
        return MoverBody(mover.shop, mover.name, mover.category, mover.total, mover.before)


class DashboardBody(Struct, frozen=True):
    """A market's figures of a period of closed business dates; `before` are the sums of the dates it is compared with.

    `days` and `hours` in the order of time, `categories` the largest first, `movers` from the one that rose most to the
    one that fell most; `month` is the adoption of the month in which the period ends, `weeks` that of twelve weeks.
    """

    market: MarketBody
    first: dt.date = field(name="from")
    last: dt.date = field(name="to")
    sums: MarketSumsBody
    before: MarketSumsBody
    days: list[MarketDayBody]
    hours: list[MarketHourBody]
    categories: list[MarketCategoryBody]
    month: AdoptionBody
    weeks: list[AdoptionBody]
    movers: list[MoverBody]

    @staticmethod
    def of(market: Market, currency: str, shown: Dashboard) -> "DashboardBody":
        return DashboardBody(
            MarketBody.of(market, currency),
            shown.period.first,
            shown.period.last,
            MarketSumsBody.of(shown.sums),
            MarketSumsBody.of(shown.before),
            [MarketDayBody(one.business_date, MarketSumsBody.of(one)) for one in shown.days if one.business_date],
            [MarketHourBody(one.hour, MarketSumsBody.of(one)) for one in shown.hours if one.hour is not None],
            [MarketCategoryBody(one.category, MarketSumsBody.of(one)) for one in shown.categories if one.category],
            AdoptionBody.of(shown.month),
            [AdoptionBody.of(week) for week in shown.weeks],
            [MoverBody.of(mover) for mover in shown.movers],
        )


class MemberBody(Struct, frozen=True):
    """A shop of the market with what it took in the period; never a single payment."""

    id: UUID
    name: str
    category: str
    state: str
    since: dt.date
    count: int
    total: int
    refunded: int

    @staticmethod
    def of(member: Member) -> "MemberBody":
        return MemberBody(
            member.shop,
            member.name,
            member.category,
            member.state,
            member.since,
            member.count,
            member.total,
            member.refund_total,
        )


class MembersBody(Struct, frozen=True):
    """Shops, those that took most first. `next_cursor` asks for those that follow; null: these were the last."""

    currency: str
    shops: list[MemberBody]
    next_cursor: str | None

    @staticmethod
    def of(members: Members, currency: str) -> "MembersBody":
        return MembersBody(currency, [MemberBody.of(member) for member in members.members], members.next)


class MarketRequestBody(Struct, frozen=True):
    """An open wish for a membership. The side that did not ask decides."""

    id: UUID
    market: MarketNameBody
    shop_id: UUID
    shop_name: str
    asked_by: Side
    asked_at: datetime

    @staticmethod
    def of(request: Request) -> "MarketRequestBody":
        market = MarketNameBody(request.market, request.market_name, request.city)
        return MarketRequestBody(
            request.id, market, request.shop, request.shop_name, request.asked_by, request.asked_at
        )


class MarketRequestsBody(Struct, frozen=True):
    """Open requests, oldest first."""

    requests: list[MarketRequestBody]

    @staticmethod
    def of(requests: list[Request]) -> "MarketRequestsBody":
        return MarketRequestsBody([MarketRequestBody.of(request) for request in requests])


class ShopMarketBody(Struct, frozen=True):
    """The market in which a shop is, null when in none, since a business date; and the requests that are open."""

    market: MarketNameBody | None
    since: dt.date | None
    requests: list[MarketRequestBody]

    @staticmethod
    def of(membership: Membership | None, requests: list[Request]) -> "ShopMarketBody":
        listed = [MarketRequestBody.of(request) for request in requests]
        if membership is None:
            return ShopMarketBody(None, None, listed)
        market = MarketNameBody(membership.market, membership.name, membership.city)
        return ShopMarketBody(market, membership.since, listed)
