"""pain.002.001.10, what the bank says became of our payouts: read by us, written by the demo bank."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from openhall.base import money
from openhall.core.rails.iso20022 import parts, values
from openhall.core.rails.iso20022.refusals import Refusal
from openhall.core.rails.iso20022.types import (
    BatchStatus,
    Outcome,
    Reason,
    StatusCount,
    StatusReport,
    TransactionStatus,
)
from openhall.core.rails.iso20022.xml import MAX_BYTES, Node, Writer, parse

MESSAGE = "pain.002.001.10"
_BODY = "CstmrPmtStsRpt"

# Settled on the debtor's side and settled on the creditor's: only these say that the money went. ACSP, ACTC, PDNG and
# whatever a later code list brings say no more than that it is under way.
_OUTCOMES = {
    "ACSC": Outcome.SETTLED,
    "ACCC": Outcome.SETTLED,
    "RJCT": Outcome.REJECTED,
    "CANC": Outcome.REJECTED,
}
# The same message, batch, transaction, end-to-end id or instruction as before; a duplication of any kind.
_DUPLICATES = frozenset({"DU01", "DU02", "DU03", "DU04", "DU05", "AM05"})
# It says that what it stands for has several statuses.
_PARTLY = "PART"


def outcome(status: str | None) -> Outcome:
    """What a status code means for the money; pending for what is absent or not known here."""
    return _OUTCOMES.get(status or "", Outcome.PENDING)


def is_duplicate(status: str | None, reasons: Sequence[Reason]) -> bool:
    """Whether a rejection is only of a further copy. Of the money it says nothing: the first copy may well be paid."""
    return outcome(status) is Outcome.REJECTED and any(reason.code in _DUPLICATES for reason in reasons)


def status_of(report: StatusReport, end_to_end_id: str) -> tuple[str | None, tuple[Reason, ...]]:
    """The status of one payout of our batch and its reasons: its own, else its batch's, else the group's.

    Banks may list only what was rejected, or nothing at all when the whole message was. (None, ()) says nothing.
    """
    said: list[tuple[str | None, tuple[Reason, ...]]] = []
    for batch in report.batches:
        listed = [one for one in batch.transactions if one.end_to_end_id == end_to_end_id]
        said += [(one.status, one.reasons) for one in listed]
        # We send one batch a message; a report that names several does not tell in which of them the payout is.
        if listed or len(report.batches) == 1:
            said.append((batch.status, batch.reasons))
    said.append((report.status, report.reasons))
    return next(((status, reasons) for status, reasons in said if status not in (None, _PARTLY)), (None, ()))


def read_status_report(content: bytes, *, most: int = MAX_BYTES) -> StatusReport:
    """The report in a file; FileRefused when anything in it is missing, malformed or contradicts itself."""
    body = parse(content, "pain.002", ("001.10",), _BODY, most=most)
    group = body.one("OrgnlGrpInfAndSts")
    name = group.one("OrgnlMsgNmId")
    if not name.text(parts.ID).startswith("pain.001"):
        raise name.refused(Refusal.WRONG_MESSAGE, f"it answers a {name.text()}")
    batches = [(node, _read_batch(node)) for node in body.all("OrgnlPmtInfAndSts")]
    report = StatusReport(
        message_id=body.one("GrpHdr", "MsgId").text(parts.ID),
        created_at=body.one("GrpHdr", "CreDtTm").read(values.moment),
        original_message_id=group.one("OrgnlMsgId").text(parts.ID),
        original_message_name=name.text(),
        status=group.text_at("GrpSts", most=parts.CODE),
        reasons=parts.read_reasons(group),
        number_of_transactions=group.read_at("OrgnlNbOfTxs", by=values.count),
        control_sum=group.read_at("OrgnlCtrlSum", by=values.control_sum),
        counts=_read_counts(group),
        batches=tuple(batch for _, batch in batches),
    )
    parts.refuse_repeated((batch.payment_information_id, node) for node, batch in batches)
    parts.refuse_repeated((one.text(), one) for one in body.all("OrgnlPmtInfAndSts", "TxInfAndSts", "OrgnlEndToEndId"))
    transactions = [one for batch in report.batches for one in batch.transactions]
    _check_totals(group, report, transactions)
    _check_harmony(group, report.status, [*report.batches, *transactions])
    for node, batch in batches:
        _check_totals(node, batch, batch.transactions)
        _check_harmony(node, batch.status, batch.transactions)
    return report


def _read_batch(node: Node) -> BatchStatus:
    return BatchStatus(
        payment_information_id=node.one("OrgnlPmtInfId").text(parts.ID),
        status=node.text_at("PmtInfSts", most=parts.CODE),
        reasons=parts.read_reasons(node),
        number_of_transactions=node.read_at("OrgnlNbOfTxs", by=values.count),
        control_sum=node.read_at("OrgnlCtrlSum", by=values.control_sum),
        counts=_read_counts(node),
        transactions=tuple(_read_transaction(one) for one in node.all("TxInfAndSts")),
    )


def _read_transaction(node: Node) -> TransactionStatus:
    amount = node.maybe("OrgnlTxRef", "Amt", "InstdAmt")
    currency = parts.read_currency(amount) if amount else None
    return TransactionStatus(
        end_to_end_id=node.one("OrgnlEndToEndId").text(parts.ID),
        status=node.text_at("TxSts", most=parts.CODE),
        reasons=parts.read_reasons(node),
        account_servicer_reference=parts.read_id(node, "AcctSvcrRef"),
        amount=parts.read_amount(amount, currency) if amount and currency else None,
        currency=currency,
    )


def _read_counts(node: Node) -> tuple[StatusCount, ...]:
    return tuple(
        StatusCount(
            status=found.one("DtldSts").text(parts.CODE),
            count=found.one("DtldNbOfTxs").read(values.count),
            control_sum=found.read_at("DtldCtrlSum", by=values.control_sum),
        )
        for found in node.all("NbOfTxsPerSts")
    )


def _check_totals(node: Node, said: StatusReport | BatchStatus, transactions: Sequence[TransactionStatus]) -> None:
    """Counts against what is listed. A status of which nothing is listed stands for itself: banks may leave it out."""
    number = said.number_of_transactions
    counted = sum(count.count for count in said.counts)
    if number is not None and max(counted, len(transactions)) > number:
        raise node.refused(Refusal.TOTALS_DIFFER, f"{number} payouts, more are counted or listed")
    if number is not None and said.counts and counted != number:
        raise node.refused(Refusal.TOTALS_DIFFER, f"{number} payouts, the statuses count {counted}")
    listed = Counter(one.status for one in transactions)
    for count in said.counts:
        if listed[count.status] not in (0, count.count):
            found = f"{count.count} are {count.status}, listed are {listed[count.status]}"
            raise node.refused(Refusal.TOTALS_DIFFER, found)
        _check_sum(node, count, [one for one in transactions if one.status == count.status])


def _check_sum(node: Node, count: StatusCount, listed: Sequence[TransactionStatus]) -> None:
    amounts = [money.decimal(one.amount, one.currency) for one in listed if one.amount is not None and one.currency]
    if count.control_sum is not None and listed and len(amounts) == len(listed):
        total = sum(amounts, Decimal(0))
        if total != count.control_sum:
            raise node.refused(Refusal.TOTALS_DIFFER, f"{count.status} sums to {count.control_sum}, listed is {total}")


def _check_harmony(node: Node, status: str | None, inside: Iterable[BatchStatus | TransactionStatus]) -> None:
    """What is rejected as a whole has nothing inside that was executed."""
    if outcome(status) is Outcome.REJECTED and any(outcome(one.status) is Outcome.SETTLED for one in inside):
        raise node.refused(Refusal.CONTRADICTION, f"{status} as a whole, but not all of it")


def write_status_report(report: StatusReport) -> bytes:
    """The file of a report; NotWritable names the first field that cannot be written."""
    put = Writer(MESSAGE)
    header = put(
        "GrpHdr",
        parts.put_id(put, "MsgId", report.message_id),
        put("CreDtTm", values.written_moment(report.created_at)),
    )
    group = put(
        "OrgnlGrpInfAndSts",
        parts.put_id(put, "OrgnlMsgId", report.original_message_id),
        parts.put_id(put, "OrgnlMsgNmId", report.original_message_name),
        *_put_totals(put, report),
        parts.put_code(put, "GrpSts", report.status),
        *parts.put_reasons(put, report.reasons),
        *_put_counts(put, report.counts),
    )
    return put.bytes(put(_BODY, header, group, *[_put_batch(put, batch) for batch in report.batches]))


def _put_batch(put: Writer, batch: BatchStatus) -> Any:
    return put(
        "OrgnlPmtInfAndSts",
        parts.put_id(put, "OrgnlPmtInfId", batch.payment_information_id),
        *_put_totals(put, batch),
        parts.put_code(put, "PmtInfSts", batch.status),
        *parts.put_reasons(put, batch.reasons),
        *_put_counts(put, batch.counts),
        *[_put_transaction(put, one) for one in batch.transactions],
    )


def _put_totals(put: Writer, said: StatusReport | BatchStatus) -> list[Any]:
    number = None if said.number_of_transactions is None else str(said.number_of_transactions)
    return [put.path("OrgnlNbOfTxs", number), parts.put_sum(put, "OrgnlCtrlSum", said.control_sum)]


def _put_counts(put: Writer, counts: Iterable[StatusCount]) -> list[Any]:
    return [
        put(
            "NbOfTxsPerSts",
            put("DtldNbOfTxs", str(one.count)),
            parts.put_code(put, "DtldSts", one.status),
            parts.put_sum(put, "DtldCtrlSum", one.control_sum),
        )
        for one in counts
    ]


def _put_transaction(put: Writer, one: TransactionStatus) -> Any:
    amount = None
    if one.amount is not None and one.currency is not None:
        amount = parts.put_amount(put, "InstdAmt", one.amount, one.currency)
    return put(
        "TxInfAndSts",
        parts.put_id(put, "OrgnlEndToEndId", one.end_to_end_id),
        parts.put_code(put, "TxSts", one.status),
        *parts.put_reasons(put, one.reasons),
        parts.put_id(put, "AcctSvcrRef", one.account_servicer_reference),
        put.path("OrgnlTxRef/Amt", amount),
    )
