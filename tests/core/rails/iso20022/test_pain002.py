"""pain.002: what became of the payouts, and what it may not be taken for."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace
from xsdata.models.datatype import XmlDateTime

from openhall.core.rails import iso20022
from openhall.core.rails.iso20022 import BatchStatus, NotWritable, Outcome, Reason, Refusal, StatusReport
from tests.core.rails.iso20022 import oracle
from tests.core.rails.iso20022.samples import GOLDEN, NOW, REPORT, bent, refused, without

MESSAGE = "pain.002.001.10"
GOOD = iso20022.write_status_report(REPORT)
GROUP = "Document/CstmrPmtStsRpt/OrgnlGrpInfAndSts"
BATCH = "Document/CstmrPmtStsRpt/OrgnlPmtInfAndSts[1]"


def test_the_file_is_byte_for_byte_the_one_we_know() -> None:
    assert (GOLDEN / f"{MESSAGE}.xml").read_bytes() == GOOD
    assert iso20022.read_status_report(GOOD) == REPORT


def test_an_independent_library_reads_the_same_statuses() -> None:
    said = oracle.read(GOOD, MESSAGE).cstmr_pmt_sts_rpt
    group, batch = said.orgnl_grp_inf_and_sts, said.orgnl_pmt_inf_and_sts[0]
    assert (group.orgnl_msg_id, group.grp_sts, group.orgnl_ctrl_sum) == ("B-20261120-1", "PART", Decimal("527.04"))
    assert [(one.orgnl_end_to_end_id, one.tx_sts) for one in batch.tx_inf_and_sts] == [("W1", "ACSC"), ("W2", "RJCT")]
    assert batch.tx_inf_and_sts[1].sts_rsn_inf[0].rsn.cd == "AC04"
    assert batch.tx_inf_and_sts[1].sts_rsn_inf[1].rsn.prtry == "bank-17"
    oracle.assert_legal(GOOD, MESSAGE)


def test_a_report_made_by_the_independent_library_is_read() -> None:
    m = oracle.classes(MESSAGE)
    reason = m.StatusReasonInformation12(rsn=m.StatusReason6Choice(cd="FF01"), addtl_inf=["格式错误"])
    document = m.Document(
        cstmr_pmt_sts_rpt=m.CustomerPaymentStatusReportV10(
            grp_hdr=m.GroupHeader86(msg_id="R", cre_dt_tm=XmlDateTime.from_datetime(NOW)),
            orgnl_grp_inf_and_sts=m.OriginalGroupHeader17(
                orgnl_msg_id="B", orgnl_msg_nm_id="pain.001.001.09", grp_sts="RJCT", sts_rsn_inf=[reason]
            ),
        )
    )
    read = iso20022.read_status_report(oracle.write(document, MESSAGE))
    assert (read.message_id, read.created_at, read.original_message_id, read.status) == ("R", NOW, "B", "RJCT")
    assert read.reasons == (Reason("FF01", ("格式错误",)),)
    assert iso20022.status_of(read, "W1") == ("RJCT", read.reasons)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("ACSC", Outcome.SETTLED), ("ACCC", Outcome.SETTLED), ("RJCT", Outcome.REJECTED), ("CANC", Outcome.REJECTED),
     ("ACSP", Outcome.PENDING), ("ACTC", Outcome.PENDING), ("ACCP", Outcome.PENDING), ("PDNG", Outcome.PENDING),
     ("RCVD", Outcome.PENDING), ("PART", Outcome.PENDING), ("BLCK", Outcome.PENDING), ("ZZZZ", Outcome.PENDING),
     (None, Outcome.PENDING)],
)  # fmt: skip
def test_what_is_not_surely_an_end_is_pending_and_never_failed(status: str | None, outcome: Outcome) -> None:
    """Pitfall 7: unknown taken as failed."""
    assert iso20022.outcome(status) is outcome


def test_a_payout_that_is_not_listed_has_the_status_of_the_whole() -> None:
    assert iso20022.status_of(REPORT, "W1") == ("ACSC", ())
    assert iso20022.status_of(REPORT, "W2")[0] == "RJCT"
    # PART says that there are several statuses, not which one this payout has.
    assert iso20022.status_of(REPORT, "W3") == (None, ())
    assert iso20022.status_of(replace(REPORT, status="ACTC"), "W3") == ("ACTC", ())
    batch = BatchStatus(payment_information_id="B", status="RJCT", reasons=(Reason("AG01"),))
    assert iso20022.status_of(replace(REPORT, batches=(batch,)), "W3") == ("RJCT", (Reason("AG01"),))
    # With two batches nobody can tell in which of them it is.
    other = replace(batch, payment_information_id="C")
    assert iso20022.status_of(replace(REPORT, batches=(batch, other)), "W3") == (None, ())


def test_a_report_may_list_nothing_but_what_was_rejected() -> None:
    content = without(without(GOOD, "TxInfAndSts", inside="W1"), "GrpSts")
    read = iso20022.read_status_report(content)
    assert [one.end_to_end_id for one in read.batches[0].transactions] == ["W2"]
    assert iso20022.status_of(read, "W1") == (None, ())


@pytest.mark.parametrize(
    ("content", "code", "path"),
    [
        (bent(GOOD, ">pain.001.001.09<", ">pain.008.001.08<"), Refusal.WRONG_MESSAGE, f"{GROUP}/OrgnlMsgNmId"),
        (without(GOOD, "OrgnlMsgId"), Refusal.MISSING, f"{GROUP}/OrgnlMsgId"),
        (without(GOOD, "OrgnlEndToEndId"), Refusal.MISSING, f"{BATCH}/TxInfAndSts[1]/OrgnlEndToEndId"),
        (bent(GOOD, ">W2<", ">W1<"), Refusal.DUPLICATE, f"{BATCH}/TxInfAndSts[2]/OrgnlEndToEndId[1]"),
        (bent(GOOD, "<OrgnlNbOfTxs>2", "<OrgnlNbOfTxs>3"), Refusal.TOTALS_DIFFER, GROUP),
        (bent(GOOD, "<OrgnlNbOfTxs>2", "<OrgnlNbOfTxs>1"), Refusal.TOTALS_DIFFER, GROUP),
        (bent(GOOD, "<TxSts>RJCT", "<TxSts>ACSC"), Refusal.TOTALS_DIFFER, GROUP),
        (bent(GOOD, "<DtldCtrlSum>0.24", "<DtldCtrlSum>0.25"), Refusal.TOTALS_DIFFER, GROUP),
        (bent(GOOD, "<GrpSts>PART", "<GrpSts>RJCT"), Refusal.CONTRADICTION, GROUP),
        (bent(GOOD, "<TxInfAndSts>", "<PmtInfSts>CANC</PmtInfSts><TxInfAndSts>", times=1), Refusal.CONTRADICTION,
         BATCH),
        (bent(GOOD, "<GrpSts>PART", "<GrpSts>PARTS"), Refusal.BAD_VALUE, f"{GROUP}/GrpSts"),
        (bent(GOOD, ">0.24</InstdAmt", ">0.245</InstdAmt"), Refusal.BAD_AMOUNT,
         f"{BATCH}/TxInfAndSts[2]/OrgnlTxRef/Amt/InstdAmt"),
        (bent(GOOD, "T23:59:59Z", "T11:59:59PM"), Refusal.BAD_VALUE, "Document/CstmrPmtStsRpt/GrpHdr/CreDtTm"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_report_that_does_not_hold_together_is_refused(content: bytes, code: Refusal, path: str) -> None:
    with refused(code, path):
        iso20022.read_status_report(content)


@pytest.mark.parametrize(
    ("report", "field"),
    [
        (replace(REPORT, status="PARTS"), "GrpSts"),
        (replace(REPORT, control_sum=Decimal(-1)), "OrgnlCtrlSum"),
        (replace(REPORT, reasons=(Reason("AC04", ("x" * 106,)),)), "AddtlInf"),
        (replace(REPORT, reasons=(Reason("x" * 36),)), "Prtry"),
    ],
)
def test_a_report_that_no_bank_may_send_is_not_written(report: StatusReport, field: str) -> None:
    with pytest.raises(NotWritable) as caught:
        iso20022.write_status_report(report)
    assert caught.value.field == field


def test_a_time_without_an_offset_stays_the_banks_local_time() -> None:
    local = datetime.fromisoformat("2026-11-20T08:00:00")
    written = iso20022.write_status_report(replace(REPORT, created_at=local))
    assert iso20022.read_status_report(written).created_at == local
    assert iso20022.read_status_report(GOOD).created_at.tzinfo == UTC
