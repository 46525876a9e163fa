"""Charges that wait for their payer: put there by the counter, ended by the payer on the phone or by the shop.

A charge is confirmed at most once, and then there is the payment with its id: the row is locked before money moves, and
the ledger knows the id too. Offers count when it is confirmed, not when it was put there: what the payer is shown is a
quotation, and who was shown a lower price than there is then is asked again.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from openhall.base import clock, db, events, idempotency
from openhall.base.i18n import N_
from openhall.base.idempotency import Answer
from openhall.base.package import Notice
from openhall.base.telling import Sum
from openhall.core import ledger
from openhall.core.payments import offers, paid, problems, rules, safety
from openhall.core.payments.paycodes.facts import REFUSED, ChargeConfirm, ChargeSucceeded, told
from openhall.core.payments.paycodes.types import ChargeState, NewWaiting, WaitingCharge
from openhall.core.payments.teller import SCOPE
from openhall.core.payments.types import Payer
from openhall.core.payments.views import PaymentView

q = db.load("openhall.core.payments.paycodes")
of_payments = db.load("openhall.core.payments")
_TOGETHER = 100
# On the home page no more than what one glance takes in; each leads to the next one.
_AT_HOME = 3
_ASKED = N_("%(shop)s asks you for %(amount)s: say yes or no")


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


async def hold_payees(conn: db.Conn, payees: Sequence[UUID]) -> None:
    """Wait for whoever is closing one of these payees. Whether they are open is to be asked after it, and stays so."""
    await db.all(conn, q.hold_payees, str, payees=db.ids(payees))


async def close_all_of(conn: db.Conn, *, payee: UUID) -> int:
    """The payee is being closed: close every charge that waits for its payer there; how many.

    One that is being put there is waited for, one that is being confirmed too, and is paid then.
    """
    await db.all(conn, q.close_payee, str, payee=payee)
    found = await db.all(conn, q.waiting_charges_of_payee, UUID, payee=payee)
    closed = await close(conn, found)
    return sum(charge is not None and charge.state is ChargeState.CLOSED for charge in closed)


async def next_waiting(conn: db.ReadConn, *, resident: UUID) -> UUID | None:
    """The oldest charge that waits for this resident, if one does."""
    return await db.maybe(conn, q.next_waiting_charge, UUID, resident=resident, now=clock.now())


async def waiting_for(conn: db.ReadConn, *, resident: UUID, limit: int = _TOGETHER) -> list[WaitingCharge]:
    """What the charges are that wait for this resident, oldest first; at most a hundred."""
    return await db.all(conn, q.charges_waiting_for, WaitingCharge, resident=resident, now=clock.now(), limit=limit)


async def notices(conn: db.ReadConn, *, resident: UUID, phone: str) -> list[Notice]:
    """That a shop waits for somebody's yes, for their home page."""
    return [
        Notice(
            _ASKED,
            {"shop": one.payee_name, "amount": Sum(one.amount, one.currency)},
            "store",
            f"/pay-code/charges/{one.charge}",
        )
        for one in await waiting_for(conn, resident=resident, limit=_AT_HOME)
    ]


async def charge_of(conn: db.ReadConn, *, resident: UUID, charge: UUID) -> WaitingCharge:
    """A charge that waits, or waited, for this resident; Problem `payments.charge_not_found`."""
    (found,) = await waiting(conn, [charge])
    if found is None or found.resident != resident:
        raise problems.charge_not_found()
    return found


async def quote(conn: db.ReadConn, *, charge: WaitingCharge, offered: offers.Offers) -> offers.Terms:
    """What offers would give if the payer said yes now. Nothing is kept for it: another payer may be quicker."""
    return await offered.quote(conn, _due(charge))


async def confirm(
    conn: db.Conn,
    *,
    payer: Payer,
    charge: UUID,
    key: str,
    offered: offers.Offers,
    guard: safety.Guard,
    expected_paid: int | None = None,
) -> Answer:
    """Pay a charge that waits for this payer: 201 with the payment as JSON, or a recorded refusal.

    `expected_paid` is the most that may leave the wallet: what the payer was shown; None: whatever applies.
    The same key gets the same answer. After a refusal (`payments.charge_ended`, `payments.own_shop`,
    `payments.offer_gone`, those of limits, `payments.insufficient_funds`, `payments.account_frozen`) the charge still
    waits and another key may try again; after `payments.proof_needed`, which is not recorded, the same.
    Problems: `payments.charge_not_found`, and those of the key.
    """
    await charge_of(conn, resident=payer.resident, charge=charge)

    async def act() -> Answer:
        view = await _pay(conn, payer, charge, offered, guard, expected_paid)
        return Answer(201, msgspec.json.encode(view).decode())

    return await idempotency.once(conn, _named(payer.resident, charge, key, expected_paid), act, keep=True)


async def answered_before(
    conn: db.ReadConn, *, payer: UUID, charge: UUID, key: str, expected_paid: int | None
) -> Answer | None:
    """What was answered to this very yes before, for whoever sends it again: their PIN may be used up by then. Problem
    `hall.idempotency_key_reused`."""
    return await idempotency.recorded(conn, _named(payer, charge, key, expected_paid))


def _named(payer: UUID, charge: UUID, key: str, expected_paid: int | None) -> idempotency.Key:
    return idempotency.Key(
        principal=str(payer),
        scope=SCOPE,
        key=idempotency.check_key(key),
        body_hash=idempotency.body_hash(msgspec.json.encode(["charge", charge, expected_paid])),
    )


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


async def waiting_of(conn: db.ReadConn, *, resident: UUID) -> list[UUID]:
    """The charges that wait for this resident, in the order in which they are locked; at most a hundred."""
    return await db.all(conn, q.charges_that_wait, UUID, resident=resident, now=clock.now(), limit=_TOGETHER)


async def refuse_all(conn: db.Conn, *, resident: UUID) -> None:
    """The payer says no to everything that waits for them: they are at no counter."""
    for charge in await waiting_of(conn, resident=resident):
        await refuse(conn, resident=resident, charge=charge)


async def _pay(
    conn: db.Conn,
    payer: Payer,
    charge: UUID,
    offered: offers.Offers,
    guard: safety.Guard,
    expected_paid: int | None,
) -> PaymentView:
    """The money, the payment, and the word to both sides."""
    now = clock.now()
    (found,) = await db.all(conn, q.lock_waiting_charges, WaitingCharge, charges=[charge], now=now)
    if found.state is not ChargeState.WAITING:
        raise problems.charge_ended(state=found.state)
    if refusal := rules.payer_refusal(payer.resident, found.owner):
        raise refusal
    (terms,) = await (await offered.look(conn)).terms([_due(found)])
    if refusal := rules.price_refusal(found.amount, offers.paid(found.amount, terms), expected_paid):
        raise refusal
    wish = await _judged(conn, payer, found, offers.paid(found.amount, terms), guard)
    chain, outcome = await _move(conn, payer, found, terms, wish.debits_max)
    number = await db.one(conn, of_payments.take_receipt_numbers, int, count=1)
    given = offers.given(_due(found), terms, chain, outcome)
    receipt = _receipt(payer, found, outcome, number, terms, given)
    await paid.write(conn, [receipt])
    await safety.kept(conn, [wish])
    await offers.write(conn, offered, given)
    await db.send(conn, q.end_waiting_charges, charges=[charge], state=ChargeState.CONFIRMED, now=now)
    succeeded = ChargeSucceeded(charge, found.payee_name, found.amount, found.currency, receipt.receipt_no, outcome.at)
    await events.publish(conn, [paid.told(receipt), told(payer.resident, succeeded)])
    return PaymentView.of_paid(receipt)


async def _judged(conn: db.Conn, payer: Payer, charge: WaitingCharge, to_pay: int, guard: safety.Guard) -> safety.Wish:
    """What leaves the wallet, if its limits and the proof of its owner allow it; Problems otherwise."""
    spending = await safety.spending_of(conn, payer.resident)
    wish = safety.Wish(guard.settings, payer.resident, charge.payee, to_pay, spending, guard.proved)
    wish.named = charge.charge, charge.payee_name
    (refused,) = await safety.judge(conn, [wish])
    if refused:
        raise refused
    return wish


def _due(charge: WaitingCharge) -> offers.Due:
    return offers.Due(charge.charge, charge.resident, charge.payee, charge.amount, charge.currency)


async def _move(
    conn: db.Conn, payer: Payer, charge: WaitingCharge, terms: offers.Terms, debits_max: int
) -> tuple[list[ledger.Transfer], ledger.Outcome]:
    """The transfers that were posted, and what the ledger says of the payment's own."""
    whole = ledger.Transfer(
        id=charge.charge,
        debit=payer.wallet,
        credit=charge.account,
        amount=charge.amount,
        currency=charge.currency,
        reason="payment",
        debits_max=debits_max,
    )
    chain = offers.legs(whole, terms)
    outcomes = await ledger.post(conn, chain)
    if refused := rules.chain_refusal([outcome.code for outcome in outcomes]):
        # Raised out of the savepoint, so the ledger forgets the refusal too, and the payer may top up and try again.
        raise refused
    return chain, outcomes[0]


def _ended(charge: WaitingCharge) -> WaitingCharge:
    return msgspec.structs.replace(charge, state=ChargeState.CLOSED)


def _receipt(
    payer: Payer,
    charge: WaitingCharge,
    outcome: ledger.Outcome,
    number: int,
    terms: offers.Terms,
    given: Sequence[offers.Given],
) -> paid.Paid:
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
        terms=terms,
        given=given,
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
