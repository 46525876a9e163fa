"""The JSON API of families: links, and what was done by them."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from openhall.base import money, paging
from openhall.base.package import Scope
from openhall.core import families, people
from openhall.core.families import problems, rules, views
from openhall.core.families.actions import children, letters, links
from openhall.core.families.actions.links import Wish
from openhall.core.families.types import Kind
from openhall.core.people.api import address_of
from openhall.web import edge

Visit = NamedDependency[people.Visit]
AnyRequest = Request[Any, Any, Any]
PAGE = 50
NAMED = {"level": people.Level.NAMED}

Scopes = Annotated[list[str], Meta(min_length=1, max_length=30, description="What may be done, by its names.")]
Cap = Annotated[int, Meta(ge=0, le=money.MAX_AMOUNT, description="In minor units (fen).")]


class CapsRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What may be spent: by one payment, and in a month."""

    payment_max: Cap
    month_max: Cap


class LinkRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom you want to act for, by their phone number; `ends` is the last day, null for none."""

    dependant: Annotated[str, Meta(max_length=64, description="A phone number, as people write it.")]
    kind: Kind
    scopes: Scopes
    limits: CapsRequest
    ends: date | None = None


class ChildRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Your child, by name and number as the register has them."""

    name: Annotated[str, Meta(max_length=200)]
    national_id: Annotated[str, Meta(max_length=64)]
    scopes: Scopes
    limits: CapsRequest


def declared(request: AnyRequest) -> dict[str, Scope]:
    """What the packages of this hall let be done on somebody's behalf."""
    return rules.declared([scope for package in request.app.state.packages for scope in package.scopes])


@post("/families/links", opt=edge.RESIDENT | NAMED)
async def propose(
    request: AnyRequest, data: JSONBody[LinkRequest], pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> views.LinkBody:
    """Ask somebody whether you may act for them. The answer is the same whether or not anybody has this number.

    Refusals: `families.kind_elsewhere`, `families.scope_unknown`, `families.limits_invalid`,
    `families.above_ceiling`, `hall.rate_limited`, `people.phone_invalid`, `families.yourself`, `families.too_young`,
    `families.ends_invalid`, `families.too_many_dependants`,
    `families.link_exists`.
    """
    if data.kind is not Kind.VOLUNTARY:
        raise problems.kind_elsewhere()
    scopes = rules.granted(data.scopes, declared(request))
    wish = Wish(scopes, rules.caps(settings, data.limits.payment_max, data.limits.month_max), data.ends)
    await links.count_proposal(pool, visit, data.dependant)
    async with pool.write() as conn:
        made = await links.propose(conn, settings, visit, phone=data.dependant, wish=wish)
    return views.LinkBody.of(made, visit.resident.id)


@post("/families/children", opt=edge.FRESH | NAMED)
async def add_child(
    request: AnyRequest, data: JSONBody[ChildRequest], pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> views.LinkBody:
    """Act for your minor child from now on, as the register says that you are a parent, until the child is eighteen.
    You prove once more that it is you, and what you paid for the child this month counts on.

    A child whom the hall does not know gets an account without a phone. Refusals: `people.proof_too_old`,
    `families.scope_unknown`, `families.limits_invalid`, `families.above_ceiling`, `people.names_closed`,
    `people.name_invalid`, `people.national_id_invalid`, `people.names_locked`, `people.register_silent`,
    `people.name_not_matched`, `families.not_a_minor`, `families.not_a_parent`, `families.too_many_dependants`,
    `families.too_many_holders`, `families.link_exists`.
    """
    made = await children.add_child(
        pool,
        settings,
        visit,
        name=data.name,
        national_id=data.national_id,
        scopes=rules.granted(data.scopes, declared(request)),
        caps=rules.caps(settings, data.limits.payment_max, data.limits.month_max),
        address=address_of(request),
    )
    return views.LinkBody.of(made, visit.resident.id)


@get("/families/links", opt=edge.RESIDENT)
async def all_links(
    reader: edge.Reader,
    visit: Visit,
    cursor: Annotated[
        UUID | None, QueryParameter(description="`next_cursor` of the page above.", required=False)
    ] = None,
) -> views.LinksBody:
    """For whom you act, and who acts for you."""
    me = visit.resident.id
    found, more = await links.page_of(reader, me, cursor)
    return views.LinksBody([views.LinkBody.of(one, me) for one in found], more)


@get("/families/links/{link_id:uuid}", opt=edge.RESIDENT)
async def one_link(
    reader: edge.Reader, settings: edge.HallSettings, visit: Visit, link_id: FromPath[UUID]
) -> views.LinkBody:
    """One of your links, with the name in full of who acts. Anybody else's: 404."""
    found = await links.of(reader, resident=visit.resident.id, link=link_id)
    return views.LinkBody.of(found, visit.resident.id, await links.full_holder(reader, settings, found))


@post("/families/links/{link_id:uuid}/approve", opt=edge.RESIDENT, status_code=200)
async def approve(
    conn: edge.Conn, settings: edge.HallSettings, visit: Visit, link_id: FromPath[UUID]
) -> views.LinkBody:
    """Let somebody act for you; with your passkey, used just now. After a recovery of your account this confirms a link
    that waits for it. Refusals: `families.link_not_found`, `people.level_too_low`, `people.proof_too_old`,
    `families.too_young`, `families.link_exists`, `families.too_many_holders`."""
    made = await links.approve(conn, settings, visit, link=link_id)
    return views.LinkBody.of(made, visit.resident.id)


@post("/families/links/{link_id:uuid}/revoke", opt=edge.RESIDENT, status_code=200)
async def revoke(conn: edge.Conn, visit: Visit, link_id: FromPath[UUID]) -> views.LinkBody:
    """End a link, take a proposal back, or decline one. It holds from this answer on.

    Refusals: `families.link_not_found`, `families.not_yours_to_end`.
    """
    ended = await links.revoke(conn, resident=visit.resident.id, link=link_id)
    return views.LinkBody.of(ended, visit.resident.id)


@put("/families/links/{link_id:uuid}/limits", opt=edge.RESIDENT)
async def limit(
    conn: edge.Conn,
    settings: edge.HallSettings,
    visit: Visit,
    link_id: FromPath[UUID],
    data: JSONBody[CapsRequest],
) -> views.LinkBody:
    """Lower what may be spent, from either side; or raise it as whoever gave the link, or as the parent, after a fresh
    proof. Refusals: `families.limits_invalid`, `families.above_ceiling`, `families.link_not_found`,
    `families.not_yours_to_raise`,
    `people.level_too_low`, `people.proof_too_old`."""
    caps = rules.caps(settings, data.payment_max, data.month_max)
    changed = await links.limit(conn, visit, link=link_id, caps=caps)
    return views.LinkBody.of(changed, visit.resident.id)


class AddressRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Name and address as they stand on an envelope, at most six lines."""

    address: Annotated[str, Meta(min_length=1, max_length=300)]


@put("/families/links/{link_id:uuid}/letters", opt=edge.RESIDENT)
async def letters_to(
    conn: edge.Conn, visit: Visit, link_id: FromPath[UUID], data: JSONBody[AddressRequest]
) -> views.LinkBody:
    """Name the address of whom you act for, if they have no phone (`needs_address`): they are told by letter what they
    must know. Refusals: `families.link_not_found`, `families.address_known`, `families.has_a_phone`,
    `messages.address_invalid`, `messages.address_missing`."""
    made = await letters.by_holder(conn, holder=visit.resident.id, link=link_id, address=data.address)
    return views.LinkBody.of(made, visit.resident.id)


@get("/families/acts", opt=edge.RESIDENT)
async def acts(
    reader: edge.Reader,
    visit: Visit,
    cursor: Annotated[
        UUID | None, QueryParameter(description="`next_cursor` of the page above.", required=False)
    ] = None,
) -> views.ActsBody:
    """What you did for others, and others for you, newest first."""
    found = await families.acts_of(reader, resident=visit.resident.id, before=cursor, limit=PAGE + 1)
    page, more = paging.cut(found, PAGE)
    return views.ActsBody([views.ActBody.of(act) for act in page], more)


router = edge.api(propose, add_child, all_links, one_link, approve, revoke, limit, letters_to, acts, tags=["Families"])
