"""Campaigns, offers and invitations as the API shows them."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from openhall.city.campaigns import rules
from openhall.city.campaigns.forms import time_of, weekdays_of
from openhall.city.campaigns.types import Campaign, Invited, Kind, State, Sums


class GroupBody(Struct, frozen=True):
    """A group of payees: a shop, a category, a market."""

    kind: str
    id: str


class RulesBody(Struct, frozen=True):
    """What an offer gives, and when. Amounts in minor units; `weekdays` from 1 (Monday) to 7; `groups` empty:
    everywhere; `most_off`: the most that a fixed price takes off one payment."""

    kind: Kind
    amount: int
    low: int
    high: int
    most_off: int | None
    min_spend: int
    first_day: date
    last_day: date
    weekdays: list[int]
    from_time: str
    to_time: str
    per_day: int | None
    per_person: int | None
    per_person_sum: int | None
    groups: list[GroupBody]

    @staticmethod
    def of(campaign: Campaign) -> "RulesBody":
        return RulesBody(
            kind=campaign.kind,
            amount=campaign.amount,
            low=campaign.low,
            high=campaign.high,
            most_off=campaign.most_off,
            min_spend=campaign.min_spend,
            first_day=campaign.first_day,
            last_day=campaign.last_day,
            weekdays=weekdays_of(campaign.weekdays),
            from_time=time_of(campaign.from_minute),
            to_time=time_of(campaign.to_minute),
            per_day=campaign.per_day,
            per_person=campaign.per_person,
            per_person_sum=campaign.per_person_sum,
            groups=[GroupBody(kind, id_) for kind, id_, _ in campaign.groups],
        )


class CampaignBody(Struct, frozen=True):
    """A campaign for its sponsor. `budget` was put in, `spent` was given and not given back, `left` is still there.

    `commitment` is the SHA-256 of the seed of its draws, shown from the start; `seed` is shown at the end.
    """

    id: UUID
    title: str
    title_en: str | None
    state: State
    currency: str
    budget: int
    spent: int
    left: int
    uses: int
    most_uses: int | None
    days: int | None
    rules: RulesBody
    commitment: str | None
    seed: str | None
    started_at: datetime | None
    ended_at: datetime | None

    @staticmethod
    def of(campaign: Campaign, sums: Sums) -> "CampaignBody":
        return CampaignBody(
            id=campaign.id,
            title=campaign.title,
            title_en=campaign.title_en,
            state=campaign.state,
            currency=campaign.currency,
            budget=sums.budget,
            spent=sums.spent,
            left=sums.left,
            uses=campaign.uses,
            most_uses=campaign.most_uses,
            days=campaign.days,
            rules=RulesBody.of(campaign),
            commitment=rules.commitment(campaign.seed) if campaign.started_at else None,
            seed=campaign.seed.hex() if campaign.state is State.ENDED else None,
            started_at=campaign.started_at,
            ended_at=campaign.ended_at,
        )


class CampaignsBody(Struct, frozen=True):
    """A page of a sponsor's campaigns, newest first; `next_cursor` asks for the page that follows, null on the last."""

    campaigns: list[CampaignBody]
    next_cursor: UUID | None


class OfferBody(Struct, frozen=True):
    """An offer for payers; `now` tells whether it is valid at this very moment."""

    id: UUID
    title: str
    title_en: str | None
    currency: str
    now: bool
    rules: RulesBody

    @staticmethod
    def of(campaign: Campaign, now: bool) -> "OfferBody":
        return OfferBody(campaign.id, campaign.title, campaign.title_en, campaign.currency, now, RulesBody.of(campaign))


class OffersBody(Struct, frozen=True):
    """A page of what is offered today or within a week, the nearest end first; `next_cursor` asks for the page that
    follows, null on the last."""

    offers: list[OfferBody]
    next_cursor: UUID | None


class InvitedBody(Struct, frozen=True):
    """A shop that came by the resident's code, for how many payments it earned, and how much."""

    shop: UUID
    shop_name: str
    at: datetime
    payments: int
    earned: int


class PromoterBody(Struct, frozen=True):
    """The resident's invitation code, what it earned in all, and a page of whom it brought, newest first; `next_cursor`
    asks for the page that follows, null on the last."""

    code: str
    currency: str
    earned: int
    invited: list[InvitedBody]
    next_cursor: UUID | None

    @staticmethod
    def of(code: str, currency: str, earned: int, invited: list[Invited], next_cursor: UUID | None) -> "PromoterBody":
        shown = [InvitedBody(one.shop, one.shop_name, one.at, one.payments, one.earned) for one in invited]
        return PromoterBody(code, currency, earned, shown, next_cursor)
