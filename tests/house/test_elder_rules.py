"""The thirteen groups of rules for elders: each is in the document, and the measure that it names exists."""

import re

from tests.house.source import ROOT

GROUPS = range(1, 14)
RULES = (ROOT / "docs" / "reference" / "elder-rules.md").read_text(encoding="utf-8")
MEASURES = (ROOT / "tests" / "browser" / "measures.js").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in RULES.splitlines() if re.match(r"\| \d+ \|", line)
]


def test_each_of_the_thirteen_groups_has_a_measure() -> None:
    assert sorted({int(row[0]) for row in ROWS}) == list(GROUPS)
    assert all(len(row) == 4 and row[3] for row in ROWS)


def test_every_measure_that_is_named_exists() -> None:
    for group, rule, _, measure in ROWS:
        if measure.startswith("measures.js"):
            assert measure == f"measures.js, group {group}", rule
            assert f"// Group {group}:" in MEASURES, rule
            continue
        path, _, name = measure.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not name or f"def {name}(" in text, f"{rule}: there is no {measure}"


def test_every_group_that_is_measured_is_told() -> None:
    told = {row[0] for row in ROWS if row[3].startswith("measures.js")}
    assert set(re.findall(r"// Group (\d+):", MEASURES)) == told
