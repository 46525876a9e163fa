"""The people and shops of the payment benchmark, made by the hall's own actions."""

from uuid import UUID

from openhall.base import db, ids
from openhall.base.config import Settings
from openhall.bench.clients import Payer
from openhall.city import merchants
from openhall.core import ledger, people
from openhall.core.people import SessionKind

_FUNDS = 10**9


async def prepare(pool: db.Pool, settings: Settings, clients: int) -> tuple[list[Payer], list[Payer]]:
    """Signed-in payers with money: each with a shop of their own choice, and all with the same shop."""
    async with pool.write() as conn:
        shops = [await _shop(conn, settings, number) for number in range(clients)]
        tokens = [await _payer(conn, settings, number) for number in range(clients)]
    apart = [Payer(token, shop) for token, shop in zip(tokens, shops, strict=True)]
    together = [Payer(token, shops[0]) for token in tokens]
    return apart, together


async def _shop(conn: db.Conn, settings: Settings, number: int) -> str:
    owner = await _resident(conn, settings, f"+8613900{number:06d}")
    hall = merchants.Hall(settings.hall_id, settings.city, settings.currency)
    new = merchants.NewShop(name=f"Stall {number}", category="5814", city=settings.city)
    return (await merchants.open_shop(conn, owner=owner.id, new=new, hall=hall)).short_code


async def _payer(conn: db.Conn, settings: Settings, number: int) -> str:
    resident = await _resident(conn, settings, f"+8613800{number:06d}")
    token, _ = await people.begin(conn, settings, resident=resident.id, kind=SessionKind.API, user_agent="bench")
    await _fund(conn, resident.wallet)
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
