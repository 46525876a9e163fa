"""The shapes of markets. Amounts are in minor units of the hall's currency. No I/O."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class Side(StrEnum):
    """Who asked for a membership: the manager of the market, or the owner of the shop."""

    MARKET = "market"
    SHOP = "shop"


class NewMarket(Struct, frozen=True):
    """What is asked of a person who founds a market, checked."""

    name: str
    city: str
    wholesale_from: int


class Market(Struct, frozen=True):
    """A market for its manager. A payment of `wholesale_from` or more is a wholesale order; figures go up to
    `closed_until`, the last business date that is closed, None before the first."""

    id: UUID
    name: str
    city: str
    manager: UUID
    wholesale_from: int
    founded_at: datetime
    closed_until: date | None


class MarketName(Struct, frozen=True):
    """A market as any resident may know it."""

    id: UUID
    name: str
    city: str


class Membership(Struct, frozen=True):
    """The market in which a shop is, since a business date."""

    market: UUID
    name: str
    city: str
    since: date


class Request(Struct, frozen=True):
    """An open wish for a membership; the side that did not ask decides."""

    id: UUID
    market: UUID
    market_name: str
    city: str
    shop: UUID
    shop_name: str
    asked_by: Side
    asked_at: datetime


class Handover(Struct, frozen=True):
    """An open offer of a market to whoever has this phone."""

    id: UUID
    market: UUID
    name: str
    city: str
    from_whom: UUID
    phone: str


class MarketSums(Struct, frozen=True):
    """What the members took: payments, of which the wholesale orders, and what was given back. At most one of the first
    three is set: by what it was summed."""

    business_date: date | None = None
    hour: int | None = None
    category: str | None = None
    count: int = 0
    total: int = 0
    refund_count: int = 0
    refund_total: int = 0
    wholesale_count: int = 0
    wholesale_total: int = 0

    @property
    def net(self) -> int:
        return self.total - self.refund_total

    @property
    def retail_count(self) -> int:
        return self.count - self.wholesale_count

    @property
    def retail_total(self) -> int:
        return self.total - self.wholesale_total

    @property
    def wholesale_permille(self) -> int:
        """The share of wholesale in what was taken, in thousandths, rounded; retail has the rest of a thousand."""
        return (self.wholesale_total * 2000 + self.total) // (self.total * 2) if self.total else 0


class Adoption(Struct, frozen=True):
    """Of the members that were open at the end of some dates, how many were paid in them."""

    first: date
    last: date
    open: int
    paid: int

    @property
    def permille(self) -> int:
        """The share of those that were paid, in thousandths, rounded; all of them only when it is all of them."""
        if not self.open or self.paid == self.open:
            return 1000 if self.paid else 0
        return min(999, (self.paid * 2000 + self.open) // (self.open * 2))


class Mover(Struct, frozen=True):
    """A member whose trade changed: what it took, and what it had taken in the span before."""

    shop: UUID
    name: str
    category: str
    total: int
    before: int


class Belonging(Struct, frozen=True):
    """A shop as a present member of a market, with whose it is."""

    shop: UUID
    name: str
    category: str
    since: date
    owner: UUID


class Member(Struct, frozen=True):
    """A present member with what it took in a period."""

    shop: UUID
    name: str
    category: str
    state: str
    since: date
    count: int
    total: int
    refund_total: int


class Members(Struct, frozen=True):
    """A page of members, those that took most first; `next` is the cursor of the page that follows."""

    members: list[Member]
    next: str | None


class TableLine(Struct, frozen=True):
    """What one shop took on one closed business date."""

    business_date: date
    name: str
    category: str
    short_code: str
    count: int
    total: int
    refund_count: int
    refund_total: int


class Period(Struct, frozen=True):
    """Closed business dates, and as many before them to compare with."""

    first: date
    last: date
    before_first: date
    before_last: date


class Dashboard(Struct, frozen=True):
    """A market's figures of a period: the sums and those of the dates before; by date and hour in the order of time, by
    category the largest first; `month` is the adoption of the month in which the period ends, `weeks` of twelve."""

    period: Period
    sums: MarketSums
    before: MarketSums
    days: list[MarketSums]
    hours: list[MarketSums]
    categories: list[MarketSums]
    month: Adoption
    weeks: list[Adoption]
    movers: list[Mover]
