"""The use cases of markets: found one, hand it over, let shops in and out."""

from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db, ids
from openhall.city.merchants import problems
from openhall.city.merchants.actions import find_shop
from openhall.city.merchants.markets.types import (
    Belonging,
    Handover,
    Market,
    MarketName,
    Membership,
    NewMarket,
    Request,
    Side,
)
from openhall.city.merchants.trust import alerts
from openhall.core import ledger, people
from openhall.core.payments.codes import short
from openhall.core.people import Resident

q = db.load("openhall.city.merchants.markets")

MOST_MARKETS = 20
MOST_INVITATIONS = 2000


class _Waiting(Struct, frozen=True):
    id: UUID
    asked_by: Side


async def found_market(conn: db.Conn, *, manager: UUID, new: NewMarket) -> Market:
    """Found a market, managed by whoever founds it. Refusal: `merchants.too_many_markets`."""
    if await db.one(conn, q.count_markets, int, manager=manager) >= MOST_MARKETS:
        raise problems.too_many_markets(most=MOST_MARKETS)
    market = ids.new()
    await db.run(
        conn,
        q.insert_market,
        id=market,
        name=new.name,
        city=new.city,
        manager=manager,
        wholesale_from=new.wholesale_from,
        now=clock.now(),
    )
    return await market_of(conn, manager=manager, market=market)


async def market_of(conn: db.ReadConn, *, manager: UUID, market: UUID) -> Market:
    """The market, for its manager. Problem `merchants.market_not_found` for anybody else, as if there were none."""
    found = await db.maybe(conn, q.market_of_manager, Market, manager=manager, market=market)
    if found is None:
        raise problems.market_not_found()
    return found


async def markets_of(conn: db.ReadConn, *, manager: UUID) -> list[Market]:
    """The markets that a resident manages, oldest first."""
    return await db.all(conn, q.markets_of_manager, Market, manager=manager)


async def find_markets(conn: db.ReadConn, *, name: str) -> list[MarketName]:
    """Markets whose names begin so, at most twenty; none for an empty text."""
    return await db.all(conn, q.find_markets, MarketName, name=name.strip()) if name.strip() else []


async def set_wholesale(conn: db.Conn, *, manager: UUID, market: UUID, wholesale_from: int) -> Market:
    """From which amount on a payment is a wholesale order: from the next closed date on, never backwards."""
    await _lock(conn, manager, market)
    await db.run(conn, q.change_market, market=market, wholesale_from=wholesale_from)
    return await market_of(conn, manager=manager, market=market)


async def offer(conn: db.Conn, *, manager: UUID, market: UUID, phone: str) -> Handover:
    """Offer the market to whoever has this phone (E.164); an earlier offer ends. It is theirs once they accept."""
    await _lock(conn, manager, market)
    now = clock.now()
    await db.run(conn, q.end_handovers, market=market, now=now)
    await db.run(conn, q.insert_handover, id=ids.new(), market=market, from_whom=manager, phone=phone, now=now)
    return await db.one(conn, q.open_handover, Handover, market=market)


async def offered(conn: db.ReadConn, *, market: UUID) -> Handover | None:
    """The open offer of a market."""
    return await db.maybe(conn, q.open_handover, Handover, market=market)


async def offers_to(conn: db.ReadConn, *, resident: Resident) -> list[Handover]:
    """The markets that are offered to a resident."""
    return await db.all(conn, q.handovers_to, Handover, phone=resident.phone)


async def answer_offer(conn: db.Conn, *, resident: Resident, market: UUID, accept: bool) -> None:
    """Take a market over, or decline it. Problem `merchants.handover_not_found` when none is offered to the resident.

    Of racing answers the first one counts; whoever managed the market until then finds it no longer.
    """
    outcome = "accepted" if accept else "declined"
    ended = await db.maybe(
        conn, q.end_handover, UUID, market=market, phone=resident.phone, outcome=outcome, now=clock.now()
    )
    if ended is None:
        raise problems.handover_not_found()
    if accept:
        await db.run(conn, q.hand_market_over, market=market, manager=resident.id)


async def invite(conn: db.Conn, *, manager: UUID, market: UUID, short_code: str) -> None:
    """Invite the shop with this short code; its owner decides. When they had asked already, the shop is in at once.

    Refusals: `merchants.market_not_found`, `merchants.short_code_unknown`, `merchants.too_many_invitations`.
    """
    await _lock(conn, manager, market)
    digits = short.digits_of(short_code)
    shop = await db.maybe(conn, q.shop_by_short_code, UUID, short_code=digits) if digits else None
    if shop is None:
        raise problems.short_code_unknown()
    if await db.one(conn, q.count_requests, int, market=market) >= MOST_INVITATIONS:
        raise problems.too_many_invitations(most=MOST_INVITATIONS)
    await _ask(conn, market, shop, Side.MARKET)


async def ask(conn: db.Conn, *, market: UUID, shop: UUID) -> None:
    """The owner asks to join; the manager decides. When the shop was invited already, it is in at once.

    Refusals: `merchants.market_not_found`, `merchants.shop_in_market`.
    """
    if await db.maybe(conn, q.market_exists, UUID, market=market) is None:
        raise problems.market_not_found()
    await _ask(conn, market, shop, Side.SHOP)


async def decide(conn: db.Conn, *, request: UUID, side: Side, whose: UUID, accept: bool) -> None:
    """Accept or decline what the other side asked; `whose` is the market or the shop that decides.

    Problems: `merchants.request_not_found`; `merchants.shop_in_market` when it joined one meanwhile.
    """
    waiting = await requests_of(conn, side=side, whose=whose)
    found = next((one for one in waiting if one.id == request and one.asked_by is not side), None)
    if found is None:
        raise problems.request_not_found()
    if accept:
        await db.one(conn, q.lock_shop, UUID, shop=found.shop)
    outcome = "accepted" if accept else "declined"
    if await db.maybe(conn, q.end_request, UUID, id=request, outcome=outcome, now=clock.now()) is None:
        raise problems.request_not_found()
    if accept:
        await _join(conn, found.market, found.shop)


async def leave(conn: db.Conn, *, shop: UUID) -> None:
    """The shop leaves its market: its trade counts there up to yesterday. Leaving twice is leaving once."""
    now = clock.now()
    await db.one(conn, q.lock_shop, UUID, shop=shop)
    await db.run(conn, q.end_membership, shop=shop, until=ledger.business_date(now), now=now)


async def member(conn: db.ReadConn, *, market: UUID, shop: UUID) -> Belonging:
    """A shop that is in the market; Problem `merchants.member_not_found`."""
    found = await db.maybe(conn, q.member, Belonging, market=market, shop=shop)
    if found is None:
        raise problems.member_not_found()
    return found


async def remove(conn: db.Conn, *, market: Market, shop: UUID) -> None:
    """The manager takes a shop out: its trade counts there up to yesterday, and its owner is told.

    Problem `merchants.member_not_found`, also for a shop that has left meanwhile.
    """
    await db.maybe(conn, q.lock_shop, UUID, shop=shop)
    found = await member(conn, market=market.id, shop=shop)
    now = clock.now()
    await db.run(conn, q.end_membership, shop=shop, until=ledger.business_date(now), now=now)
    removed = await find_shop(conn, owner=found.owner, shop=shop)
    await alerts.left_market(conn, removed, market.name)


async def membership(conn: db.ReadConn, *, shop: UUID) -> Membership | None:
    """The market in which the shop is."""
    return await db.maybe(conn, q.membership, Membership, shop=shop)


async def requests_of(conn: db.ReadConn, *, side: Side, whose: UUID) -> list[Request]:
    """The open requests of a market or of a shop, from either side, oldest first, at most 200."""
    if side is Side.MARKET:
        return await db.all(conn, q.requests_of_market, Request, market=whose)
    return await db.all(conn, q.requests_of_shop, Request, shop=whose)


async def manager_name(conn: db.ReadConn, handover: Handover) -> str:
    """What the one who offers a market is called."""
    return (await people.called(conn, [handover.from_whom]))[handover.from_whom]


async def _lock(conn: db.Conn, manager: UUID, market: UUID) -> None:
    if await db.maybe(conn, q.lock_market, UUID, manager=manager, market=market) is None:
        raise problems.market_not_found()


async def _ask(conn: db.Conn, market: UUID, shop: UUID, side: Side) -> None:
    """One open request between a market and a shop; the answer of the other side to it is a membership."""
    await db.one(conn, q.lock_shop, UUID, shop=shop)
    present = await membership(conn, shop=shop)
    if present is not None and (present.market == market or side is Side.SHOP):
        raise problems.shop_in_market()
    waiting = await db.maybe(conn, q.request_between, _Waiting, market=market, shop=shop)
    if waiting is None:
        await db.run(
            conn, q.insert_request, id=ids.new(), market=market, shop=shop, asked_by=side.value, now=clock.now()
        )
    elif waiting.asked_by is not side:
        await db.one(conn, q.end_request, UUID, id=waiting.id, outcome="accepted", now=clock.now())
        await _join(conn, market, shop)


async def _join(conn: db.Conn, market: UUID, shop: UUID) -> None:
    """The row of the shop is locked: nobody else lets it in meanwhile."""
    if await membership(conn, shop=shop) is not None:
        raise problems.shop_in_market()
    now = clock.now()
    since = ledger.business_date(now)
    await db.run(conn, q.insert_membership, id=ids.new(), market=market, shop=shop, since=since, now=now)
