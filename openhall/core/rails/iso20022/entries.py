"""Reads the entries of camt.053 and camt.054 with their details."""

from datetime import date

from openhall.core.rails.iso20022 import parts, values
from openhall.core.rails.iso20022.proof import check_details
from openhall.core.rails.iso20022.refusals import Refusal
from openhall.core.rails.iso20022.types import Account, BatchInformation, Detail, Entry, EntryDetails
from openhall.core.rails.iso20022.xml import Node

_STATUSES = ("BOOK", "PDNG", "INFO", "FUTR")


def read_entries(node: Node, currency: str) -> tuple[Entry, ...]:
    """All entries in their order. The bank's own reference with equal content twice is one entry told twice."""
    nodes = list(node.all("Ntry"))
    found = tuple(_entry(one, index, currency) for index, one in enumerate(nodes))
    parts.refuse_repeated(
        (f"{entry.account_servicer_reference} {entry.digest}", place)
        for place, entry in zip(nodes, found, strict=True)
        if entry.account_servicer_reference
    )
    return found


def read_day(node: Node) -> date:
    """The day of a date or of a date with time, as the bank wrote it."""
    moment = node.maybe("DtTm")
    return moment.read(values.moment).date() if moment else node.one("Dt").read(values.day)


def _entry(node: Node, index: int, currency: str) -> Entry:
    sign = parts.read_sign(node)
    amount = sign * parts.read_amount(node.one("Amt"), currency)
    booked, valued = node.maybe("BookgDt"), node.maybe("ValDt")
    entry = Entry(
        index=index,
        amount=amount,
        status=_status(node.one("Sts")),
        booking_date=read_day(booked) if booked else None,
        value_date=read_day(valued) if valued else None,
        reference=parts.read_id(node, "NtryRef"),
        account_servicer_reference=parts.read_id(node, "AcctSvcrRef"),
        reversal=node.read_at("RvslInd", by=values.truth) or False,
        code=_code(node.maybe("BkTxCd")),
        information=node.text_at("AddtlNtryInf"),
        groups=_groups(node, sign, amount, currency),
    )
    check_details(node, entry, currency)
    return entry


def _status(node: Node) -> str:
    """In the earlier versions the word itself, in the later ones wrapped once more."""
    inside = node.maybe("Cd")
    word = (inside or node).text()
    if word not in _STATUSES:
        raise node.refused(Refusal.BAD_VALUE, word[:40])
    return word


def _code(node: Node | None) -> str | None:
    """PMNT-ICDT-ESCT, or the bank's own code. It may be absent, whatever the schema says."""
    if node is None:
        return None
    domain = node.maybe("Domn")
    if domain is None:
        return node.text_at("Prtry", "Cd", most=parts.ID)
    family = domain.one("Fmly")
    return "-".join(one.text(parts.CODE) for one in (domain.one("Cd"), family.one("Cd"), family.one("SubFmlyCd")))


def _groups(node: Node, sign: int, amount: int, currency: str) -> tuple[EntryDetails, ...]:
    amounts = [_amount(one, sign, currency) for one in node.all("NtryDtls", "TxDtls")]
    if amounts == [None]:
        # A lone detail is its entry.
        amounts = [amount]
    if None in amounts and any(own is not None for own in amounts):
        raise node.refused(Refusal.DETAILS_DIFFER, "some details have an amount and others have none")
    left = iter(amounts)
    return tuple(
        EntryDetails(
            _batch(group.maybe("Btch"), sign, currency),
            tuple(_detail(one, next(left)) for one in group.all("TxDtls")),
        )
        for group in node.all("NtryDtls")
    )


def _batch(node: Node | None, sign: int, currency: str) -> BatchInformation | None:
    if node is None:
        return None
    total = node.maybe("TtlAmt")
    return BatchInformation(
        message_id=parts.read_id(node, "MsgId"),
        payment_information_id=parts.read_id(node, "PmtInfId"),
        number_of_transactions=node.read_at("NbOfTxs", by=values.count),
        total=_sign(node, sign) * parts.read_amount(total, currency) if total else None,
    )


def _sign(node: Node, sign: int) -> int:
    """The direction of what is inside an entry: its own, else that of the entry."""
    return parts.read_sign(node) if node.maybe("CdtDbtInd") else sign


def _amount(node: Node, sign: int, currency: str) -> int | None:
    """The signed amount of one detail. The first version has no Amt here, only the amounts it was made of."""
    own = node.maybe("Amt")
    if own is not None:
        return _sign(node, sign) * parts.read_amount(own, currency)
    for kind in ("TxAmt", "InstdAmt"):
        found = node.maybe("AmtDtls", kind, "Amt")
        if found is not None and parts.read_currency(found) == currency:
            return _sign(node, sign) * parts.read_amount(found, currency)
    return None


def _detail(node: Node, amount: int | None) -> Detail:
    returned, parties = node.maybe("RtrInf"), node.maybe("RltdPties")
    return Detail(
        amount=amount,
        end_to_end_id=parts.read_id(node, "Refs", "EndToEndId"),
        instruction_id=parts.read_id(node, "Refs", "InstrId"),
        transaction_id=parts.read_id(node, "Refs", "TxId"),
        message_id=parts.read_id(node, "Refs", "MsgId"),
        payment_information_id=parts.read_id(node, "Refs", "PmtInfId"),
        account_servicer_reference=parts.read_id(node, "Refs", "AcctSvcrRef"),
        debtor=_name(parties, "Dbtr"),
        debtor_account=_account(parties, "DbtrAcct"),
        creditor=_name(parties, "Cdtr"),
        creditor_account=_account(parties, "CdtrAcct"),
        remittance=tuple(line.text(parts.NAME) for line in node.all("RmtInf", "Ustrd")),
        returned=returned is not None,
        return_reason=_reason(returned) if returned else None,
    )


def _account(parties: Node | None, name: str) -> Account | None:
    """A party's account; one that is told by a nickname only (.12) is none to us."""
    found = parties.maybe(name) if parties else None
    return parts.read_account(found) if found and found.maybe("Id") else None


def _name(parties: Node | None, name: str) -> str | None:
    """The name stands in the party, in later versions in one more wrapping."""
    party = parties.maybe(name) if parties else None
    return (party.maybe("Pty") or party).text_at("Nm", most=parts.NAME) if party else None


def _reason(returned: Node) -> str | None:
    return returned.text_at("Rsn", "Cd", most=parts.CODE) or returned.text_at("Rsn", "Prtry", most=parts.ID)
