"""The pages of families: who acts for me, for whom I act, and for whom I am acting now."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import segno
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from markupsafe import Markup
from msgspec import Struct

from openhall.base import db, errors, money, paging
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core import families, people
from openhall.core.families import problems, rules
from openhall.core.families.actions import children, counter, letters, links
from openhall.core.families.actions.links import Wish
from openhall.core.families.api import NAMED, declared
from openhall.core.families.types import Caps, Card, Link, State
from openhall.core.families.views import LinkBody
from openhall.core.families.words import CHANNELS, KINDS, STATES
from openhall.core.people.api import address_of
from openhall.core.people.pages import set_cookie
from openhall.web import edge
from openhall.web.render import Html

Visit = NamedDependency[people.Visit]
AnyRequest = Request[Any, Any, Any]
PAGE = 30
# Long enough for an afternoon of errands, and gone by the next day.
ACTING_SECONDS = 12 * 3600
# What a form offers first: enough for a bill and a month of breakfasts.
USUAL = ("500", "2000")


@dataclass
class ProposalForm:
    """Whom one wants to act for, what, how much, and until when; a child by name and number. As typed."""

    phone: str = ""
    name: str = ""
    national_id: str = ""
    scopes: list[str] = field(default_factory=list)
    payment_max: str = ""
    month_max: str = ""
    ends: str = ""


class CapsForm(Struct, frozen=True):
    """Limits, as typed."""

    payment_max: str = ""
    month_max: str = ""


class AddressForm(Struct, frozen=True):
    """Name and address, as typed."""

    address: str = ""


class ActingForm(Struct, frozen=True):
    """For whom; nobody is oneself. And where to go then."""

    who: str = ""
    next: str = ""


def wish_of(request: AnyRequest, settings: Settings, form: ProposalForm) -> Wish:
    """What a form asks for. Problems: `families.scope_unknown`, `families.limits_invalid`, `families.ends_invalid`."""
    scopes = rules.granted(form.scopes, declared(request))
    try:
        last_day = date.fromisoformat(form.ends) if form.ends else None
    except ValueError:
        raise problems.ends_invalid() from None
    return Wish(scopes, caps_of(settings, CapsForm(form.payment_max, form.month_max)), last_day)


def caps_of(settings: Settings, form: CapsForm) -> Caps:
    """Limits as typed; an empty one is nothing at all. Problems: `hall.malformed`, `families.limits_invalid`,
    `families.above_ceiling`."""
    read = [
        edge.amount_of(text, settings.currency) if text.strip(" 0.") else 0
        for text in (form.payment_max, form.month_max)
    ]
    return rules.caps(settings, *read)


@get("/family", opt=edge.RESIDENT)
async def overview(
    request: AnyRequest,
    reader: edge.Reader,
    visit: Visit,
    cursor: FromQuery[UUID | None] = None,
    back: FromQuery[str] = "/me",
) -> Response[Html]:
    """For whom I act, who acts for me, and what waits; `back` is where one came from."""
    me = visit.resident.id
    found, more = await links.page_of(reader, me, cursor)
    bodies = [LinkBody.of(one, me) for one in found]
    return edge.page(
        request,
        "families/family.html",
        waiting=[one for one in bodies if one.state is State.PROPOSED],
        mine=[one for one in bodies if one.role == "holder" and one.state in (State.ACTIVE, State.SUSPENDED)],
        others=[one for one in bodies if one.role == "dependant" and one.state in (State.ACTIVE, State.SUSPENDED)],
        over=[one for one in bodies if one.state in (State.REVOKED, State.EXPIRED)],
        is_first=cursor is None,
        next_cursor=more,
        kinds=KINDS,
        states=STATES,
        back=edge.same_site(back, "/me"),
    )


@get("/family/new", opt=edge.RESIDENT | NAMED)
async def new(request: AnyRequest, visit: Visit) -> Response[Html]:
    """Whom, what, how much, until when."""
    return _form(request, "families/new.html", _fresh(request))


@post("/family/new", opt=edge.RESIDENT | NAMED)
async def propose(
    request: AnyRequest, data: URLEncodedBody[ProposalForm], pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> Response[Any]:
    """Ask them. The answer is the same whether or not anybody has the number."""
    try:
        wish = wish_of(request, settings, data)
        await links.count_proposal(pool, visit, data.phone)
        async with pool.write() as conn:
            made = await links.propose(conn, settings, visit, phone=data.phone, wish=wish)
    except Problem as problem:
        return _form(request, "families/new.html", data, problem)
    return edge.see_other(f"/family/links/{made.id}")


@get("/family/child", opt=edge.FRESH | NAMED)
async def child(request: AnyRequest, visit: Visit) -> Response[Html]:
    """One's own minor child, by name and number."""
    return _form(request, "families/child.html", _fresh(request))


@post("/family/child", opt=edge.FRESH | NAMED)
async def add_child(
    request: AnyRequest, data: URLEncodedBody[ProposalForm], pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> Response[Any]:
    """Ask the register, and act for the child from now on."""
    try:
        wish = wish_of(request, settings, data)
        made = await children.add_child(
            pool,
            settings,
            visit,
            name=data.name,
            national_id=data.national_id,
            scopes=wish.scopes,
            caps=wish.caps,
            address=address_of(request),
        )
    except Problem as problem:
        return _form(request, "families/child.html", data, problem)
    return edge.see_other(f"/family/links/{made.id}")


@get("/family/links/{link_id:uuid}", opt=edge.RESIDENT)
async def link(
    request: AnyRequest,
    reader: edge.Reader,
    settings: edge.HallSettings,
    visit: Visit,
    link_id: FromPath[UUID],
    approved: FromQuery[str] = "",
) -> Response[Html]:
    """One link, and what may be done about it; right after it was approved also that it was."""
    return await _link_page(request, reader, settings, visit, link_id, approved=approved == "1")


@post("/family/links/{link_id:uuid}/approve", opt=edge.RESIDENT)
async def approve(conn: edge.Conn, settings: edge.HallSettings, visit: Visit, link_id: FromPath[UUID]) -> Response[Any]:
    """Let the other one act for me."""
    await links.approve(conn, settings, visit, link=link_id)
    return edge.see_other(f"/family/links/{link_id}", approved="1")


@get("/family/links/{link_id:uuid}/revoke", opt=edge.RESIDENT)
async def sure(request: AnyRequest, reader: edge.Reader, visit: Visit, link_id: FromPath[UUID]) -> Response[Html]:
    """What ending it means, and the one button."""
    body = LinkBody.of(await links.of(reader, resident=visit.resident.id, link=link_id), visit.resident.id)
    if not body.may_revoke:
        raise problems.link_not_found()
    return edge.page(request, "families/revoke.html", link=body)


@post("/family/links/{link_id:uuid}/revoke", opt=edge.RESIDENT)
async def revoke(conn: edge.Conn, visit: Visit, link_id: FromPath[UUID]) -> Response[Any]:
    """End it, take it back, or decline it."""
    await links.revoke(conn, resident=visit.resident.id, link=link_id)
    return edge.see_other(f"/family/links/{link_id}")


@post("/family/links/{link_id:uuid}/limits", opt=edge.RESIDENT)
async def limit(
    request: AnyRequest,
    data: URLEncodedBody[CapsForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: Visit,
    link_id: FromPath[UUID],
) -> Response[Any]:
    """Lower the limits, or raise them after a proof."""
    async with pool.read() as reader:
        await links.of(reader, resident=visit.resident.id, link=link_id)
    try:
        async with pool.write() as conn:
            await links.limit(conn, visit, link=link_id, caps=caps_of(settings, data))
    except Problem as problem:
        if problem.definition.page or problem.definition is problems.link_not_found:
            raise
        async with pool.read() as reader:
            return await _link_page(request, reader, settings, visit, link_id, problem)
    return edge.see_other(f"/family/links/{link_id}")


@post("/family/links/{link_id:uuid}/letters", opt=edge.RESIDENT, status_code=303)
async def letters_to(
    request: AnyRequest,
    data: URLEncodedBody[AddressForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: Visit,
    link_id: FromPath[UUID],
) -> Response[Any]:
    """Where letters go to whom one acts for."""
    try:
        async with pool.write() as conn:
            await letters.by_holder(conn, holder=visit.resident.id, link=link_id, address=data.address)
    except Problem as problem:
        if problem.definition is problems.link_not_found:
            raise
        async with pool.read() as reader:
            return await _link_page(request, reader, settings, visit, link_id, problem)
    return edge.see_other(f"/family/links/{link_id}")


@get("/family/links/{link_id:uuid}/card", opt=edge.RESIDENT)
async def card(request: AnyRequest, conn: edge.Conn, visit: Visit, link_id: FromPath[UUID]) -> Response[Html]:
    """The card of somebody without a phone, to be printed."""
    found = await counter.card_of_dependant(conn, holder=visit.resident.id, link=link_id)
    return card_page(request, found, f"/family/links/{link_id}")


def card_page(request: AnyRequest, card: Card, back: str) -> Response[Html]:
    """A card on paper: it names a person, and opens nothing."""
    qr = segno.make(f"card:{card.number}", error="m").svg_inline(omitsize=True, border=2)
    return edge.page(request, "families/card.html", card=card, back=back, qr_svg=Markup(qr))  # noqa: S704  drawn here


@get("/family/acts", opt=edge.RESIDENT)
async def acts(
    request: AnyRequest, reader: edge.Reader, visit: Visit, cursor: FromQuery[UUID | None] = None
) -> Response[Html]:
    """What I did for others, and others for me."""
    me = visit.resident.id
    found = await families.acts_of(reader, resident=me, before=cursor, limit=PAGE + 1)
    page, more = paging.cut(found, PAGE)
    looked = {name: scope.looked for name, scope in declared(request).items()}
    return edge.page(request, "families/acts.html", acts=page, me=me, looked=looked, next_cursor=more)


@get("/family/acting", opt=edge.RESIDENT)
async def choose(request: AnyRequest, reader: edge.Reader, visit: Visit, next: FromQuery[str] = "") -> Response[Html]:  # noqa: A002
    """For whom? Asked once; where the answer no longer holds it is forgotten, and asked anew."""
    people_ = await families.living_links(reader, visit.resident.id)
    acting = request.scope["state"].get("acting")
    gone = families.COOKIE in request.cookies and acting is None
    answer = edge.page(
        request,
        "families/acting.html",
        people=people_,
        now=acting.resident.id if acting else None,
        gone=gone,
        # What was begun for somebody else is not to be finished out of one's own wallet.
        next="" if gone else edge.same_site(next, ""),
    )
    if gone:
        answer.delete_cookie(families.COOKIE)
    return answer


@post("/family/acting", opt=edge.RESIDENT)
async def act_for(
    request: AnyRequest,
    data: URLEncodedBody[ActingForm],
    reader: edge.Reader,
    settings: edge.HallSettings,
    visit: Visit,
) -> Response[Any]:
    """From now on for them; or for oneself again."""
    answer = edge.see_other(edge.same_site(data.next, "/"))
    if not data.who:
        answer.delete_cookie(families.COOKIE)
        return answer
    wanted = rules.behalf(data.who)
    if wanted not in {one.resident for one in await families.living_links(reader, visit.resident.id)}:
        raise errors.not_found()
    assert wanted is not None
    token = request.cookies[people.COOKIE]
    set_cookie(answer, settings, families.COOKIE, families.sign(settings.secret, token, wanted), ACTING_SECONDS)
    return answer


def _fresh(request: AnyRequest) -> ProposalForm:
    payment_max, month_max = USUAL
    return ProposalForm(scopes=list(declared(request)), payment_max=payment_max, month_max=month_max)


def _form(request: AnyRequest, template: str, form: ProposalForm, problem: Problem | None = None) -> Response[Html]:
    context: dict[str, Any] = {"form": form, "scopes": list(declared(request).values())}
    if problem is not None:
        if problem.definition.page:
            raise problem
        return edge.problem_page(request, template, problem, **context)
    return edge.page(request, template, problem=None, **context)


async def _link_page(
    request: AnyRequest,
    reader: db.ReadConn,
    settings: Settings,
    visit: people.Visit,
    link_id: UUID,
    problem: Problem | None = None,
    *,
    approved: bool = False,
) -> Response[Html]:
    found: Link = await links.of(reader, resident=visit.resident.id, link=link_id)
    body = LinkBody.of(found, visit.resident.id, await links.full_holder(reader, settings, found))
    context: dict[str, Any] = {
        "link": body,
        "scopes": [scope for name, scope in declared(request).items() if name in body.scopes],
        "kinds": KINDS,
        "states": STATES,
        "channels": CHANNELS,
        "has_card": found.has_no_phone and body.role == "holder" and body.state is State.ACTIVE,
        "at_counter": found.seen_by is not None,
        "raises": links.raises(found, visit.resident.id),
        "approved": approved,
        "strong": int(visit.level) >= int(people.Level.STRONG),
        "payment_max": money.plain(found.payment_max, settings.currency),
        "month_max": money.plain(found.month_max, settings.currency),
    }
    if problem is not None:
        return edge.problem_page(request, "families/link.html", problem, **context)
    return edge.page(request, "families/link.html", problem=None, **context)


router = edge.pages(
    overview,
    new,
    propose,
    child,
    add_child,
    link,
    approve,
    sure,
    revoke,
    limit,
    letters_to,
    card,
    acts,
    choose,
    act_for,
)
