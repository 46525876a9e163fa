"""The JSON API of money from person to person."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from openhall.base import clock, db, limits
from openhall.base.config import Settings
from openhall.core import people
from openhall.core.payments import safety
from openhall.core.payments.looks import RECEIVER
from openhall.core.payments.transfers import actions, finding, problems
from openhall.core.payments.transfers.types import Receiver, State, Transfer, Wish
from openhall.core.people import Resident, accesses, names, pins
from openhall.core.people.accesses import Capacity, Looker
from openhall.web import edge

Me = NamedDependency[Resident]
Visit = NamedDependency[people.Visit]
# Whoever sends has a real name, so that whoever tries numbers has one too.
NAMED = edge.RESIDENT | {"level": 2} | edge.shows(RECEIVER)
PhoneText = Annotated[str, Meta(max_length=64, description="The receiver's mobile number.")]
CodeText = Annotated[str, Meta(max_length=64, description="What the receiver's own code holds, after `code=`.")]
Note = Annotated[str, Meta(min_length=1, max_length=80, description="Read by the receiver.")]


class TransferRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """To whom, how much, and a word beside it. `warned`: the sender read the warning of a refusal
    `payments.transfer_warning` and is sure."""

    amount: edge.Amount
    to_phone: PhoneText | None = None
    to_code: CodeText | None = None
    note: Note | None = None
    warned: bool = False
    pin: edge.Pin | None = None


class ReceiverBody(Struct, frozen=True):
    """Who would receive, as their sender sees them; null: nothing can be shown, whether or not somebody has joined with
    this number, and the money waits to be taken. `is_new`: the sender never sent anything there."""

    name_masked: str | None
    is_new: bool


class TransferBody(Struct, frozen=True):
    """Money that was sent. `amount` in minor units of `currency`.

    `role`: which side asks. `to` and `by` are the other side as the asker may see it. Until `due_at` it can be taken
    back, and while nobody took what must be taken, which goes back at `expires_at` (`must_be_taken`).
    """

    id: UUID
    state: State
    role: Literal["sender", "receiver"]
    to: str
    by: str
    amount: int
    currency: str
    note: str | None
    receipt_no: str
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    must_be_taken: bool
    can_be_undone: bool


class TransfersBody(Struct, frozen=True):
    """What was sent and what arrived, newest first; and what waits to be taken."""

    transfers: list[TransferBody]
    incoming: list[TransferBody]


class CodeBody(Struct, frozen=True):
    """The resident's own code to receive by, and what its QR holds."""

    code: str
    link: str


async def receiver_of(
    reader: db.ReadConn, settings: Settings, sender: Resident, *, to_phone: str | None, to_code: str | None
) -> Receiver:
    """Who is meant by a number or a code, one of them."""
    if to_code and not to_phone:
        return await finding.by_code(reader, settings, sender=sender, code=to_code)
    if to_phone and not to_code:
        return await finding.by_phone(reader, settings, sender=sender, written=to_phone)
    raise problems.receiver_missing()


async def look_up(
    pool: db.Pool, settings: Settings, sender: Resident, *, to_phone: str | None, to_code: str | None
) -> tuple[Receiver, bool]:
    """The same, and whether they are new to the sender. A number that is new counts: nobody may try many. Whoever is
    shown by a name learns who typed their number.

    Problem `hall.rate_limited`.
    """
    async with pool.read() as reader:
        receiver = await receiver_of(reader, settings, sender, to_phone=to_phone, to_code=to_code)
        is_new = not await finding.is_familiar(reader, sender=sender.id, receiver=receiver)
    if is_new and not receiver.by_code:
        most = limits.Limit("payments.receivers", settings.receivers_per_day, timedelta(days=1))
        await limits.take(pool, most, str(sender.id))
    if receiver.resident is not None and receiver.shown_as and not receiver.by_code:
        async with pool.write() as conn:
            (own,) = await names.of(conn, [sender.id])
            by = Looker(sender.id, Capacity.RESIDENT, own.name_masked or "")
            await accesses.saw(conn, RECEIVER, by, [receiver.resident])
    return receiver, is_new


class ReceiverRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom you mean: by a number or by a code."""

    to_phone: PhoneText | None = None
    to_code: CodeText | None = None


@post("/transfers/receiver", opt=NAMED, status_code=200)
async def receiver(
    data: JSONBody[ReceiverRequest], pool: edge.Pool, settings: edge.HallSettings, resident: Me
) -> ReceiverBody:
    """Whom a number or a code names, before anything is sent. Sent, not asked in the address, where logs would keep
    the number.

    Refusals: `payments.receiver_missing`, `people.phone_invalid`, `payments.receive_code_unknown`,
    `payments.receiver_closed`, `payments.transfer_to_yourself`, `hall.rate_limited`.
    """
    found, is_new = await look_up(pool, settings, resident, to_phone=data.to_phone, to_code=data.to_code)
    return ReceiverBody(found.shown_as, is_new)


@post("/transfers", opt=NAMED, status_code=201, responses=edge.answers(TransferBody))
async def send(
    request: Request[Any, Any, Any],
    data: JSONBody[TransferRequest],
    pool: edge.Pool,
    settings: edge.HallSettings,
    visit: Visit,
    idempotency_key: edge.IdempotencyKey,
) -> Response[Any]:
    """Send money to a person, with the PIN or after a passkey. It can be taken back until `due_at`.

    Refusals, in this order: those of the receiver (see above), those of the PIN (`people.pin_*`),
    `payments.transfer_warning` (with `warnings`), `payments.above_own_limit`, `payments.above_spending_limit`,
    `payments.above_new_payee_limit`, `payments.proof_needed`, `payments.insufficient_funds`,
    `payments.account_frozen`.
    """
    sender = visit.resident
    said = SaidTransfer(data.to_phone, data.to_code, data.amount, data.note)
    if before := await edge.again(request, pool, key=idempotency_key, principal=sender.id, body=said):
        return before
    found, _ = await look_up(pool, settings, sender, to_phone=data.to_phone, to_code=data.to_code)
    proved = await pins.stands(pool, settings, visit, written=data.pin or "")
    wish = Wish(found, data.amount, data.note, data.warned)
    async with pool.write() as conn:

        async def act() -> TransferBody:
            made = await actions.send(conn, safety.Guard(settings, proved), sender=sender, wish=wish)
            return body_of(made, sender)

        return await edge.once(request, conn, key=idempotency_key, principal=sender.id, body=said, act=act, keep=True)


class SaidTransfer(Struct, frozen=True):
    """What of a request its key stands for: not the PIN, and not that a warning was read."""

    to_phone: str | None
    to_code: str | None
    amount: int
    note: str | None


@get("/transfers", opt=edge.RESIDENT)
async def listed(reader: edge.Reader, resident: Me) -> TransfersBody:
    """What was sent and what arrived, the newest fifty; and what waits to be taken."""
    made = await actions.transfers_of(reader, resident=resident.id)
    waiting = await actions.incoming(reader, resident=resident)
    return TransfersBody([body_of(one, resident) for one in made], [body_of(one, resident) for one in waiting])


@get("/transfers/{transfer_id:uuid}", opt=edge.RESIDENT)
async def show(reader: edge.Reader, resident: Me, transfer_id: FromPath[UUID]) -> TransferBody:
    """One of them, for its two sides. Anybody else: 404."""
    return body_of(await actions.transfer(reader, resident=resident, transfer_id=transfer_id), resident)


@post("/transfers/{transfer_id:uuid}/undo", opt=edge.RESIDENT, status_code=200)
async def undo(conn: edge.Conn, resident: Me, transfer_id: FromPath[UUID]) -> TransferBody:
    """Take it back, from any session and without a proof; asked again it is the same.

    Refusals: `payments.transfer_not_found`, `payments.transfer_over`.
    """
    return body_of(await actions.undo(conn, sender=resident.id, transfer_id=transfer_id), resident)


@post("/transfers/{transfer_id:uuid}/accept", opt=edge.RESIDENT, status_code=200)
async def accept(conn: edge.Conn, resident: Me, transfer_id: FromPath[UUID]) -> TransferBody:
    """Take what waits to be taken. Refusals: `payments.transfer_not_found`, `payments.transfer_gone`."""
    return body_of(await actions.accept(conn, receiver=resident, transfer_id=transfer_id), resident)


@post("/me/receive-code", opt=edge.RESIDENT, status_code=200)
async def receive_code(
    conn: edge.Conn, settings: edge.HallSettings, resident: Me, anew: FromQuery[bool] = False
) -> CodeBody:
    """The resident's own code to receive by; with `anew=true` another one, and the old one ends."""
    make = finding.new_code if anew else finding.own_code
    code = await make(conn, resident.id)
    return CodeBody(code, finding.link(settings, code))


def body_of(made: Transfer, resident: Resident) -> TransferBody:
    """As this side sees it. A sender is not told that somebody took it before it arrived."""
    is_sender = made.sender == resident.id
    return TransferBody(
        id=made.id,
        state=made.state,
        role="sender" if is_sender else "receiver",
        to=made.to_masked if is_sender else resident.phone_masked,
        by=made.sender_masked,
        amount=made.amount,
        currency=made.currency,
        note=made.note,
        receipt_no=made.receipt_no,
        created_at=made.created_at,
        due_at=made.due_at,
        expires_at=made.expires_at,
        ended_at=made.ended_at,
        must_be_taken=made.shown_as is None if is_sender else made.must_be_taken,
        can_be_undone=is_sender and made.can_be_undone(clock.now()),
    )


router = edge.api(receiver, send, listed, show, undo, accept, receive_code, tags=["Transfers"])
