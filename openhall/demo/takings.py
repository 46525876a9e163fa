"""What the stall of the demo city took before anybody looks: real payments, which are in its book like any other; and
what its guest did not spend, on the way back to the bank."""

from openhall.base import db, ids
from openhall.base.config import Settings
from openhall.city import merchants
from openhall.city.merchants import demo
from openhall.core import ledger, payments, payouts, people
from openhall.core.payouts import wallets

# Breakfast for the people of the city's office, in fen; each small enough to be paid without a PIN.
BREAKFASTS = (18_000, 16_500, 17_500, 16_000)
UNSPENT = 2_000


async def load(
    pool: db.Pool, settings: Settings, sources: list[payments.PayeeSource], shop: merchants.Shop, guest: people.Resident
) -> None:
    """The guest pays the stall, and the stall withdraws a part of it; once."""
    teller = payments.Teller(pool, settings, sources)
    await teller.open()
    try:
        payer = payments.Payer(guest.id, guest.wallet, people.masked(guest.phone))
        async with pool.read() as reader:
            done = len(await payments.recent(reader, payer=guest.id, limit=len(BREAKFASTS)))
        for amount in BREAKFASTS[done:]:
            async with pool.write() as conn:
                await _grant(conn, guest, amount, settings.currency)
            ask = payments.Ask(payer=payer, key=str(ids.new()), code=shop.short_code, amount=amount)
            answer = await teller.pay(ask)
            if answer.status != 201:
                raise RuntimeError(f"the stall was not paid: {answer.body}")
    finally:
        await teller.close()
    rail = payouts.Rail.of(settings)
    if rail is not None:
        async with pool.write() as conn:
            await demo.withdraw(conn, rail, shop)
            await _bring_home(conn, settings, guest)


async def _bring_home(conn: db.Conn, settings: Settings, guest: people.Resident) -> None:
    """The guest withdraws from the wallet, once."""
    if not await payouts.payouts_of(conn, owner=guest.id, limit=1, of_wallet=True):
        await _grant(conn, guest, UNSPENT, settings.currency)
        await wallets.withdraw(conn, settings, resident=guest, amount=UNSPENT)


async def _grant(conn: db.Conn, guest: people.Resident, amount: int, currency: str) -> None:
    """Play money from outside, as a top-up."""
    bank = await ledger.open_account(conn, kind="demo.grant", owner=None, currency=currency, floor=None)
    transfer = ledger.Transfer(
        id=ids.new(), debit=bank, credit=guest.wallet, amount=amount, currency=currency, reason="demo_grant"
    )
    (outcome,) = await ledger.post(conn, [transfer], fresh=True)
    if not outcome.ok:
        raise RuntimeError(f"the guest got no money: {outcome.code}")
