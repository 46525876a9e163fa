"""The teller: pays what residents ask for, everybody who asks in the same moment in one transaction.

A batch makes about ten array statements, however many payments it holds; who asks alone waits a
millisecond for company. Each asker gets an answer of their own: one refusal never touches the neighbours.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from openhall.base import clock, db, events, idempotency, ids
from openhall.base.batch import Batch
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.base.idempotency import Answer
from openhall.core import families, ledger, people
from openhall.core.payments import answering, behalf, offers, paid, problems, rules, safety
from openhall.core.payments.actions import resolve_all
from openhall.core.payments.answering import undecided
from openhall.core.payments.orders import names_an_order, order_by_code
from openhall.core.payments.safety import guard
from openhall.core.payments.types import Order, Payee, PayeeSource, Payer
from openhall.core.payments.views import PaymentView
from openhall.core.people import pins

q = db.load("openhall.core.payments")

# The API and the pages share one name for the act, so that a key works across both.
SCOPE = "POST /payments"


class Ask(Struct, frozen=True, kw_only=True):
    """A wish to pay: by a code and an amount, or by an order. Who asks is known (`payer`), or proves themselves by a
    token; they pay from their own wallet, or on behalf of `subject` from that one's.
    """

    payer: Payer | None = None
    token_hash: bytes | None = None
    subject: UUID | None = None
    key: str
    code: str | None = None
    order: UUID | None = None
    amount: int | None = None
    # The most that may leave the wallet: what the payer was shown. None: whatever applies.
    expected_paid: int | None = None
    # The payer's PIN was right a moment ago, or the page's session proved itself in a way that stands for it.
    proved: bool = False

    @property
    def body_hash(self) -> bytes:
        said = [self.code, self.order, self.amount]
        if self.expected_paid is not None or self.subject is not None:
            said.append(self.expected_paid)
        return idempotency.body_hash(msgspec.json.encode(said if self.subject is None else [*said, self.subject]))


class Due(Struct, frozen=True):
    """What an ask comes to: whom to pay, how much, and under which order; `fresh` orders are made by the payment."""

    payee: Payee
    amount: int
    currency: str
    order: UUID
    fresh: bool
    taken_by: UUID | None = None
    reference: str | None = None


class _Item(answering.Item):
    """An ask on its way through the batch."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self.ask = ask
        self.payer = ask.payer
        # Who asked, where it is not the payer; and what is known of whoever asked, which is whose proof counts.
        self.actor: Payer | None = None
        self.asker: safety.Known | None = None
        self.due: Due | None = None
        self.id = ids.new()  # of the payment, when there is one
        self.terms = offers.NOTHING
        self.known: safety.Known | None = None
        self.wish: safety.Wish | None = None

    @cached_property
    def body_hash(self) -> bytes:
        return self.ask.body_hash

    @cached_property
    def identity(self) -> tuple[str, str]:
        """Whose key it is, which is theirs who ask; only asked of items whose payer is known."""
        who = self.actor or self.payer
        assert who is not None, "an item without a payer was answered before"
        return str(who.resident), self.ask.key

    @property
    def pair(self) -> behalf.Pair | None:
        """Who acts for whom, if somebody does."""
        return (self.actor.resident, self.payer.resident) if self.actor is not None and self.payer is not None else None

    @property
    def ready(self) -> tuple[Payer, Due]:
        """Who pays what; only asked of items that nothing has refused."""
        assert self.payer is not None
        assert self.due is not None
        return self.payer, self.due

    @property
    def judged(self) -> safety.Wish:
        """The payment as the guard saw it; only asked of items that it let pass."""
        assert self.wish is not None
        return self.wish


async def answered(conn: db.ReadConn, *, payer: UUID, key: str) -> Answer | None:
    """What was answered to this payer under this key; None when nothing was, or when it is no key at all."""
    return await idempotency.answered(conn, principal=str(payer), scope=SCOPE, key=key)


class Teller:
    """Takes asks and answers them; one per process."""

    def __init__(
        self,
        pool: db.Pool,
        settings: Settings,
        sources: Sequence[PayeeSource],
        offered: offers.Offers | None = None,
    ) -> None:
        self.sources = sources
        self.offers = offered or offers.Offers()
        self._settings = settings
        self._pool = pool
        self._batch: Batch[Ask, Answer] = Batch("payments", pool, self._settle)

    async def open(self) -> None:
        await self._batch.open()

    async def close(self) -> None:
        await self._batch.close()

    async def order_named(self, code: str) -> UUID | None:
        """The order that a scanned code names, None when it names no order. Problems: as of `order_by_code`."""
        if not names_an_order(code):
            return None
        async with self._pool.read() as conn:
            return (await order_by_code(conn, code, hall=self._settings.hall_id)).id

    async def pay_with_pin(self, token: str, pin: str, ask: Ask) -> Answer:
        """As `pay`, for whoever comes with the token and has typed their PIN; a retry gets its answer without it, for
        the PIN may be used up by then.

        Apart from the batch, which must not wait for what a hash costs. Problems: `people.session_invalid`, and those
        of `people.pins.prove`.
        """
        async with self._pool.read() as conn:
            visit = await people.visit_of(conn, token, people.SessionKind.API)
        if before := await self.answered_before(visit.resident.id, ask):
            return before
        await pins.prove(self._pool, self._settings, visit, written=pin)
        return await self.pay(structs.replace(ask, proved=True))

    async def answered_before(self, asker: UUID, ask: Ask) -> Answer | None:
        """What was answered to the very same ask under its key. Problem `hall.idempotency_key_reused`."""
        key = idempotency.Key(str(asker), SCOPE, idempotency.check_key(ask.key), ask.body_hash)
        async with self._pool.read() as conn:
            return await idempotency.recorded(conn, key)

    async def pay(self, ask: Ask) -> Answer:
        """The answer to the ask, committed: 201 with the payment as JSON, or a recorded refusal. Problems otherwise."""
        idempotency.check_key(ask.key)
        if (ask.code is None) == (ask.order is None) or (ask.code is not None and ask.amount is None):
            raise problems.what_missing()
        return await self._batch.submit(ask)

    async def _settle(self, conn: db.Conn, asks: Sequence[Ask]) -> list[Answer | Problem]:
        items = [_Item(ask) for ask in asks]
        # The three questions travel together: what is offered, who asks, and whom the codes name.
        look = await self.offers.look(conn)
        unknown = [item for item in items if item.payer is None]
        hashes = [item.ask.token_hash or b"" for item in unknown]
        named = {item.payer.resident for item in items if item.payer} | {ask.subject for ask in asks if ask.subject}
        payers = await safety.ask_payers(conn, hashes, named)
        payees = await self._resolve(conn, items)
        _recognise(items, *await payers.all())
        await answering.replay(conn, SCOPE, undecided(items))
        allowances = await _allow(conn, undecided(items), self._settings.family_day_max)
        self._set_payees([item for item in undecided(items) if item.ask.code is not None], payees)
        await self._find_orders(conn, [item for item in undecided(items) if item.ask.order is not None])
        self._check(undecided(items))
        await _set_terms(look, undecided(items))
        _spend(allowances, undecided(items))
        await self._guard(conn, undecided(items))
        moving = undecided(items)
        receipts = await self._move_money(conn, moving)
        await paid.write(conn, receipts)
        moved = {receipt.id for receipt in receipts}
        await families.write(conn, [_deed(allowances, item) for item in moving if item.actor and item.id in moved])
        await safety.kept(conn, [item.judged for item in moving if item.id in moved])
        await offers.write(conn, self.offers, [given for receipt in receipts for given in receipt.given])
        await events.publish(conn, [paid.told(receipt) for receipt in receipts])
        await answering.record(conn, SCOPE, items)
        return answering.answers(items)

    async def _resolve(self, conn: db.Conn, items: list[_Item]) -> dict[str, Payee | Problem]:
        """Whom each code names; each is looked up once, however many pay it."""
        texts = list(dict.fromkeys(item.ask.code for item in items if item.ask.code is not None))
        return dict(zip(texts, await resolve_all(conn, self.sources, texts), strict=True)) if texts else {}

    def _set_payees(self, items: list[_Item], payees: Mapping[str, Payee | Problem]) -> None:
        for item in items:
            answer = payees[item.ask.code or ""]
            if isinstance(answer, Problem):
                item.answer = answer
            else:
                item.due = Due(answer, item.ask.amount or 0, self._settings.currency, ids.new(), fresh=True)

    async def _find_orders(self, conn: db.Conn, items: list[_Item]) -> None:
        """Lock the orders that are asked for, and take each by one asker only."""
        if not items:
            return
        wanted = [item.ask.order for item in items]
        orders = {order.id: order for order in await db.all(conn, q.lock_orders, Order, ids=wanted)}
        taken: set[UUID] = set()
        now = clock.now()
        for item in items:
            order = orders.get(item.ask.order) if item.ask.order else None
            if order is None:
                item.answer = problems.order_not_found()
            elif refusal := rules.order_refusal(order, item.ask.amount, now):
                item.answer = refusal
            elif order.id in taken:
                item.answer = problems.order_contended()
            else:
                taken.add(order.id)
                item.due = Due(
                    order.to,
                    order.amount,
                    order.currency,
                    order.id,
                    fresh=False,
                    taken_by=order.taken_by,
                    reference=order.reference,
                )

    def _check(self, items: list[_Item]) -> None:
        for item in items:
            payer, due = item.ready
            item.answer = rules.payer_refusal(payer.resident, due.payee.owner)
            if item.answer is None and item.actor is not None:
                # Nobody pays themselves out of another one's wallet either.
                item.answer = rules.payer_refusal(item.actor.resident, due.payee.owner)
            if item.answer is None and due.fresh:
                # What an order asks for was judged when it was made.
                item.answer = rules.amount_refusal(due.amount, self._settings.payment_max, due.payee.printed_max)

    async def _guard(self, conn: db.Conn, items: list[_Item]) -> None:
        """Limits and PINs: whoever may not pay this much now is answered."""
        for item in items:
            payer, due = item.ready
            assert item.known is not None
            paid_by_payer = offers.paid(due.amount, item.terms)
            item.wish = safety.Wish(
                self._settings, payer.resident, due.payee.id, paid_by_payer, item.known, item.ask.proved
            )
            item.wish.named = item.id, due.payee.name
        large = [item for item in items if not item.ask.proved and safety.needs_proof(item.judged)]
        if large:
            known = [item.asker for item in large if item.asker]
            for item, is_proved in zip(large, await guard.proved(conn, known), strict=True):
                item.judged.proved = is_proved
        for item, answer in zip(items, await safety.judge(conn, [item.judged for item in items]), strict=True):
            item.answer = answer

    async def _move_money(self, conn: db.Conn, items: list[_Item]) -> list[paid.Paid]:
        """Post one transfer for each item; those that moved are answered with their receipt."""
        if not items:
            return []
        # Asked before it is known who can pay, to travel with the ledger's look-ups: receipts may skip numbers.
        numbers = await db.ask(conn, q.take_receipt_numbers, int, count=len(items))
        chains = [_legs(item) for item in items]
        outcomes = iter(await ledger.post(conn, [leg for chain in chains for leg in chain], fresh=True))
        taken = iter(await numbers.all())
        receipts = []
        for item, chain in zip(items, chains, strict=True):
            answers = [next(outcomes) for _ in chain]
            refused = rules.chain_refusal([answer.code for answer in answers])
            if refused is not None:
                item.answer = refused
                continue
            receipt = _receipt(item, chain, answers[0], next(taken))
            item.answer = Answer(201, msgspec.json.encode(PaymentView.of_paid(receipt)).decode())
            receipts.append(receipt)
        return receipts


def _recognise(
    items: Sequence[_Item], tokens: Mapping[bytes, safety.Known], residents: Mapping[UUID, safety.Known]
) -> None:
    """The bearers of tokens become payers, or those for whom they ask; whether they may is not known yet."""
    for item in items:
        known = residents.get(item.payer.resident) if item.payer else tokens.get(item.ask.token_hash or b"")
        if known is None or known.state != "active":
            item.answer = people.session_invalid()
            continue
        item.known, item.asker, item.payer = known, known, known.payer
        if item.ask.subject is None:
            continue
        subject = residents.get(item.ask.subject)
        if subject is None or subject.state != "active":
            item.answer = families.not_linked()
        else:
            item.known, item.actor, item.payer = subject, known.payer, subject.payer


async def _allow(conn: db.Conn, items: list[_Item], day_max: int) -> behalf.Allowances:
    """Lock the links by which somebody pays for somebody else; whoever has none is answered."""
    allowed = await behalf.allowances(conn, [item.pair for item in items if item.pair], day_max=day_max)
    for item in items:
        if item.pair:
            item.answer = allowed.refusal(*item.pair)
    return allowed


def _spend(allowances: behalf.Allowances, items: list[_Item]) -> None:
    """What leaves a wallet on its owner's behalf stays within the link's limits."""
    for item in items:
        if item.pair:
            _, due = item.ready
            item.answer = allowances.spend(*item.pair, offers.paid(due.amount, item.terms))


def _deed(allowances: behalf.Allowances, item: _Item) -> families.Deed:
    assert item.pair is not None
    _, due = item.ready
    spent = offers.paid(due.amount, item.terms)
    return allowances.deed(*item.pair, payment=item.id, payee=due.payee.name, paid=spent, currency=due.currency)


async def _set_terms(look: offers.Look, items: list[_Item]) -> None:
    """What each payment gets from offers; who was shown a lower price than there now is, is refused."""
    terms = await look.terms([_offer_due(item) for item in items])
    for item, found in zip(items, terms, strict=True):
        _, due = item.ready
        item.terms = found
        item.answer = rules.price_refusal(due.amount, offers.paid(due.amount, found), item.ask.expected_paid)


def _offer_due(item: _Item) -> offers.Due:
    payer, due = item.ready
    return offers.Due(item.id, payer.resident, due.payee.id, due.amount, due.currency)


def _legs(item: _Item) -> list[ledger.Transfer]:
    payer, due = item.ready
    whole = ledger.Transfer(
        id=item.id,
        debit=payer.wallet,
        credit=due.payee.account,
        amount=due.amount,
        currency=due.currency,
        reason="payment",
        debits_max=item.judged.debits_max,
    )
    return offers.legs(whole, item.terms)


def _receipt(item: _Item, chain: Sequence[ledger.Transfer], outcome: ledger.Outcome, number: int) -> paid.Paid:
    payer, due = item.ready
    return paid.Paid(
        id=item.id,
        order=due.order,
        fresh=due.fresh,
        payer=payer,
        payee=due.payee,
        amount=due.amount,
        currency=due.currency,
        receipt_no=rules.receipt_no(outcome.business_date, number),
        business_date=outcome.business_date,
        at=outcome.at,
        reference=due.reference,
        taken_by=due.taken_by,
        actor=item.actor.resident if item.actor else None,
        terms=item.terms,
        given=offers.given(_offer_due(item), item.terms, chain, outcome) if len(chain) > 1 else (),
    )
