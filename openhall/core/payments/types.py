"""The shapes of payments. Amounts are in minor units of the currency beside them. No I/O."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID

from msgspec import Struct, structs

from openhall.base import db
from openhall.base.errors import Problem


class Payee(Struct, frozen=True, kw_only=True):
    """Who is paid. `account` is the ledger account, `owner` the resident who must not pay themselves.

    `stream` is where its watchers learn of payments; the name is the registered one, never what a code says.
    """

    kind: str
    id: UUID
    name: str
    account: UUID
    owner: UUID | None = None
    stream: str
    district: str = ""
    category: str = ""
    printed_max: int | None = None  # the most that one payment by a printed code may be, if less than the hall's own


class PayeeSource(Protocol):
    """A package's way to turn codes into payees, a whole list with one statement.

    Aligned with `codes`: a Payee, a Problem when the code is ours but cannot be paid, None when it is not ours.
    """

    async def __call__(self, conn: db.ReadConn, codes: Sequence[str]) -> Sequence[Payee | Problem | None]: ...


class OrderState(StrEnum):
    """Whether an order waits to be paid, is paid, or can no longer be paid.

    `asked`: it was put to one payer, who alone can pay it, by confirming the charge it belongs to.
    """

    OPEN = "open"
    ASKED = "asked"
    PAID = "paid"
    CLOSED = "closed"


class ToPayee(Struct, frozen=True):
    """The columns by which orders and charges name whom they are for."""

    payee_kind: str
    payee: UUID
    payee_name: str
    account: UUID
    owner: UUID | None
    stream: str

    @property
    def to(self) -> Payee:
        """Who is paid by it."""
        return Payee(
            kind=self.payee_kind,
            id=self.payee,
            name=self.payee_name,
            account=self.account,
            owner=self.owner,
            stream=self.stream,
        )


class Order(ToPayee, frozen=True):
    """What is to be paid: an amount to a payee, once. `reference` is the payee's own."""

    id: UUID
    amount: int
    currency: str
    state: OrderState
    expires_at: datetime | None
    reference: str | None
    taken_by: UUID | None


class ShownState(StrEnum):
    """Where an order that is shown to a payer is; `expired` follows from the time."""

    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"
    EXPIRED = "expired"


class ShownOrder(ToPayee, frozen=True):
    """An order with a code to be scanned. `payload` is what its QR holds; `payment` and what follows it
    are there once it is paid.

    `note` is for the payer to read, `reference` for the payee to find it by.
    """

    id: UUID
    amount: int
    currency: str
    state: ShownState
    created_at: datetime
    expires_at: datetime
    reference: str | None
    taken_by: UUID | None
    refunded: int
    payload: str
    lives_s: int
    note: str | None
    payment: UUID | None
    payer: UUID | None
    payer_masked: str | None
    receipt_no: str | None
    paid_at: datetime | None


class NewOrder(Struct, frozen=True):
    """An order to be made. `reference` is the payee's own; `taken_by` the hand that takes it for the payee: a resident,
    or a machine of the payee's."""

    payee: Payee
    amount: int
    currency: str = "CNY"
    expires_at: datetime | None = None
    reference: str | None = None
    taken_by: UUID | None = None


class Payer(Struct, frozen=True):
    """Who pays, from which wallet; `masked` is all the payee sees of them."""

    resident: UUID
    wallet: UUID
    masked: str


class Payment(Struct, frozen=True):
    """A finished payment, as both sides may see it."""

    id: UUID
    order_id: UUID
    state: str
    payer: UUID
    payer_masked: str
    payee_kind: str
    payee: UUID
    payee_name: str
    amount: int
    currency: str
    receipt_no: str
    business_date: date
    at: datetime
    taken_by: UUID | None
    refunded: int
    discount: int

    @property
    def paid(self) -> int:
        """What left the payer's wallet; `amount` is what the payee received."""
        return self.amount - self.discount

    @property
    def back(self) -> Literal["", "part", "all"]:
        """How much of it was given back: nothing, a part, all."""
        return "all" if self.refunded == self.amount else "part" if self.refunded else ""


class Refund(Struct, frozen=True):
    """Money that was given back: part of a payment, or all of it. `refunded_by` did it for the payee."""

    id: UUID
    payment: UUID
    amount: int
    currency: str
    reason: str
    receipt_no: str
    business_date: date
    at: datetime
    refunded_by: UUID
    payer_masked: str
    # The rest went back to who had given it: the sponsors of the discount and of the red packet.
    to_payer: int
    of_discount: int = 0
    of_bounty: int = 0

    def for_payee(self) -> "Refund":
        """As the payee's side is shown it. A red packet is between the payer and its sponsor: its share is the payer's,
        out of whose part it goes back."""
        return structs.replace(self, to_payer=self.to_payer + self.of_bounty, of_bounty=0)


class Totals(Struct, frozen=True):
    """Takings of one business date, and what was given back on it."""

    count: int
    total: int
    refunded: int
