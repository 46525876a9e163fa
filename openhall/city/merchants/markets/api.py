"""The JSON API of markets: for managers the figures, the shops, the way in; for owners of shops the other side."""

import datetime as dt
from collections.abc import AsyncGenerator
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from msgspec import Struct

from openhall.base import db
from openhall.city.merchants import access, markets, problems
from openhall.city.merchants.access import Act
from openhall.city.merchants.book import rules as book_rules
from openhall.city.merchants.book.api import CSV, From, To, today
from openhall.city.merchants.book.rules import View
from openhall.city.merchants.markets import export, rules, views
from openhall.city.merchants.markets.types import Side
from openhall.core import people
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT

Me = NamedDependency[Resident]
# Plain assignments, like those of the edge.
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="Shops of one page.")]
Sought = Annotated[str, QueryParameter(max_length=64, description="A part of a name, or a short code.")]
On = Annotated[
    dt.date | None, QueryParameter(required=False, description="A date of the period; else the last closed one.")
]


class MarketRequest(Struct, frozen=True):
    """A market to be founded. A payment of `wholesale_from` or more, in minor units, is a wholesale order."""

    name: str
    city: str
    wholesale_from: int = rules.WHOLESALE_FROM


class WholesaleRequest(Struct, frozen=True):
    """From which amount on, in minor units, a payment is a wholesale order."""

    wholesale_from: int


class InvitationRequest(Struct, frozen=True):
    """The nine digits under the code of the shop that is invited."""

    short_code: str


class HandoverRequest(Struct, frozen=True):
    """The phone with which the one signs in who is to manage the market."""

    phone: str


class JoinRequest(Struct, frozen=True):
    """The market that the shop is to join."""

    market: UUID


@post("/markets", opt=RESIDENT, status_code=201, responses=edge.answers(views.MarketBody))
async def found_market(
    request: Request[Any, Any, Any],
    data: JSONBody[MarketRequest],
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    idempotency_key: edge.OptionalKey = None,
) -> Response[Any]:
    """Found a market and manage it.

    With an Idempotency-Key a retry gets the first answer. Refusals: `merchants.market_name_invalid`,
    `merchants.city_invalid`, `merchants.wholesale_from_invalid`, `merchants.too_many_markets`.
    """
    new = markets.checked(name=data.name, city=data.city, wholesale_from=data.wholesale_from)

    async def act() -> views.MarketBody:
        return views.MarketBody.of(await markets.found_market(conn, manager=resident.id, new=new), settings.currency)

    if idempotency_key is None:
        return Response(await act(), status_code=201)
    return await edge.once(request, conn, key=idempotency_key, principal=resident.id, body=data, act=act)


@get("/markets", opt=RESIDENT)
async def my_markets(reader: edge.Reader, resident: Me, settings: edge.HallSettings) -> views.MarketsBody:
    """The markets that the resident manages, and those that are offered to them."""
    mine = await markets.markets_of(reader, manager=resident.id)
    offered = await markets.offers_to(reader, resident=resident)
    return views.MarketsBody(
        [views.MarketBody.of(market, settings.currency) for market in mine],
        [views.MarketNameBody.of(one) for one in offered],
    )


@get("/markets/find", opt=RESIDENT)
async def find_markets(reader: edge.Reader, name: FromQuery[str] = "") -> views.MarketNamesBody:
    """Markets whose names begin so, at most twenty: for owners who look for theirs, and for sponsors of an offer."""
    found = await markets.find_markets(reader, name=name)
    return views.MarketNamesBody([views.MarketNameBody.of(market) for market in found])


@get("/markets/{market_id:uuid}", opt=RESIDENT)
async def show(
    reader: edge.Reader,
    resident: Me,
    settings: edge.HallSettings,
    market_id: FromPath[UUID],
    view: FromQuery[View] = View.MONTH,
    on: On = None,
) -> views.DashboardBody:
    """The market's figures of a day, week or month of closed business dates, beside those of the one before.

    For its manager. A week or a month that goes on is compared with as many days of the one before. Refusals:
    `merchants.market_not_found`, `merchants.market_without_days`.
    """
    market = await markets.market_of(reader, manager=resident.id, market=market_id)
    shown = await markets.dashboard(reader, market=market, view=view, on=on)
    if shown is None:
        raise problems.market_without_days()
    return views.DashboardBody.of(market, settings.currency, shown)


@patch("/markets/{market_id:uuid}", opt=RESIDENT)
async def change(
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    market_id: FromPath[UUID],
    data: JSONBody[WholesaleRequest],
) -> views.MarketBody:
    """From which amount on payments are wholesale orders: for dates that are closed from now on, never backwards.

    Refusals: `merchants.wholesale_from_invalid`, `merchants.market_not_found`.
    """
    bound = rules.wholesale_bound(data.wholesale_from)
    changed = await markets.set_wholesale(conn, manager=resident.id, market=market_id, wholesale_from=bound)
    return views.MarketBody.of(changed, settings.currency)


@get("/markets/{market_id:uuid}/shops", opt=RESIDENT)
async def shops(
    reader: edge.Reader,
    resident: Me,
    settings: edge.HallSettings,
    market_id: FromPath[UUID],
    first: From = None,
    last: To = None,
    sought: Sought = "",
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> views.MembersBody:
    """The market's shops by what they took on closed dates, most first; at most 92 days.

    Refusals: `merchants.market_not_found`, `merchants.book_range_invalid`.
    """
    market = await markets.market_of(reader, manager=resident.id, market=market_id)
    begin, end = book_rules.span(first, last, market.closed_until or today())
    found = await markets.members_of(
        reader, market=market.id, first=begin, last=end, sought=sought, cursor=cursor, limit=limit
    )
    return views.MembersBody.of(found, settings.currency)


@get("/markets/{market_id:uuid}/shops.csv", opt=RESIDENT, media_type=CSV)
async def table(
    pool: edge.Pool,
    resident: Me,
    settings: edge.HallSettings,
    market_id: FromPath[UUID],
    first: From = None,
    last: To = None,
) -> Stream:
    """The figures as a table for spreadsheets, a line for each closed date and shop with trade: UTF-8 with a byte order
    mark, amounts as decimals.

    Columns and their meaning: docs/howto/manage-a-market.md.
    """
    return await csv_of(pool, resident.id, settings.currency, market_id, first, last)


@post("/markets/{market_id:uuid}/invitations", opt=RESIDENT, status_code=201)
async def invite(
    conn: edge.Conn, resident: Me, market_id: FromPath[UUID], data: JSONBody[InvitationRequest]
) -> views.MarketRequestsBody:
    """Invite a shop by its short code; the answer lists all open requests. Inviting again changes nothing.

    The owner decides; one who had asked to join is in at once. Refusals: `merchants.market_not_found`,
    `merchants.short_code_unknown`, `merchants.too_many_invitations`, `merchants.shop_in_market`.
    """
    await markets.invite(conn, manager=resident.id, market=market_id, short_code=data.short_code)
    return views.MarketRequestsBody.of(await markets.requests_of(conn, side=Side.MARKET, whose=market_id))


@get("/markets/{market_id:uuid}/requests", opt=RESIDENT)
async def requests(reader: edge.Reader, resident: Me, market_id: FromPath[UUID]) -> views.MarketRequestsBody:
    """Open invitations, and the shops that ask to join."""
    market = await markets.market_of(reader, manager=resident.id, market=market_id)
    return views.MarketRequestsBody.of(await markets.requests_of(reader, side=Side.MARKET, whose=market.id))


@post("/markets/{market_id:uuid}/requests/{request_id:uuid}/accept", opt=RESIDENT, status_code=204)
async def accept_shop(conn: edge.Conn, resident: Me, market_id: FromPath[UUID], request_id: FromPath[UUID]) -> None:
    """Let in a shop that asks to join. Refusals: `merchants.market_not_found`, `merchants.request_not_found`,
    `merchants.shop_in_market`."""
    market = await markets.market_of(conn, manager=resident.id, market=market_id)
    await markets.decide(conn, request=request_id, side=Side.MARKET, whose=market.id, accept=True)


@post("/markets/{market_id:uuid}/requests/{request_id:uuid}/decline", opt=RESIDENT, status_code=204)
async def decline_shop(conn: edge.Conn, resident: Me, market_id: FromPath[UUID], request_id: FromPath[UUID]) -> None:
    """Turn down a shop that asks to join. Refusals: `merchants.market_not_found`, `merchants.request_not_found`."""
    market = await markets.market_of(conn, manager=resident.id, market=market_id)
    await markets.decide(conn, request=request_id, side=Side.MARKET, whose=market.id, accept=False)


@post("/markets/{market_id:uuid}/shops/{shop_id:uuid}/remove", opt=RESIDENT, status_code=204)
async def remove_shop(conn: edge.Conn, resident: Me, market_id: FromPath[UUID], shop_id: FromPath[UUID]) -> None:
    """Take a shop out of the market: what it takes from today on no longer counts there, and its owner is told.

    Refusals: `merchants.market_not_found`, `merchants.member_not_found`.
    """
    market = await markets.market_of(conn, manager=resident.id, market=market_id)
    await markets.remove(conn, market=market, shop=shop_id)


@post("/markets/{market_id:uuid}/handover", opt=RESIDENT, status_code=202)
async def offer(
    conn: edge.Conn, resident: Me, market_id: FromPath[UUID], data: JSONBody[HandoverRequest]
) -> views.MarketNameBody:
    """Offer the market to whoever has this phone; they manage it once they accept. An earlier offer ends.

    Refusals: `people.phone_invalid`, `merchants.market_not_found`.
    """
    phone = phone_of(data.phone)
    return views.MarketNameBody.of(await markets.offer(conn, manager=resident.id, market=market_id, phone=phone))


@post("/markets/{market_id:uuid}/handover/accept", opt=RESIDENT, status_code=204)
async def take_over(conn: edge.Conn, resident: Me, market_id: FromPath[UUID]) -> None:
    """Manage a market that is offered to the resident. Refusal: `merchants.handover_not_found`."""
    await markets.answer_offer(conn, resident=resident, market=market_id, accept=True)


@post("/markets/{market_id:uuid}/handover/decline", opt=RESIDENT, status_code=204)
async def decline_offer(conn: edge.Conn, resident: Me, market_id: FromPath[UUID]) -> None:
    """Decline a market that is offered to the resident. Refusal: `merchants.handover_not_found`."""
    await markets.answer_offer(conn, resident=resident, market=market_id, accept=False)


@get("/shops/{shop_id:uuid}/market", opt=RESIDENT)
async def market_of_shop(reader: edge.Reader, resident: Me, shop_id: FromPath[UUID]) -> views.ShopMarketBody:
    """The market in which the shop is, and the open requests. For its owner."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.OWN)
    return await _market_of(reader, shop.id)


@post("/shops/{shop_id:uuid}/market/requests", opt=RESIDENT, status_code=201)
async def ask(
    conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], data: JSONBody[JoinRequest]
) -> views.ShopMarketBody:
    """Ask to join a market: its manager decides, and then sees what the shop takes by day, never a payment or a payer.

    A shop that was invited is in at once; asking again changes nothing. Refusals: `merchants.shop_not_found`,
    `merchants.role_insufficient`, `merchants.market_not_found`, `merchants.shop_in_market`.
    """
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.OWN)
    await markets.ask(conn, market=data.market, shop=shop.id)
    return await _market_of(conn, shop.id)


@post("/shops/{shop_id:uuid}/market/requests/{request_id:uuid}/accept", opt=RESIDENT, status_code=201)
async def accept_market(
    conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], request_id: FromPath[UUID]
) -> views.ShopMarketBody:
    """Accept an invitation: from today on the manager sees what the shop takes by day, never a payment or a payer.

    Refusals: `merchants.shop_not_found`, `merchants.role_insufficient`, `merchants.request_not_found`,
    `merchants.shop_in_market`.
    """
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.OWN)
    await markets.decide(conn, request=request_id, side=Side.SHOP, whose=shop.id, accept=True)
    return await _market_of(conn, shop.id)


@post("/shops/{shop_id:uuid}/market/requests/{request_id:uuid}/decline", opt=RESIDENT, status_code=204)
async def decline_market(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], request_id: FromPath[UUID]) -> None:
    """Decline an invitation. Refusals: as to accept it."""
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.OWN)
    await markets.decide(conn, request=request_id, side=Side.SHOP, whose=shop.id, accept=False)


@post("/shops/{shop_id:uuid}/market/leave", opt=RESIDENT, status_code=204)
async def leave(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID]) -> None:
    """Leave the market: what the shop takes from today on no longer counts there. Leaving twice is leaving once."""
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.OWN)
    await markets.leave(conn, shop=shop.id)


def phone_of(text: str) -> str:
    """A phone as it was typed, in E.164. Refusal: `people.phone_invalid`."""
    phone = people.phone(text)
    if phone is None:
        raise people.phone_invalid()
    return phone


async def csv_of(
    pool: db.Pool, resident: UUID, currency: str, market_id: UUID, first: dt.date | None, last: dt.date | None
) -> Stream:
    """The table, streamed; whoever may not have it is refused before it begins."""
    async with pool.read() as reader:
        market = await markets.market_of(reader, manager=resident, market=market_id)
    begin, end = book_rules.span(first, last, market.closed_until or today())
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="market-{begin}-{end}.csv"',
    }
    written = _written(pool, market.id, currency, begin, min(end, market.closed_until or begin))
    return Stream(written, media_type=f"{CSV}; charset=utf-8", headers=headers)


async def _written(
    pool: db.Pool, market: UUID, currency: str, first: dt.date, last: dt.date
) -> AsyncGenerator[str, None]:
    """A date at a time: a slow reader holds no connection while it reads."""
    yield export.header()
    for number in range((last - first).days + 1):
        async with pool.read() as reader:
            shops = await markets.table_of(reader, market=market, day=first + dt.timedelta(days=number))
        if shops:
            yield export.lines(shops, currency)


async def _market_of(conn: db.ReadConn, shop: UUID) -> views.ShopMarketBody:
    waiting = await markets.requests_of(conn, side=Side.SHOP, whose=shop)
    return views.ShopMarketBody.of(await markets.membership(conn, shop=shop), waiting)


router = edge.api(
    found_market, my_markets, find_markets, show, change, shops, table, invite, requests, accept_shop, decline_shop,
    remove_shop, offer, take_over, decline_offer, market_of_shop, ask, accept_market, decline_market, leave,
    tags=["Markets"],
)  # fmt: skip
