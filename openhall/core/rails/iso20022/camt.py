"""Reads camt.053, the statement of a day, and camt.054, the notices between: strictly, and whole or not at all.

Five versions of each differ in how they wrap a few things; everything else we read is the same in all of them.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import structs

from openhall.core.rails.iso20022 import parts, values
from openhall.core.rails.iso20022.entries import read_day, read_entries
from openhall.core.rails.iso20022.proof import check_balance, check_totals
from openhall.core.rails.iso20022.refusals import FileRefused, Refusal
from openhall.core.rails.iso20022.types import Balance, Notification, NotificationFile, Period, Statement, StatementFile
from openhall.core.rails.iso20022.xml import MAX_BYTES, Node, parse

VERSIONS = ("001.02", "001.03", "001.04", "001.08", "001.12")

# How banks call the balance at the beginning: opening, or that of the previous closing, which is the same money.
_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)


def read_statements(
    content: bytes, *, account: str | None = None, currency: str | None = None, most: int = MAX_BYTES
) -> StatementFile:
    """The statements of a camt.053. Each must be about `account` and `currency` when these are given."""
    body = parse(content, "camt.053", VERSIONS, "BkToCstmrStmt", most=most)
    found = body.some("Stmt")
    message_id, created_at = _header(body)
    file = StatementFile(
        message_id=message_id,
        created_at=created_at,
        statements=tuple(_statement(node, account, currency) for node in found),
    )
    _refuse_repeated(found, file.statements)
    return file


def read_notifications(
    content: bytes, *, account: str | None = None, currency: str | None = None, most: int = MAX_BYTES
) -> NotificationFile:
    """The notices of a camt.054. Each must be about `account` and `currency` when these are given."""
    body = parse(content, "camt.054", VERSIONS, "BkToCstmrDbtCdtNtfctn", most=most)
    found = body.some("Ntfctn")
    message_id, created_at = _header(body)
    file = NotificationFile(
        message_id=message_id,
        created_at=created_at,
        notifications=tuple(_notification(node, account, currency) for node in found),
    )
    _refuse_repeated(found, file.notifications)
    return file


def _header(body: Node) -> tuple[str, datetime]:
    header = body.one("GrpHdr")
    _refuse_pages(header.maybe("MsgPgntn"))
    return header.one("MsgId").text(parts.ID), header.one("CreDtTm").read(values.moment)


def _refuse_pages(pages: Node | None) -> None:
    """One page of several has neither all entries nor, often, both balances: nothing about it can be proved."""
    if pages is None:
        return
    number, last = pages.one("PgNb").read(values.count), pages.one("LastPgInd").read(values.truth)
    if number != 1 or not last:
        raise pages.refused(Refusal.PARTIAL, f"page {number}")


def _statement(node: Node, account: str | None, currency: str | None) -> Statement:
    said = _notification(node, account, currency)
    for place, entry in zip(node.all("Ntry"), said.entries, strict=True):
        if entry.status != "BOOK":
            raise place.one("Sts").refused(Refusal.BAD_VALUE, f"{entry.status}: a statement has booked entries only")
    statement = Statement(
        **structs.asdict(said),
        opening=_balance(node, _OPENING, said.currency),
        closing=_balance(node, _CLOSING, said.currency),
    )
    check_balance(node, statement)
    return statement


def _notification(node: Node, account: str | None, currency: str | None) -> Notification:
    """What statements and notices have in common."""
    _refuse_pages(node.maybe("StmtPgntn") or node.maybe("NtfctnPgntn"))
    found = parts.read_account(node.one("Acct"))
    if account is not None and found.number != account:
        raise node.one("Acct").refused(Refusal.WRONG_ACCOUNT, found.number)
    said = _currency(node)
    if currency is not None and said != currency:
        raise node.one("Acct").refused(Refusal.WRONG_CURRENCY, f"{said} instead of {currency}")
    entries = read_entries(node, said)
    check_totals(node, entries, said)
    return Notification(
        id=node.one("Id").text(parts.ID),
        account=found,
        currency=said,
        sequence=node.read_at("ElctrncSeqNb", by=values.count),
        created_at=node.read_at("CreDtTm", by=values.moment),
        period=_period(node.maybe("FrToDt")),
        copy=node.text_at("CpyDplctInd", most=parts.CODE),
        entries=entries,
    )


def _currency(node: Node) -> str:
    """The account's currency; where the account does not tell, a balance or an entry does."""
    said = node.read_at("Acct", "Ccy", by=values.currency)
    if said is not None:
        return said
    amount = next(node.all("Bal", "Amt"), None) or next(node.all("Ntry", "Amt"), None)
    if amount is None:
        raise FileRefused(Refusal.MISSING, path=f"{node.path}/Acct/Ccy")
    return parts.read_currency(amount)


def _period(node: Node | None) -> Period | None:
    if node is None:
        return None
    return Period(node.one("FrDtTm").read(values.moment), node.one("ToDtTm").read(values.moment))


def _balance(node: Node, kinds: Iterable[str], currency: str) -> Balance:
    """The first of these kinds of balance that the statement has; each kind at most once."""
    found = {kind: [one for one in node.all("Bal") if _kind(one) == kind] for kind in kinds}
    for kind, balances in found.items():
        if len(balances) > 1:
            raise balances[1].refused(Refusal.REPEATED, kind)
        if balances:
            amount = parts.read_sign(balances[0]) * parts.read_amount(balances[0].one("Amt"), currency)
            return Balance(amount, read_day(balances[0].one("Dt")))
    raise FileRefused(Refusal.MISSING, path=f"{node.path}/Bal", detail=" or ".join(found))


def _kind(balance: Node) -> str | None:
    return balance.text_at("Tp", "CdOrPrtry", "Cd", most=parts.CODE)


def _refuse_repeated(nodes: Iterable[Node], said: Iterable[Notification]) -> None:
    """One file tells of one statement once."""
    parts.refuse_repeated((f"{one.account.number} {one.id}", node) for node, one in zip(nodes, said, strict=True))
