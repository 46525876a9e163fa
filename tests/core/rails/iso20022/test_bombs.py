"""Files that attack whoever reads them. Each is refused, none of them is expanded, fetched or waited for."""

import codecs
from pathlib import Path

import pytest

from openhall.core.rails import iso20022
from openhall.core.rails.iso20022 import Refusal
from openhall.core.rails.iso20022.xml import MAX_DEPTH, MAX_TAGS
from tests.core.rails.iso20022.samples import STATEMENTS, bent, refused

GOOD = iso20022.write_statements(STATEMENTS)
TITLE = "<?xml version='1.0' encoding='UTF-8'?>"

LAUGHS = '<!DOCTYPE lolz [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
BOMBS = {
    "billion laughs": LAUGHS + "]>",
    "quadratic blow-up": f'<!DOCTYPE d [<!ENTITY a "{"x" * 50_000}">]>',
    "external entity": '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "external entity over the network": '<!DOCTYPE d [<!ENTITY a SYSTEM "http://127.0.0.1:9/a">]>',
    "external DTD": '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/a.dtd">',
    "parameter entity": '<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    "parameter laughs": '<!DOCTYPE d [<!ENTITY % a "<!---->"><!ENTITY % b "&#37;a;&#37;a;"> %b;]>',
    "empty DTD": "<!DOCTYPE Document>",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.parametrize("read", [iso20022.read_statements, iso20022.read_notifications,
                                  iso20022.read_status_report, iso20022.read_payouts])  # fmt: skip
def test_a_file_with_a_document_type_is_refused_before_it_is_parsed(bomb: str, read: object) -> None:
    content = bent(bent(GOOD, TITLE, TITLE + bomb), "M-325", "&a11;" if "lolz" in bomb else "&a;")
    with refused(Refusal.DTD):
        read(content)  # type: ignore[operator]


def test_an_entity_that_nobody_declared_is_refused() -> None:
    with refused(Refusal.NOT_XML):
        iso20022.read_statements(bent(GOOD, "M-325", "&secret;"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-7"])
def test_a_bomb_in_another_encoding_is_refused_too(encoding: str) -> None:
    content = bent(GOOD, TITLE, TITLE + LAUGHS + "]>").decode().replace("UTF-8", encoding.upper())
    with refused(Refusal.ENCODING):
        iso20022.read_statements(content.encode(encoding))


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "GB18030"])
def test_a_file_that_says_it_is_not_utf_8_is_refused(encoding: str) -> None:
    with refused(Refusal.ENCODING):
        iso20022.read_statements(bent(GOOD, "UTF-8", encoding))


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with refused(Refusal.ENCODING):
        iso20022.read_statements(GOOD.replace("王记早餐".encode(), "王记早餐".encode("gb18030")))


def test_a_byte_order_mark_and_no_declaration_are_fine() -> None:
    assert iso20022.read_statements(codecs.BOM_UTF8 + GOOD) == STATEMENTS
    assert iso20022.read_statements(bent(GOOD, TITLE, "")) == STATEMENTS


def test_a_file_that_is_too_large_is_refused_before_it_is_looked_at() -> None:
    with refused(Refusal.TOO_LARGE):
        iso20022.read_statements(GOOD, most=len(GOOD) - 1)
    assert iso20022.read_statements(GOOD, most=len(GOOD)) == STATEMENTS


def test_a_file_of_nothing_but_tags_is_refused_before_it_fills_the_memory() -> None:
    with refused(Refusal.TOO_LARGE):
        iso20022.read_statements(bent(GOOD, "</GrpHdr>", "<x/>" * MAX_TAGS + "</GrpHdr>"))


@pytest.mark.parametrize("depth", [MAX_DEPTH, 200, 100_000])
def test_elements_in_elements_without_end_are_refused(depth: int) -> None:
    tower = "<x>" * depth + "</x>" * depth
    with refused(Refusal.TOO_DEEP if depth < 256 else Refusal.NOT_XML):
        iso20022.read_statements(bent(GOOD, "</GrpHdr>", tower + "</GrpHdr>"))


def test_a_number_of_a_million_digits_costs_nothing() -> None:
    with refused(Refusal.BAD_VALUE):
        iso20022.read_statements(bent(GOOD, ">600.00<", f">{'0' * 1_000_000}x<"))


def test_a_comment_inside_a_number_does_not_cut_it() -> None:
    """526.80 written as 52, a comment, 6.80 stays 526.80; a reader that takes the first piece would book 52."""
    whole = bent(GOOD, ">526.80<", "><![CDATA[52]]><!-- a --><?b c?>6.80<")
    assert iso20022.read_statements(whole) == STATEMENTS


def test_an_element_inside_a_number_is_refused() -> None:
    path = "Document/BkToCstmrStmt/Stmt[1]/Bal[1]/Amt"
    with refused(Refusal.BAD_VALUE, path):
        iso20022.read_statements(bent(GOOD, ">600.00<", ">600<x/>.00<"))


@pytest.mark.parametrize("length", range(0, len(GOOD), 97))
def test_a_truncated_file_is_refused_whole(length: int) -> None:
    content = GOOD[:length]
    while content and content[-1] >= 0x80:  # cut between letters, not in the middle of one
        content = content[:-1]
    with refused(Refusal.NOT_XML):
        iso20022.read_statements(content)


def test_only_one_file_of_the_hall_knows_lxml(root: Path) -> None:
    """Whatever reads XML goes through the parser with everything dangerous off."""
    known = {
        path.relative_to(root).as_posix() for path in (root / "openhall").rglob("*.py") if "lxml" in path.read_text()
    }
    assert known == {"openhall/core/rails/iso20022/xml.py"}
