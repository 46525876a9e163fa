"""The pages of markets: mine, the figures of one, its shops, who may come in; and for an owner the market of a shop."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Stream
from msgspec import Struct

from openhall.base import db, ids, money
from openhall.base.errors import Problem
from openhall.city.merchants import access, categories, markets, problems
from openhall.city.merchants.access import Act
from openhall.city.merchants.book import charts
from openhall.city.merchants.book import rules as book_rules
from openhall.city.merchants.book.api import CSV, From, To, today
from openhall.city.merchants.book.rules import View
from openhall.city.merchants.markets import actions, rules
from openhall.city.merchants.markets.api import csv_of, phone_of
from openhall.city.merchants.markets.types import Adoption, Dashboard, MarketSums, Side
from openhall.city.merchants.pages import shown
from openhall.core import ledger
from openhall.core.people import Resident
from openhall.web import edge
from openhall.web.edge import RESIDENT
from openhall.web.render import Html, language_of, translate

AnyRequest = Request[Any, Any, Any]
Me = NamedDependency[Resident]
PAGE = 50
_NEW = "/markets/new"
_ONE = dt.timedelta(days=1)


class MarketForm(Struct, frozen=True):
    """A market as it was typed; `wholesale_from` in major units."""

    name: str = ""
    city: str = ""
    wholesale_from: str = ""
    request_key: str = ""


class WholesaleForm(Struct, frozen=True):
    """The bound in major units."""

    wholesale_from: str = ""


class InvitationForm(Struct, frozen=True):
    """The short code of a shop."""

    short_code: str = ""


class HandoverForm(Struct, frozen=True):
    """The phone of who is to manage the market."""

    phone: str = ""


class JoinForm(Struct, frozen=True):
    """The market that the shop is to join."""

    market: UUID


@get("/markets", opt=RESIDENT)
async def my_markets(request: AnyRequest, reader: edge.Reader, resident: Me) -> Response[Html]:
    """The markets that the resident manages, and those that are offered."""
    offered = [
        (one, await actions.manager_name(reader, one)) for one in await markets.offers_to(reader, resident=resident)
    ]
    mine = await markets.markets_of(reader, manager=resident.id)
    return edge.page(request, "merchants/markets.html", markets=mine, offered=offered)


@get(_NEW, opt=RESIDENT)
async def new_market(
    request: AnyRequest, reader: edge.Reader, resident: Me, request_key: FromQuery[str] = ""
) -> Response[Any]:
    """Name, city, and what a wholesale order is."""
    key = await edge.key_of_form(reader, _NEW, request_key, resident.id)
    if isinstance(key, Response):
        return key
    return edge.page(request, "merchants/market_new.html", problem=None, typed=MarketForm(request_key=key))


@post(_NEW, opt=RESIDENT, status_code=303)
async def found_market(
    request: AnyRequest, data: URLEncodedBody[MarketForm], conn: edge.Conn, resident: Me, settings: edge.HallSettings
) -> Response[Any]:
    """Found it; the hidden key makes a double tap one market."""

    async def act() -> str:
        return f"/markets/{(await markets.found_market(conn, manager=resident.id, new=new)).id}"

    try:
        bound = _amount(data.wholesale_from, settings.currency) if data.wholesale_from else rules.WHOLESALE_FROM
        new = markets.checked(name=data.name, city=data.city, wholesale_from=bound)
        founded = await edge.once_form(request, conn, key=data.request_key, principal=resident.id, body=data, act=act)
    except Problem as problem:
        founded = problem
    if isinstance(founded, Problem):
        again = MarketForm(data.name, data.city, data.wholesale_from, str(ids.new()))
        return edge.problem_page(request, "merchants/market_new.html", founded, typed=again)
    return edge.see_other(founded)


@get("/markets/{market_id:uuid}", opt=RESIDENT)
async def show(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    market_id: FromPath[UUID],
    view: FromQuery[View] = View.MONTH,
    on: FromQuery[dt.date | None] = None,
) -> Response[Html]:
    """The figures: adoption, trade by date, hour and category, wholesale, movers."""
    market = await markets.market_of(reader, manager=resident.id, market=market_id)
    chosen = View.MONTH if view is View.DAYS else view
    shown = await markets.dashboard(reader, market=market, view=chosen, on=on)
    drawn = {} if shown is None else _drawn(request, shown, market)
    return edge.page(request, "merchants/market.html", market=market, view=chosen.value, shown=shown, **drawn)


@get("/markets/{market_id:uuid}/shops", opt=RESIDENT)
async def shops(
    request: AnyRequest,
    reader: edge.Reader,
    resident: Me,
    market_id: FromPath[UUID],
    first: From = None,
    last: To = None,
    sought: FromQuery[str] = "",
    cursor: FromQuery[str | None] = None,
) -> Response[Html]:
    """The shops by what they took, in pages; those that are looked for."""
    market = await markets.market_of(reader, manager=resident.id, market=market_id)
    end = last or market.closed_until or today()
    begin, end = book_rules.span(first or end.replace(day=1), end, end)
    found = await markets.members_of(
        reader, market=market.id, first=begin, last=end, sought=sought, cursor=cursor, limit=PAGE
    )
    kept = {"from": begin.isoformat(), "to": end.isoformat(), "sought": sought, "cursor": found.next}
    return edge.page(
        request,
        "merchants/market_shops.html",
        market=market,
        first=begin,
        last=end,
        sought=sought,
        shops=[(member, _category(request, member.category)) for member in found.members],
        more=urlencode(kept) if found.next else None,
    )


@get("/markets/{market_id:uuid}/shops.csv", opt=RESIDENT, media_type=CSV)
async def table(
    pool: edge.Pool,
    resident: Me,
    settings: edge.HallSettings,
    market_id: FromPath[UUID],
    first: From = None,
    last: To = None,
) -> Stream:
    """The table for spreadsheets; the same as the API's, by cookie."""
    return await csv_of(pool, resident.id, settings.currency, market_id, first, last)


@get("/markets/{market_id:uuid}/manage", opt=RESIDENT)
async def manage(
    request: AnyRequest, reader: edge.Reader, resident: Me, settings: edge.HallSettings, market_id: FromPath[UUID]
) -> Response[Html]:
    """Invitations and requests, what wholesale is, and handing the market over."""
    return edge.page(
        request,
        "merchants/market_manage.html",
        problem=None,
        **await _managed(reader, resident, market_id, settings.currency),
    )


@post("/markets/{market_id:uuid}/invitations", opt=RESIDENT, status_code=303)
async def invite(
    request: AnyRequest,
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    market_id: FromPath[UUID],
    data: URLEncodedBody[InvitationForm],
) -> Response[Any]:
    """Invite the shop with this code."""
    shown = await _managed(conn, resident, market_id, settings.currency)
    try:
        await markets.invite(conn, manager=resident.id, market=market_id, short_code=data.short_code)
    except Problem as problem:
        typed = {"short_code": data.short_code}
        return edge.problem_page(request, "merchants/market_manage.html", problem, **(shown | typed))
    return edge.see_other(f"/markets/{market_id}/manage")


@post("/markets/{market_id:uuid}/wholesale", opt=RESIDENT, status_code=303)
async def set_wholesale(
    request: AnyRequest,
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    market_id: FromPath[UUID],
    data: URLEncodedBody[WholesaleForm],
) -> Response[Any]:
    """From which amount on an order is wholesale."""
    shown = await _managed(conn, resident, market_id, settings.currency)
    try:
        bound = rules.wholesale_bound(_amount(data.wholesale_from, settings.currency))
    except Problem as problem:
        typed = {"wholesale_from": data.wholesale_from}
        return edge.problem_page(request, "merchants/market_manage.html", problem, **(shown | typed))
    await markets.set_wholesale(conn, manager=resident.id, market=market_id, wholesale_from=bound)
    return edge.see_other(f"/markets/{market_id}/manage")


@post("/markets/{market_id:uuid}/requests/{request_id:uuid}/accept", opt=RESIDENT, status_code=303)
async def accept_shop(
    conn: edge.Conn, resident: Me, market_id: FromPath[UUID], request_id: FromPath[UUID]
) -> Response[str]:
    """Let the shop in."""
    market = await markets.market_of(conn, manager=resident.id, market=market_id)
    await markets.decide(conn, request=request_id, side=Side.MARKET, whose=market.id, accept=True)
    return edge.see_other(f"/markets/{market_id}/manage")


@post("/markets/{market_id:uuid}/requests/{request_id:uuid}/decline", opt=RESIDENT, status_code=303)
async def decline_shop(
    conn: edge.Conn, resident: Me, market_id: FromPath[UUID], request_id: FromPath[UUID]
) -> Response[str]:
    """Turn the shop down."""
    market = await markets.market_of(conn, manager=resident.id, market=market_id)
    await markets.decide(conn, request=request_id, side=Side.MARKET, whose=market.id, accept=False)
    return edge.see_other(f"/markets/{market_id}/manage")


@post("/markets/{market_id:uuid}/handover", opt=RESIDENT, status_code=303)
async def offer(
    request: AnyRequest,
    conn: edge.Conn,
    resident: Me,
    settings: edge.HallSettings,
    market_id: FromPath[UUID],
    data: URLEncodedBody[HandoverForm],
) -> Response[Any]:
    """Offer the market to somebody."""
    shown = await _managed(conn, resident, market_id, settings.currency)
    try:
        phone = phone_of(data.phone)
    except Problem as problem:
        return edge.problem_page(request, "merchants/market_manage.html", problem, **(shown | {"phone": data.phone}))
    await markets.offer(conn, manager=resident.id, market=market_id, phone=phone)
    return edge.see_other(f"/markets/{market_id}/manage")


@post("/markets/{market_id:uuid}/handover/accept", opt=RESIDENT, status_code=303)
async def take_over(conn: edge.Conn, resident: Me, market_id: FromPath[UUID]) -> Response[str]:
    """Manage it from now on."""
    await markets.answer_offer(conn, resident=resident, market=market_id, accept=True)
    return edge.see_other(f"/markets/{market_id}")


@post("/markets/{market_id:uuid}/handover/decline", opt=RESIDENT, status_code=303)
async def decline_offer(conn: edge.Conn, resident: Me, market_id: FromPath[UUID]) -> Response[str]:
    """Leave it with its manager."""
    await markets.answer_offer(conn, resident=resident, market=market_id, accept=False)
    return edge.see_other("/markets")


@get("/markets/{market_id:uuid}/shops/{shop_id:uuid}", opt=RESIDENT)
async def member(
    request: AnyRequest, reader: edge.Reader, resident: Me, market_id: FromPath[UUID], shop_id: FromPath[UUID]
) -> Response[Html]:
    """One shop of the market, and the way to take it out."""
    market = await markets.market_of(reader, manager=resident.id, market=market_id)
    found = await markets.member(reader, market=market.id, shop=shop_id)
    kind = _category(request, found.category)
    return edge.page(request, "merchants/market_member.html", market=market, member=found, category=kind)


@post("/markets/{market_id:uuid}/shops/{shop_id:uuid}/remove", opt=RESIDENT, status_code=303)
async def remove_shop(
    conn: edge.Conn, resident: Me, market_id: FromPath[UUID], shop_id: FromPath[UUID]
) -> Response[str]:
    """Take the shop out."""
    market = await markets.market_of(conn, manager=resident.id, market=market_id)
    await markets.remove(conn, market=market, shop=shop_id)
    return edge.see_other(f"/markets/{market_id}/shops")


@get("/shops/{shop_id:uuid}/market", opt=RESIDENT)
async def market_of_shop(
    request: AnyRequest, reader: edge.Reader, resident: Me, shop_id: FromPath[UUID], name: FromQuery[str] = ""
) -> Response[Html]:
    """The market of a shop: invitations, joining, leaving. For its owner."""
    shop = await access.shop_for(reader, resident=resident.id, shop=shop_id, act=Act.OWN)
    waiting = await markets.requests_of(reader, side=Side.SHOP, whose=shop.id)
    return edge.page(
        request,
        "merchants/shop_market.html",
        shop=shown(request, shop),
        membership=await markets.membership(reader, shop=shop.id),
        invitations=[one for one in waiting if one.asked_by is Side.MARKET],
        asked=[one for one in waiting if one.asked_by is Side.SHOP],
        name=name,
        found=await markets.find_markets(reader, name=name) if name.strip() else None,
    )


@post("/shops/{shop_id:uuid}/market/requests", opt=RESIDENT, status_code=303)
async def ask(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], data: URLEncodedBody[JoinForm]) -> Response[str]:
    """Ask to join."""
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.STEER)
    await markets.ask(conn, market=data.market, shop=shop.id)
    return edge.see_other(f"/shops/{shop_id}/market")


@post("/shops/{shop_id:uuid}/market/requests/{request_id:uuid}/accept", opt=RESIDENT, status_code=303)
async def accept_market(
    conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], request_id: FromPath[UUID]
) -> Response[str]:
    """Accept an invitation."""
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.STEER)
    await markets.decide(conn, request=request_id, side=Side.SHOP, whose=shop.id, accept=True)
    return edge.see_other(f"/shops/{shop_id}/market")


@post("/shops/{shop_id:uuid}/market/requests/{request_id:uuid}/decline", opt=RESIDENT, status_code=303)
async def decline_market(
    conn: edge.Conn, resident: Me, shop_id: FromPath[UUID], request_id: FromPath[UUID]
) -> Response[str]:
    """Decline an invitation."""
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.OWN)
    await markets.decide(conn, request=request_id, side=Side.SHOP, whose=shop.id, accept=False)
    return edge.see_other(f"/shops/{shop_id}/market")


@post("/shops/{shop_id:uuid}/market/leave", opt=RESIDENT, status_code=303)
async def leave(conn: edge.Conn, resident: Me, shop_id: FromPath[UUID]) -> Response[str]:
    """Leave the market."""
    shop = await access.shop_for(conn, resident=resident.id, shop=shop_id, act=Act.OWN)
    await markets.leave(conn, shop=shop.id)
    return edge.see_other(f"/shops/{shop_id}/market")


async def _managed(reader: db.ReadConn, resident: Resident, market_id: UUID, currency: str) -> dict[str, Any]:
    market = await markets.market_of(reader, manager=resident.id, market=market_id)
    waiting = await markets.requests_of(reader, side=Side.MARKET, whose=market.id)
    return {
        "market": market,
        "invited": [one for one in waiting if one.asked_by is Side.MARKET],
        "asking": [one for one in waiting if one.asked_by is Side.SHOP],
        "offered": await markets.offered(reader, market=market.id),
        "short_code": "",
        "phone": "",
        "wholesale_from": money.plain(market.wholesale_from, currency),
    }


def _amount(text: str, currency: str) -> int:
    try:
        return money.parse(text, currency)
    except ValueError:
        raise problems.wholesale_from_invalid() from None


def _category(request: AnyRequest, code: str) -> str:
    return translate(request, language_of(request), categories.title(code))


def _drawn(request: AnyRequest, shown: Dashboard, market: markets.Market) -> dict[str, Any]:
    """What is drawn of the figures, and the ways to the periods before and after."""
    period = shown.period
    first_date = ledger.business_date(market.founded_at)
    return {
        "previous": period.first - _ONE if first_date < period.first else None,
        "next": period.last + _ONE if market.closed_until and period.last < market.closed_until else None,
        "days_chart": _chart_of_days(shown),
        "hours_chart": _chart_of_hours(shown.hours),
        "weeks_chart": _chart_of_weeks(shown.weeks),
        "categories": [(_category(request, one.category or ""), one) for one in shown.categories],
        "risen": [mover for mover in shown.movers if mover.total > mover.before],
        "fallen": [mover for mover in reversed(shown.movers) if mover.total < mover.before],
    }


def _chart_of_days(shown: Dashboard) -> dict[str, Any] | None:
    """A bar for each date of the period; none for a single one."""
    period = shown.period
    if period.first == period.last:
        return None
    totals = {one.business_date: one.total for one in shown.days}
    days = [period.first + _ONE * place for place in range((period.last - period.first).days + 1)]
    return _chart([totals.get(day, 0) for day in days], days)


def _chart_of_hours(hours: Sequence[MarketSums]) -> dict[str, Any]:
    """A bar for each hour from the first with trade to the last."""
    totals = {one.hour or 0: one.total for one in hours}
    span = range(min(totals, default=0), max(totals, default=-1) + 1)
    return _chart([totals.get(hour, 0) for hour in span], list(span) or [0])


def _chart_of_weeks(weeks: Sequence[Adoption]) -> dict[str, Any]:
    """A bar for each week: the share of the open shops that were paid, in thousandths."""
    return _chart([week.permille for week in weeks], [week.last for week in weeks])


def _chart(values: Sequence[int], places: Sequence[Any]) -> dict[str, Any]:
    chart = charts.bars(values)
    return {
        "chart": chart,
        "first": places[0],
        "last": places[-1],
        "peak": None if chart.peak is None else places[chart.peak],
        "most": max(values, default=0),
    }


router = edge.pages(
    my_markets, new_market, found_market, show, shops, table, manage, invite, set_wholesale, accept_shop, decline_shop,
    member, remove_shop, offer, take_over, decline_offer, market_of_shop, ask, accept_market, decline_market, leave,
)  # fmt: skip
