"""The guard at every way out of a wallet: limits, whoever is paid for the first time, and the PIN.

Limits of a day and a month are looked at here to say what is left, and decided by the ledger (`Wish.debits_max`), which
alone sees what others pay from the same wallet in the same moment.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from msgspec import Struct

from openhall.base import clock, db
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.base.telling import Fact, Sum
from openhall.core import ledger, messages
from openhall.core.messages.types import Telling
from openhall.core.payments import problems
from openhall.core.payments.safety import rules
from openhall.core.payments.safety.payers import Known
from openhall.core.payments.safety.telling import LARGE_PAYMENT
from openhall.core.payments.safety.types import Limits, Room, Spending
from openhall.core.people.actions.assurance import FRESH

q = db.load("openhall.core.payments.safety")


class Guard(Struct, frozen=True):
    """What is needed to judge a single payment. `proved`: a PIN was right a moment ago, or what stands for one."""

    settings: Settings
    proved: bool = False


class Wish:
    """A payment as far as its payer's safety is concerned: `paid` leaves the wallet for `payee`.

    `proved`: None where no PIN is asked for, because a code was shown at a counter.
    """

    def __init__(
        self, settings: Settings, payer: UUID, payee: UUID, paid: int, spending: Spending, proved: bool | None
    ) -> None:
        self.settings = settings
        self.payer = payer
        self.payee = payee
        self.paid = paid
        self.spending = spending
        self.proved = proved
        # The payment and its payee's name, for who is told of a large one.
        self.named: tuple[UUID, str] | None = None
        # Whether what is paid is there at once; what is sent to a person can be taken back for a while.
        self.arrives = True
        # Up to this much nobody asks whether the payee is new: it is what goes out without a PIN as well.
        self.small = settings.no_pin_max

    @cached_property
    def limits(self) -> Limits:
        return rules.limits_of(self.settings, self.spending, elder=self.spending.elder, visitor=self.spending.visitor)

    @cached_property
    def room(self) -> Room:
        return rules.room_of(self.spending, self.limits, ledger.business_date(clock.now()))

    @property
    def debits_max(self) -> int:
        """For the ledger: what the payer's wallet may have paid out in all once this is paid."""
        return self.room.debits_max


class ToPerson(Wish):
    """Money for a person: new ones count from the first fen, and a PIN is always asked for."""

    def __init__(
        self, settings: Settings, payer: UUID, payee: UUID, paid: int, spending: Spending, proved: bool | None
    ) -> None:
        super().__init__(settings, payer, payee, paid, spending, proved)
        self.small = 0
        self.arrives = False


class _Met(Struct, frozen=True):
    ord: int
    known_at: datetime | None
    spent_on_new: int


async def judge(conn: db.Conn, wishes: Sequence[Wish]) -> list[Problem | None]:
    """Why each of these may not be paid, if so. Where somebody larger sums are for is new, their payer is locked until
    the transaction ends; for everything else no statement is made. Before the ledger."""
    answers = [rules.refusal(wish.paid, wish.limits, wish.room) for wish in wishes]
    asked = [place for place, wish in enumerate(wishes) if answers[place] is None and wish.paid > wish.small]
    if asked:
        for place, answer in zip(asked, await _judge_new(conn, [wishes[place] for place in asked]), strict=True):
            answers[place] = answer
    for place, wish in enumerate(wishes):
        if answers[place] is None and needs_proof(wish) and not wish.proved:
            answers[place] = problems.proof_needed()
    return answers


def needs_proof(wish: Wish) -> bool:
    """Whether the payer's PIN is asked for."""
    return wish.proved is not None and wish.paid > min(wish.small, wish.limits.no_pin_max)


async def _judge_new(conn: db.Conn, wishes: Sequence[Wish]) -> list[Problem | None]:
    await db.all(conn, q.lock_payers, str, payers=db.ids({wish.payer for wish in wishes}))
    now = clock.now()
    since = now - timedelta(hours=wishes[0].settings.new_payee_hours)
    rows = [{"ord": place, "payer": wish.payer, "payee": wish.payee} for place, wish in enumerate(wishes)]
    found = await db.all(conn, q.met, _Met, rows=db.rows(rows), since=since, day=ledger.business_date(now))
    together: Counter[UUID] = Counter()
    answers = []
    for wish, met in zip(wishes, found, strict=True):
        is_new = met.known_at is None or met.known_at > since
        spent = met.spent_on_new + together[wish.payer]
        refused = rules.new_payee_refusal(wish.paid, spent, wish.limits) if is_new else None
        if is_new and refused is None:
            together[wish.payer] += wish.paid
        answers.append(refused)
    return answers


async def kept(conn: db.Conn, wishes: Sequence[Wish]) -> None:
    """Note of these, which were paid, what must be known next time: mostly nothing. After the ledger."""
    if not wishes:
        return
    today = ledger.business_date(clock.now())
    begun = {wish.payer: wish.spending.debits for wish in wishes if wish.room.begins}
    if begun:
        rows = [{"resident": resident, "debits": debits} for resident, debits in begun.items()]
        await db.send(conn, q.begin_days, rows=db.rows(rows), day=today, month=today.replace(day=1))
    await _tell_large(conn, wishes)
    met: Counter[tuple[UUID, UUID, bool]] = Counter()
    for wish in wishes:
        if wish.paid > wish.small:
            met[wish.payer, wish.payee, wish.arrives] += wish.paid
    if met:
        rows = [
            {"payer": payer, "payee": payee, "arrived": arrived, "spent": spent}
            for (payer, payee, arrived), spent in met.items()
        ]
        await db.send(conn, q.meet, rows=db.rows(rows), day=today, now=clock.now())


async def _tell_large(conn: db.Conn, wishes: Sequence[Wish]) -> None:
    now = clock.now()
    large = [
        Telling(wish.payer, LARGE_PAYMENT, _of_large(wish, now, *wish.named))
        for wish in wishes
        if wish.named is not None and wish.paid >= wish.settings.large_payment
    ]
    await messages.tell_all(conn, large)


def _of_large(wish: Wish, now: datetime, payment: UUID, payee: str) -> dict[str, Fact]:
    return {"amount": Sum(wish.paid, wish.settings.currency), "at": now, "payment": payment, "payee": payee}


async def proved(conn: db.ReadConn, payers: Sequence[Known]) -> list[bool]:
    """Whether each payer's session proved itself lately in a way that stands for a PIN: by a passkey; or by a code, of
    somebody who has neither PIN nor passkey."""
    since = clock.now() - FRESH
    by_code = [
        known.resident
        for known in payers
        if known.pin_at is None and known.proved_at is not None and known.proved_at >= since
    ]
    # Asked only for larger sums of those without a PIN: whoever reads their messages may have no more than their card.
    guarded = set(await db.all(conn, q.with_passkeys, UUID, residents=db.ids(by_code))) if by_code else set()
    return [
        (known.strong_at is not None and known.strong_at >= since)
        or (known.resident in by_code and known.resident not in guarded)
        for known in payers
    ]
