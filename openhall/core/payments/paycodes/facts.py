"""What a payer is told on the stream `resident:<id>`, and by whom: whoever charges publishes these.

The pay-code page follows the stream and takes the payer where the fact leads.
"""

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import msgspec
from msgspec import Struct

from openhall.base import events


class ChargeSucceeded(Struct, frozen=True):
    """Money went to a shop. `payment` is the id of the payment, which its payer may read."""

    payment: UUID
    payee_name: str
    amount: int
    currency: str
    receipt_no: str
    at: datetime


class ChargeConfirm(Struct, frozen=True):
    """A shop asks for more than a code alone may give: the payer must say yes until `expires_at`."""

    charge: UUID
    payee_name: str
    amount: int
    currency: str
    expires_at: datetime


class ChargeRefused(Struct, frozen=True):
    """A shop read the code, but nothing was paid; `code` is the problem code of the reason."""

    charge: UUID
    payee_name: str
    amount: int
    currency: str
    code: str


ResidentFact: TypeAlias = ChargeSucceeded | ChargeConfirm | ChargeRefused

SUCCEEDED, CONFIRM, REFUSED = "charge.succeeded", "charge.confirm", "charge.refused"
_TYPES: dict[type[ResidentFact], str] = {
    ChargeSucceeded: SUCCEEDED,
    ChargeConfirm: CONFIRM,
    ChargeRefused: REFUSED,
}


def stream_of(resident: UUID) -> str:
    """The stream on which a resident learns of charges."""
    return f"resident:{resident}"


def told(resident: UUID, fact: ResidentFact) -> events.Fact:
    """The fact as it is published to a resident."""
    return events.Fact(stream_of(resident), _TYPES[type(fact)], msgspec.to_builtins(fact))
