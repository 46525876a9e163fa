"""Statements that are refused whole: each with its code, and with the place where it went wrong."""

import pytest
from msgspec.structs import replace

from openhall.core.rails import iso20022
from openhall.core.rails.iso20022 import Refusal
from tests.core.rails.iso20022.samples import ENTRIES, STATEMENT, STATEMENTS, bent, refused, without

GOOD = iso20022.write_statements(STATEMENTS)
STMT = "Document/BkToCstmrStmt/Stmt[1]"
PAGE = "<MsgPgntn><PgNb>{}</PgNb><LastPgInd>{}</LastPgInd></MsgPgntn>"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def twice(name: str) -> bytes:
    """The statement with the first element of this name standing there twice."""
    text = GOOD.decode()
    start = text.index(f"<{name}>")
    end = text.index(f"</{name}>", start) + len(name) + 3
    return (text[:end] + text[start:end] + text[end:]).encode()


def paged(number: str, last: str) -> bytes:
    return bent(GOOD, "</GrpHdr>", PAGE.format(number, last) + "</GrpHdr>")


@pytest.mark.parametrize(
    ("content", "code", "path"),
    [
        (b"", Refusal.NOT_XML, ""),
        (b"%PDF-1.7", Refusal.NOT_XML, ""),
        (b'{"Document": {}}', Refusal.NOT_XML, ""),
        (b"<Document/>", Refusal.WRONG_MESSAGE, ""),
        (b"<Document xmlns='urn:x'/>", Refusal.WRONG_MESSAGE, ""),
        (bent(GOOD, "Document", "Envelope"), Refusal.WRONG_MESSAGE, ""),
        (f"<Document xmlns='{NAMESPACE}'/>".encode(), Refusal.WRONG_MESSAGE, "Document"),
        (bent(GOOD, "</BkToCstmrStmt>", "</BkToCstmrStmt><x/>"), Refusal.WRONG_MESSAGE, "Document"),
        (bent(GOOD, NAMESPACE, NAMESPACE.replace("053", "0530")), Refusal.WRONG_MESSAGE, ""),
        (bent(GOOD, "001.08", "001.01"), Refusal.UNSUPPORTED_VERSION, ""),
        (bent(GOOD, "001.08", "001.099"), Refusal.UNSUPPORTED_VERSION, ""),
        (without(GOOD, "GrpHdr"), Refusal.MISSING, "Document/BkToCstmrStmt/GrpHdr"),
        (without(GOOD, "MsgId"), Refusal.MISSING, "Document/BkToCstmrStmt/GrpHdr/MsgId"),
        (without(GOOD, "Stmt"), Refusal.MISSING, "Document/BkToCstmrStmt/Stmt"),
        (without(GOOD, "Acct"), Refusal.MISSING, f"{STMT}/Acct"),
        (without(GOOD, "Id", inside="S-325"), Refusal.MISSING, f"{STMT}/Id"),
        (without(GOOD, "Othr", inside="6222"), Refusal.MISSING, f"{STMT}/Acct/Id/Othr/Id"),
        (without(GOOD, "Bal", inside="OPBD"), Refusal.MISSING, f"{STMT}/Bal"),
        (without(GOOD, "Bal", inside="CLBD"), Refusal.MISSING, f"{STMT}/Bal"),
        (bent(GOOD, ' Ccy="CNY">600', ">600"), Refusal.MISSING, f"{STMT}/Bal[1]/Amt/@Ccy"),
        (without(GOOD, "Sts"), Refusal.MISSING, f"{STMT}/Ntry[1]/Sts"),
        (without(GOOD, "Amt", inside="526.80"), Refusal.MISSING, f"{STMT}/Ntry[1]/Amt"),
        (without(GOOD, "FrDtTm"), Refusal.MISSING, f"{STMT}/FrToDt/FrDtTm"),
        (twice("GrpHdr"), Refusal.REPEATED, "Document/BkToCstmrStmt/GrpHdr"),
        (twice("Acct"), Refusal.REPEATED, f"{STMT}/Acct"),
        (twice("Bal"), Refusal.REPEATED, f"{STMT}/Bal[2]"),
        (bent(GOOD, ">M-325<", "><"), Refusal.BAD_VALUE, "Document/BkToCstmrStmt/GrpHdr/MsgId"),
        (bent(GOOD, ">M-325<", f">{'x' * 36}<"), Refusal.BAD_VALUE, "Document/BkToCstmrStmt/GrpHdr/MsgId"),
        (bent(GOOD, ">325<", ">3.25<"), Refusal.BAD_VALUE, f"{STMT}/ElctrncSeqNb"),
        (bent(GOOD, "CRDT", "PLUS", times=1), Refusal.BAD_VALUE, f"{STMT}/Bal[1]/CdtDbtInd"),
        (bent(GOOD, "<RvslInd>true", "<RvslInd>yes"), Refusal.BAD_VALUE, f"{STMT}/Ntry[2]/RvslInd"),
        (bent(GOOD, "2026-11-19", "2026-02-29"), Refusal.BAD_VALUE, f"{STMT}/Bal[1]/Dt/Dt"),
        (bent(GOOD, "2026-11-19", "20261119"), Refusal.BAD_VALUE, f"{STMT}/Bal[1]/Dt/Dt"),
        (bent(GOOD, "2026-11-20T00:00:00", "2026-11-20T24:00:01"), Refusal.BAD_VALUE, f"{STMT}/FrToDt/FrDtTm"),
        (bent(GOOD, "2026-11-20T00:00:00", "9999-12-31T24:00:00"), Refusal.BAD_VALUE, f"{STMT}/FrToDt/FrDtTm"),
        (bent(GOOD, "<Ccy>CNY", "<Ccy>cny"), Refusal.BAD_VALUE, f"{STMT}/Acct/Ccy"),
        (bent(GOOD, "<Cd>BOOK", "<Cd>MAYB", times=1), Refusal.BAD_VALUE, f"{STMT}/Ntry[1]/Sts"),
        (paged("2", "true"), Refusal.PARTIAL, "Document/BkToCstmrStmt/GrpHdr/MsgPgntn"),
        (paged("1", "false"), Refusal.PARTIAL, "Document/BkToCstmrStmt/GrpHdr/MsgPgntn"),
        (bent(GOOD, "<Ccy>CNY", "<Ccy>EUR"), Refusal.WRONG_CURRENCY, f"{STMT}/Ntry[1]/Amt"),
        (bent(GOOD, 'Ccy="CNY">0.20', 'Ccy="EUR">0.20'), Refusal.WRONG_CURRENCY,
         f"{STMT}/Ntry[2]/NtryDtls[1]/TxDtls[1]/Amt"),
        (twice("Stmt"), Refusal.DUPLICATE, "Document/BkToCstmrStmt/Stmt[2]"),
        (twice("Ntry"), Refusal.DUPLICATE, f"{STMT}/Ntry[2]"),
        (bent(GOOD, ">0.20<", ">0.31<"), Refusal.DETAILS_DIFFER, f"{STMT}/Ntry[2]"),
        (bent(GOOD, "<NbOfTxs>2", "<NbOfTxs>3"), Refusal.DETAILS_DIFFER, f"{STMT}/Ntry[2]/NtryDtls[1]"),
        (bent(GOOD, '<TtlAmt Ccy="CNY">0.24', '<TtlAmt Ccy="CNY">0.25'), Refusal.DETAILS_DIFFER,
         f"{STMT}/Ntry[2]/NtryDtls[1]"),
        (bent(without(GOOD, "TxDtls"), '<TtlAmt Ccy="CNY">0.24', '<TtlAmt Ccy="CNY">0.25'), Refusal.DETAILS_DIFFER,
         f"{STMT}/Ntry[2]"),
        (without(GOOD, "Amt", inside="0.04"), Refusal.DETAILS_DIFFER, f"{STMT}/Ntry[2]"),
        (bent(GOOD, "<NbOfNtries>3", "<NbOfNtries>4"), Refusal.TOTALS_DIFFER, f"{STMT}/TxsSummry/TtlNtries"),
        (bent(GOOD, "<Sum>527.04", "<Sum>527.03"), Refusal.TOTALS_DIFFER, f"{STMT}/TxsSummry/TtlNtries/Sum"),
        (bent(GOOD, "<Amt>526.56", "<Amt>526.57"), Refusal.TOTALS_DIFFER, f"{STMT}/TxsSummry/TtlNtries/TtlNetNtry/Amt"),
        (bent(GOOD, "<CdtDbtInd>DBIT", "<CdtDbtInd>CRDT", times=1), Refusal.TOTALS_DIFFER,
         f"{STMT}/TxsSummry/TtlNtries/TtlNetNtry/Amt"),
        (bent(GOOD, "<NbOfNtries>2", "<NbOfNtries>1"), Refusal.TOTALS_DIFFER, f"{STMT}/TxsSummry/TtlCdtNtries"),
        (bent(GOOD, "<Sum>526.80", "<Sum>526.81"), Refusal.TOTALS_DIFFER, f"{STMT}/TxsSummry/TtlDbtNtries/Sum"),
        (bent(GOOD, ">73.44<", ">73.45<"), Refusal.UNBALANCED, STMT),
        (bent(GOOD, ">600.00<", ">599.99<"), Refusal.UNBALANCED, STMT),
        (without(without(GOOD, "TxsSummry"), "Ntry", inside="526.80"), Refusal.UNBALANCED, STMT),
    ],
)  # fmt: skip
def test_a_statement_is_refused_with_its_code_and_its_place(content: bytes, code: Refusal, path: str) -> None:
    with refused(code, path):
        iso20022.read_statements(content)


@pytest.mark.parametrize(
    "text",
    ["-526.80", "526,80", "1e3", "NaN", "INF", "0x1F", "٥٢٦", "５２６", "526.805", "5 26", "1_000", ".", "+", "--1",
     "1" * 19, "92233720368547758.08", "0" * 41, "526.80CNY", "¥526.80"],
)  # fmt: skip
def test_what_is_not_exactly_an_amount_is_refused(text: str) -> None:
    """Python alone would take eight of these for numbers."""
    with refused(Refusal.BAD_AMOUNT, f"{STMT}/Ntry[1]/Amt"):
        iso20022.read_statements(bent(without(GOOD, "NtryDtls"), ">526.80</Amt>", f">{text}</Amt>"))


def test_a_part_of_a_paged_statement_is_refused_too() -> None:
    part = "<StmtPgntn><PgNb>3</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>"
    with refused(Refusal.PARTIAL, f"{STMT}/StmtPgntn"):
        iso20022.read_statements(bent(GOOD, "<ElctrncSeqNb>", f"{part}<ElctrncSeqNb>"))
    assert iso20022.read_statements(paged("1", "true")) == STATEMENTS


def test_a_reversal_under_the_same_reference_is_not_the_entry_twice() -> None:
    """Some banks undo an entry under its own reference: another sign is another entry."""
    undone = replace(ENTRIES[0], index=1, amount=52680, reversal=True, groups=())
    both = replace(STATEMENT, entries=(ENTRIES[0], undone), closing=STATEMENT.opening)
    content = iso20022.write_statements(replace(STATEMENTS, statements=(both,)))
    assert iso20022.read_statements(content).statements[0] == both


def test_elements_of_another_namespace_are_not_ours() -> None:
    foreign = bent(GOOD, "<Acct>", '<Acct xmlns="urn:other">')
    with refused(Refusal.MISSING, f"{STMT}/Acct"):
        iso20022.read_statements(foreign)


def test_a_refusal_says_why_where_and_what() -> None:
    with refused(Refusal.UNBALANCED) as caught:
        iso20022.read_statements(bent(GOOD, ">73.44<", ">73.45<"))
    assert str(caught.value) == f"unbalanced: {STMT}: 600.00 and -526.56 is not 73.45"
    assert (caught.value.path, caught.value.detail) == (STMT, "600.00 and -526.56 is not 73.45")
