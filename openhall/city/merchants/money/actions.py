"""What the shops of a merchant have, and withdrawing it."""

from uuid import UUID

from msgspec import Struct

from openhall.base import db
from openhall.city.merchants import problems
from openhall.city.merchants.actions import find_shop, shops_of
from openhall.city.merchants.types import Shop
from openhall.core import ledger, payouts


class Purse(Struct, frozen=True):
    """A shop and what of its money may be withdrawn, in minor units; `keep` where everything above it is, each day."""

    shop: Shop
    available: int
    keep: int | None

    @property
    def source(self) -> payouts.Source:
        """The shop as the payouts know it."""
        return payouts.Source(self.shop.id, self.shop.name, self.shop.owner, self.shop.account)


async def purses_of(conn: db.ReadConn, *, owner: UUID) -> list[Purse]:
    """Every shop of `owner` with its money. Closed ones too: what they took is still theirs."""
    return await _purses(conn, owner, await shops_of(conn, owner=owner))


async def purse_of(conn: db.ReadConn, *, owner: UUID, shop: UUID | None) -> Purse:
    """One shop of `owner` with its money; with None the only one they have.

    Problems: `merchants.shop_not_found`, `merchants.which_shop`.
    """
    if shop is not None:
        (purse,) = await _purses(conn, owner, [await find_shop(conn, owner=owner, shop=shop)])
        return purse
    purses = await purses_of(conn, owner=owner)
    if not purses:
        raise problems.shop_not_found()
    if len(purses) > 1:
        raise problems.which_shop()
    return purses[0]


async def _purses(conn: db.ReadConn, owner: UUID, shops: list[Shop]) -> list[Purse]:
    balances = await ledger.balances(conn, [shop.account for shop in shops])
    standing = await payouts.standing_of(conn, owner)
    return [
        Purse(shop, balances[shop.account].available, standing[shop.id].keep if shop.id in standing else None)
        for shop in shops
    ]


async def withdraw(
    conn: db.Conn, rail: payouts.Rail | None, *, owner: UUID, shop: UUID | None, amount: int | None
) -> payouts.Payout:
    """Withdraw `amount` minor units from a shop of `owner`, or all it has.

    Refusals: those of `purse_of`, then those of `payouts.withdraw`.
    """
    purse = await purse_of(conn, owner=owner, shop=shop)
    return await payouts.withdraw(conn, rail, source=purse.source, amount=purse.available if amount is None else amount)
