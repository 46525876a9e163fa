"""The people and shops of the benchmarks, made by the hall's own actions."""

from collections.abc import Iterator
from uuid import UUID

from msgspec import Struct

from openhall.base import db, ids
from openhall.base.config import Settings
from openhall.bench.clients import post
from openhall.city import merchants
from openhall.core import ledger, people
from openhall.core.people import SessionKind

_FUNDS = 10**9


class Payer(Struct, frozen=True):
    """Who pays: a bearer token, and the short code of the shop they pay."""

    token: str
    code: str


async def payers(pool: db.Pool, settings: Settings, clients: int) -> tuple[list[Payer], list[Payer]]:
    """Signed-in payers with money: each with a shop of their own choice, and all with the same shop."""
    async with pool.write() as conn:
        shops = [await shop(conn, settings, number) for number in range(clients)]
        tokens = [await _signed_in(conn, settings, number) for number in range(clients)]
    apart = [Payer(token, shop.short_code) for token, shop in zip(tokens, shops, strict=True)]
    together = [Payer(token, shops[0].short_code) for token in tokens]
    return apart, together


def payments(payer: Payer) -> Iterator[bytes]:
    """Requests of one payer, without end."""
    body = b'{"code":"%s","amount":1}' % payer.code.encode()
    while True:
        yield post("/api/v1/payments", payer.token, body)


async def shop(conn: db.Conn, settings: Settings, number: int) -> merchants.Shop:
    """A shop of an owner of its own."""
    owner = await _resident(conn, settings, f"+8613900{number:06d}")
    hall = merchants.Hall(settings.hall_id, settings.city, settings.currency)
    new = merchants.NewShop(name=f"Stall {number}", category="5814", city=settings.city)
    return await merchants.open_shop(conn, owner=owner.id, new=new, hall=hall)


async def payer(conn: db.Conn, settings: Settings, number: int) -> people.Resident:
    """A resident with money."""
    resident = await _resident(conn, settings, f"+8613800{number:06d}")
    await _fund(conn, resident.wallet)
    return resident


async def _signed_in(conn: db.Conn, settings: Settings, number: int) -> str:
    resident = await payer(conn, settings, number)
    token, _ = await people.begin(conn, settings, resident=resident.id, kind=SessionKind.API, user_agent="bench")
    return token


async def _resident(conn: db.Conn, settings: Settings, phone: str) -> people.Resident:
    resident, _ = await people.find_or_join(conn, phone=phone, lang=None, currency=settings.currency, on_joined=[])
    return resident


async def _fund(conn: db.Conn, wallet: UUID) -> None:
    bank = await ledger.open_account(conn, kind="bench.bank", owner=None, floor=None, busy=True)
    transfer = ledger.Transfer(id=ids.new(), debit=bank, credit=wallet, amount=_FUNDS, reason="bench")
    (outcome,) = await ledger.post(conn, [transfer])
    if not outcome.ok:
        raise RuntimeError(f"a payer of the benchmark could not be funded: {outcome.code}")
