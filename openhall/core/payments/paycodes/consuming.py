"""A shop reads a code: who shows it, and to which charge it now belongs.

Everything happens in the caller's transaction. The using of a code is a row with a unique key: when the charge is given
up, the code is free again, and of many charges that race for one code the first to commit has it. A batch makes two
array statements, three when somebody lost a race.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.errors import Problem, rate_limited
from openhall.core import ledger, people
from openhall.core.payments import problems
from openhall.core.payments.codes import Network, pay
from openhall.core.payments.paycodes import otp, rules
from openhall.core.payments.paycodes.permutation import Permutation
from openhall.core.payments.paycodes.types import CodeAsk, Consumed
from openhall.core.payments.safety.types import Spending

q = db.load("openhall.core.payments.paycodes")


class _Found(Struct, frozen=True):
    """What the database knows of an ask. Everything is None for a code that nobody was ever given."""

    expires_at: datetime | None
    device: UUID | None
    day: date | None
    spent: int | None
    resident: UUID | None
    wallet: UUID | None
    phone: str | None
    state: str | None
    used_charge: UUID | None
    used_shop: UUID | None
    used_amount: int | None
    used_requires_action: bool | None
    used_step: int | None
    guesses: int
    window_ends: datetime | None
    elder: bool | None
    visitor: bool | None
    debits: int | None
    no_pin_max: int | None
    payment_max: int | None
    day_max: int | None
    month_max: int | None
    new_payee_max: int | None
    new_payee_day_max: int | None
    spending_day: date | None
    day_base: int | None
    month: date | None
    month_base: int | None

    @property
    def spending(self) -> Spending:
        """Of the payer; only asked of codes that are somebody's."""
        assert self.debits is not None, "whoever shows a code has a wallet"
        return Spending(
            elder=bool(self.elder),
            visitor=bool(self.visitor),
            debits=self.debits,
            no_pin_max=self.no_pin_max,
            payment_max=self.payment_max,
            day_max=self.day_max,
            month_max=self.month_max,
            new_payee_max=self.new_payee_max,
            new_payee_day_max=self.new_payee_day_max,
            day=self.spending_day,
            day_base=self.day_base,
            month=self.month,
            month_base=self.month_base,
        )


class _Use(Struct, frozen=True):
    """To which charge a code went."""

    code: str
    charge: UUID
    shop: UUID
    amount: int
    requires_action: bool

    def is_of(self, ask: CodeAsk) -> bool:
        return (self.charge, self.shop, self.amount) == (ask.charge, ask.shop, ask.amount)


class _Item:
    """An ask on its way; `answer` is set as soon as it is decided."""

    def __init__(self, ask: CodeAsk, place: int) -> None:
        self.ask = ask
        self.place = place
        self.read = pay.read(ask.digits)
        self.answer: Consumed | Problem | None = None
        self.use: dict[str, Any] = {}

    @property
    def digits(self) -> str | None:
        return self.read if isinstance(self.read, str) else None

    @property
    def is_offline(self) -> bool:
        return self.digits is not None and self.digits.startswith(pay.OFFLINE)


async def consume(
    conn: db.Conn, asks: Sequence[CodeAsk], *, settings: Settings, shown: Sequence[CodeAsk] = ()
) -> tuple[list[Consumed | Problem], list[UUID | None]]:
    """Bind each code of `asks` to its charge, or say why not; and whose each code of `shown` is, without using it.

    Each list is aligned with its own, and a refused code never fails the others. Whose a code is: None for one that
    nobody shows here; it stays somebody's after its use and its end, and `charge` of such an ask names the charge by
    which an offline code was used. Both are recognised by one statement and their wrong guesses written by one: so all
    devices, and then all shops, are locked in one order, however many are asked.

    Problems, in order of precedence: `hall.rate_limited` (the shop guessed too often), `payments.pay_code_foreign`,
    `payments.pay_code_invalid`, `payments.pay_code_used`, `payments.not_possible` (the payer's account is closed),
    `payments.pay_code_expired` or `payments.above_offline_cap`. Commit what is refused too: wrong guesses are counted
    in the same transaction.
    """
    if not asks and not shown:
        return [], []
    items = [_Item(ask, place) for place, ask in enumerate([*shown, *asks])]
    looked_at, used = items[: len(shown)], items[len(shown) :]
    now = max(item.ask.now for item in items)
    batch = _Batch(settings)
    known = await _recognise(conn, items, settings, now)
    payers = [batch.payer(item, found) for item, found in zip(looked_at, known, strict=False)]
    for item, found in zip(used, known[len(shown) :], strict=True):
        batch.decide(item, found)
    await _use(conn, used, batch.guesses, now)
    return [item.answer for item in used if item.answer is not None], payers


async def release(conn: db.Conn, consumed: Sequence[Consumed]) -> None:
    """The charges that consumed these codes, in this same transaction, came to nothing: the codes are free again."""
    if consumed:
        await db.send(conn, q.release_codes, codes=db.words(one.code for one in consumed))


async def _recognise(conn: db.Conn, items: Sequence[_Item], settings: Settings, now: datetime) -> list[_Found]:
    permutation = rules.device_permutation(settings.secret)
    rows = db.rows(_recognise_row(item, settings.secret, permutation) for item in items)
    return await db.all(conn, q.recognise_codes, _Found, rows=rows, now=now)


def _recognise_row(item: _Item, secret: str, permutation: Permutation) -> dict[str, Any]:
    code = number = None
    if item.digits is not None:
        if item.is_offline:
            number, _ = rules.offline_parts(permutation, item.digits)
        else:
            code = rules.code_hash(secret, item.digits).hex()
    return {"ord": item.place, "code": code, "number": number, "charge": item.ask.charge, "shop": item.ask.shop}


class _Batch:
    """The asks of one transaction, decided one after the other: each sees what those before it used and spent."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._spent: Counter[UUID] = Counter()
        self.guesses: Counter[UUID] = Counter()

    def decide(self, item: _Item, found: _Found) -> None:
        """Set the item's answer, or prepare its use."""
        if found.guesses + self.guesses[item.ask.shop] >= self._settings.pay_code_guesses:
            item.answer = _too_often(item.ask.now, found.window_ends)
        elif isinstance(item.read, Network):
            item.answer = problems.pay_code_foreign(network=item.read.name or "EMVCo")
        elif found.resident is None or item.digits is None:
            self._wrong(item)
        elif item.is_offline:
            self._decide_offline(item, found)
        else:
            self._decide_online(item, found)

    def payer(self, item: _Item, found: _Found) -> UUID | None:
        """Who shows the code; a wrong one is counted, and of a shop that guesses too often none is looked at."""
        if found.guesses + self.guesses[item.ask.shop] >= self._settings.pay_code_guesses:
            return None
        if item.digits is None or found.resident is None or not self._is_shown(item, found):
            self.guesses[item.ask.shop] += 0 if isinstance(item.read, Network) else 1
            return None
        return found.resident

    def _is_shown(self, item: _Item, found: _Found) -> bool:
        if not item.is_offline:
            return True
        assert item.digits is not None
        assert found.device is not None
        secret, once = rules.device_secret(self._settings.secret, found.device), item.digits[-pay.HALF :]
        used = found.used_step is not None and otp.hotp(secret, found.used_step) == once
        return used or otp.matching_step(secret, once, item.ask.now) is not None

    def _decide_online(self, item: _Item, found: _Found) -> None:
        assert item.digits is not None
        assert found.expires_at is not None
        if found.used_charge is not None:
            item.answer = _used_before(item.ask, found, rules.code_hash(self._settings.secret, item.digits))
        elif found.state != "active":
            item.answer = problems.not_possible()
        elif found.expires_at <= item.ask.now:
            item.answer = problems.pay_code_expired()
        else:
            code = rules.code_hash(self._settings.secret, item.digits)
            self._prepare(
                item, found, code, rules.online_needs_confirming(self._settings, item.ask.amount, found.spending)
            )

    def _decide_offline(self, item: _Item, found: _Found) -> None:
        assert item.digits is not None
        assert found.device is not None
        secret, once = rules.device_secret(self._settings.secret, found.device), item.digits[-pay.HALF :]
        if found.used_step is not None and otp.hotp(secret, found.used_step) == once:
            code = rules.use_hash(self._settings.secret, found.device, found.used_step)
            item.answer = _used_before(item.ask, found, code)
            return
        step = otp.matching_step(secret, once, item.ask.now)
        if step is None:
            self._wrong(item)
        elif found.state != "active":
            item.answer = problems.not_possible()
        else:
            day, amount = ledger.business_date(item.ask.now), item.ask.amount
            spent = self._spent[found.device] + (found.spent or 0 if found.day == day else 0)
            if rules.above_offline_cap(self._settings, amount, spent, found.spending):
                # The phone has no network to be asked by. The code stays unused, and may pay less.
                item.answer = problems.above_offline_cap()
                return
            self._spent[found.device] += amount
            code = rules.use_hash(self._settings.secret, found.device, step)
            self._prepare(item, found, code, False)
            item.use |= {"device": found.device, "step": step, "day": day}

    def _wrong(self, item: _Item) -> None:
        """Never issued, mistyped and made up look the same: whoever guesses learns nothing."""
        self.guesses[item.ask.shop] += 1
        item.answer = problems.pay_code_invalid()

    def _prepare(self, item: _Item, found: _Found, code: bytes, confirm: bool) -> None:
        ask = item.ask
        item.answer = _consumed(ask, found, code=code, requires_action=confirm, again=False)
        item.use = {
            "code": code.hex(),
            "charge": ask.charge,
            "resident": found.resident,
            "shop": ask.shop,
            "amount": ask.amount,
            "requires_action": confirm,
            "at": ask.now,
        }


async def _use(conn: db.Conn, items: Sequence[_Item], guesses: Counter[UUID], now: datetime) -> None:
    """Write the uses and the guesses; whoever lost a race learns to whom."""
    using: dict[str, _Item] = {}
    repeated: list[_Item] = []
    for item in items:
        if item.use:
            first = using.setdefault(item.use["code"], item)
            if first is not item:
                repeated.append(item)
    if not using and not guesses:
        return
    counted = [{"shop": shop, "count": count} for shop, count in guesses.items()]
    rows = db.rows(item.use for item in using.values())
    window_ends = now + rules.GUESS_WINDOW
    won = set(
        await db.all(conn, q.use_codes, str, rows=rows, guesses=db.rows(counted), now=now, window_ends=window_ends)
    )
    lost = [item for code, item in using.items() if code not in won] + repeated
    if not lost:
        return
    codes = db.words({item.use["code"] for item in lost})
    uses = {use.code: use for use in await db.all(conn, q.uses_of, _Use, codes=codes)}
    for item in lost:
        item.answer = _after_race(item, uses[item.use["code"]])


def _after_race(item: _Item, use: _Use) -> Consumed | Problem:
    answer = item.answer
    assert isinstance(answer, Consumed)
    if not use.is_of(item.ask):
        return problems.pay_code_used()
    return structs.replace(answer, requires_action=use.requires_action, again=True)


def _used_before(ask: CodeAsk, found: _Found, code: bytes) -> Consumed | Problem:
    """The same charge gets the same answer, however late it asks again; any other is refused."""
    if (found.used_charge, found.used_shop, found.used_amount) != (ask.charge, ask.shop, ask.amount):
        return problems.pay_code_used()
    return _consumed(ask, found, code=code, requires_action=bool(found.used_requires_action), again=True)


def _consumed(ask: CodeAsk, found: _Found, *, code: bytes, requires_action: bool, again: bool) -> Consumed:
    assert found.resident is not None
    assert found.wallet is not None
    assert found.phone is not None
    return Consumed(
        charge=ask.charge,
        resident=found.resident,
        wallet=found.wallet,
        masked=people.masked(found.phone),
        offline=found.device is not None,
        requires_action=requires_action,
        again=again,
        code=code.hex(),
        spending=found.spending,
    )


def _too_often(now: datetime, window_ends: datetime | None) -> Problem:
    ends = window_ends or now + rules.GUESS_WINDOW
    return rate_limited(retry_after=max(1, int((ends - now).total_seconds())))
