"""The use cases of trust: look a code up, replace a shop's printed code, change its name."""

from uuid import UUID

from openhall.base import clock, db
from openhall.city.merchants import problems
from openhall.city.merchants.actions import issue_code
from openhall.city.merchants.registry import payees
from openhall.city.merchants.rules import clean_name
from openhall.city.merchants.trust import alerts
from openhall.city.merchants.trust.types import Printing, Sheet
from openhall.city.merchants.types import Hall, NewShop, Shop, State
from openhall.core import payments
from openhall.core.payments.codes import CodeError, ShopCode, read

q = db.load("openhall.city.merchants")


async def look_up(conn: db.ReadConn, text: str) -> Printing:
    """The printing behind a scanned or typed text, valid or not. Refusals: `payments.code_damaged`,
    `payments.code_foreign`, `payments.code_of_payer`, `payments.code_unknown`."""
    found = await _printing(conn, text)
    if found is None:
        # It is none of ours, and asking as a payer would says in which way.
        await payments.resolve(conn, [payees], text)
        raise LookupError("the registry knows a code and does not know it")
    return found


async def _printing(conn: db.ReadConn, text: str) -> Printing | None:
    try:
        named = read(text)
    except CodeError:
        return None
    id_ = named.code if isinstance(named, ShopCode) else None
    short_code = named if isinstance(named, str) else None
    return await db.maybe(conn, q.printing, Printing, id=id_, short_code=short_code)


async def printings(conn: db.ReadConn, *, shop: UUID) -> list[Sheet]:
    """The printings of a shop's code, the present one first, then the newest; at most a hundred."""
    return await db.all(conn, q.printings_of_shop, Sheet, shop=shop)


async def replace_code(conn: db.Conn, *, shop: Shop, replaces: str, resident: UUID, hall: Hall) -> list[Sheet]:
    """Give a shop a new printed code; the one with the short code `replaces` takes no payment from now on.

    When `replaces` is not the present one, somebody was quicker, or this is a double tap: nothing changes.
    The printings are answered. Refusal: `merchants.shop_is_closed`.
    """
    # Whoever closes the shop is waited for, or waits: the code that is made here is then closed with it.
    if await db.one(conn, q.lock_shop, State, shop=shop.id) is State.CLOSED:
        raise problems.shop_is_closed()
    code = await db.maybe(conn, q.lock_code, str, shop=shop.id, short_code=replaces)
    if code is not None:
        await db.run(conn, q.replace_code, id=code, now=clock.now(), revoked_by=resident)
        await issue_code(conn, shop.id, NewShop(shop.name, shop.category, shop.city), hall)
        await alerts.code_replaced(conn, shop)
    return await printings(conn, shop=shop.id)


async def rename(conn: db.Conn, *, shop: Shop, name: str) -> str:
    """Call a shop by another name, which payers see from now on; the name as it is registered.

    Refusals: `merchants.shop_is_closed`, `merchants.name_invalid`.
    """
    if shop.state is State.CLOSED:
        raise problems.shop_is_closed()
    clean = clean_name(name)
    if clean is None:
        raise problems.name_invalid()
    if await db.run(conn, q.rename_shop, shop=shop.id, name=clean):
        await alerts.renamed(conn, shop, clean)
    return clean
