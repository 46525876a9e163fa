"""Who may act for a payee besides its owner: asked of the package that knows the payee."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from openhall.base import db
from openhall.base.errors import Problem
from openhall.core.payments import problems
from openhall.core.payments.types import Payment


class Hurdle(Struct, frozen=True):
    """Why not, and the page where that can be changed: `label` is a msgid; None where nothing can."""

    problem: Problem
    label: str | None = None
    href: str | None = None


class Desk(Protocol):
    """The people behind the payees of one `kind`, as the package that registers these knows them."""

    @property
    def kind(self) -> str: ...

    async def sees(self, conn: db.ReadConn, *, payee: UUID, resident: UUID) -> bool:
        """Whether the resident may see what the payee was paid."""
        ...

    async def allow_refund(self, conn: db.Conn, *, payment: Payment, resident: UUID, amount: int) -> None:
        """Return when the resident may give this much of the payment back; else raise the Problem they are told.

        Called while the payment's order is locked, and before any account is.
        """
        ...

    async def hurdle(self, conn: db.ReadConn, *, payment: Payment, resident: UUID, amount: int) -> Hurdle | None:
        """Why the resident cannot give this much of the payment back as things stand, and what they can do about it."""
        ...

    async def most(self, conn: db.ReadConn, *, payment: Payment, resident: UUID) -> int | None:
        """What the resident may give back in all at this moment; None where only the payment bounds it."""
        ...

    async def names(self, conn: db.ReadConn, *, payee: UUID, residents: list[UUID]) -> dict[UUID, str]:
        """What the payee wants to be read on receipts of those who took a payment; of some, or all, nothing."""
        ...


class Desks:
    """The desks of all packages. Where a kind of payee has none, its owner alone acts for it."""

    def __init__(self, desks: Iterable[Desk] = ()) -> None:
        self._by_kind = {desk.kind: desk for desk in desks}

    async def sees(self, conn: db.ReadConn, payment: Payment, owner: UUID | None, resident: UUID) -> bool:
        """Whether the resident stands on the payee's side of this payment."""
        if resident == owner:
            return True
        desk = self._by_kind.get(payment.payee_kind)
        return desk is not None and await desk.sees(conn, payee=payment.payee, resident=resident)

    async def allow_refund(
        self, conn: db.Conn, payment: Payment, owner: UUID | None, resident: UUID, amount: int
    ) -> None:
        """Return when the resident may give this much back; else raise why not."""
        if resident == owner:
            return
        desk = self._by_kind.get(payment.payee_kind)
        if desk is None:
            raise problems.refund_not_yours()
        await desk.allow_refund(conn, payment=payment, resident=resident, amount=amount)

    async def hurdle(
        self, conn: db.ReadConn, payment: Payment, owner: UUID | None, resident: UUID, amount: int
    ) -> Hurdle | None:
        """What keeps the resident from giving this much back, to be told before they try."""
        desk = self._by_kind.get(payment.payee_kind)
        if resident == owner or desk is None:
            return None
        return await desk.hurdle(conn, payment=payment, resident=resident, amount=amount)

    async def most(self, conn: db.ReadConn, payment: Payment, owner: UUID | None, resident: UUID) -> int | None:
        """What the resident may give back in all at this moment; None where only the payment bounds it."""
        desk = self._by_kind.get(payment.payee_kind)
        if resident == owner or desk is None:
            return None
        return await desk.most(conn, payment=payment, resident=resident)

    async def names(self, conn: db.ReadConn, payment: Payment, residents: list[UUID]) -> dict[UUID, str]:
        """Who served, as the payee wants it to be read on receipts."""
        desk = self._by_kind.get(payment.payee_kind)
        return {} if desk is None or not residents else await desk.names(conn, payee=payment.payee, residents=residents)


ONLY_OWNERS = Desks()
