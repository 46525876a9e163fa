"""The use cases of merchants: open a shop, find it, close it."""

from datetime import timedelta
from uuid import UUID

from openhall.base import clock, db, ids
from openhall.city.merchants import problems
from openhall.city.merchants.types import Hall, NewShop, Shop, State
from openhall.core import ledger, payments, people
from openhall.core.payments import codes, paycodes

q = db.load("openhall.city.merchants")

ACCOUNT_KIND = "merchant"
# Enough for any chain that a person runs alone, and an end to shops opened by a program gone wrong.
MOST_SHOPS = 200
_LATELY = timedelta(days=1)
# Of ninety million short codes a hall uses few: even one draw is hardly ever in vain.
_DRAWS = 20


async def open_shop(conn: db.Conn, *, owner: UUID, new: NewShop, hall: Hall) -> Shop:
    """Open a shop of `owner`, who becomes a merchant with the first one. Its account and its code exist at once."""
    now = clock.now()
    await people.stay_open(conn, owner)
    await db.run(conn, q.insert_merchant, id=ids.new(), owner=owner, now=now)
    merchant = await db.one(conn, q.lock_merchant, UUID, owner=owner)
    if await db.one(conn, q.count_shops, int, merchant=merchant, lately=now - _LATELY) >= MOST_SHOPS:
        raise problems.too_many_shops(most=MOST_SHOPS)
    shop = ids.new()
    account = await ledger.open_account(conn, kind=ACCOUNT_KIND, owner=shop, currency=hall.currency, floor=0)
    await db.run(
        conn,
        q.insert_shop,
        id=shop,
        merchant=merchant,
        name=new.name,
        category=new.category,
        city=new.city,
        account=account,
        now=now,
    )
    await issue_code(conn, shop, new, hall)
    return await find_shop(conn, owner=owner, shop=shop)


async def issue_code(conn: db.Conn, shop: UUID, new: NewShop, hall: Hall) -> None:
    """Give a shop that has no active code a new one, whose id and short code nobody had before."""
    for _ in range(_DRAWS):
        code, short_code = codes.new_id(), codes.short.new()
        payload = codes.generate(
            hall=hall.id,
            code=code,
            short_code=short_code,
            category=new.category,
            name=new.name,
            city=new.city,
            plain_city=hall.city,
        )
        row = {"id": code, "shop": shop, "short_code": short_code, "payload": payload, "now": clock.now()}
        if await db.run(conn, q.insert_code, **row):
            return
    raise LookupError("no free short code was found")


async def find_shop(conn: db.ReadConn, *, owner: UUID, shop: UUID) -> Shop:
    """A shop of `owner`; Problem `merchants.shop_not_found` for anybody else's too."""
    found = await db.maybe(conn, q.shop_of_owner, Shop, owner=owner, shop=shop)
    if found is None:
        raise problems.shop_not_found()
    return found


async def shops_of(conn: db.ReadConn, *, owner: UUID) -> list[Shop]:
    """Every shop of `owner`, open ones first, oldest first."""
    return await db.all(conn, q.shops_of_owner, Shop, owner=owner)


async def close_shop(conn: db.Conn, *, owner: UUID, shop: UUID) -> Shop:
    """Close a shop: its code, its orders and the charges that wait for their payers take no more payments, its book
    stays. Closing twice is closing once."""
    now = clock.now()
    await find_shop(conn, owner=owner, shop=shop)
    # By a statement of its own: those after it see the code of whoever replaced it meanwhile.
    await db.one(conn, q.lock_shop, State, shop=shop)
    await db.run(conn, q.close_shop, owner=owner, shop=shop, now=now)
    closed = await find_shop(conn, owner=owner, shop=shop)
    await db.run(conn, q.revoke_codes, shop=closed.id, now=now)
    await payments.close_orders_of(conn, payee=closed.id)
    await paycodes.close_all_of(conn, payee=closed.id)
    return closed
