"""The shapes of offers. Amounts are in minor units. No I/O."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

from msgspec import Struct

from openhall.base import db
from openhall.core.payments.types import Payee


class Group(Struct, frozen=True):
    """Payees that a rule may name together: all of a category, a market. `title` is a msgid or a name."""

    kind: str
    id: str
    title: str


class Membership(Struct, frozen=True):
    """A payee belongs to a group. Every payee is also a group of its own, whose `kind` is the payee's."""

    payee: UUID
    kind: str
    id: str


class Helper(Struct, frozen=True):
    """A resident who works for a payee, or has worked for it."""

    payee: UUID
    resident: UUID


class GroupSource(Struct, frozen=True):
    """What a package knows of payees: to which groups they belong, which groups there are, who owns which payee,
    who works or has worked for them besides, and which groups a resident leads.

    Each answers a whole list with one statement.
    """

    of: Callable[[db.ReadConn, Sequence[UUID]], Awaitable[Sequence[Membership]]]
    listed: Callable[[db.ReadConn], Awaitable[Sequence[Group]]]
    owned: Callable[[db.ReadConn, UUID], Awaitable[Sequence[Payee]]]
    staff: Callable[[db.ReadConn, Sequence[UUID]], Awaitable[Sequence[Helper]]]
    led: Callable[[db.ReadConn, UUID], Awaitable[Sequence[Group]]]


class Due(Struct, frozen=True):
    """A payment that is about to be made, as far as offers are concerned; `payment` is the id that it will have."""

    payment: UUID
    payer: UUID
    payee: UUID
    amount: int
    currency: str


class Gift(Struct, frozen=True):
    """What an offer gives: `amount` out of the budget `account`; `title` is what the payer reads, `title_en` who reads
    English, where there is one."""

    offer: UUID
    title: str
    title_en: str | None
    account: UUID
    amount: int


class Terms(Struct, frozen=True):
    """What a payment gets: a discount on its price, a bounty for its payer; either may be missing."""

    discount: Gift | None = None
    bounty: Gift | None = None


NOTHING = Terms()
SubsidyKind: TypeAlias = Literal["discount", "bounty"]


class Given(Struct, frozen=True):
    """A gift that was posted with its payment."""

    id: UUID
    kind: SubsidyKind
    gift: Gift
    due: Due
    business_date: date
    at: datetime


Memberships: TypeAlias = Mapping[UUID, Sequence[Membership]]


class OfferSource(Struct, frozen=True):
    """A package that makes offers.

    look   asks whether anything is offered at all: one cheap statement, sent with others and read later.
    terms  what each payment gets, aligned; `lock` holds until the transaction ends what the answer stands on, and
           without it the answer is only a quotation. Array statements only.
    given  is told what was posted, in the same transaction.
    """

    look: Callable[[db.ReadConn], Awaitable[db.Reply[bool]]]
    terms: Callable[[db.ReadConn, Sequence[Due], Memberships, bool], Awaitable[Sequence[Terms]]]
    given: Callable[[db.Conn, Sequence[Given]], Awaitable[None]]


class Subsidy(Struct, frozen=True):
    """What an offer gave to a payment, and how much of it went back to the budget since."""

    id: UUID
    payment: UUID
    kind: SubsidyKind
    offer: UUID
    title: str
    title_en: str | None
    account: UUID
    amount: int
    returned: int


class Use(Struct, frozen=True):
    """How often a payer used an offer, today and ever, and what it gave them. Discounts of wholly refunded payments
    do not count, bounties do."""

    offer: UUID
    payer: UUID
    today: int
    ever: int
    sum: int


class OfferDay(Struct, frozen=True):
    """What an offer gave on one business date, and how much of that day's gifts went back since."""

    business_date: date
    count: int
    amount: int
    returned: int
