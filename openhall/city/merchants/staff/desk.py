"""The people behind shops, as payments ask for them."""

from uuid import UUID

from msgspec import Struct

from openhall.base import db
from openhall.base.errors import Problem
from openhall.base.i18n import N_
from openhall.city.merchants import access, shifts
from openhall.city.merchants.access import Act
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
        shop = await access.shop_for(conn, resident=resident, shop=payment.payee, act=Act.REFUND)
        if shop.role is not Role.CASHIER:
            return
        shift = await shifts.hold(conn, shop=shop.id, resident=resident)
        given = 0 if shift is None else await shifts.refunded_in(conn, shift)
        refusal = rules.refund_refusal(
            payment,
            cashier=resident,
            shift_since=None if shift is None else shift.opened_at,
            given=given,
            amount=amount,
            most=(await actions.limits_of(conn, shop=shop.id)).cashier_refund_max,
        )
        if refusal is not None:
            raise refusal

    async def hurdle(self, conn: db.ReadConn, *, payment: Payment, resident: UUID) -> Hurdle | None:
        """Why a cashier can give nothing of this payment back now."""
        shop = await access.shop_for(conn, resident=resident, shop=payment.payee, act=Act.REFUND)
        if shop.role is not Role.CASHIER:
            return None
        shift = await shifts.mine(conn, shop=shop.id, resident=resident)
        refusal = rules.refund_refusal(
            payment,
            cashier=resident,
            shift_since=None if shift is None else shift.opened_at,
            given=0 if shift is None else await shifts.refunded_in(conn, shift),
            amount=1,
            most=(await actions.limits_of(conn, shop=shop.id)).cashier_refund_max,
        )
        if refusal is None:
            return None
        if shift is None:
            return Hurdle(refusal, N_("To my shift"), f"/shops/{shop.id}/shifts")
        return Hurdle(refusal)

    async def names(self, conn: db.ReadConn, *, payee: UUID, residents: list[UUID]) -> dict[UUID, str]:
        """What the shop has its receipts call them."""
        found = await db.all(conn, q.names_on_receipts, _Named, shop=payee, residents=residents)
        return {named.resident: named.shown_as for named in found if named.shown_as is not None}
