"""The page of pitfalls names tests that exist, for each pitfall, and every test that is named after one."""

import re

from tests.house.source import ROOT

PAGE = ROOT / "docs" / "reference" / "pitfalls.md"
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| (.+) \|$", re.MULTILINE)
FILE = re.compile(r"`(tests/[\w/]+\.py)`: ((?:`test_\w+`(?:, )?)+)")
PITFALLS = 15


def named() -> dict[int, set[tuple[str, str]]]:
    """Of each pitfall the tests that the page names, as (file, test)."""
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {
        int(number): {(file, test) for file, tests in FILE.findall(cell) for test in re.findall(r"`(\w+)`", tests)}
        for number, cell in rows
    }


def defined() -> dict[str, set[str]]:
    """The tests of each file."""
    return {
        path.relative_to(ROOT).as_posix(): set(re.findall(r"def (test_\w+)\(", path.read_text(encoding="utf-8")))
        for path in (ROOT / "tests").rglob("test_*.py")
    }


def test_each_pitfall_is_kept_by_tests_that_exist() -> None:
    known, pitfalls = defined(), named()
    assert sorted(pitfalls) == list(range(1, PITFALLS + 1))
    for number, tests in pitfalls.items():
        assert len(tests) >= 3, f"pitfall {number} is hardly tested"
        for file, test in tests:
            assert test in known.get(file, ()), f"pitfall {number} names {file}::{test}"


def test_every_test_named_after_a_pitfall_is_on_the_page() -> None:
    pitfalls = named()
    for file, tests in defined().items():
        for test in tests:
            if found := re.match(r"test_pitfall_(\d+)_", test):
                assert (file, test) in pitfalls[int(found[1])], f"{file}::{test}"
