"""The pages on which a holder puts money into the wallet of whom they act for: how much, a last look, and on."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct

from openhall.base import db, ids, money
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core import ledger, people
from openhall.core.families import Dependant
from openhall.core.payments import safety
from openhall.core.payments.giving.actions import give
from openhall.core.payments.giving.api import SaidGift, whose
from openhall.core.payments.safety.proving import proof_asked, shown_beside_pin
from openhall.core.payments.transfers import finding
from openhall.core.people import pins
from openhall.web import edge
from openhall.web.render import Html

Visit = NamedDependency[people.Visit]
AnyRequest = Request[Any, Any, Any]
FORM = "payments/give.html"
CONFIRM = "payments/give_confirm.html"


class GiveForm(Struct, frozen=True):
    """What the holder confirmed; `amount` in minor units. `next` is the page that waits for the money."""

    amount: edge.Amount
    request_key: str = ""
    pin: str = ""
    next: str = ""


@get("/family/links/{link_id:uuid}/money", opt=edge.RESIDENT)
async def how_much(
    request: AnyRequest,
    reader: edge.Reader,
    visit: Visit,
    link_id: FromPath[UUID],
    next: FromQuery[str] = "",  # noqa: A002  the name of the query parameter everywhere
) -> Response[Html]:
    """For whom, and how much."""
    found = await whose(reader, visit, link_id)
    return edge.page(request, FORM, problem=None, typed="", **_about(found, link_id, next))


@get("/family/links/{link_id:uuid}/money/confirm", opt=edge.RESIDENT)
async def confirm(
    request: AnyRequest,
    reader: edge.Reader,
    settings: edge.HallSettings,
    visit: Visit,
    link_id: FromPath[UUID],
    amount: FromQuery[str] = "",
    request_key: FromQuery[str] = "",
    next: FromQuery[str] = "",  # noqa: A002  the name of the query parameter everywhere
) -> Response[Any]:
    """The last look: out of whose wallet, into whose."""
    found = await whose(reader, visit, link_id)
    context = _about(found, link_id, next)
    try:
        minor = edge.amount_of(amount, settings.currency)
    except Problem as problem:
        return edge.problem_page(request, FORM, problem, typed=amount, **context)
    path = f"/family/links/{link_id}/money"
    key = await edge.key_of_form(reader, path, request_key or str(ids.new()), visit.resident.id)
    if isinstance(key, Response):
        return key
    context["here"] = edge.with_query(f"{path}/confirm", amount=amount, request_key=key, next=context["next"])
    context |= {"request_key": key} | await _money(reader, settings, visit, found, minor)
    return edge.page(request, CONFIRM, problem=None, **context)


@post("/family/links/{link_id:uuid}/money", opt=edge.RESIDENT, status_code=303)
async def put_in(
    request: AnyRequest,
    data: URLEncodedBody[GiveForm],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: Visit,
    link_id: FromPath[UUID],
) -> Response[Any]:
    """Move it; the hidden key makes a double tap one transfer."""
    try:
        done = await _give(request, pool, settings, visit, link_id, data)
    except Problem as problem:
        if not shown_beside_pin(problem):
            raise
        done = problem
    if isinstance(done, str):
        return edge.see_other(edge.same_site(data.next, "") or done)
    path = f"/family/links/{link_id}/money"
    key = str(ids.new())
    async with pool.read() as reader:
        found = await whose(reader, visit, link_id)
        context = _about(found, link_id, data.next) | await _money(reader, settings, visit, found, data.amount)
    typed = money.plain(data.amount, settings.currency)
    context |= {"here": edge.with_query(f"{path}/confirm", amount=typed, request_key=key, next=context["next"])}
    return edge.problem_page(request, CONFIRM, done, request_key=key, **context)


async def _give(
    request: AnyRequest, pool: db.Pool, settings: Settings, visit: people.Visit, link: UUID, data: GiveForm
) -> str | Problem:
    """Where the transfer is seen, or why there is none."""
    said, me = SaidGift(link, data.amount), visit.resident
    if before := await edge.again_form(request, pool, key=data.request_key, principal=me.id, body=said):
        return before
    async with pool.read() as reader:
        await whose(reader, visit, link)
    proved = await pins.stands(pool, settings, visit, written=data.pin)
    async with pool.write() as conn:

        async def act() -> str:
            made = await give(conn, safety.Guard(settings, proved), holder=me, link=link, amount=data.amount)
            return f"/transfers/{made.id}"

        return await edge.once_form(request, conn, key=data.request_key, principal=me.id, body=said, act=act, keep=True)


def _about(found: Dependant, link: UUID, onward: str) -> dict[str, Any]:
    return {"called": found.called, "link": link, "next": edge.same_site(onward, "")}


async def _money(
    reader: db.ReadConn, settings: Settings, visit: people.Visit, found: Dependant, amount: int
) -> dict[str, Any]:
    """Of the holder's own wallet: what is in it, and what is asked before money leaves it."""
    balance = (await ledger.balance(reader, visit.resident.wallet)).available
    key = finding.dependant(settings, found).key
    proof = await proof_asked(reader, settings, visit, key, amount, person=True)
    return {"amount": amount, "balance": balance, "after": balance - amount, "proof": proof}


router = edge.pages(how_much, confirm, put_in)
