"""The shapes of pay codes. Amounts are in minor units of the currency beside them, else of the hall's. No I/O."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct, field

from openhall.base import ids
from openhall.core.payments.safety.types import Spending
from openhall.core.payments.types import Payee, Payer, ToPayee


class PayCode(Struct, frozen=True):
    """A new online code: its digits, what its QR code holds, the EMVCo form of it, and when it ends."""

    digits: str
    qr_payload: str
    emv_payload: str
    expires_at: datetime


class CodeAsk(Struct, frozen=True, kw_only=True):
    """A shop asks to be paid by what its scanner read. `charge` is the id that the payment will have."""

    digits: str
    charge: UUID
    shop: UUID
    amount: int
    now: datetime


class Consumed(Struct, frozen=True, kw_only=True):
    """The code is bound to this charge. `requires_action`: the payer must confirm it on the phone before money moves.

    `again`: the same charge had consumed the code before; everything else is as it was then. `code`: what is kept of
    it. `spending`: the payer's limits, and what they spent.
    """

    charge: UUID
    resident: UUID
    wallet: UUID
    masked: str
    offline: bool
    requires_action: bool
    again: bool
    code: str
    spending: Spending

    @property
    def payer(self) -> Payer:
        """Who pays."""
        return Payer(self.resident, self.wallet, self.masked)


class Device(Struct, frozen=True):
    """A device that may make codes offline. `spent_today`: paid by its codes on the present business date; `session`:
    with whose end it ends, None for none."""

    id: UUID
    name: str
    enrolled_at: datetime
    spent_today: int
    session: UUID | None


class Enrolled(Struct, frozen=True):
    """A device that has just been enrolled. `secret` is told once, here; `device_digits` name it in its codes."""

    id: UUID
    name: str
    enrolled_at: datetime
    device_digits: str
    secret: bytes


class ChargeState(StrEnum):
    """Where a charge is that waits for its payer. `closed`: by the shop."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    CLOSED = "closed"
    EXPIRED = "expired"


class NewWaiting(Struct, frozen=True, kw_only=True):
    """A charge that its payer must confirm until `expires_at`. `reference`: the payee's own, empty for none."""

    charge: UUID
    resident: UUID
    payee: Payee
    amount: int
    currency: str
    reference: str
    expires_at: datetime
    taken_by: UUID | None = None
    order: UUID = field(default_factory=ids.new)


class WaitingCharge(ToPayee, frozen=True):
    """A charge that waits, or waited, for its payer, with the order that it pays."""

    charge: UUID
    order_id: UUID
    resident: UUID
    amount: int
    currency: str
    reference: str
    taken_by: UUID | None
    created_at: datetime
    expires_at: datetime
    state: ChargeState
