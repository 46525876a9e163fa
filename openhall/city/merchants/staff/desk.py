"""The people behind shops, as payments ask for them."""

from uuid import UUID

from msgspec import Struct

from openhall.base import db
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.city.merchants import access, keys, problems, shifts
from openhall.city.merchants.access import Act
from openhall.city.merchants.shifts import Shift
from openhall.city.merchants.staff import actions, rules
from openhall.city.merchants.types import Role
from openhall.core.payments import Hurdle, Payment

q = db.load("openhall.city.merchants")


class _Named(Struct, frozen=True):
    resident: UUID
    shown_as: str | None


class ShopDesk:
    """Who acts for shops: the `Desk` of this package."""

    kind = "shop"

    async def sees(self, conn: db.ReadConn, *, payee: UUID, resident: UUID) -> bool:
        """Whoever works there sees what the shop was paid."""
        try:
            await access.shop_for(conn, resident=resident, shop=payee, act=Act.CHARGE)
        except Problem:
            return False
        return True

    async def allow_refund(self, conn: db.Conn, *, payment: Payment, resident: UUID, amount: int) -> None:
        """Owners and managers may; of cashiers each shift and what it gave back is held until the refund is done."""
        if not await _is_bound(conn, payment, resident):
            return
        shift = await shifts.hold(conn, shop=payment.payee, resident=resident)
        if refusal := await _refusal(conn, payment, resident, shift, amount):
            raise refusal

    async def hurdle(self, conn: db.ReadConn, *, payment: Payment, resident: UUID, amount: int) -> Hurdle | None:
        """Why a cashier cannot give this much of the payment back now."""
        shop = await access.shop_for(conn, resident=resident, shop=payment.payee, act=Act.REFUND)
        if shop.role is not Role.CASHIER:
            return None
        shift = await shifts.mine(conn, shop=payment.payee, resident=resident)
        refusal = await _refusal(conn, payment, resident, shift, amount)
        if refusal is None or shift is not None:
            return Hurdle(refusal) if refusal else None
        if not access.may_at(shop, Act.SELL):
            return Hurdle(problems.refund_outside_shift())  # there will be no shift any more
        return Hurdle(refusal, N_("To my shift"), f"/shops/{payment.payee}/shifts")

    async def most(self, conn: db.ReadConn, *, payment: Payment, resident: UUID) -> int | None:
        """What a cashier may still give back in their shift; nobody else is bound."""
        if not await _is_bound(conn, payment, resident):
            return None
        shift = await shifts.mine(conn, shop=payment.payee, resident=resident)
        if shift is None:
            return 0
        most = (await actions.limits_of(conn, shop=payment.payee)).cashier_refund_max
        return max(0, most - await shifts.refunded_in(conn, shift))

    async def names(self, conn: db.ReadConn, *, payee: UUID, residents: list[UUID]) -> dict[UUID, str]:
        """What the shop has its receipts call them."""
        found = await db.all(conn, q.names_on_receipts, _Named, shop=payee, residents=residents)
        return {named.resident: named.shown_as for named in found if named.shown_as is not None}


async def _is_bound(conn: db.ReadConn, payment: Payment, resident: UUID) -> bool:
    """Whether the resident works there as a cashier; the problems of `shop_for` for who may give nothing back."""
    shop = await access.shop_for(conn, resident=resident, shop=payment.payee, act=Act.REFUND)
    return shop.role is Role.CASHIER


async def _refusal(
    conn: db.ReadConn, payment: Payment, cashier: UUID, shift: Shift | None, amount: int
) -> Problem | None:
    took = [] if payment.taken_by is None else [payment.taken_by]
    return rules.refund_refusal(
        payment,
        cashier=cashier,
        by_scanner=bool(await keys.names_at(conn, shop=payment.payee, keys=took)),
        shift_since=None if shift is None else shift.opened_at,
        given=0 if shift is None else await shifts.refunded_in(conn, shift),
        amount=amount,
        most=(await actions.limits_of(conn, shop=payment.payee)).cashier_refund_max,
    )
