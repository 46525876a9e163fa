"""The operators' pages of families."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct

from openhall.base import clock, db, sealing
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core import people
from openhall.core.families import problems
from openhall.core.families.actions import counter, letters, links
from openhall.core.families.api import declared
from openhall.core.families.looks import CARD, LINK, saw_card, saw_links
from openhall.core.families.pages import USUAL, AddressForm, ProposalForm, card_page, wish_of
from openhall.core.families.types import LIVING, Kind, Link, State
from openhall.core.families.views import LinkBody
from openhall.core.families.words import CHANNELS, KINDS, STATES
from openhall.core.people import accesses
from openhall.web import edge
from openhall.web.render import Html

Visit = NamedDependency[people.Visit]
AnyRequest = Request[Any, Any, Any]
LIST = "/operator/families"
LINES = 30
_LONGEST = 80
# By what right the counter lets somebody act; parents are the register's.
AT_COUNTER = (Kind.VOLUNTARY, Kind.GUARDIAN, Kind.INSTITUTION)


class FindForm(Struct, frozen=True):
    """A number of a phone or a card, as typed."""

    number: str = ""


@dataclass
class PapersForm(ProposalForm):
    """Two people before the counter, and what was seen of them. `phone` is of who acts."""

    dependant: str = ""
    kind: str = ""
    evidence: str = ""


class EndForm(Struct, frozen=True):
    """Why it is to end, as typed."""

    why: str = ""


class PersonForm(Struct, frozen=True):
    """Somebody without a phone, as their card of identity says."""

    name: str = ""
    national_id: str = ""


@post(f"{LIST}/find", opt=edge.OPERATOR | edge.shows(), status_code=303)
async def find(
    data: URLEncodedBody[FindForm], reader: edge.Reader, settings: edge.HallSettings, visit: Visit
) -> Response[Any]:
    """The links of whoever has this number, which is sealed on its way: addresses are kept in logs."""
    await people.require_operator(reader, visit.resident.id)
    number = data.number[:_LONGEST].encode()
    return edge.see_other(LIST, of=sealing.seal(settings.secret, LIST, str(visit.resident.id), number))


@get(LIST, opt=edge.OPERATOR | edge.shows(LINK))
async def overview(
    request: AnyRequest, conn: edge.Conn, settings: edge.HallSettings, visit: Visit, of: FromQuery[str] = ""
) -> Response[Html]:
    """What waits for a colleague, and the links of whoever stands there or calls."""
    await people.require_operator(conn, visit.resident.id)
    number = (sealing.open_sealed(settings.secret, LIST, str(visit.resident.id), of) or b"").decode()
    problem, found = None, []
    try:
        found = await _asked_for(conn, number, visit) if number else await counter.newest(conn, limit=LINES)
    except Problem as unknown:
        problem = unknown
    silent = [] if number else await letters.unreachable(conn, limit=LINES)
    await saw_links(conn, [*found, *silent], visit.resident)
    now = clock.now()
    context: dict[str, Any] = {
        "rows": [(one, one.state_at(now)) for one in found],
        "silent": silent,
        "number": number,
        "kinds": KINDS,
        "states": STATES,
    }
    if problem is not None:
        return edge.problem_page(request, "families/desk.html", problem, **context)
    return edge.page(request, "families/desk.html", problem=None, **context)


@get(f"{LIST}/new", opt=edge.FRESH_OPERATOR | edge.shows())
async def new(request: AnyRequest, reader: edge.Reader, visit: Visit) -> Response[Html]:
    """Whom, for whom, by what right."""
    await people.require_operator(reader, visit.resident.id)
    form = PapersForm(scopes=list(declared(request)), payment_max=USUAL[0], month_max=USUAL[1])
    return _papers_page(request, form)


@post(f"{LIST}/new", opt=edge.FRESH_OPERATOR | edge.shows())
async def see(
    request: AnyRequest, data: URLEncodedBody[PapersForm], pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> Response[Any]:
    """Put it down for a colleague to confirm."""
    try:
        async with pool.write() as conn:
            await people.require_operator(conn, visit.resident.id)
            wish = wish_of(request, settings, data)
            papers = counter.Papers(_kind(data.kind), data.phone, data.dependant, data.evidence)
            made = await counter.see(conn, settings, operator=visit.resident.id, papers=papers, wish=wish)
    except Problem as problem:
        return _papers_page(request, data, problem)
    return edge.see_other(f"{LIST}/{made.id}")


@get(f"{LIST}/{{link_id:uuid}}", opt=edge.OPERATOR | edge.shows(LINK))
async def one(request: AnyRequest, conn: edge.Conn, visit: Visit, link_id: FromPath[UUID]) -> Response[Html]:
    """One link with its evidence, and what may be done about it."""
    await people.require_operator(conn, visit.resident.id)
    return await _link_page(request, conn, visit, link_id)


@post(f"{LIST}/{{link_id:uuid}}/confirm", opt=edge.FRESH_OPERATOR | edge.shows(LINK))
async def confirm(
    request: AnyRequest, pool: edge.Pool, settings: edge.HallSettings, visit: Visit, link_id: FromPath[UUID]
) -> Response[Any]:
    """As the colleague: it lives from now on."""
    try:
        async with pool.write() as conn:
            await people.require_operator(conn, visit.resident.id)
            found = await counter.confirm(conn, settings, operator=visit.resident.id, link=link_id)
            await saw_links(conn, [found], visit.resident, about=link_id)
    except Problem as problem:
        return await _again(request, pool, visit, link_id, problem)
    return edge.see_other(f"{LIST}/{link_id}")


@get(f"{LIST}/{{link_id:uuid}}/end", opt=edge.FRESH_OPERATOR | edge.shows(LINK))
async def sure(request: AnyRequest, conn: edge.Conn, visit: Visit, link_id: FromPath[UUID]) -> Response[Html]:
    """What ending it means, and why it is to end."""
    return await _end_page(request, conn, visit, link_id)


@post(f"{LIST}/{{link_id:uuid}}/end", opt=edge.FRESH_OPERATOR | edge.shows(LINK))
async def end(
    request: AnyRequest, data: URLEncodedBody[EndForm], pool: edge.Pool, visit: Visit, link_id: FromPath[UUID]
) -> Response[Any]:
    """End it for whoever calls, or decline what a colleague put down."""
    try:
        async with pool.write() as conn:
            await people.require_operator(conn, visit.resident.id)
            found = await counter.end(conn, operator=visit.resident.id, link=link_id, why=data.why)
            await saw_links(conn, [found], visit.resident, about=link_id)
    except Problem as problem:
        if problem.definition is problems.reason_missing:
            async with pool.write() as conn:
                return await _end_page(request, conn, visit, link_id, problem)
        return await _again(request, pool, visit, link_id, problem)
    return edge.see_other(f"{LIST}/{link_id}")


@post(f"{LIST}/{{link_id:uuid}}/letters", opt=edge.FRESH_OPERATOR | edge.shows(), status_code=303)
async def letters_to(
    data: URLEncodedBody[AddressForm], conn: edge.Conn, visit: Visit, link_id: FromPath[UUID]
) -> Response[Any]:
    """Where letters go to somebody without a phone."""
    await people.require_operator(conn, visit.resident.id)
    await letters.at_counter(conn, link=link_id, address=data.address)
    return edge.see_other(f"{LIST}/{link_id}")


@get(f"{LIST}/people/new", opt=edge.FRESH_OPERATOR | edge.shows())
async def new_person(request: AnyRequest, reader: edge.Reader, visit: Visit) -> Response[Html]:
    """Somebody without a phone."""
    await people.require_operator(reader, visit.resident.id)
    return edge.page(request, "families/desk_person.html", form=PersonForm(), problem=None)


@post(f"{LIST}/people/new", opt=edge.FRESH_OPERATOR | edge.shows())
async def add_person(
    request: AnyRequest, data: URLEncodedBody[PersonForm], pool: edge.Pool, settings: edge.HallSettings, visit: Visit
) -> Response[Any]:
    """Ask the register, and show the card."""
    async with pool.read() as reader:
        await people.require_operator(reader, visit.resident.id)
    try:
        made = await counter.add_person(
            pool,
            settings,
            operator=visit.resident.id,
            name=data.name,
            national_id=data.national_id,
        )
    except Problem as problem:
        return edge.problem_page(request, "families/desk_person.html", problem, form=data)
    return edge.see_other(f"{LIST}/people/{made}/card")


@get(f"{LIST}/people/{{resident_id:uuid}}/card", opt=edge.OPERATOR | edge.shows(CARD))
async def card(request: AnyRequest, conn: edge.Conn, visit: Visit, resident_id: FromPath[UUID]) -> Response[Html]:
    """The card, to be printed and given."""
    await people.require_operator(conn, visit.resident.id)
    found = await counter.card_of(conn, resident_id)
    await saw_card(conn, resident_id, visit.resident)
    return card_page(request, found, LIST)


async def _asked_for(conn: db.Conn, number: str, visit: people.Visit) -> list[Link]:
    """The links of whoever has this number. That they are known here is told by the answer alone, so it is a look."""
    person = await counter.person_with(conn, number)
    await accesses.saw(conn, LINK, accesses.operator(visit.resident), [person])
    return await links.links_of(conn, person)


def _kind(said: str) -> Kind:
    try:
        return Kind(said)
    except ValueError:
        raise problems.kind_elsewhere() from None


def _papers_page(request: AnyRequest, form: PapersForm, problem: Problem | None = None) -> Response[Html]:
    context: dict[str, Any] = {
        "form": form,
        "scopes": list(declared(request).values()),
        "kinds": [(kind.value, KINDS[kind]) for kind in AT_COUNTER],
    }
    if problem is not None:
        if not problem.code.startswith(("families.", "hall.malformed")):
            raise problem
        return edge.problem_page(request, "families/desk_new.html", problem, **context)
    return edge.page(request, "families/desk_new.html", problem=None, **context)


async def _again(
    request: AnyRequest, pool: db.Pool, visit: people.Visit, link_id: UUID, problem: Problem
) -> Response[Html]:
    if not problem.code.startswith("families.") or problem.definition is problems.link_not_found:
        raise problem
    async with pool.write() as conn:
        return await _link_page(request, conn, visit, link_id, problem)


async def _end_page(
    request: AnyRequest, conn: db.Conn, visit: people.Visit, link_id: UUID, problem: Problem | None = None
) -> Response[Html]:
    found = await links.find(conn, link_id)
    await saw_links(conn, [found], visit.resident, about=link_id)
    context: dict[str, Any] = {"link": found, "waits": found.state is State.PROPOSED}
    if problem is not None:
        return edge.problem_page(request, "families/desk_end.html", problem, **context)
    return edge.page(request, "families/desk_end.html", problem=None, **context)


async def _link_page(
    request: AnyRequest, conn: db.Conn, visit: people.Visit, link_id: UUID, problem: Problem | None = None
) -> Response[Html]:
    found = await links.find(conn, link_id)
    await saw_links(conn, [found], visit.resident, about=link_id)
    settings: Settings = request.app.state.settings
    state = found.state_at(clock.now())
    involved = {who for who in (found.seen_by, found.confirmed_by) if who is not None}
    waits = state is State.PROPOSED and found.seen_by is not None
    context: dict[str, Any] = {
        "link": found,
        "last_day": LinkBody.of(found, found.holder).last_day,
        "holder": await links.full_holder(conn, settings, found),
        "dependant": await links.full_dependant(conn, settings, found),
        "state": state,
        "called": await people.called(conn, involved),
        "scopes": [scope for name, scope in declared(request).items() if name in found.scopes],
        "kinds": KINDS,
        "states": STATES,
        "channels": CHANNELS,
        "waits": waits,
        "is_mine": found.seen_by == visit.resident.id,
        "may_end": waits or state in LIVING,
    }
    if problem is not None:
        return edge.problem_page(request, "families/desk_link.html", problem, **context)
    return edge.page(request, "families/desk_link.html", problem=None, **context)


router = edge.pages(overview, find, new, see, one, confirm, sure, end, letters_to, new_person, add_person, card)
