"""What a page asks of a payer before more than small money moves."""

from typing import Literal, TypeAlias
from uuid import UUID

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.core.payments import problems
from openhall.core.payments.safety.guard import ToPerson, Wish, needs_proof
from openhall.core.payments.safety.payers import spending_of
from openhall.core.people import Visit, pins

# Nothing; the PIN; the PIN or the passkey; the passkey of somebody without a PIN; or a code, of who has neither.
Proof: TypeAlias = Literal["", "pin", "either", "passkey", "code"]


async def proof_of(conn: db.ReadConn, visit: Visit, *, needed: bool) -> Proof:
    """What is still to be proved, where more than small money is to be paid (`needed`)."""
    if not needed:
        return ""
    state = await pins.state_of(conn, visit.session.id)
    if pins.is_proved(visit, state):
        return ""
    if state.is_set:
        return "either" if state.has_passkey else "pin"
    return "passkey" if state.has_passkey else "code"


async def proof_asked(
    conn: db.ReadConn,
    settings: Settings,
    visit: Visit,
    payee: UUID,
    to_pay: int,
    *,
    person: bool = False,
    payer: UUID | None = None,
) -> Proof:
    """What is still to be proved before this much is paid to this payee; from the wallet of `payer`, where that is not
    who visits: the limits are theirs, the proof is the visitor's."""
    kind, from_whom = ToPerson if person else Wish, payer or visit.resident.id
    spending = await spending_of(conn, from_whom)
    wish = kind(settings, from_whom, payee, to_pay, spending, False)
    return await proof_of(conn, visit, needed=needs_proof(wish))


def shown_beside_pin(problem: Problem) -> bool:
    """Whether the page that asks for the PIN is the place to tell it: the payer can try again there."""
    return problem.code.startswith("people.pin_") or problem.definition is problems.proof_needed
