"""The JSON API of campaigns: for sponsors, for payers, and for merchants who bring in merchants."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct, field

from openhall.base import clock, db, money, paging
from openhall.base.config import Settings
from openhall.city.campaigns import actions, forms, promoter, rules, views
from openhall.city.campaigns.types import ALL_DAYS, Campaign, Kind, NewCampaign, Rules, State
from openhall.core import ledger, payments
from openhall.core.payments import offers
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]
Teller = NamedDependency[payments.Teller]
Fen = Annotated[int, Meta(ge=0, le=money.MAX_AMOUNT)]
Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class GroupRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Where it is valid: a shop of the sponsor, or a category or market."""

    kind: str
    id: str


class CampaignRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign to be made. Amounts in minor units; no weekdays: every day; no groups: everywhere.

    `title` is what payers read; with a `title_en` those who read English are shown that one.

    `most_off`, of a `fixed_price` and required there: the most it takes off one payment.
    `budget` comes from the sponsor's wallet, or from the account of `from_shop`. `start` lets it run at once.
    """

    title: str
    title_en: str | None = None
    kind: Kind
    amount: Fen = 0
    low: Fen = 0
    high: Fen = 0
    most_off: edge.Amount | None = None
    min_spend: edge.Amount = 1
    first_day: date
    last_day: date
    weekdays: list[int] = field(default_factory=list)
    from_time: str = "00:00"
    to_time: str = "24:00"
    per_day: Count | None = None
    per_person: Count | None = None
    per_person_sum: edge.Amount | None = None
    most_uses: Count | None = None
    days: Count | None = None
    groups: list[GroupRequest] = field(default_factory=list)
    budget: Fen = 0
    from_shop: UUID | None = None
    start: bool = False

    @property
    def rules(self) -> Rules:
        """The rules of it; Problem `campaigns.rules_invalid` when they make no sense."""
        return Rules(
            kind=self.kind,
            amount=self.amount,
            low=self.low,
            high=self.high,
            most_off=self.most_off,
            min_spend=self.min_spend,
            first_day=self.first_day,
            last_day=self.last_day,
            weekdays=forms.bits_of(self.weekdays) or ALL_DAYS,
            from_minute=forms.minute_of(self.from_time, "from_time"),
            to_minute=forms.minute_of(self.to_time, "to_time"),
            per_day=self.per_day,
            per_person=self.per_person,
            per_person_sum=self.per_person_sum,
            most_uses=self.most_uses,
            days=self.days,
        )


class FundRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """How much more to put into the budget."""

    amount: edge.Amount


class InvitationRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """By whose code a shop of the resident came."""

    code: str
    shop_id: UUID


@post("/campaigns", opt=RESIDENT, status_code=201, responses=edge.answers(views.CampaignBody))
async def create(
    request: AnyRequest,
    data: JSONBody[CampaignRequest],
    conn: edge.Conn,
    resident: Me,
    teller: Teller,
    settings: edge.HallSettings,
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Make a campaign and put its budget aside; with `start` it runs at once.

    Refusals: `campaigns.title_invalid`, `campaigns.rules_invalid`, `campaigns.group_unknown`,
    `campaigns.place_not_yours`, `campaigns.source_unknown`, `campaigns.too_many`, `campaigns.budget_not_covered`,
    `campaigns.budget_missing`.
    """
    new = await _new(conn, teller.offers, resident, settings, data)

    async def act() -> views.CampaignBody:
        made = await actions.create(conn, sponsor=resident.id, new=new, most=settings.campaigns_per_resident)
        if data.start:
            made = await actions.change(conn, sponsor=resident.id, campaign=made.id, to=State.RUNNING)
        return await _body(conn, made)

    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=data, act=act, keep=True)


async def _new(
    conn: db.ReadConn, hall: offers.Offers, resident: Resident, settings: Settings, data: CampaignRequest
) -> NewCampaign:
    checked = rules.checked(data.rules)
    owned = await hall.owned(conn, resident.id)
    places = await forms.places_of(conn, hall, resident.id, owned)
    return NewCampaign(
        title=data.title,
        rules=checked,
        groups=forms.groups_checked(places, [(group.kind, group.id) for group in data.groups]),
        source=forms.source_of(resident.wallet, owned, data.from_shop),
        budget=data.budget,
        currency=settings.currency,
        title_en=data.title_en,
    )


async def _body(conn: db.ReadConn, campaign: Campaign) -> views.CampaignBody:
    return views.CampaignBody.of(campaign, (await actions.sums(conn, [campaign]))[campaign.id])


@get("/campaigns", opt=RESIDENT)
async def mine(reader: edge.Reader, resident: Me, cursor: FromQuery[UUID | None] = None) -> views.CampaignsBody:
    """The resident's own campaigns, newest first."""
    found = await actions.campaigns_of(reader, sponsor=resident.id, before=cursor)
    page, more = paging.cut(found, actions.PAGE)
    sums = await actions.sums(reader, page)
    listed = [views.CampaignBody.of(campaign, sums[campaign.id]) for campaign in page]
    return views.CampaignsBody(listed, more)


@get("/campaigns/{campaign_id:uuid}", opt=RESIDENT)
async def show(reader: edge.Reader, resident: Me, campaign_id: FromPath[UUID]) -> views.CampaignBody:
    """One campaign, for its sponsor. Anybody else's: 404, here and below."""
    return await _body(reader, await actions.find(reader, sponsor=resident.id, campaign=campaign_id))


@post("/campaigns/{campaign_id:uuid}/fund", opt=RESIDENT, status_code=201, responses=edge.answers(views.CampaignBody))
async def fund(
    request: AnyRequest,
    data: JSONBody[FundRequest],
    conn: edge.Conn,
    resident: Me,
    campaign_id: FromPath[UUID],
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Put more money in, from where the first came. Refusals: `campaigns.state_refused`,
    `campaigns.budget_not_covered`."""

    async def act() -> views.CampaignBody:
        return await _body(
            conn, await actions.fund(conn, sponsor=resident.id, campaign=campaign_id, amount=data.amount)
        )

    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=data, act=act, keep=True)


@post("/campaigns/{campaign_id:uuid}/start", opt=RESIDENT, status_code=200)
async def start(conn: edge.Conn, resident: Me, teller: Teller, campaign_id: FromPath[UUID]) -> views.CampaignBody:
    """Let it run, for the first time or again. Refusals: `campaigns.place_not_yours` (any more),
    `campaigns.state_refused`, `campaigns.budget_missing`."""
    found = await actions.find(conn, sponsor=resident.id, campaign=campaign_id)
    await forms.asked_again(conn, teller.offers, found)
    return await _change(conn, resident, campaign_id, State.RUNNING)


@post("/campaigns/{campaign_id:uuid}/pause", opt=RESIDENT, status_code=200)
async def pause(conn: edge.Conn, resident: Me, campaign_id: FromPath[UUID]) -> views.CampaignBody:
    """Let it rest: nothing is given until it is started again. Refusal: `campaigns.state_refused`."""
    return await _change(conn, resident, campaign_id, State.PAUSED)


@post("/campaigns/{campaign_id:uuid}/end", opt=RESIDENT, status_code=200)
async def end(conn: edge.Conn, resident: Me, campaign_id: FromPath[UUID]) -> views.CampaignBody:
    """End it for good: the rest of the budget goes back, and the seed of its draws is shown.

    A `promoter` campaign that ran gets today as its last day: what was earned until then is paid, then it ends."""
    return await _change(conn, resident, campaign_id, State.ENDED)


async def _change(conn: db.Conn, resident: Resident, campaign: UUID, to: State) -> views.CampaignBody:
    return await _body(conn, await actions.change(conn, sponsor=resident.id, campaign=campaign, to=to))


@get("/offers", opt=RESIDENT)
async def list_offers(reader: edge.Reader, cursor: FromQuery[UUID | None] = None) -> views.OffersBody:
    """What is offered to payers today or within a week, the nearest end first."""
    local = ledger.local(clock.now())
    found = await actions.offered(reader, after=cursor)
    page, more = paging.cut(found, actions.PAGE)
    listed = [views.OfferBody.of(one, rules.is_on(one, local)) for one in page]
    return views.OffersBody(listed, more)


@get("/promoter", opt=RESIDENT)
async def promoting(
    conn: edge.Conn, resident: Me, settings: edge.HallSettings, cursor: FromQuery[UUID | None] = None
) -> views.PromoterBody:
    """The resident's invitation code, the shops it brought, and what they earned."""
    code = await promoter.code_of(conn, resident=resident.id)
    earned = await promoter.earned_by(conn, inviter=resident.id)
    found = await promoter.invited(conn, inviter=resident.id, before=cursor)
    page, more = paging.cut_by(found, promoter.PAGE, lambda one: one.shop)
    return views.PromoterBody.of(code, settings.currency, earned, page, more)


@post("/promoter/invitations", opt=RESIDENT, status_code=204)
async def accept(data: JSONBody[InvitationRequest], conn: edge.Conn, resident: Me, teller: Teller) -> None:
    """Say by whose code a shop came, before its first payment.

    Refusals: `campaigns.source_unknown` (not the resident's shop), `campaigns.invitation_unknown`,
    `campaigns.invitation_own`, `campaigns.invitation_late`.
    """
    shop = forms.shop_of(await teller.offers.owned(conn, resident.id), data.shop_id)
    await promoter.accept(conn, resident=resident.id, shop=shop, code=data.code)


router = edge.api(create, mine, show, fund, start, pause, end, list_offers, promoting, accept, tags=["Campaigns"])
