"""The counter: takes what shops' scanners read, everybody who asks in the same moment in one transaction.

As the teller does, by array statements, however many charges a batch holds. A refused charge never touches its
neighbours, and it leaves nothing behind: no money moved, no reference held, the pay code as it was.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from openhall.base import clock, db, events, ids
from openhall.base.batch import Batch
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.base.idempotency import Answer, check_key
from openhall.core import ledger
from openhall.core.payments import answering, offers, paid, paycodes, problems, rules, safety
from openhall.core.payments.answering import undecided
from openhall.core.payments.charging import finding
from openhall.core.payments.charging.types import Admission, Ask, Charge, Standing, Taker
from openhall.core.payments.charging.views import ChargeView
from openhall.core.payments.types import OrderState

q = db.load("openhall.core.payments")

# The API and the counter's page share one name for the act, so that a key works across both.
SCOPE = "POST /charges"


_LIMITS = (problems.above_own_limit, problems.above_spending_limit, problems.above_new_payee_limit)


class _Item(answering.Item):
    """An ask on its way through the batch. `charge` is the id that its payment will have."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self.ask = ask
        self.charge = ids.new()
        self.taker: Taker | None = None
        self.code: paycodes.Consumed | None = None
        self.terms = offers.NOTHING
        self.wish: safety.Wish | None = None
        self.why: Problem | None = None  # what the payer is told, where the shop learns less

    @property
    def identity(self) -> tuple[str, str]:
        return self.admitted.principal, self.ask.key

    @property
    def body_hash(self) -> bytes:
        return self.ask.body_hash

    @property
    def admitted(self) -> Taker:
        """Who asks; only of items that were let in."""
        assert self.taker is not None, "an item at a closed door was answered before"
        return self.taker

    @property
    def shown(self) -> paycodes.Consumed:
        """Whose code it was; only of items whose code was read."""
        assert self.code is not None, "an item whose code was refused was answered before"
        return self.code

    @property
    def reference(self) -> tuple[UUID, str]:
        return self.ask.door.shop, self.ask.reference

    def code_ask(self, charge: UUID) -> paycodes.CodeAsk:
        ask = self.ask
        return paycodes.CodeAsk(
            digits=ask.pay_code, charge=charge, shop=ask.door.shop, amount=ask.amount, now=clock.now()
        )


class Counter:
    """Takes asks and answers them; one per process."""

    def __init__(self, pool: db.Pool, settings: Settings, offered: offers.Offers | None = None) -> None:
        self._offers = offered or offers.Offers()
        self._settings = settings
        self._batch: Batch[Ask, Answer] = Batch("charges", pool, self._settle)

    async def open(self) -> None:
        await self._batch.open()

    async def close(self) -> None:
        await self._batch.close()

    async def charge(self, ask: Ask) -> Answer:
        """The answer to the ask, committed: 201 with the charge as JSON, 202 when its payer was asked first, or a
        recorded refusal. Problems otherwise."""
        check_key(ask.key)
        return await self._batch.submit(ask)

    async def _settle(self, conn: db.Conn, asks: Sequence[Ask]) -> list[Answer | Problem]:
        items = [_Item(ask) for ask in asks]
        look = await self._offers.look(conn)
        await _admit(conn, items)
        again, followers = await self._look_up(conn, undecided(items))
        known = {item for item, _ in again}
        for item in undecided(items):
            # A shop that takes nothing new still hears what became of what it asked before.
            item.answer = None if item in known else item.admitted.refusal
        asked = [item for item in undecided(items) if item not in known]
        await self._read_codes(conn, asked, again)
        _check(undecided(items), self._settings.payment_max)
        await _hold(conn, [item for item in undecided(items) if item.shown.requires_action])
        at_once = [item for item in undecided(items) if not item.shown.requires_action]
        for item, terms in zip(at_once, await look.terms([self._due(item) for item in at_once]), strict=True):
            item.terms = terms
        await self._guard(conn, at_once)
        at_once = undecided(at_once)
        receipts = await self._move_money(conn, at_once)
        facts = await self._ask_payers(conn, undecided(items))
        await paid.write(conn, receipts)
        moved = {receipt.id for receipt in receipts}
        await safety.kept(conn, [item.wish for item in at_once if item.wish and item.charge in moved])
        await offers.write(conn, self._offers, [given for receipt in receipts for given in receipt.given])
        for receipt in receipts:
            facts += _told(receipt)
        facts += await _release(conn, asked, self._settings.currency)
        await events.publish(conn, facts)
        _follow(followers)
        await answering.record(conn, SCOPE, items)
        return answering.answers(items)

    async def _look_up(
        self, conn: db.Conn, items: list[_Item]
    ) -> tuple[list[tuple[_Item, Charge]], list[tuple[_Item, _Item]]]:
        """Answer what was asked before under its key. Returned are those whose reference is taken, each with what there
        is under it; and of those that name one reference in this batch all but the first, which goes on, each with the
        one it follows, as if they were answered."""
        if not items:
            return [], []
        # Sent together and in this order: nothing can come under a reference once it is held, so what is seen stays.
        references = list(dict.fromkeys(item.reference for item in items))
        locks = await finding.lock_references(conn, references)
        charges = await finding.by_reference(conn, references)
        await answering.replay(conn, SCOPE, items)
        held = dict(zip(references, await locks.all(), strict=True))
        known = {(charge.payee, charge.reference): charge for charge in await charges.all()}
        first: dict[tuple[UUID, str], _Item] = {}
        again, followers = [], []
        for item in undecided(items):
            if not held[item.reference]:
                item.answer = problems.charge_in_flight()
            elif charge := known.get(item.reference):
                again.append((item, charge))
            elif (leader := first.setdefault(item.reference, item)) is not item:
                item.answer = problems.charge_in_flight()
                followers.append((item, leader))
        return again, followers

    async def _read_codes(self, conn: db.Conn, items: list[_Item], again: list[tuple[_Item, Charge]]) -> None:
        """Use the codes of `items`; whoever asks for the same `again` as there is under its reference is shown it."""
        asks = [item.code_ask(item.charge) for item in items]
        shown = [item.code_ask(charge.id or finding.NOBODY) for item, charge in again]
        answers, payers = await paycodes.consume(conn, asks, settings=self._settings, shown=shown)
        for (item, charge), payer in zip(again, payers, strict=True):
            item.answer = _again(charge, payer, item.ask.amount)
        for item, answer in zip(items, answers, strict=True):
            if isinstance(answer, Problem):
                item.answer = answer
            else:
                item.code = answer

    async def _guard(self, conn: db.Conn, items: list[_Item]) -> None:
        """The payers' limits. No PIN: up to what a code pays alone, showing it is enough."""
        wishes = [
            safety.Wish(
                self._settings,
                item.shown.resident,
                item.admitted.payee.id,
                offers.paid(item.ask.amount, item.terms),
                item.shown.spending,
                None,
            )
            for item in items
        ]
        for item, wish, refused in zip(items, wishes, await safety.judge(conn, wishes), strict=True):
            item.wish, wish.named = wish, (item.charge, item.admitted.payee.name)
            if refused:
                item.why, item.answer = refused, _to_cashier(refused)

    async def _move_money(self, conn: db.Conn, items: list[_Item]) -> list[paid.Paid]:
        """Post one transfer for each item; those that moved are answered with their receipt."""
        if not items:
            return []
        # Asked before it is known who can pay, to travel with the ledger's look-ups: receipts may skip numbers.
        numbers = await db.ask(conn, q.take_receipt_numbers, int, count=len(items))
        chains = [offers.legs(_transfer(item, self._settings.currency), item.terms) for item in items]
        outcomes = iter(await ledger.post(conn, [leg for chain in chains for leg in chain], fresh=True))
        receipts = []
        for item, chain, number in zip(items, chains, await numbers.all(), strict=True):
            answers = [next(outcomes) for _ in chain]
            if refused := rules.chain_refusal([answer.code for answer in answers]):
                item.why, item.answer = refused, _to_cashier(refused)
                continue
            given = offers.given(self._due(item), item.terms, chain, answers[0]) if len(chain) > 1 else ()
            receipt = _receipt(item, answers[0], number, self._settings.currency, given)
            item.answer = _answer(201, ChargeView.of_paid(receipt))
            receipts.append(receipt)
        return receipts

    def _due(self, item: _Item) -> offers.Due:
        payee = item.admitted.payee
        return offers.Due(item.charge, item.shown.resident, payee.id, item.ask.amount, self._settings.currency)

    async def _ask_payers(self, conn: db.Conn, items: list[_Item]) -> list[events.Fact]:
        """Put what is left to its payers; what they are told."""
        expires_at = clock.now() + paycodes.CONFIRM_WITHIN
        waiting = []
        for item in items:
            new = paycodes.NewWaiting(
                charge=item.charge,
                resident=item.shown.resident,
                payee=item.admitted.payee,
                amount=item.ask.amount,
                currency=self._settings.currency,
                reference=item.ask.reference,
                expires_at=expires_at,
                taken_by=item.admitted.hand,
            )
            item.answer = _answer(202, ChargeView.of_new(new))
            waiting.append(new)
        return await paycodes.keep(conn, waiting)


async def _admit(conn: db.Conn, items: list[_Item]) -> None:
    """Who is let in, and for whom they take money."""
    by_admission: dict[Admission, list[_Item]] = {}
    for item in items:
        by_admission.setdefault(item.ask.admission, []).append(item)
    for admission, own in by_admission.items():
        for item, answer in zip(own, await admission(conn, [item.ask.door for item in own]), strict=True):
            if isinstance(answer, Problem):
                item.answer = answer
            else:
                item.taker = answer


async def _hold(conn: db.Conn, items: list[_Item]) -> None:
    """Before payers are asked: a shop that somebody is closing right now is waited for, and then takes nothing."""
    if not items:
        return
    await paycodes.hold_payees(conn, [item.admitted.payee.id for item in items])
    await _admit(conn, items)
    for item in undecided(items):
        item.answer = item.admitted.refusal


def _again(charge: Charge, payer: UUID | None, amount: int) -> Answer | Problem:
    if charge.id is None and charge.order_state is OrderState.CLOSED:
        return problems.charge_over(state=Standing.CLOSED)
    if charge.id is None or payer is None or (payer, amount) != (charge.payer, charge.amount):
        return problems.reference_taken()
    if charge.state is Standing.SUCCEEDED:
        return _answer(201, ChargeView.of(charge))
    if charge.state is Standing.REQUIRES_ACTION:
        return _answer(202, ChargeView.of(charge))
    return problems.charge_over(charge=str(charge.id), state=charge.state)


def _check(items: list[_Item], most: int) -> None:
    for item in items:
        refusal = rules.payer_refusal(item.shown.resident, item.admitted.payee.owner)
        item.answer = refusal or rules.amount_refusal(item.ask.amount, most)


async def _release(conn: db.Conn, items: list[_Item], currency: str) -> list[events.Fact]:
    """Those whose code was good and who were refused all the same: the code is free again, and its payer learns why."""
    facts, codes = [], []
    for item in items:
        if item.code is not None and isinstance(item.answer, Problem):
            codes.append(item.code)
            refused = paycodes.ChargeRefused(
                item.charge, item.admitted.payee.name, item.ask.amount, currency, (item.why or item.answer).code
            )
            facts.append(paycodes.told(item.code.resident, refused))
    await paycodes.release(conn, codes)
    return facts


def _to_cashier(refused: Problem) -> Problem:
    """What the shop is told: it cannot top up the payer's wallet nor change limits, and learns no more than that."""
    if refused.definition is problems.insufficient_funds:
        return problems.payer_lacks_funds()
    if refused.definition is problems.account_frozen:
        return problems.not_possible()
    return problems.payer_limit() if refused.definition in _LIMITS else refused


def _follow(followers: list[tuple[_Item, _Item]]) -> None:
    """Who asked for the same in the same moment gets the same answer."""
    for item, leader in followers:
        if (item.ask.pay_code, item.ask.amount) == (leader.ask.pay_code, leader.ask.amount):
            item.answer = leader.answer


def _transfer(item: _Item, currency: str) -> ledger.Transfer:
    return ledger.Transfer(
        id=item.charge,
        debit=item.shown.wallet,
        credit=item.admitted.payee.account,
        amount=item.ask.amount,
        currency=currency,
        reason="payment",
        debits_max=item.wish.debits_max if item.wish else None,
    )


def _receipt(
    item: _Item, outcome: ledger.Outcome, number: int, currency: str, given: Sequence[offers.Given]
) -> paid.Paid:
    return paid.Paid(
        id=item.charge,
        order=ids.new(),
        fresh=True,
        payer=item.shown.payer,
        payee=item.admitted.payee,
        amount=item.ask.amount,
        currency=currency,
        receipt_no=rules.receipt_no(outcome.business_date, number),
        business_date=outcome.business_date,
        at=outcome.at,
        reference=item.ask.reference,
        taken_by=item.admitted.hand,
        terms=item.terms,
        given=given,
    )


def _told(receipt: paid.Paid) -> list[events.Fact]:
    """Both sides learn of it: the shop's watchers, and the payer's phone."""
    succeeded = paycodes.ChargeSucceeded(
        receipt.id, receipt.payee.name, receipt.amount, receipt.currency, receipt.receipt_no, receipt.at
    )
    return [paid.told(receipt), paycodes.told(receipt.payer.resident, succeeded)]


def _answer(status: int, view: ChargeView) -> Answer:
    return Answer(status, msgspec.json.encode(view).decode())
