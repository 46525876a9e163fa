"""The shapes of campaigns. Amounts are in minor units of the campaign's currency. No I/O."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from openhall.core.payments.offers import Group


class Kind(StrEnum):
    """What a campaign gives: a price, a discount, a bounty for the payer, or earnings for who invited the shop."""

    FIXED_PRICE = "fixed_price"
    AMOUNT_OFF = "amount_off"
    BOUNTY = "bounty"
    PROMOTER = "promoter"


class State(StrEnum):
    """A campaign is prepared, runs, may rest, and ends for good."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


ALL_DAYS = 127
WHOLE_DAY = 1440


class Rules(Struct, frozen=True, kw_only=True):
    """When, where apart, a payment gets something, and how much.

    amount          the fixed price, the amount off, or what an inviter earns for one payment; 0 of a bounty
    low, high       a bounty is drawn between them, both included; else 0
    most_off        the most that a fixed price takes off one payment: shops choose the amounts; else None
    min_spend       of a smaller payment nothing is given; of a bounty it is what leaves the wallet that counts
    first_day ..    dates, weekdays (1 Monday, 2 Tuesday, ... 64 Sunday) and minutes of the day in the hall's zone;
    to_minute       the window is half-open: [from_minute, to_minute)
    per_day ..      how often one person on a business date, how often and how much ever, how often all together;
    most_uses       of a promoter campaign `per_person` is how many payments of one new shop count
    days            of a promoter campaign: how long a shop is new; the dates are business dates of its payments
    """

    kind: Kind
    amount: int = 0
    low: int = 0
    high: int = 0
    most_off: int | None = None
    min_spend: int = 1
    first_day: date
    last_day: date
    weekdays: int = ALL_DAYS
    from_minute: int = 0
    to_minute: int = WHOLE_DAY
    per_day: int | None = None
    per_person: int | None = None
    per_person_sum: int | None = None
    most_uses: int | None = None
    days: int | None = None


class Campaign(Struct, frozen=True, kw_only=True):
    """A campaign with its rules; `groups` are [kind, id, title] of where it is valid, none: everywhere.
    `title_en` is what who reads English is shown instead of `title`, where there is one.
    `ending_at`: since when its sponsor has wanted it to end; then it only pays what it owes."""

    id: UUID
    sponsor: UUID
    title: str
    title_en: str | None
    kind: Kind
    state: State
    account: UUID
    source: UUID
    currency: str
    amount: int
    low: int
    high: int
    most_off: int | None
    min_spend: int
    first_day: date
    last_day: date
    weekdays: int
    from_minute: int
    to_minute: int
    per_day: int | None
    per_person: int | None
    per_person_sum: int | None
    most_uses: int | None
    days: int | None
    funded: int
    returned: int
    uses: int
    seed: bytes
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    groups: list[tuple[str, str, str]]
    ending_at: datetime | None = None


class Sums(Struct, frozen=True):
    """A campaign's money: `budget` was put in, `left` is there, `spent` was given and not given back."""

    budget: int
    spent: int
    left: int


class NewCampaign(Struct, frozen=True):
    """A campaign as it is asked for. `source` is the sponsor's wallet or the account of a shop of theirs; no `title_en`
    without a letter in it."""

    title: str
    rules: Rules
    groups: list[Group]
    source: UUID
    budget: int
    currency: str
    title_en: str | None = None


class Invited(Struct, frozen=True):
    """A shop that came by an invitation, and what it has earned its inviter."""

    shop: UUID
    shop_name: str
    at: datetime
    payments: int
    earned: int


class Draw(Struct, frozen=True):
    """A bounty that was given: of which payment, how much."""

    payment: UUID
    amount: int
    at: datetime


class WrongDraw(Struct, frozen=True):
    """A bounty that is not what the seed draws."""

    draw: Draw
    drawn: int


class Verified(Struct, frozen=True):
    """All bounties of a campaign, drawn again."""

    commitment: str
    count: int
    wrong: list[WrongDraw]
