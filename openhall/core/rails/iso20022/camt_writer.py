"""Writes camt.053.001.08 and camt.054.001.08, for the demo bank. Sums are written as they are given, not proved."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from openhall.core.rails.iso20022 import parts, values
from openhall.core.rails.iso20022.types import (
    Balance,
    BatchInformation,
    Detail,
    Entry,
    EntryDetails,
    Notification,
    NotificationFile,
    Period,
    Statement,
    StatementFile,
)
from openhall.core.rails.iso20022.xml import Writer


def write_statements(file: StatementFile) -> bytes:
    """A camt.053 file; NotWritable names the first field that cannot be written."""
    put = Writer("camt.053.001.08")
    found = [_put_report(put, "Stmt", one, _put_balances(put, one)) for one in file.statements]
    return put.bytes(put("BkToCstmrStmt", _put_header(put, file), *found))


def write_notifications(file: NotificationFile) -> bytes:
    """A camt.054 file; NotWritable names the first field that cannot be written."""
    put = Writer("camt.054.001.08")
    found = [_put_report(put, "Ntfctn", one, []) for one in file.notifications]
    return put.bytes(put("BkToCstmrDbtCdtNtfctn", _put_header(put, file), *found))


def _put_header(put: Writer, file: StatementFile | NotificationFile) -> Any:
    return put("GrpHdr", parts.put_id(put, "MsgId", file.message_id), _put_time(put, "CreDtTm", file.created_at))


def _put_report(put: Writer, name: str, said: Notification, balances: list[Any]) -> Any:
    return put(
        name,
        parts.put_id(put, "Id", said.id),
        None if said.sequence is None else put("ElctrncSeqNb", str(said.sequence)),
        _put_time(put, "CreDtTm", said.created_at),
        _put_period(put, said.period),
        parts.put_code(put, "CpyDplctInd", said.copy),
        parts.put_account(put, "Acct", said.account, put("Ccy", said.currency)),
        *balances,
        _put_summary(put, said),
        *[_put_entry(put, entry, said.currency) for entry in said.entries],
    )


def _put_period(put: Writer, period: Period | None) -> Any:
    if period is None:
        return None
    return put("FrToDt", _put_time(put, "FrDtTm", period.start), _put_time(put, "ToDtTm", period.end))


def _put_balances(put: Writer, statement: Statement) -> list[Any]:
    return [
        _put_balance(put, "OPBD", statement.opening, statement.currency),
        _put_balance(put, "CLBD", statement.closing, statement.currency),
    ]


def _put_balance(put: Writer, kind: str, balance: Balance, currency: str) -> Any:
    return put(
        "Bal",
        put.path("Tp/CdOrPrtry/Cd", kind),
        *_put_signed(put, "Amt", balance.amount, currency),
        _put_day(put, "Dt", balance.date),
    )


def _put_summary(put: Writer, said: Notification) -> Any:
    amounts = [entry.amount for entry in said.entries]
    net = sum(amounts)
    return put(
        "TxsSummry",
        _put_total(
            put,
            "TtlNtries",
            amounts,
            said.currency,
            put("TtlNetNtry", put("Amt", parts.plain("Amt", net, said.currency)), parts.put_sign(put, net)),
        ),
        _put_total(put, "TtlCdtNtries", [amount for amount in amounts if amount >= 0], said.currency),
        _put_total(put, "TtlDbtNtries", [amount for amount in amounts if amount < 0], said.currency),
    )


def _put_total(put: Writer, name: str, amounts: Sequence[int], currency: str, *more: Any) -> Any:
    total = parts.plain("Sum", sum(abs(amount) for amount in amounts), currency)
    return put(name, put("NbOfNtries", str(len(amounts))), put("Sum", total), *more)


def _put_entry(put: Writer, entry: Entry, currency: str) -> Any:
    return put(
        "Ntry",
        parts.put_id(put, "NtryRef", entry.reference),
        *_put_signed(put, "Amt", entry.amount, currency),
        put("RvslInd", "true") if entry.reversal else None,
        put.path("Sts/Cd", entry.status),
        _put_day(put, "BookgDt", entry.booking_date),
        _put_day(put, "ValDt", entry.value_date),
        parts.put_id(put, "AcctSvcrRef", entry.account_servicer_reference),
        _put_code(put, entry.code),
        *[_put_group(put, group, currency) for group in entry.groups],
        parts.put_text(put, "AddtlNtryInf", entry.information, parts.ENTRY),
    )


def _put_code(put: Writer, code: str | None) -> Any:
    """Domain-family-subfamily, or the bank's own; empty when there is none, as the schema wants the element."""
    if code is None:
        return put("BkTxCd")
    pieces = code.split("-")
    if [len(piece) for piece in pieces] != [parts.CODE] * 3:
        return put.path("BkTxCd/Prtry", parts.put_id(put, "Cd", code))
    domain, family, subfamily = pieces
    return put.path("BkTxCd/Domn", put("Cd", domain), put("Fmly", put("Cd", family), put("SubFmlyCd", subfamily)))


def _put_group(put: Writer, group: EntryDetails, currency: str) -> Any:
    details = [_put_detail(put, one, currency) for one in group.transactions]
    return put("NtryDtls", _put_batch(put, group.batch, currency), *details)


def _put_batch(put: Writer, batch: BatchInformation | None, currency: str) -> Any:
    if batch is None:
        return None
    count = batch.number_of_transactions
    return put(
        "Btch",
        parts.put_id(put, "MsgId", batch.message_id),
        parts.put_id(put, "PmtInfId", batch.payment_information_id),
        None if count is None else put("NbOfTxs", str(count)),
        *_put_signed(put, "TtlAmt", batch.total, currency),
    )


def _put_detail(put: Writer, one: Detail, currency: str) -> Any:
    return put(
        "TxDtls",
        put.path(
            "Refs",
            parts.put_id(put, "MsgId", one.message_id),
            parts.put_id(put, "AcctSvcrRef", one.account_servicer_reference),
            parts.put_id(put, "PmtInfId", one.payment_information_id),
            parts.put_id(put, "InstrId", one.instruction_id),
            parts.put_id(put, "EndToEndId", one.end_to_end_id),
            parts.put_id(put, "TxId", one.transaction_id),
        ),
        *_put_signed(put, "Amt", one.amount, currency),
        _put_parties(put, one),
        put.path("RmtInf", *[parts.put_text(put, "Ustrd", line) for line in one.remittance]),
        put("RtrInf", parts.put_reason(put, one.return_reason)) if one.returned else None,
    )


def _put_parties(put: Writer, one: Detail) -> Any:
    return put.path(
        "RltdPties",
        put.path("Dbtr/Pty", parts.put_text(put, "Nm", one.debtor)),
        parts.put_account(put, "DbtrAcct", one.debtor_account) if one.debtor_account else None,
        put.path("Cdtr/Pty", parts.put_text(put, "Nm", one.creditor)),
        parts.put_account(put, "CdtrAcct", one.creditor_account) if one.creditor_account else None,
    )


def _put_signed(put: Writer, name: str, amount: int | None, currency: str) -> list[Any]:
    if amount is None:
        return []
    return [parts.put_amount(put, name, amount, currency), parts.put_sign(put, amount)]


def _put_day(put: Writer, name: str, day: date | None) -> Any:
    return None if day is None else put.path(f"{name}/Dt", day.isoformat())


def _put_time(put: Writer, name: str, moment: datetime | None) -> Any:
    return None if moment is None else put(name, values.written_moment(moment))
