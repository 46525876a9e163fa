"""The pages of campaigns: today's offers, a sponsor's campaigns, and whom a merchant brought in."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct, structs

from openhall.base import clock, db, ids, paging
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.city.campaigns import actions, forms, promoter, rules
from openhall.city.campaigns.types import Campaign, Kind, NewCampaign, Rules, State
from openhall.core import ledger, payments
from openhall.core.payments import offers
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]
Teller = NamedDependency[payments.Teller]
_NEW = "/campaigns/new"
_CHANGES = {"start": State.RUNNING, "pause": State.PAUSED, "end": State.ENDED}
_DRAWS_SHOWN = 50


class CampaignForm(Struct, frozen=True):
    """A campaign as it was typed: amounts in major units, days as dates, hours as 06:30; `place` is "kind id"."""

    title: str = ""
    title_en: str = ""
    kind: str = Kind.AMOUNT_OFF.value
    amount: str = ""
    low: str = ""
    high: str = ""
    most_off: str = ""
    min_spend: str = ""
    first_day: str = ""
    last_day: str = ""
    weekdays: list[int] = []
    from_time: str = "00:00"
    to_time: str = "24:00"
    per_day: str = ""
    per_person: str = ""
    most_uses: str = ""
    days: str = ""
    place: str = ""
    budget: str = ""
    from_shop: str = ""
    request_key: str = ""


class FundForm(Struct, frozen=True):
    """How much more, as typed."""

    amount: str = ""
    request_key: str = ""


class ChangeForm(Struct, frozen=True):
    """What the campaign should do: start, pause or end."""

    change: str = ""


class InvitationForm(Struct, frozen=True):
    """By whose code which shop came."""

    code: str = ""
    shop: str = ""


@get("/offers", opt=RESIDENT)
async def list_offers(
    request: AnyRequest, reader: edge.Reader, resident: Me, cursor: FromQuery[UUID | None] = None
) -> Response[Html]:
    """What is offered today, and on the next days."""
    local = ledger.local(clock.now())
    found = await actions.offered(reader, after=cursor)
    page, more = paging.cut(found, actions.PAGE)
    return edge.page(
        request,
        "campaigns/offers.html",
        now=[one for one in page if rules.is_on(one, local)],
        later=[one for one in page if not rules.is_on(one, local)],
        next_cursor=more,
        days=_days,
        time=forms.time_of,
    )


@get("/offers/{campaign_id:uuid}", opt=RESIDENT)
async def offer(request: AnyRequest, reader: edge.Reader, resident: Me, campaign_id: FromPath[UUID]) -> Response[Html]:
    """What an offer gives; of a bounty also how it is drawn, and whether the resident's own draws were right."""
    found = await actions.known(reader, resident=resident.id, campaign=campaign_id)
    draws = await actions.draws_of(reader, found.id, payer=resident.id, limit=_DRAWS_SHOWN)
    ended = found.state is State.ENDED
    return edge.page(
        request,
        "campaigns/offer.html",
        campaign=found,
        draws=draws,
        right=[draw.amount == rules.draw(found.seed, draw.payment, found.low, found.high) for draw in draws],
        commitment=rules.commitment(found.seed),
        seed=found.seed.hex() if ended else None,
        days=_days,
        time=forms.time_of,
    )


@get("/campaigns", opt=RESIDENT)
async def mine(
    request: AnyRequest, reader: edge.Reader, resident: Me, cursor: FromQuery[UUID | None] = None
) -> Response[Html]:
    """The campaigns of the resident, newest first."""
    found = await actions.campaigns_of(reader, sponsor=resident.id, before=cursor)
    page, more = paging.cut(found, actions.PAGE)
    return edge.page(
        request,
        "campaigns/campaigns.html",
        campaigns=page,
        sums=await actions.sums(reader, page),
        next_cursor=more,
    )


@get(_NEW, opt=RESIDENT)
async def new_campaign(
    request: AnyRequest, reader: edge.Reader, resident: Me, teller: Teller, request_key: FromQuery[str] = ""
) -> Response[Any]:
    """What to give, when, where, and out of which budget."""
    key = await edge.key_of_form(reader, _NEW, request_key, resident.id)
    if isinstance(key, Response):
        return key
    return await _form_page(request, reader, teller.offers, resident, CampaignForm(request_key=key))


@post(_NEW, opt=RESIDENT, status_code=303)
async def create(
    request: AnyRequest,
    data: URLEncodedBody[CampaignForm],
    conn: edge.Conn,
    resident: Me,
    teller: Teller,
    settings: edge.HallSettings,
) -> Response[Any]:
    """Put the budget aside and keep it as a draft; the hidden key makes a double tap one campaign."""

    async def act() -> str:
        most = settings.campaigns_per_resident
        return f"/campaigns/{(await actions.create(conn, sponsor=resident.id, new=new, most=most)).id}"

    try:
        new = await _typed(conn, teller.offers, resident, settings, data)
        made = await edge.once_form(
            request, conn, key=data.request_key, principal=resident.id, body=data, act=act, keep=True
        )
    except Problem as problem:
        made = problem
    if isinstance(made, Problem):
        again = structs.replace(data, request_key=str(ids.new()))
        return await _form_page(request, conn, teller.offers, resident, again, made)
    return edge.see_other(made)


@get("/campaigns/{campaign_id:uuid}", opt=RESIDENT)
async def campaign(
    request: AnyRequest, reader: edge.Reader, resident: Me, campaign_id: FromPath[UUID]
) -> Response[Html]:
    """How a campaign stands: what is left, what it gave by day, and what can be done with it."""
    return await _campaign_page(request, reader, resident, campaign_id)


@get("/campaigns/{campaign_id:uuid}/end", opt=RESIDENT)
async def ending(request: AnyRequest, reader: edge.Reader, resident: Me, campaign_id: FromPath[UUID]) -> Response[Any]:
    """A last look before it ends for good."""
    found = await actions.find(reader, sponsor=resident.id, campaign=campaign_id)
    if found.state is State.ENDED:
        return edge.see_other(f"/campaigns/{campaign_id}")
    sums = (await actions.sums(reader, [found]))[found.id]
    return edge.page(request, "campaigns/end.html", campaign=found, sums=sums)


@post("/campaigns/{campaign_id:uuid}/change", opt=RESIDENT, status_code=303)
async def change(
    request: AnyRequest,
    data: URLEncodedBody[ChangeForm],
    conn: edge.Conn,
    resident: Me,
    teller: Teller,
    campaign_id: FromPath[UUID],
) -> Response[Any]:
    """Start, pause or end it."""
    found = await actions.find(conn, sponsor=resident.id, campaign=campaign_id)
    try:
        if _CHANGES.get(data.change) is State.RUNNING:
            await forms.asked_again(conn, teller.offers, found)
        await actions.change(conn, sponsor=resident.id, campaign=found.id, to=_CHANGES.get(data.change, found.state))
    except Problem as problem:
        return await _campaign_page(request, conn, resident, campaign_id, problem)
    return edge.see_other(f"/campaigns/{campaign_id}")


@post("/campaigns/{campaign_id:uuid}/fund", opt=RESIDENT, status_code=303)
async def fund(
    request: AnyRequest,
    data: URLEncodedBody[FundForm],
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    campaign_id: FromPath[UUID],
) -> Response[Any]:
    """Put more money in; the hidden key makes a double tap one payment into it."""

    async def act() -> str:
        await actions.fund(conn, sponsor=resident.id, campaign=campaign_id, amount=amount)
        return f"/campaigns/{campaign_id}"

    await actions.find(conn, sponsor=resident.id, campaign=campaign_id)
    try:
        amount = edge.amount_of(data.amount, settings.currency)
        done = await edge.once_form(
            request, conn, key=data.request_key, principal=resident.id, body=data, act=act, keep=True
        )
    except Problem as problem:
        done = problem
    if isinstance(done, Problem):
        return await _campaign_page(request, conn, resident, campaign_id, done)
    return edge.see_other(done)


@get("/promoter", opt=RESIDENT)
async def promoting(
    request: AnyRequest, conn: edge.Conn, resident: Me, teller: Teller, cursor: FromQuery[UUID | None] = None
) -> Response[Html]:
    """The resident's invitation code, whom it brought, and a place to say who brought them."""
    return await _promoter_page(request, conn, resident, teller.offers, cursor=cursor)


@post("/promoter", opt=RESIDENT, status_code=303)
async def accept(
    request: AnyRequest, data: URLEncodedBody[InvitationForm], conn: edge.Conn, resident: Me, teller: Teller
) -> Response[Any]:
    """A shop of the resident says by whose code it came."""
    try:
        shop = forms.shop_of(await teller.offers.owned(conn, resident.id), _shop_id(data.shop))
        await promoter.accept(conn, resident=resident.id, shop=shop, code=data.code)
    except Problem as problem:
        return await _promoter_page(request, conn, resident, teller.offers, data, problem)
    return edge.see_other("/promoter")


def _shop_id(text: str) -> UUID:
    """The id that a form sent; one that nobody has when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _days(campaign: Campaign) -> list[str]:
    """The weekdays on which a campaign is valid, as msgids; none: every day."""
    chosen = forms.weekdays_of(campaign.weekdays)
    return [] if len(chosen) == len(forms.WEEKDAYS) else [forms.WEEKDAYS[day - 1] for day in chosen]


async def _typed(
    conn: db.ReadConn, hall: offers.Offers, resident: Resident, settings: Settings, form: CampaignForm
) -> NewCampaign:
    owned = await hall.owned(conn, resident.id)
    places = await forms.places_of(conn, hall, resident.id, owned)
    kind, _, id_ = form.place.partition(" ")
    shop = _shop_id(form.from_shop) if form.from_shop else None
    return NewCampaign(
        title=form.title,
        rules=rules.checked(_rules(form, settings.currency)),
        groups=forms.groups_checked(places, [(kind, id_)] if form.place else []),
        source=forms.source_of(resident.wallet, owned, shop),
        budget=forms.amount_of(form.budget, "budget", settings.currency),
        currency=settings.currency,
        title_en=form.title_en or None,
    )


def _rules(form: CampaignForm, currency: str) -> Rules:
    kind = Kind(form.kind) if form.kind in set(Kind) else Kind.AMOUNT_OFF
    is_bounty = kind is Kind.BOUNTY
    most_off = forms.amount_of(form.most_off, "most_off", currency) if kind is Kind.FIXED_PRICE else 0
    high = forms.amount_of(form.high, "high", currency) if is_bounty else 0
    return Rules(
        kind=kind,
        amount=0 if is_bounty else forms.amount_of(form.amount, "amount", currency),
        low=forms.amount_of(form.low, "low", currency) if is_bounty else 0,
        high=high,
        most_off=most_off or None,
        min_spend=max(forms.amount_of(form.min_spend, "min_spend", currency), high, 1),
        first_day=forms.day_of(form.first_day, "first_day"),
        last_day=forms.day_of(form.last_day, "last_day"),
        weekdays=forms.bits_of(form.weekdays) or forms.bits_of(range(1, 8)),
        from_minute=forms.minute_of(form.from_time or "00:00", "from_time"),
        # A field for a time knows no 24:00: midnight, or nothing, is the end of the day.
        to_minute=forms.minute_of(form.to_time or "24:00", "to_time") or forms.minute_of("24:00", "to_time"),
        per_day=forms.count_of(form.per_day, "per_day"),
        per_person=forms.count_of(form.per_person, "per_person"),
        most_uses=forms.count_of(form.most_uses, "most_uses"),
        days=(forms.count_of(form.days, "days") or 31) if kind is Kind.PROMOTER else None,
    )


async def _form_page(
    request: AnyRequest,
    reader: db.ReadConn,
    hall: offers.Offers,
    resident: Resident,
    typed: CampaignForm,
    problem: Problem | None = None,
) -> Response[Html]:
    owned = await hall.owned(reader, resident.id)
    places = await forms.places_of(reader, hall, resident.id, owned)
    today = ledger.local(clock.now()).date()
    typed = structs.replace(typed, first_day=typed.first_day or str(today), last_day=typed.last_day or str(today))
    context: dict[str, Any] = {
        "typed": typed,
        "places": places.allowed,
        "everywhere": places.own is None,
        "shops": owned,
        "weekdays": list(enumerate(forms.WEEKDAYS, start=1)),
        "balance": (await ledger.balance(reader, resident.wallet)).available,
        "request_key": typed.request_key,
    }
    if problem is not None:
        return edge.problem_page(request, "campaigns/new.html", problem, **context)
    return edge.page(request, "campaigns/new.html", problem=None, **context)


async def _campaign_page(
    request: AnyRequest, reader: db.ReadConn, resident: Resident, campaign_id: UUID, problem: Problem | None = None
) -> Response[Html]:
    found = await actions.find(reader, sponsor=resident.id, campaign=campaign_id)
    context: dict[str, Any] = {
        "campaign": found,
        "sums": (await actions.sums(reader, [found]))[found.id],
        "report": await actions.days_of(reader, found),
        "commitment": rules.commitment(found.seed) if found.started_at else None,
        "seed": found.seed.hex() if found.state is State.ENDED else None,
        "days": _days,
        "time": forms.time_of,
    }
    if problem is not None:
        return edge.problem_page(request, "campaigns/campaign.html", problem, **context)
    return edge.page(request, "campaigns/campaign.html", problem=None, **context)


async def _promoter_page(
    request: AnyRequest,
    conn: db.Conn,
    resident: Resident,
    hall: offers.Offers,
    typed: InvitationForm | None = None,
    problem: Problem | None = None,
    cursor: UUID | None = None,
) -> Response[Html]:
    came = await promoter.came_by_invitation(conn, owner=resident.id)
    invited = await promoter.invited(conn, inviter=resident.id, before=cursor)
    page, more = paging.cut_by(invited, promoter.PAGE, lambda one: one.shop)
    context: dict[str, Any] = {
        "code": await promoter.code_of(conn, resident=resident.id),
        "invited": page,
        "earned": await promoter.earned_by(conn, inviter=resident.id),
        "next_cursor": more,
        "shops": [payee for payee in await hall.owned(conn, resident.id) if payee.id not in came],
        "typed": typed or InvitationForm(),
    }
    if problem is not None:
        return edge.problem_page(request, "campaigns/promoter.html", problem, **context)
    return edge.page(request, "campaigns/promoter.html", problem=None, **context)


router = edge.pages(list_offers, offer, mine, new_campaign, create, campaign, ending, change, fund, promoting, accept)
