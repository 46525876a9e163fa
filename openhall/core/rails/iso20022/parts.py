"""Pieces that several messages have in common: accounts, banks, amounts, reasons; read and written."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from openhall.base import money
from openhall.core.rails.iso20022 import values
from openhall.core.rails.iso20022.refusals import FileRefused, NotWritable, Refusal
from openhall.core.rails.iso20022.types import Account, Agent, Reason
from openhall.core.rails.iso20022.xml import Node, Writer

T = TypeVar("T")

# The standard's longest texts, in characters.
CODE = 4
ID = 35
ACCOUNT = 34
NAME = 140
WORDS = 105
ENTRY = 500

_NOT_PROVIDED = "NOTPROVIDED"


def read_id(node: Node, *names: str) -> str | None:
    """An id of at most 35 characters; banks say NOTPROVIDED where the standard wants one and they have none."""
    text = node.text_at(*names, most=ID)
    return None if text == _NOT_PROVIDED else text


def read_amount(node: Node, currency: str) -> int:
    """Minor units of an amount in the currency it has to have."""
    if node.attribute("Ccy") != currency:
        raise node.refused(Refusal.WRONG_CURRENCY, f"{node.attribute('Ccy')[:40]} instead of {currency}")
    return node.read(lambda text: values.amount(text, currency), Refusal.BAD_AMOUNT)


def read_currency(amount: Node) -> str:
    """The currency that an amount names."""
    try:
        return values.currency(amount.attribute("Ccy"))
    except FileRefused:
        raise
    except ValueError as wrong:
        raise amount.refused(Refusal.BAD_VALUE, str(wrong)) from None


def read_sign(node: Node) -> int:
    """1 for money that came, -1 for money that went."""
    word = node.one("CdtDbtInd")
    if word.text() not in ("CRDT", "DBIT"):
        raise word.refused(Refusal.BAD_VALUE, word.text()[:40])
    return 1 if word.text() == "CRDT" else -1


def read_account(node: Node) -> Account:
    """An account: the element that has the Id inside."""
    identification = node.one("Id")
    iban = identification.read_at("IBAN", by=values.iban)
    if iban is not None:
        return Account(iban=iban)
    return Account(other=identification.one("Othr", "Id").text(ACCOUNT))


def read_agent(node: Node | None) -> Agent | None:
    """A bank: None when it has neither of the two names we know."""
    institution = node.maybe("FinInstnId") if node else None
    if institution is None:
        return None
    bic = institution.read_at("BICFI", by=values.bic)
    cnaps = None
    if institution.text_at("ClrSysMmbId", "ClrSysId", "Cd") == "CNAPS":
        cnaps = institution.one("ClrSysMmbId", "MmbId").read(values.cnaps)
    return Agent(bic, cnaps) if bic or cnaps else None


def read_reasons(node: Node) -> tuple[Reason, ...]:
    """Why something has its status."""
    return tuple(
        Reason(
            code=found.text_at("Rsn", "Cd", most=CODE) or found.text_at("Rsn", "Prtry", most=ID),
            information=tuple(line.text(WORDS) for line in found.all("AddtlInf")),
        )
        for found in node.all("StsRsnInf")
    )


def refuse_repeated(ids: Iterable[tuple[str, Node]]) -> None:
    """Refuse when an id comes twice, at the second one."""
    seen: set[str] = set()
    for text, node in ids:
        if text in seen:
            raise node.refused(Refusal.DUPLICATE, text)
        seen.add(text)


def put_text(put: Writer, name: str, text: str | None, most: int = NAME) -> Any:
    """A text for people, checked; None when there is none."""
    return None if text is None else put(name, checked(name, text, most))


def put_id(put: Writer, name: str, text: str | None) -> Any:
    """An id, checked; None when there is none."""
    return None if text is None else put(name, checked_id(name, text))


def put_code(put: Writer, name: str, text: str | None, most: int = CODE) -> Any:
    """A code of the standard's lists, checked; None when there is none."""
    return None if text is None else put(name, checked_id(name, text, most))


def put_sum(put: Writer, name: str, total: Decimal | None) -> Any:
    """A control sum in major units; None when there is none."""
    if total is None:
        return None
    _form(name, f"{total:f}", values.control_sum)
    return put(name, f"{total:f}")


def put_amount(put: Writer, name: str, amount: int, currency: str) -> Any:
    """An amount without its sign."""
    return put(name, plain(name, amount, currency), Ccy=currency)


def put_sign(put: Writer, amount: int) -> Any:
    """Whether money came or went; nothing at all counts as having come."""
    return put("CdtDbtInd", "DBIT" if amount < 0 else "CRDT")


def put_account(put: Writer, name: str, account: Account, *more: Any) -> Any:
    """An account under the given name, and what else the message tells of it."""
    if (account.iban is None) == (account.other is None):
        raise NotWritable(name, "an account has either an IBAN or another number")
    if account.iban is not None:
        _form("IBAN", account.iban, values.iban)
        if not values.has_right_check_digits(account.iban):
            raise NotWritable("IBAN", "its check digits are wrong")
        return put(name, put.path("Id/IBAN", account.iban), *more)
    return put(name, put.path("Id/Othr/Id", checked_id("Othr/Id", account.number, ACCOUNT)), *more)


def put_agent(put: Writer, name: str, agent: Agent | None) -> Any:
    """A bank under the given name; one that is not known is said to be not provided."""
    if agent is None or (agent.bic is None and agent.cnaps is None):
        return put.path(f"{name}/FinInstnId/Othr/Id", _NOT_PROVIDED)
    member = None
    if agent.cnaps is not None:
        _form("MmbId", agent.cnaps, values.cnaps)
        member = put("ClrSysMmbId", put.path("ClrSysId/Cd", "CNAPS"), put("MmbId", agent.cnaps))
    if agent.bic is not None:
        _form("BICFI", agent.bic, values.bic)
    return put.path(f"{name}/FinInstnId", put.path("BICFI", agent.bic), member)


def put_reasons(put: Writer, reasons: Iterable[Reason]) -> list[Any]:
    """Why something has its status."""
    return [
        put(
            "StsRsnInf",
            put_reason(put, reason.code),
            *[put_text(put, "AddtlInf", line, WORDS) for line in reason.information],
        )
        for reason in reasons
    ]


def put_reason(put: Writer, code: str | None) -> Any:
    """A reason by its code: one of four letters is the standard's, others are the bank's own."""
    return put.path("Rsn", put_id(put, "Cd" if code and len(code) <= CODE else "Prtry", code))


def plain(name: str, amount: int, currency: str) -> str:
    """An amount without its sign, as the standard writes it: at most 18 digits."""
    if len(str(abs(amount))) > 18:
        raise NotWritable(name, "more than 18 digits")
    return money.plain(abs(amount), _form("Ccy", currency, values.currency))


def checked(name: str, text: str, most: int) -> str:
    """A text for people as it may be written."""
    return _form(name, text, partial(values.printable, most=most))


def checked_id(name: str, text: str, most: int = ID) -> str:
    """An id as it may be written."""
    return _form(name, text, partial(values.reference, most=most))


def _form(name: str, text: str, check: Callable[[str], T]) -> T:
    try:
        return check(text)
    except ValueError as wrong:
        raise NotWritable(name, str(wrong)) from None
