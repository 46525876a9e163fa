"""The pages of card money: topping up by card, how that stands, and taking home what is left."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct

from openhall.base import db, ids
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.core import cards
from openhall.core.cards.actions.leaving import leavings, sums
from openhall.core.cards.actions.top_ups import unfinished
from openhall.core.cards.api import CardTopUpRequest, LeavingRequest, require_cards
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.render import Html, language_of, translate

_FORM = "/wallet/card"
_LEAVE = "/me/leaving"
Me = NamedDependency[Resident]
AnyRequest = Request[Any, Any, Any]

# What processors say when they say no. A code we do not know is told as "declined".
REASONS = {
    "insufficient_funds": N_("There is not enough money on the card."),
    "not_confirmed": N_("It was not confirmed with the card's bank."),
    "cancelled": N_("Nobody paid within half an hour, so it ended."),
    "card_closed": N_("The card takes no money back any more."),
    "declined": N_("The card's bank declined."),
}


class AmountForm(Struct, frozen=True):
    """What was typed: a decimal amount."""

    amount: str = ""
    request_key: str = ""


class KeyForm(Struct, frozen=True):
    """The key that makes a double tap one."""

    request_key: str = ""


@get(_FORM, opt=edge.RESIDENT)
async def form(
    request: AnyRequest,
    reader: edge.Reader,
    settings: edge.HallSettings,
    resident: Me,
    request_key: FromQuery[str] = "",
) -> Response[Any]:
    """How much."""
    require_cards(settings)
    key = await edge.key_of_form(reader, _FORM, request_key, resident.id)
    if isinstance(key, Response):
        return key
    about = await _about(reader, settings, resident)
    return edge.page(request, "cards/top_up.html", problem=None, amount=None, request_key=key, **about)


@post(_FORM, opt=edge.RESIDENT, status_code=303)
async def start(
    request: AnyRequest,
    data: URLEncodedBody[AmountForm],
    conn: edge.Conn,
    settings: edge.HallSettings,
    resident: Me,
) -> Response[Any]:
    """Begin, and go to where the processor's page will be shown. The hidden key makes a double tap one top-up."""
    try:
        require_cards(settings)
        amount = edge.amount_of(data.amount, settings.currency)

        async def act() -> str:
            whose = {"resident": resident.id, "wallet": resident.wallet}
            return f"{_FORM}/{(await cards.start_top_up(conn, settings, **whose, amount=amount)).id}"

        body, key = CardTopUpRequest(amount=amount), data.request_key or None
        answer = await edge.once_form(request, conn, key=key, principal=resident.id, body=body, act=act, keep=True)
    except Problem as problem:
        answer = problem
    if isinstance(answer, Problem):
        context = await _about(conn, settings, resident) | {"amount": data.amount, "request_key": str(ids.new())}
        return edge.problem_page(request, "cards/top_up.html", answer, **context)
    return edge.see_other(answer)


@get(_FORM + "/{card_top_up_id:uuid}", opt=edge.RESIDENT)
async def show(
    request: AnyRequest, reader: edge.Reader, resident: Me, card_top_up_id: FromPath[UUID], back: FromQuery[str] = ""
) -> Response[Html]:
    """How a top-up stands: the way to the processor's page, and after it the outcome."""
    found = await cards.top_up(reader, resident=resident.id, top_up_id=card_top_up_id)
    reason = _reason(request, found.reason)
    return edge.page(request, "cards/top_up_state.html", top_up=found, reason=reason, came_back=bool(back))


@get(_LEAVE, opt=edge.RESIDENT)
async def leaving_form(
    request: AnyRequest, reader: edge.Reader, resident: Me, request_key: FromQuery[str] = ""
) -> Response[Any]:
    """What would go back to which card, and what went before."""
    key = await edge.key_of_form(reader, _LEAVE, request_key, resident.id)
    if isinstance(key, Response):
        return key
    context = await _outlook(reader, resident)
    return edge.page(request, "cards/leaving.html", problem=None, request_key=key, **context)


@post(_LEAVE, opt=edge.FRESH, status_code=303)
async def leave(
    request: AnyRequest,
    data: URLEncodedBody[KeyForm],
    conn: edge.Conn,
    settings: edge.HallSettings,
    resident: Me,
) -> Response[Any]:
    """Take it home."""
    try:
        require_cards(settings)

        async def act() -> str:
            whose = {"resident": resident.id, "wallet": resident.wallet}
            return f"{_LEAVE}/{(await cards.leave(conn, **whose, currency=settings.currency)).id}"

        body, key = LeavingRequest(), data.request_key or None
        answer = await edge.once_form(request, conn, key=key, principal=resident.id, body=body, act=act, keep=True)
    except Problem as problem:
        answer = problem
    if isinstance(answer, Problem):
        context = await _outlook(conn, resident) | {"request_key": str(ids.new())}
        return edge.problem_page(request, "cards/leaving.html", answer, **context)
    return edge.see_other(answer)


@get(_LEAVE + "/{leaving_id:uuid}", opt=edge.RESIDENT)
async def statement(
    request: AnyRequest, reader: edge.Reader, resident: Me, leaving_id: FromPath[UUID]
) -> Response[Html]:
    """The statement of somebody who took their money home; it renews itself until all of it has gone."""
    found = await cards.leaving(reader, resident=resident.id, leaving_id=leaving_id)
    parts = [(part, _reason(request, part.reason)) for part in found.parts]
    total = await sums(reader, resident.wallet)
    return edge.page(request, "cards/statement.html", leaving=found, parts=parts, sums=total)


async def _about(reader: db.ReadConn, settings: Settings, resident: Resident) -> dict[str, Any]:
    """What the form of a top-up says besides."""
    most = {"most": settings.card_top_up_max, "month_most": settings.card_month_max}
    return most | {"unfinished": await unfinished(reader, resident.id)}


async def _outlook(reader: db.ReadConn, resident: Resident) -> dict[str, Any]:
    """What the page of leaving says: what would go back, what waits, and what went before."""
    return {
        "outlook": await cards.outlook(reader, resident=resident.id, wallet=resident.wallet),
        "unfinished": await unfinished(reader, resident.id),
        "before": await leavings(reader, resident.id),
    }


def _reason(request: AnyRequest, code: str | None) -> str | None:
    if code is None:
        return None
    return translate(request, language_of(request), REASONS.get(code, REASONS["declined"]))


router = edge.pages(form, start, show, leaving_form, leave, statement)
