"""The pure rules of payouts: which accounts can be paid, and what the bank's word means for a payout."""

import re
from datetime import UTC, date, datetime
from enum import Enum
from uuid import UUID

from openhall.core.payouts.types import BreakKind, Rail, State, ToPay, Way, Word
from openhall.core.rails import iso20022

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{8,30}", re.ASCII)
# Chinese bank cards: they begin with 62 and end with a check digit.
_CARD = re.compile(r"62[0-9]{14,17}", re.ASCII)
_CNAPS = re.compile(r"[0-9]{12}", re.ASCII)
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
# A file of this many payouts is read in a second; the rest goes into the next one.
MOST_PAYOUTS = 5_000
REMITTANCE_MAX = 140


class Move(Enum):
    """What a word of the bank does to a payout."""

    GO = "go"
    NOTHING_NEW = "nothing_new"
    CONTRADICTION = "contradiction"


def clean_number(text: str) -> str | None:
    """An account number without the spaces people read it by; None when it cannot be one.

    An IBAN and a bank card carry check digits, which have to be right. Other numbers are digits.
    """
    number = re.sub(r"[\s-]", "", text).upper()
    if _CARD.fullmatch(number):
        return number if _luhn(number) else None
    return number if _IBAN.fullmatch(number) or _DIGITS.fullmatch(number) else None


def _luhn(number: str) -> bool:
    """ISO/IEC 7812: every second digit from the right doubled, all digits summed."""
    doubled = [sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(reversed(number))]
    return sum(doubled) % 10 == 0


def account_of(number: str) -> iso20022.Account:
    """An account number as the standard writes it."""
    return iso20022.Account(iban=number) if _IBAN.fullmatch(number) else iso20022.Account(other=number)


def clean_bank_code(text: str) -> str | None:
    """What names a bank, without the spaces people read it by: a BIC (ISO 9362), or the twelve digits of China's
    clearing system (CNAPS). None when it cannot be one. Neither has a check digit that is published for all banks."""
    code = re.sub(r"[\s-]", "", text).upper()
    return code if _CNAPS.fullmatch(code) or _BIC.fullmatch(code) else None


def bank_of(code: str | None) -> iso20022.Agent | None:
    """The bank with this code, as the standard writes it."""
    if code is None:
        return None
    return iso20022.Agent(cnaps=code) if _CNAPS.fullmatch(code) else iso20022.Agent(bic=code)


def unwritable(holder: str, number: str) -> str | None:
    """The element that could not be written if a payout went there; None when all can."""
    return _refused_element(
        iso20022.Payout(
            end_to_end_id="probe",
            amount=1,
            currency="CNY",
            creditor=holder,
            creditor_account=account_of(number),
        )
    )


def unwritable_payout(rail: Rail, payout: ToPay) -> str | None:
    """The element for which this very payout cannot be written; None when it can."""
    return _refused_element(_written_payout(rail, payout))


def _refused_element(payout: iso20022.Payout) -> str | None:
    """Asked of the writer itself: a payout that stops its whole batch must not get that far."""
    probe = iso20022.PayoutBatch(
        message_id="probe",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        initiating_party="probe",
        debtor="probe",
        debtor_account=iso20022.Account(other="probe"),
        execution_date=date(2026, 1, 1),
        payouts=(payout,),
    )
    try:
        iso20022.write_payouts(probe)
    except iso20022.NotWritable as wrong:
        return wrong.field
    return None


def end_to_end_id(payout: UUID) -> str:
    """What names a payout at the bank: 32 letters and digits, which every system on the way can carry."""
    return payout.hex


def payout_of(end_to_end_id: str | None) -> UUID | None:
    """The payout that an end-to-end id of ours names; None for any other."""
    if end_to_end_id is None or not re.fullmatch(r"[0-9a-f]{32}", end_to_end_id):
        return None
    return UUID(end_to_end_id)


def message_id(hall_id: str, day: date, number: int) -> str:
    """The name of a batch at the bank and of its file: changan-20261121-1."""
    return f"{hall_id}-{day:%Y%m%d}-{number}"


def written(
    rail: Rail, *, message: str, made_at: datetime, execution_date: date, payouts: list[ToPay]
) -> iso20022.PayoutBatch:
    """A batch as a file says it."""
    return iso20022.PayoutBatch(
        message_id=message,
        created_at=made_at,
        initiating_party=rail.hall,
        debtor=rail.hall,
        debtor_account=account_of(rail.account),
        execution_date=execution_date,
        payouts=tuple(_written_payout(rail, payout) for payout in payouts),
    )


def _written_payout(rail: Rail, payout: ToPay) -> iso20022.Payout:
    return iso20022.Payout(
        end_to_end_id=end_to_end_id(payout.id),
        amount=payout.amount,
        currency=payout.currency,
        creditor=payout.holder,
        creditor_account=account_of(payout.number),
        creditor_agent=bank_of(payout.bank_code),
        remittance=_plain(f"{rail.hall} {payout.source_name}"),
    )


def _plain(text: str) -> str:
    """A text for people as every bank can write it. What joins letters, or is no letter yet, is left out: 👨‍🍳 is 👨🍳.

    Shops name themselves as they like, and the name only helps to recognise the money.
    """
    letters = "".join(letter if letter.isprintable() else " " if letter.isspace() else "" for letter in text)
    return " ".join(letters.split())[:REMITTANCE_MAX].strip()


def ways(kind: BreakKind, theirs: int | None, state: State) -> tuple[Way, ...]:
    """How operators may end a payout in this state with such a break.

    None while it may still come or its file may still go, and where the shop has had the money twice.
    """
    match kind, state:
        case BreakKind.UNWRITABLE, State.REQUESTED:
            return (Way.GIVE_BACK,)
        case (
            BreakKind.AMOUNT | BreakKind.MISSING_THEIRS | BreakKind.SECOND_COPY | BreakKind.CONTRADICTION,
            State.SENT | State.ACCEPTED,
        ):
            return (Way.SETTLED, Way.GIVE_BACK)
        case BreakKind.CONTRADICTION | BreakKind.MISSING_THEIRS, State.SETTLED:
            return (Way.SETTLED, Way.GIVE_BACK)
        case BreakKind.AMOUNT, State.SETTLED if theirs is not None and theirs > 0:
            return (Way.SETTLED, Way.GIVE_BACK)  # it came back, with another amount
        case _:
            return ()


def means(state: State, word: Word, *, by_hand: bool = False, ended_by_hand: bool = False) -> Move:
    """What the bank's word does to a payout in this state. What is final stays, but for money that comes back.

    `by_hand`: two operators say it, or a freeze. `ended_by_hand`: it was they who ended the payout so, before.
    """
    match word, state:
        case Word.REJECTED, State.REQUESTED if by_hand:
            return Move.GO
        case _, State.REQUESTED:
            return Move.CONTRADICTION  # it was never sent
        case Word.SETTLED, State.RETURNED if ended_by_hand:
            return Move.CONTRADICTION  # they gave it back because the bank had not booked it
        case _, State.RETURNED:
            return Move.NOTHING_NEW  # it went and came back; whatever is told of that now is old
        case Word.ACCEPTED, State.BATCHED | State.SENT:
            return Move.GO
        case Word.ACCEPTED, _:
            return Move.NOTHING_NEW  # told late
        case Word.RETURNED, State.REJECTED:
            return Move.CONTRADICTION
        case Word.RETURNED, _:
            return Move.GO
        case Word.SETTLED, State.SETTLED:
            return Move.NOTHING_NEW
        case Word.REJECTED, State.REJECTED:
            return Move.NOTHING_NEW
        case _, State.SETTLED | State.REJECTED:
            return Move.CONTRADICTION
        case _:
            return Move.GO
