"""The JSON API of card money, and the door for the processor's notices."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from openhall.base.config import Settings
from openhall.core import cards
from openhall.core.cards import problems
from openhall.core.cards.jobs import NOTICES
from openhall.core.cards.views import CardTopUpView, LeavingView
from openhall.core.people import Resident
from openhall.web import edge

Me = NamedDependency[Resident]


class CardTopUpRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Bring money from a card into the wallet. The card is given to the processor, on its page, and never here."""

    amount: edge.Amount


class LeavingRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing needs to be said: all that came from cards goes back to them."""


@post("/wallet/card-top-ups", opt=edge.RESIDENT, responses=edge.answers(CardTopUpView))
async def start_card_top_up(
    request: Request[Any, Any, Any],
    data: JSONBody[CardTopUpRequest],
    conn: edge.Conn,
    settings: edge.HallSettings,
    resident: Me,
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Top up by card. The answer says `processing`: ask again until there is a `page`, and send the person there.

    Refusals, in this order: `cards.off`, `cards.amount_too_large`, `cards.too_many_open`, `cards.month_full`.
    """
    require_cards(settings)

    async def act() -> CardTopUpView:
        whose = {"resident": resident.id, "wallet": resident.wallet}
        return CardTopUpView.of(await cards.start_top_up(conn, settings, **whose, amount=data.amount))

    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=data, act=act, keep=True)


@get("/wallet/card-top-ups/{card_top_up_id:uuid}", opt=edge.RESIDENT)
async def card_top_up(reader: edge.Reader, resident: Me, card_top_up_id: FromPath[UUID]) -> CardTopUpView:
    """One of your top-ups by card."""
    return CardTopUpView.of(await cards.top_up(reader, resident=resident.id, top_up_id=card_top_up_id))


@post("/me/leavings", opt=edge.FRESH, responses=edge.answers(LeavingView))
async def take_home(
    request: Request[Any, Any, Any],
    conn: edge.Conn,
    settings: edge.HallSettings,
    resident: Me,
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Take your money home: what is left goes back to the cards it came from, up to what came from each, in order.

    Refusals, in this order: `people.proof_too_old`, `cards.off`, `cards.top_up_under_way`, `cards.nothing_from_cards`,
    `ledger.debit_account_frozen`, `ledger.insufficient_funds`.
    """
    require_cards(settings)

    async def act() -> LeavingView:
        whose = {"resident": resident.id, "wallet": resident.wallet}
        return LeavingView.of(await cards.leave(conn, **whose, currency=settings.currency))

    body = LeavingRequest()
    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=body, act=act, keep=True)


@get("/me/leavings/{leaving_id:uuid}", opt=edge.RESIDENT)
async def taken_home(reader: edge.Reader, resident: Me, leaving_id: FromPath[UUID]) -> LeavingView:
    """How it stands with what you took home."""
    return LeavingView.of(await cards.leaving(reader, resident=resident.id, leaving_id=leaving_id))


@post("", opt=edge.PARTNER, status_code=204)
async def notice(request: Request[Any, Any, Any], conn: edge.Conn, settings: edge.HallSettings) -> None:
    """A notice of the processor, signed as in Standard Webhooks. 204 also for one that was here before."""
    read = cards.read_notice(request.headers, await request.body(), secret=settings.cards_secret)
    await cards.receive(conn, read)


def require_cards(settings: Settings) -> None:
    """Problem `cards.off` in a hall that has no card processor: a top-up would wait for ever."""
    if not (settings.cards_url and settings.cards_secret):
        raise problems.cards_off()


router = edge.api(start_card_top_up, card_top_up, take_home, taken_home, tags=["Wallet"])
partner_router = Router(
    path=NOTICES,
    route_handlers=[notice],
    opt={"api": False, "exclude_from_csrf": True},
    include_in_schema=False,
)
