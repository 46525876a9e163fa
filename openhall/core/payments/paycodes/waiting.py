"""Charges that wait for their payer: put there by the counter, ended by the payer on the phone or by the shop.

A charge is confirmed at most once, and then there is the payment with its id: the row is locked before money moves, and
the ledger knows the id too.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from openhall.base import clock, db, events, idempotency
from openhall.base.errors import Problem
from openhall.base.idempotency import Answer
from openhall.core import ledger
from openhall.core.payments import paid, problems, rules
from openhall.core.payments.paycodes.facts import REFUSED, ChargeConfirm, ChargeSucceeded, told
from openhall.core.payments.paycodes.types import ChargeState, NewWaiting, WaitingCharge
from openhall.core.payments.teller import SCOPE
from openhall.core.payments.types import Payer
from openhall.core.payments.views import PaymentView

q = db.load("openhall.core.payments.paycodes")
of_payments = db.load("openhall.core.payments")


async def ask_payers(conn: db.Conn, charges: Sequence[NewWaiting]) -> None:
    """Keep charges until their payers decide, and call the payers (`charge.confirm`). A retry changes nothing."""
    await events.publish(conn, await keep(conn, charges))


async def keep(conn: db.Conn, charges: Sequence[NewWaiting]) -> list[events.Fact]:
    """Keep charges and their orders; what their payers are to be told, for the caller to publish with other facts."""
    if not charges:
        return []
    rows = db.rows(map(_waiting_row, charges))
    kept = set(await db.all(conn, q.insert_waiting, UUID, rows=rows, now=clock.now()))
    return [
        told(c.resident, ChargeConfirm(c.charge, c.payee.name, c.amount, c.currency, c.expires_at))
        for c in charges
        if c.charge in kept
    ]


async def waiting(conn: db.ReadConn, charges: Sequence[UUID]) -> list[WaitingCharge | None]:
    """Where these charges are; None for one that never waited."""
    found = await db.all(conn, q.waiting_charges, WaitingCharge, charges=list(charges), now=clock.now())
    by_id = {charge.charge: charge for charge in found}
    return [by_id.get(charge) for charge in charges]


async def close(conn: db.Conn, charges: Sequence[UUID]) -> list[WaitingCharge | None]:
    """The shop gives these charges up. Each as it is afterwards: `closed`, or what had ended it before.

    A confirmed one stays confirmed: its payment is given back by a refund. The rows stay locked until the transaction
    ends, so nothing is confirmed meanwhile.
    """
    now = clock.now()
    found = await db.all(conn, q.lock_waiting_charges, WaitingCharge, charges=list(charges), now=now)
    open_ = [c.charge for c in found if c.state in (ChargeState.WAITING, ChargeState.EXPIRED)]
    if open_:
        await db.send(conn, q.end_waiting_charges, charges=open_, state=ChargeState.CLOSED, now=now)
    by_id = {c.charge: _ended(c) if c.charge in open_ else c for c in found}
    return [by_id.get(charge) for charge in charges]


async def next_waiting(conn: db.ReadConn, *, resident: UUID) -> UUID | None:
    """The oldest charge that waits for this resident, if one does."""
    return await db.maybe(conn, q.next_waiting_charge, UUID, resident=resident, now=clock.now())


async def charge_of(conn: db.ReadConn, *, resident: UUID, charge: UUID) -> WaitingCharge:
    """A charge that waits, or waited, for this resident; Problem `payments.charge_not_found`."""
    (found,) = await waiting(conn, [charge])
    if found is None or found.resident != resident:
        raise problems.charge_not_found()
    return found


async def confirm(conn: db.Conn, *, payer: Payer, charge: UUID, key: str) -> Answer:
    """Pay a charge that waits for this payer: 201 with the payment as JSON, or a recorded refusal.

    The same key gets the same answer. After a refusal (`payments.charge_ended`, `payments.own_shop`,
    `payments.insufficient_funds`) the charge still waits and another key may try again.
    Problems: `payments.charge_not_found`, and those of the key.
    """
    await charge_of(conn, resident=payer.resident, charge=charge)
    named = idempotency.Key(
        principal=str(payer.resident),
        scope=SCOPE,
        key=idempotency.check_key(key),
        body_hash=idempotency.body_hash(msgspec.json.encode(["charge", charge])),
    )

    async def act() -> Answer:
        return Answer(201, msgspec.json.encode(await _pay(conn, payer, charge)).decode())

    return await idempotency.once(conn, named, act, keep=True)


async def refuse(conn: db.Conn, *, resident: UUID, charge: UUID) -> WaitingCharge:
    """The payer says no. The charge as it is afterwards: `refused`, or what had ended it before."""
    now = clock.now()
    await charge_of(conn, resident=resident, charge=charge)
    (found,) = await db.all(conn, q.lock_waiting_charges, WaitingCharge, charges=[charge], now=now)
    if found.state is not ChargeState.WAITING:
        return found
    await db.send(conn, q.end_waiting_charges, charges=[charge], state=ChargeState.REFUSED, now=now)
    await events.publish(conn, [events.Fact(found.stream, REFUSED, _refused(found))])
    return msgspec.structs.replace(found, state=ChargeState.REFUSED)


async def _pay(conn: db.Conn, payer: Payer, charge: UUID) -> PaymentView:
    """The money, the payment, and the word to both sides."""
    now = clock.now()
    (found,) = await db.all(conn, q.lock_waiting_charges, WaitingCharge, charges=[charge], now=now)
    if found.state is not ChargeState.WAITING:
        raise problems.charge_ended(state=found.state)
    if refusal := rules.payer_refusal(payer.resident, found.owner, found.amount, found.amount):
        raise refusal
    outcome = await _move(conn, payer, found)
    number = await db.one(conn, of_payments.take_receipt_numbers, int, count=1)
    receipt = _receipt(payer, found, outcome, number)
    await paid.write(conn, [receipt])
    await db.send(conn, q.end_waiting_charges, charges=[charge], state=ChargeState.CONFIRMED, now=now)
    succeeded = ChargeSucceeded(charge, found.payee_name, found.amount, found.currency, receipt.receipt_no, outcome.at)
    await events.publish(conn, [paid.told(receipt), told(payer.resident, succeeded)])
    return PaymentView.of_paid(receipt)


async def _move(conn: db.Conn, payer: Payer, charge: WaitingCharge) -> ledger.Outcome:
    transfer = ledger.Transfer(
        id=charge.charge,
        debit=payer.wallet,
        credit=charge.account,
        amount=charge.amount,
        currency=charge.currency,
        reason="payment",
    )
    (outcome,) = await ledger.post(conn, [transfer])
    if not outcome.ok:
        # Raised out of the savepoint, so the ledger forgets the refusal too, and the payer may top up and try again.
        refused: Problem = rules.ledger_refusal(outcome.code)
        raise refused
    return outcome


def _ended(charge: WaitingCharge) -> WaitingCharge:
    return msgspec.structs.replace(charge, state=ChargeState.CLOSED)


def _receipt(payer: Payer, charge: WaitingCharge, outcome: ledger.Outcome, number: int) -> paid.Paid:
    return paid.Paid(
        id=charge.charge,
        order=charge.order_id,
        fresh=False,
        payer=payer,
        payee=charge.to,
        amount=charge.amount,
        currency=charge.currency,
        receipt_no=rules.receipt_no(outcome.business_date, number),
        business_date=outcome.business_date,
        at=outcome.at,
        reference=charge.reference or None,
        taken_by=charge.taken_by,
    )


def _refused(charge: WaitingCharge) -> dict[str, object]:
    """What the watchers of the payee learn when the payer said no."""
    return {
        "id": str(charge.charge),
        "amount": charge.amount,
        "currency": charge.currency,
        "reference": charge.reference or None,
    }


def _waiting_row(new: NewWaiting) -> dict[str, object]:
    return {
        "charge": new.charge,
        "order_id": new.order,
        "resident": new.resident,
        "payee_kind": new.payee.kind,
        "payee": new.payee.id,
        "payee_name": new.payee.name,
        "account": new.payee.account,
        "owner": new.payee.owner,
        "stream": new.payee.stream,
        "amount": new.amount,
        "currency": new.currency,
        "reference": new.reference,
        "taken_by": new.taken_by,
        "expires_at": new.expires_at,
    }
