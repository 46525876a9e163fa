"""Sending, taking back, and taking what must be taken."""

from datetime import timedelta
from uuid import UUID

from msgspec import structs

from openhall.base import clock, db, ids
from openhall.base.telling import Sum
from openhall.core import ledger, messages, people
from openhall.core.payments import rules as of_payments
from openhall.core.payments import safety
from openhall.core.payments.safety.guard import ToPerson
from openhall.core.payments.transfers import finding, problems, scams
from openhall.core.payments.transfers.settling import end, waiting_account
from openhall.core.payments.transfers.telling import FIRST_TRANSFER, TRANSFER_WAITS
from openhall.core.payments.transfers.types import State, Transfer, Wish, tidy
from openhall.core.people import Resident, names

q = db.load("openhall.core.payments.transfers")
payments = db.load("openhall.core.payments")

_TOGETHER = 50


async def send(conn: db.Conn, guard: safety.Guard, *, sender: Resident, wish: Wish) -> Transfer:
    """Send it: the money leaves the wallet now, and can be taken back for `undo_minutes`.

    Problems, in this order: `payments.transfer_to_yourself`, `payments.transfer_warning` (with `warnings`, unless the
    sender was warned), those of limits, `payments.proof_needed`, `payments.insufficient_funds`,
    `payments.account_frozen`.
    """
    settings, receiver = guard.settings, wish.receiver
    wish = structs.replace(wish, note=tidy(wish.note) or None)
    if receiver.resident == sender.id:
        raise problems.transfer_to_yourself()
    if not wish.warned and (warnings := scams.found_in(wish.note)):
        raise problems.transfer_warning(warnings=warnings)
    is_new = not await finding.is_familiar(conn, sender=sender.id, receiver=receiver)
    spending = await safety.spending_of(conn, sender.id)
    judged = ToPerson(settings, sender.id, receiver.key, wish.amount, spending, guard.proved)
    (refused,) = await safety.judge(conn, [judged])
    if refused:
        raise refused
    out = ledger.Transfer(
        id=ids.new(),
        debit=sender.wallet,
        credit=await waiting_account(conn, settings.currency),
        amount=wish.amount,
        currency=settings.currency,
        reason="transfer_sent",
        debits_max=judged.debits_max,
    )
    (outcome,) = await ledger.post(conn, [out], fresh=True)
    if not outcome.ok:
        # Raised out of the savepoint, so the ledger forgets the refusal too.
        raise of_payments.ledger_refusal(outcome.code)
    made = await _write(conn, guard, sender, wish, outcome)
    await safety.kept(conn, [judged])
    await _tell(conn, made, is_new=is_new)
    return made


async def undo(conn: db.Conn, *, sender: UUID, transfer_id: UUID) -> Transfer:
    """Take it back; asked again it is the same. Of taking back and arriving exactly one happens.

    Problems, in this order: `payments.transfer_not_found`, `payments.transfer_over`.
    """
    found = await db.maybe(conn, q.lock_transfer, Transfer, id=transfer_id)
    if found is None or found.sender != sender:
        raise problems.transfer_not_found()
    if found.state is State.UNDONE:
        return found
    if not found.can_be_undone(clock.now()):
        raise problems.transfer_over(state=found.state)
    await end(conn, [(found, State.UNDONE)])
    return await _again(conn, found.id)


async def accept(conn: db.Conn, *, receiver: Resident, transfer_id: UUID) -> Transfer:
    """Take what waits for its receiver; it arrives when its sender can no longer take it back. Asked again it is the
    same.

    Problems, in this order: `payments.transfer_not_found` (also of what one sent oneself, to a number that became
    one's own since: it is taken back), `payments.transfer_gone`.
    """
    found = await db.maybe(conn, q.lock_transfer, Transfer, id=transfer_id)
    is_mine = (
        found is not None
        and found.sender != receiver.id
        and (found.receiver == receiver.id or (found.receiver is None and found.to_phone == receiver.phone))
    )
    if found is None or not is_mine:
        raise problems.transfer_not_found()
    now = clock.now()
    if found.accepted_at is not None or found.shown_as is not None:
        return found
    if found.state is not State.WAITING or found.expires_at <= now:
        raise problems.transfer_gone()
    # Whoever froze their account wants nothing to leave it: the job brings it back.
    if await db.one(conn, q.is_sender_frozen, bool, id=found.id):
        raise problems.transfer_gone()
    await db.run(conn, q.accept_transfer, id=found.id, resident=receiver.id, now=now)
    taken = await _again(conn, found.id)
    if taken.due_at <= now:
        await end(conn, [(taken, State.COMPLETED)])
    return await _again(conn, found.id)


async def transfer(conn: db.ReadConn, *, resident: Resident, transfer_id: UUID) -> Transfer:
    """One that the resident sent or receives; Problem `payments.transfer_not_found` for anybody else.

    A receiver sees nothing of it before it arrived, unless it waits to be taken.
    """
    found = await db.maybe(conn, q.transfer, Transfer, id=transfer_id, resident=resident.id, phone=resident.phone)
    seen = found is not None and (
        found.sender == resident.id or found.state is State.COMPLETED or found.shown_as is None
    )
    if found is None or not seen:
        raise problems.transfer_not_found()
    return found


async def transfers_of(conn: db.ReadConn, *, resident: UUID, limit: int = _TOGETHER) -> list[Transfer]:
    """What the resident sent, and what arrived, newest first."""
    return await db.all(conn, q.transfers_of, Transfer, resident=resident, limit=limit)


async def incoming(conn: db.ReadConn, *, resident: Resident) -> list[Transfer]:
    """What waits for this resident to take it, oldest first."""
    asked = {"resident": resident.id, "phone": resident.phone, "now": clock.now(), "limit": _TOGETHER}
    return await db.all(conn, q.incoming, Transfer, **asked)


async def _write(conn: db.Conn, guard: safety.Guard, sender: Resident, wish: Wish, outcome: ledger.Outcome) -> Transfer:
    settings, receiver = guard.settings, wish.receiver
    number = await db.one(conn, payments.take_receipt_numbers, int, count=1)
    (standing,) = await names.of(conn, [sender.id])
    due_at = outcome.at + timedelta(minutes=settings.undo_minutes)
    await db.run(
        conn,
        q.insert_transfer,
        id=outcome.id,
        sender=sender.id,
        receiver=receiver.resident,
        receiver_key=receiver.key,
        to_phone=receiver.phone,
        by_code=receiver.by_code,
        shown_as=receiver.shown_as,
        sender_masked=standing.name_masked or people.masked(sender.phone),
        amount=wish.amount,
        currency=settings.currency,
        note=wish.note,
        warned=wish.warned,
        now=outcome.at,
        due_at=due_at,
        expires_at=max(due_at, outcome.at + timedelta(hours=settings.unclaimed_hours)),
        receipt_no=of_payments.receipt_no(outcome.business_date, number),
        business_date=outcome.business_date,
    )
    return await _again(conn, outcome.id)


async def _again(conn: db.Conn, transfer_id: UUID) -> Transfer:
    return await db.one(conn, q.lock_transfer, Transfer, id=transfer_id)


async def _tell(conn: db.Conn, made: Transfer, *, is_new: bool) -> None:
    amount = Sum(made.amount, made.currency)
    if is_new:
        facts = {"at": made.created_at, "until": made.due_at, "receiver": made.to_masked}
        await messages.tell(conn, made.sender, FIRST_TRANSFER, transfer=made.id, amount=amount, **facts)
    if made.must_be_taken and made.receiver is not None:
        told = {"sender": made.sender_masked, "until": made.expires_at}
        await messages.tell(conn, made.receiver, TRANSFER_WAITS, transfer=made.id, amount=amount, **told)
