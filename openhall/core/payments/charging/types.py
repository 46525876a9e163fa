"""The shapes of charging. Amounts are in minor units of the currency beside them, else of the hall's. No I/O."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec
from msgspec import Struct

from openhall.base import db, idempotency
from openhall.base.errors import Problem
from openhall.core.payments.paycodes import ChargeState
from openhall.core.payments.types import OrderState, Payee


class Door(Struct, frozen=True):
    """Somebody at a shop's counter: a bearer token as it came, or a resident who is known already."""

    shop: UUID
    token: str | None = None
    resident: UUID | None = None


class Taker(Struct, frozen=True):
    """Who was let in, and for whom they take money.

    `principal` owns the idempotency keys. `hand` is what stands on payments and refunds: the resident at the counter,
    or the machine, by the id its package knows it by. `refusal`: why nothing new is charged for this payee, if so; what
    was charged before can still be asked for and undone.
    """

    payee: Payee
    principal: str
    hand: UUID
    is_machine: bool
    refusal: Problem | None = None


class Admission(Protocol):
    """A package's way to say who may charge for its payees, for a whole list with one or two statements.

    Aligned with `doors`: a Taker, or the Problem that the caller is told.
    """

    async def __call__(self, conn: db.Conn, doors: Sequence[Door]) -> Sequence[Taker | Problem]: ...


class Ask(Struct, frozen=True, kw_only=True):
    """A wish to be paid by what a scanner read. `admission` judges the door."""

    admission: Admission
    door: Door
    key: str
    pay_code: str
    amount: int
    reference: str

    @property
    def body_hash(self) -> bytes:
        """To tell a retry from another request under the same key."""
        return idempotency.body_hash(msgspec.json.encode([self.door.shop, self.pay_code, self.amount, self.reference]))


class Standing(StrEnum):
    """Where a charge is. `refused`: by its payer; `closed`: by the shop."""

    SUCCEEDED = "succeeded"
    REQUIRES_ACTION = "requires_action"
    REFUSED = "refused"
    CLOSED = "closed"
    EXPIRED = "expired"


_OF_WAITING = {
    ChargeState.WAITING: Standing.REQUIRES_ACTION,
    ChargeState.CONFIRMED: Standing.SUCCEEDED,
    ChargeState.REFUSED: Standing.REFUSED,
    ChargeState.CLOSED: Standing.CLOSED,
    ChargeState.EXPIRED: Standing.EXPIRED,
}


class Charge(Struct, frozen=True):
    """What there is under a payee's reference, or of a charge: its order, and its payment or the wait for it.

    `id` is None for an order that no payer was asked to pay, and for a reference that was given up. `discount` is what
    offers gave of the amount, None until it is paid.
    """

    order_id: UUID
    order_state: OrderState
    payee_kind: str
    payee: UUID
    payee_name: str
    amount: int
    currency: str
    reference: str | None
    refunded: int
    discount: int | None
    id: UUID | None
    payer: UUID | None
    payer_masked: str | None
    receipt_no: str | None
    at: datetime | None
    expires_at: datetime | None
    waiting: ChargeState | None

    @property
    def state(self) -> Standing:
        """Where it is; only asked of what is a charge, or is over."""
        if self.order_state is OrderState.PAID:
            return Standing.SUCCEEDED
        return Standing.CLOSED if self.waiting is None else _OF_WAITING[self.waiting]
