"""pain.001: what we ask the bank for, checked against the schema, a second library and the mistakes of others."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from sepaxml.validation import ValidationError, try_valid_xml

from openhall.core.rails import iso20022
from openhall.core.rails.iso20022 import Account, Agent, NotWritable, Payout, PayoutBatch, Refusal
from tests.core.rails.iso20022 import oracle
from tests.core.rails.iso20022.samples import BATCH, GOLDEN, IBAN, NOW, bent, refused, without

MESSAGE = "pain.001.001.09"
GOOD = iso20022.write_payouts(BATCH)


def of(*amounts: int, currency: str = "CNY") -> PayoutBatch:
    """A batch of these amounts."""
    some = BATCH.payouts[0]
    payouts = [replace(some, end_to_end_id=f"W{n}", amount=a, currency=currency) for n, a in enumerate(amounts)]
    return replace(BATCH, payouts=tuple(payouts))


def test_the_file_is_byte_for_byte_the_one_we_know() -> None:
    assert (GOLDEN / f"{MESSAGE}.xml").read_bytes() == GOOD


def test_the_schema_of_the_standard_accepts_what_we_write() -> None:
    for batch in (BATCH, replace(BATCH, debtor_agent=None, batch_booking=True), of(1), of(5, currency="JPY")):
        try_valid_xml(iso20022.write_payouts(batch), MESSAGE)
    with pytest.raises(ValidationError):
        try_valid_xml(bent(GOOD, "<PmtMtd>TRF</PmtMtd>", ""), MESSAGE)


def test_an_independent_library_reads_the_same_payouts() -> None:
    said = oracle.read(GOOD, MESSAGE).cstmr_cdt_trf_initn
    payments = said.pmt_inf[0]
    assert (said.grp_hdr.msg_id, said.grp_hdr.nb_of_txs, said.grp_hdr.ctrl_sum) == (
        BATCH.message_id, "2", Decimal("527.04"),
    )  # fmt: skip
    assert said.grp_hdr.cre_dt_tm.to_datetime() == NOW
    assert payments.reqd_exctn_dt.dt.to_date() == BATCH.execution_date
    assert payments.dbtr_acct.id.othr.id == BATCH.debtor_account.other
    first, second = payments.cdt_trf_tx_inf
    assert (first.pmt_id.end_to_end_id, first.amt.instd_amt.value, first.amt.instd_amt.ccy, first.cdtr.nm) == (
        "W1", Decimal("526.80"), "CNY", "王记早餐 <馒头 & 豆浆>",
    )  # fmt: skip
    assert first.cdtr_agt.fin_instn_id.clr_sys_mmb_id.mmb_id == "105100000017"
    assert first.rmt_inf.ustrd == ["11月20日结算"]
    assert (second.cdtr_acct.id.iban, second.cdtr_agt.fin_instn_id.bicfi) == (IBAN, "COBADEFFXXX")
    oracle.assert_legal(GOOD, MESSAGE)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(52680, "CNY", "526.80"), (24, "CNY", "0.24"), (1, "CNY", "0.01"), (100, "CNY", "1.00"), (5, "JPY", "5"),
     (1234567, "KWD", "1234.567"), (10**15, "CNY", "10000000000000.00")],
)  # fmt: skip
def test_amounts_are_written_with_all_their_digits(amount: int, currency: str, text: str) -> None:
    """Others wrote 526.80 as 526.79 (php-sepa-xml 135) and 0.24 as .24 (sepaxml 23)."""
    written = iso20022.write_payouts(of(amount, currency=currency)).decode()
    assert f'<InstdAmt Ccy="{currency}">{text}</InstdAmt>' in written
    assert written.count(f"<CtrlSum>{text}</CtrlSum>") == 2


def test_the_control_sum_is_exact_however_many_payouts_there_are() -> None:
    """Others wrote 98529.8699999 (project60 432): 0.1 ten thousand times is no sum of floating numbers."""
    batch = of(*[10, 20, 9_852_987] * 3000)
    assert (
        f"<CtrlSum>{3000 * 9_853_017 // 100}.{3000 * 9_853_017 % 100:02d}</CtrlSum>"
        in iso20022.write_payouts(batch).decode()
    )


def test_the_hour_counts_to_24_and_the_moment_is_the_same_in_every_zone() -> None:
    """The default message id of sepaxml has a 12-hour clock: two files a day get the same one."""
    assert "<CreDtTm>2026-11-20T23:59:59Z</CreDtTm>" in GOOD.decode()
    there = NOW.astimezone(timezone(timedelta(hours=8)))
    assert iso20022.write_payouts(replace(BATCH, created_at=there)) == GOOD


def payout(**change: Any) -> dict[str, Any]:
    return {"payouts": (replace(BATCH.payouts[0], **change),)}


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"message_id": "x" * 36}, "MsgId", "36 characters, 35"),
        ({"message_id": ""}, "MsgId", "empty"),
        ({"message_id": "结算1"}, "MsgId", "may have only"),
        ({"message_id": "/a"}, "MsgId", "slash"),
        ({"message_id": "a//b"}, "MsgId", "slash"),
        ({"created_at": datetime.fromisoformat("2026-11-20")}, "CreDtTm", "without a zone"),
        ({"debtor": "x" * 141}, "Nm", "141 characters, 140"),
        ({"initiating_party": " a"}, "Nm", "space"),
        ({"debtor_account": Account()}, "DbtrAcct", "either"),
        ({"debtor_account": Account(IBAN, "1")}, "DbtrAcct", "either"),
        ({"debtor_account": Account(iban="DE89370400440532013001")}, "IBAN", "check digits"),
        ({"debtor_account": Account(iban="de89")}, "IBAN", "not an IBAN"),
        ({"debtor_account": Account(other="1" * 35)}, "Othr/Id", "35 characters, 34"),
        ({"debtor_agent": Agent(bic="COBA")}, "BICFI", "not a BIC"),
        ({"debtor_agent": Agent(cnaps="1051")}, "MmbId", "not a CNAPS"),
        ({"payouts": ()}, "CdtTrfTxInf", "at least one"),
        ({"payouts": (BATCH.payouts[0],) * 2}, "EndToEndId", "W1 is there twice"),
        ({"payouts": (BATCH.payouts[0], replace(BATCH.payouts[1], currency="EUR"))}, "InstdAmt", "one currency"),
        (payout(end_to_end_id="x" * 36), "EndToEndId", "36 characters"),
        (payout(amount=0), "InstdAmt", "cannot be paid out"),
        (payout(amount=-1), "InstdAmt", "cannot be paid out"),
        (payout(amount=10**15 + 1), "InstdAmt", "cannot be paid out"),
        (payout(currency="cny"), "Ccy", "not a currency"),
        (payout(creditor="王\n记"), "Nm", "U+000A"),
        (payout(creditor="\ud800"), "Nm", "U+D800"),
        (payout(creditor="a\u202eb"), "Nm", "U+202E"),
        (payout(creditor="x" * 141), "Nm", "141 characters"),
        (payout(remittance="x" * 141), "Ustrd", "141 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_named_before_the_bank_sees_it(
    change: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(NotWritable, match=reason.replace("+", r"\+")) as caught:
        iso20022.write_payouts(replace(BATCH, **change))
    assert caught.value.field == field


def test_a_sum_of_more_than_eighteen_digits_is_not_written() -> None:
    with pytest.raises(NotWritable, match="18 digits"):
        iso20022.write_payouts(of(*[10**15] * 1000))


def test_names_keep_every_letter() -> None:
    """Chinese names stay as they are; what XML reserves is escaped and comes back."""
    some = replace(BATCH.payouts[0], creditor="\"王\" & 'O’Brien' <𠮷>", remittance="]]> &amp; &#65;")
    batch = replace(BATCH, payouts=(some,))
    assert iso20022.read_payouts(iso20022.write_payouts(batch)) == batch
    assert "王".encode() in iso20022.write_payouts(batch)


@pytest.mark.parametrize(
    ("content", "code", "path"),
    [
        (bent(GOOD, "<NbOfTxs>2", "<NbOfTxs>3", times=1), Refusal.TOTALS_DIFFER, "GrpHdr/NbOfTxs"),
        (bent(GOOD, "<CtrlSum>527.04", "<CtrlSum>527.05", times=1), Refusal.TOTALS_DIFFER, "GrpHdr/CtrlSum"),
        (bent(GOOD, ">526.80<", ">526.81<"), Refusal.TOTALS_DIFFER, "GrpHdr/CtrlSum"),
        (bent(GOOD, ">W2<", ">W1<"), Refusal.DUPLICATE, "PmtInf/CdtTrfTxInf[2]"),
        (bent(GOOD, 'Ccy="CNY">0.24', 'Ccy="EUR">0.24'), Refusal.WRONG_CURRENCY, "PmtInf/CdtTrfTxInf[2]/Amt/InstdAmt"),
        (without(GOOD, "CdtTrfTxInf"), Refusal.MISSING, "PmtInf/CdtTrfTxInf"),
        (bent(GOOD, "2026-11-21", "2026-11-31"), Refusal.BAD_VALUE, "PmtInf/ReqdExctnDt/Dt"),
        (bent(GOOD, "105100000017", "17"), Refusal.BAD_VALUE,
         "PmtInf/CdtTrfTxInf[1]/CdtrAgt/FinInstnId/ClrSysMmbId/MmbId"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_the_demo_bank_refuses_a_batch_that_does_not_add_up(content: bytes, code: Refusal, path: str) -> None:
    with refused(code, f"Document/CstmrCdtTrfInitn/{path}"):
        iso20022.read_payouts(content)


def test_a_payout_made_by_the_independent_library_is_read() -> None:
    document = oracle.read(GOOD, MESSAGE)
    document.cstmr_cdt_trf_initn.grp_hdr.ctrl_sum = None
    assert iso20022.read_payouts(oracle.write(document, MESSAGE)) == BATCH
    assert isinstance(iso20022.read_payouts(GOOD).payouts[0], Payout)
