"""The reference page is true: the answers in their order, what stays refused, and the checks."""

import re
from pathlib import Path

import pytest

from openhall.base.errors import REGISTRY
from openhall.base.i18n import Translations
from openhall.core.ledger.package import CHECKS
from openhall.core.ledger.problems import REFUSALS
from openhall.core.ledger.types import PASSING, Code


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/reference/ledger.md").read_text(encoding="utf-8")


def table(page: str, heading: str) -> list[list[str]]:
    section = page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip("` ") for cell in row] for row in rows]


def test_the_page_lists_every_answer_in_order_of_precedence(page: str) -> None:
    assert [row[0] for row in table(page, "Answers, in order of precedence")] == list(Code)


def test_the_page_says_which_refusals_last(page: str) -> None:
    lasting = {row[0] for row in table(page, "Answers, in order of precedence") if row[2] == "yes"}
    assert lasting == {*PASSING, Code.ID_ALREADY_FAILED}


def test_the_page_lists_every_check_with_its_promise(page: str) -> None:
    assert table(page, "What `openhall check` proves here") == [[check.name, check.promise] for check in CHECKS]


def test_the_page_names_every_other_problem(page: str) -> None:
    others = {code for code in REGISTRY if code.startswith("ledger.")} - {f"ledger.{code}" for code in REFUSALS}
    assert others == set(re.findall(r"`(ledger\.(?:account|month)_\w+)`", page))


def test_every_refusal_speaks_chinese() -> None:
    chinese = Translations(["openhall.core.ledger"])
    for definition in REGISTRY.values():
        if definition.code.startswith("ledger."):
            for words in (definition.title, definition.remedy):
                assert chinese.text("zh_CN", words) != words
