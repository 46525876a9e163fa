"""pain.001.001.09, the payouts we ask the bank for: written by us, read by the demo bank."""

from typing import Any

from openhall.base import money
from openhall.core.rails.iso20022 import parts, values
from openhall.core.rails.iso20022.refusals import NotWritable, Refusal
from openhall.core.rails.iso20022.types import Payout, PayoutBatch
from openhall.core.rails.iso20022.xml import MAX_BYTES, Node, Writer, parse

MESSAGE = "pain.001.001.09"
_BODY = "CstmrCdtTrfInitn"


def write_payouts(batch: PayoutBatch) -> bytes:
    """The file of a batch; NotWritable names the first field that cannot be written. Equal batches give equal bytes."""
    _check(batch)
    put = Writer(MESSAGE)
    currency = batch.payouts[0].currency
    count, total = str(len(batch.payouts)), parts.plain("CtrlSum", batch.total, currency)
    header = put(
        "GrpHdr",
        parts.put_id(put, "MsgId", batch.message_id),
        put("CreDtTm", values.written_moment(batch.created_at)),
        put("NbOfTxs", count),
        put("CtrlSum", total),
        put("InitgPty", parts.put_text(put, "Nm", batch.initiating_party)),
    )
    payments = put(
        "PmtInf",
        put("PmtInfId", batch.message_id),
        put("PmtMtd", "TRF"),
        put("BtchBookg", "true" if batch.batch_booking else "false"),
        put("NbOfTxs", count),
        put("CtrlSum", total),
        put.path("ReqdExctnDt/Dt", batch.execution_date.isoformat()),
        put("Dbtr", parts.put_text(put, "Nm", batch.debtor)),
        parts.put_account(put, "DbtrAcct", batch.debtor_account),
        parts.put_agent(put, "DbtrAgt", batch.debtor_agent),
        *[_put_payout(put, payout) for payout in batch.payouts],
    )
    return put.bytes(put(_BODY, header, payments))


def _check(batch: PayoutBatch) -> None:
    if not batch.payouts:
        raise NotWritable("CdtTrfTxInf", "a batch has at least one payout")
    if batch.created_at.utcoffset() is None:
        raise NotWritable("CreDtTm", "a time without a zone")
    if len({payout.currency for payout in batch.payouts}) > 1:
        raise NotWritable("InstdAmt", "a batch has one currency")
    seen: set[str] = set()
    for payout in batch.payouts:
        if not 0 < payout.amount <= money.MAX_AMOUNT:
            raise NotWritable("InstdAmt", f"{payout.end_to_end_id}: {payout.amount} cannot be paid out")
        if payout.end_to_end_id in seen:
            raise NotWritable("EndToEndId", f"{payout.end_to_end_id} is there twice")
        seen.add(payout.end_to_end_id)


def _put_payout(put: Writer, payout: Payout) -> Any:
    return put(
        "CdtTrfTxInf",
        put("PmtId", parts.put_id(put, "EndToEndId", payout.end_to_end_id)),
        put("Amt", parts.put_amount(put, "InstdAmt", payout.amount, payout.currency)),
        parts.put_agent(put, "CdtrAgt", payout.creditor_agent) if payout.creditor_agent else None,
        put("Cdtr", parts.put_text(put, "Nm", payout.creditor)),
        parts.put_account(put, "CdtrAcct", payout.creditor_account),
        put.path("RmtInf", parts.put_text(put, "Ustrd", payout.remittance)),
    )


def read_payouts(content: bytes, *, most: int = MAX_BYTES) -> PayoutBatch:
    """The batch in a file such as ours: one PmtInf, amounts in one currency. FileRefused for anything else."""
    body = parse(content, "pain.001", ("001.09",), _BODY, most=most)
    header, payments = body.one("GrpHdr"), body.one("PmtInf")
    transfers = payments.some("CdtTrfTxInf")
    currency = parts.read_currency(transfers[0].one("Amt", "InstdAmt"))
    batch = PayoutBatch(
        message_id=header.one("MsgId").text(parts.ID),
        created_at=header.one("CreDtTm").read(values.moment),
        initiating_party=header.one("InitgPty", "Nm").text(parts.NAME),
        debtor=payments.one("Dbtr", "Nm").text(parts.NAME),
        debtor_account=parts.read_account(payments.one("DbtrAcct")),
        debtor_agent=parts.read_agent(payments.one("DbtrAgt")),
        execution_date=payments.one("ReqdExctnDt", "Dt").read(values.day),
        payouts=tuple(_read_payout(transfer, currency) for transfer in transfers),
        batch_booking=payments.read_at("BtchBookg", by=values.truth) or False,
    )
    parts.refuse_repeated((transfer.one("PmtId", "EndToEndId").text(), transfer) for transfer in transfers)
    for place in (header, payments):
        _compare(place, batch, currency)
    return batch


def _read_payout(transfer: Node, currency: str) -> Payout:
    return Payout(
        end_to_end_id=transfer.one("PmtId", "EndToEndId").text(parts.ID),
        amount=parts.read_amount(transfer.one("Amt", "InstdAmt"), currency),
        currency=currency,
        creditor=transfer.one("Cdtr", "Nm").text(parts.NAME),
        creditor_account=parts.read_account(transfer.one("CdtrAcct")),
        creditor_agent=parts.read_agent(transfer.maybe("CdtrAgt")),
        remittance=transfer.text_at("RmtInf", "Ustrd", most=parts.NAME),
    )


def _compare(place: Node, batch: PayoutBatch, currency: str) -> None:
    """The count and the control sum, where they are said, against what is listed."""
    count = place.read_at("NbOfTxs", by=values.count)
    if count is not None and count != len(batch.payouts):
        raise place.one("NbOfTxs").refused(Refusal.TOTALS_DIFFER, f"{count}, listed are {len(batch.payouts)}")
    total = place.read_at("CtrlSum", by=values.control_sum)
    if total is not None and total != money.decimal(batch.total, currency):
        listed = money.plain(batch.total, currency)
        raise place.one("CtrlSum").refused(Refusal.TOTALS_DIFFER, f"{total}, listed are {listed}")
