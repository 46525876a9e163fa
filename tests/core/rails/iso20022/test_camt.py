"""camt.053 and camt.054: every trap that caught others, and what a second library says of the same files."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace
from xsdata.models.datatype import XmlDate, XmlDateTime

from openhall.base import money
from openhall.core.rails import iso20022
from openhall.core.rails.iso20022 import Account, Detail, NotWritable, Period, Refusal, Statement
from tests.core.rails.iso20022 import oracle
from tests.core.rails.iso20022.samples import (
    DAY,
    ENTRIES,
    GOLDEN,
    HALL,
    NOTIFICATIONS,
    NOW,
    STATEMENT,
    STATEMENTS,
    as_version,
    bent,
    refused,
    without,
)

GOOD = iso20022.write_statements(STATEMENTS)
NOTICE = iso20022.write_notifications(NOTIFICATIONS)
VERSIONS = ("001.02", "001.03", "001.04", "001.08", "001.12")


def statement(content: bytes) -> Statement:
    return iso20022.read_statements(content).statements[0]


def test_the_files_are_byte_for_byte_those_we_know() -> None:
    assert (GOLDEN / "camt.053.001.08.xml").read_bytes() == GOOD
    assert (GOLDEN / "camt.054.001.08.xml").read_bytes() == NOTICE
    assert iso20022.read_statements(GOOD) == STATEMENTS
    assert iso20022.read_notifications(NOTICE) == NOTIFICATIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_says_the_same(version: str) -> None:
    """Each of these files is legal in its version, says the independent library."""
    statements, notices = as_version(GOOD, version), as_version(NOTICE, version)
    created = NOTICE if version in VERSIONS[3:] else bent(NOTICE, "<CpyDplctInd>", f"{CREATED}<CpyDplctInd>")
    oracle.assert_legal(statements, f"camt.053.{version}")
    oracle.assert_legal(as_version(created, version), f"camt.054.{version}")
    assert iso20022.read_statements(statements) == STATEMENTS
    assert iso20022.read_notifications(notices) == NOTIFICATIONS


CREATED = "<CreDtTm>2026-11-20T23:59:59Z</CreDtTm>"


def test_an_independent_library_reads_the_same_statement() -> None:
    said = oracle.read(GOOD, "camt.053.001.08").bk_to_cstmr_stmt.stmt[0]
    assert (said.id, said.acct.id.othr.id, said.elctrnc_seq_nb) == ("S-325", HALL.other, 325)
    signed = {"CRDT": 1, "DBIT": -1}
    assert [(one.tp.cd_or_prtry.cd, one.amt.value, one.dt.dt.to_date()) for one in said.bal] == [
        ("OPBD", Decimal("600.00"), date(2026, 11, 19)),
        ("CLBD", Decimal("73.44"), DAY),
    ]
    for theirs, ours in zip(said.ntry, ENTRIES, strict=True):
        assert theirs.amt.value * signed[theirs.cdt_dbt_ind.value] == Decimal(ours.amount).scaleb(-2)
        assert theirs.acct_svcr_ref == ours.account_servicer_reference
        details = [one for group in theirs.ntry_dtls for one in group.tx_dtls]
        for one, own in zip(details, ours.details, strict=True):
            assert one.amt.value * signed[one.cdt_dbt_ind.value] == Decimal(own.amount or 0).scaleb(-2)
            assert one.refs.end_to_end_id == own.end_to_end_id
    assert said.ntry[1].ntry_dtls[0].tx_dtls[1].rtr_inf.rsn.cd == "AC04"


def test_a_statement_made_by_the_independent_library_is_read() -> None:
    message = "camt.053.001.08"
    m = oracle.classes(message)
    day = m.DateAndDateTime2Choice(dt=XmlDate.from_date(DAY))
    credit = m.CreditDebitCode.CRDT

    def yuan(text: str) -> object:
        return m.ActiveOrHistoricCurrencyAndAmount(value=Decimal(text), ccy="CNY")

    def balance(kind: str, text: str) -> object:
        name = m.BalanceType13(cd_or_prtry=m.BalanceType10Choice(cd=kind))
        return m.CashBalance8(tp=name, amt=yuan(text), cdt_dbt_ind=credit, dt=day)

    detail = m.EntryTransaction10(
        refs=m.TransactionReferences6(end_to_end_id="W7"),
        rltd_pties=m.TransactionParties6(dbtr=m.Party40Choice(pty=m.PartyIdentification135(nm="王"))),
    )
    entry = m.ReportEntry10(
        amt=yuan("12.3"),
        cdt_dbt_ind=credit,
        sts=m.EntryStatus1Choice(cd="BOOK"),
        bookg_dt=day,
        bk_tx_cd=m.BankTransactionCodeStructure4(),
        ntry_dtls=[m.EntryDetails9(tx_dtls=[detail])],
    )
    document = m.Document(
        bk_to_cstmr_stmt=m.BankToCustomerStatementV08(
            grp_hdr=m.GroupHeader81(msg_id="M", cre_dt_tm=XmlDateTime.from_datetime(NOW)),
            stmt=[
                m.AccountStatement9(
                    id="S",
                    acct=m.CashAccount39(id=m.AccountIdentification4Choice(iban="DE89370400440532013000")),
                    bal=[balance("OPBD", "1"), balance("CLBD", "13.30")],
                    ntry=[entry],
                )
            ],
        )
    )
    read = statement(oracle.write(document, message))
    assert (read.id, read.account.number, read.currency) == ("S", "DE89370400440532013000", "CNY")
    assert (read.opening.amount, read.closing.amount) == (100, 1330)
    assert read.entries[0].amount == 1230
    assert read.entries[0].details == (Detail(amount=1230, end_to_end_id="W7", debtor="王"),)


def test_a_file_as_banks_really_write_them_is_read() -> None:
    """Zeros in front, spaces behind, no code, no reference, an old version, a batch without its details."""
    read = statement((GOLDEN / "bank.camt.053.001.02.xml").read_bytes())
    assert (read.sequence, read.opening.amount, read.closing.amount) == (97, 14987, 57943)
    assert read.period == Period(datetime.fromisoformat("2026-11-20"), datetime.fromisoformat("2026-11-21")), (
        "24:00 is the end of the day"
    )
    first, second, third = read.entries
    assert [detail.amount for detail in first.details] == [32956, 10000], "not twice the whole"
    assert [detail.end_to_end_id for detail in first.details] == [None, "E-2"], "NOTPROVIDED is no id"
    assert first.details[0].debtor == "李记豆腐"
    assert first.groups[0].batch is not None
    assert first.groups[0].batch.payment_information_id == "SALARIES-11"
    assert second.groups[0].batch is not None
    assert (second.groups[0].batch.number_of_transactions, second.details) == (8, ())
    assert (third.amount, third.reversal, third.details[0].amount) == (-350, True, -350)


# The traps of others.


@pytest.mark.parametrize("version", VERSIONS)
def test_a_camt_052_is_not_an_empty_camt_053(version: str) -> None:
    """Securo took an intraday report for a statement without entries (pull request 416)."""
    intraday = bent(bent(GOOD, "BkToCstmrStmt", "BkToCstmrAcctRpt"), "Stmt>", "Rpt>")
    with refused(Refusal.WRONG_MESSAGE):
        iso20022.read_statements(bent(intraday, "camt.053.001.08", f"camt.052.{version}"))
    with refused(Refusal.WRONG_MESSAGE, "Document"):
        iso20022.read_statements(bent(intraday, "camt.053.001.08", f"camt.053.{version}"))
    with refused(Refusal.WRONG_MESSAGE):
        iso20022.read_statements(bent(GOOD, "camt.053.001.08", f"camt.052.{version}"))
    with refused(Refusal.WRONG_MESSAGE):
        iso20022.read_statements(NOTICE)
    with refused(Refusal.WRONG_MESSAGE):
        iso20022.read_notifications(GOOD)


def test_an_entry_without_a_bank_transaction_code_is_read() -> None:
    """Firefly III failed on it (issue 7607)."""
    assert statement(without(GOOD, "BkTxCd")).entries[1] == ENTRIES[1]
    assert statement(without(GOOD, "BkTxCd")).entries[0].code is None


def test_a_statement_without_entries_is_read() -> None:
    """Republik failed on a day without movements (pull request 252)."""
    quiet = replace(STATEMENT, entries=(), closing=STATEMENT.opening)
    content = iso20022.write_statements(replace(STATEMENTS, statements=(quiet,)))
    assert statement(content) == quiet
    assert statement(without(content, "TxsSummry")) == quiet


def test_a_batch_and_its_details_in_another_file_have_the_same_reference() -> None:
    """A batch is booked as one entry; its details come in a camt.054 (OCA pull request 106)."""
    booked = statement(without(GOOD, "TxDtls")).entries[1]
    told = iso20022.read_notifications(NOTICE).notifications[0].entries[1]
    assert booked.details == ()
    assert booked.groups[0].batch == told.groups[0].batch
    assert booked.account_servicer_reference == told.account_servicer_reference
    assert sum(detail.amount or 0 for detail in told.details) == booked.amount


def test_entries_without_the_banks_reference_are_told_apart_by_place_and_content() -> None:
    """Two breakfasts of the same price on the same day are two payments; the same file again is the same two."""
    breakfast = replace(ENTRIES[2], index=0, amount=350, booking_date=DAY)
    twice = replace(STATEMENT, entries=(breakfast, replace(breakfast, index=1)), closing=STATEMENT.opening)
    twice = replace(twice, closing=replace(twice.closing, amount=twice.opening.amount + 700))
    read = statement(iso20022.write_statements(replace(STATEMENTS, statements=(twice,))))
    assert read.entries[0].digest == read.entries[1].digest
    keys = [read.key(entry) for entry in read.entries]
    assert len(set(keys)) == 2
    assert keys == [twice.key(entry) for entry in twice.entries]


def test_the_digest_is_that_of_the_content_and_not_of_its_form() -> None:
    """The same entry in another version, with other spaces and zeros, is the same entry."""
    digests = [entry.digest for entry in STATEMENT.entries]
    other = as_version(bent(GOOD, ">526.80<", ">  0526.8  <"), "001.02").replace(b"\n", b"")
    assert [entry.digest for entry in statement(other).entries] == digests
    assert len(set(digests)) == 3
    assert replace(ENTRIES[0], amount=-52681).digest != digests[0]
    assert replace(ENTRIES[0], index=7).digest == digests[0]


def test_a_reversal_goes_the_way_its_own_sign_says() -> None:
    """RvslInd only marks it: a reversed debit is a credit already, and turning it again would book it twice."""
    assert (statement(GOOD).entries[1].amount, statement(GOOD).entries[1].reversal) == (24, True)


def test_a_payment_that_came_back_is_marked_with_the_reason() -> None:
    first, second = statement(GOOD).entries[1].details
    assert (first.returned, second.returned, second.return_reason) == (False, True, "AC04")
    bare = bent(without(GOOD, "RtrInf"), "</TxDtls>", "<RtrInf/></TxDtls>")
    assert [detail.returned for detail in statement(bare).entries[1].details] == [True, True]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("<Dt>2026-11-20</Dt>", date(2026, 11, 20)),
        ("<Dt>2026-11-20+08:00</Dt>", date(2026, 11, 20)),
        ("<DtTm>2026-11-20T23:59:59.999+08:00</DtTm>", date(2026, 11, 20)),
        ("<DtTm>2026-11-20T00:00:00Z</DtTm>", date(2026, 11, 20)),
        ("<DtTm>2026-03-29T02:30:00</DtTm>", date(2026, 3, 29)),  # an hour that Berlin does not have on this day
        ("<DtTm>2026-11-20T24:00:00</DtTm>", date(2026, 11, 21)),
    ],
)
def test_a_booking_date_is_the_banks_own_day_in_every_zone(text: str, day: date) -> None:
    """Pitfall 13: a date is never turned into another zone."""
    content = bent(GOOD, "<BookgDt>\n          <Dt>2026-11-20</Dt>", f"<BookgDt>{text}")
    assert statement(content).entries[0].booking_date == day


@pytest.mark.parametrize(
    ("text", "fen"),
    [("526.80", 52680), ("526.8", 52680), ("+526.8", 52680), ("0526.80000", 52680), ("1", 100), (".24", 24),
     ("7.", 700)],
)  # fmt: skip
def test_an_amount_is_read_to_the_last_fen_however_it_is_written(text: str, fen: int) -> None:
    """Pitfall 6."""
    content = bent(without(without(GOOD, "TxsSummry"), "NtryDtls"), ">526.80<", f">{text}<")
    closing = 60000 - fen + 24
    assert statement(bent(content, ">73.44<", f">{money.plain(closing, 'CNY')}<")).entries[0].amount == -fen


def test_currencies_without_cents_and_with_thousandths_keep_their_places() -> None:
    for currency in ("JPY", "KWD"):
        other = replace(STATEMENT, currency=currency)
        content = iso20022.write_statements(replace(STATEMENTS, statements=(other,)))
        assert statement(content) == other


def test_a_balance_may_be_below_zero() -> None:
    overdrawn = replace(STATEMENT, opening=replace(STATEMENT.opening, amount=-100))
    overdrawn = replace(overdrawn, closing=replace(overdrawn.closing, amount=-100 - 52656))
    assert statement(iso20022.write_statements(replace(STATEMENTS, statements=(overdrawn,)))) == overdrawn


def test_an_entry_of_nothing_still_counts_on_its_side() -> None:
    content = bent(bent(GOOD, "<NbOfNtries>2<", "<NbOfNtries>1<"), "<TtlDbtNtries>\n          <NbOfNtries>1<",
                   "<TtlDbtNtries>\n          <NbOfNtries>2<")  # fmt: skip
    with refused(Refusal.TOTALS_DIFFER):
        statement(content)
    debit = bent(
        content, '<Amt Ccy="CNY">0.00</Amt>\n        <CdtDbtInd>CRDT', '<Amt Ccy="CNY">0.00</Amt><CdtDbtInd>DBIT'
    )
    assert statement(debit).entries[2].amount == 0


def test_a_statement_is_asked_whose_it_is() -> None:
    assert iso20022.read_statements(GOOD, account=HALL.number, currency="CNY") == STATEMENTS
    assert iso20022.read_notifications(NOTICE, account=HALL.number, currency="CNY") == NOTIFICATIONS
    with refused(Refusal.WRONG_ACCOUNT, "Document/BkToCstmrStmt/Stmt[1]/Acct"):
        iso20022.read_statements(GOOD, account="622202020011223344")
    with refused(Refusal.WRONG_CURRENCY, "Document/BkToCstmrStmt/Stmt[1]/Acct"):
        iso20022.read_statements(GOOD, currency="EUR")


def test_a_notice_may_tell_of_what_is_not_booked_yet_and_a_statement_may_not() -> None:
    pending = bent(NOTICE, "BOOK", "PDNG", times=1)
    assert iso20022.read_notifications(pending).notifications[0].entries[0].status == "PDNG"
    with refused(Refusal.BAD_VALUE, "Document/BkToCstmrStmt/Stmt[1]/Ntry[1]/Sts"):
        statement(bent(GOOD, "BOOK", "PDNG", times=1))


def test_a_file_of_two_statements_is_proved_statement_by_statement() -> None:
    """One balanced and one short by a fen: neither of them is read, though the sum over both could be right."""
    other = replace(STATEMENT, id="S-326", closing=replace(STATEMENT.closing, amount=7343))
    content = iso20022.write_statements(replace(STATEMENTS, statements=(STATEMENT, other)))
    with refused(Refusal.UNBALANCED, "Document/BkToCstmrStmt/Stmt[2]"):
        iso20022.read_statements(content)


def test_an_account_has_one_number() -> None:
    with pytest.raises(NotWritable, match="either an IBAN"):
        iso20022.write_statements(replace(STATEMENTS, statements=(replace(STATEMENT, account=Account()),)))
