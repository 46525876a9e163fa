"""The documents cannot lie: what is made from the code is compared, links lead somewhere, commands exist."""

import re
from pathlib import Path

import pytest

from openhall.base.config import describe
from openhall.base.errors import REGISTRY
from openhall.cli import app as commands
from openhall.web.discover import packages
from tests.house import reference
from tests.house.source import ROOT
from tests.house.test_tidy import text_of

PAGES = reference.pages()
MARKDOWN = text_of("md")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_what_the_code_says(name: str) -> None:
    path = ROOT / "docs" / "reference" / name
    assert path.is_file(), "run `make docs`"
    assert path.read_text(encoding="utf-8") == PAGES[name], "run `make docs` and commit what it wrote"


def test_every_type_of_event_is_in_the_guide_of_webhooks_and_no_other() -> None:
    guide = (ROOT / "docs" / "howto" / "webhooks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[a-z_]+\.[a-z_]+`.*?) \|", guide, re.MULTILINE)
    named = {one for row in rows for one in re.findall(r"`([a-z_.]+)`", row)}
    told = {one.type for package in packages(demo=True) for source in package.streams for one in source.tells}
    assert named == told


def test_every_setting_command_and_code_is_in_the_reference() -> None:
    for name, description, _ in describe():
        assert f"`{name}`" in PAGES["settings.md"], name
        assert description.endswith("."), f"{name} is described by {description!r}"
    for command in commands:
        assert command.startswith("-") or f"## openhall {command}" in PAGES["commands.md"], command
    places = [PAGES["errors.md"].index(f"| `{code}` |") for code in REGISTRY]
    of_package = [code.partition(".")[0] for code in REGISTRY]
    for package in set(of_package):
        own = [place for place, owner in zip(places, of_package, strict=True) if owner == package]
        assert own == sorted(own), f"codes of {package} are not in the order of their precedence"


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if re.match(r"https?://|mailto:|#", target):
            continue
        assert (path.parent / target.partition("#")[0]).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_settings_and_commands_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    settings = {f"OPENHALL_{name.upper()}" for name, _, _ in describe()} | {"OPENHALL_CONFIG"}
    for name in re.findall(r"\bOPENHALL_[A-Z_]+[A-Z]\b", text):
        assert name in settings, f"{path.name} names the setting {name}"
    for name in re.findall(r"`((?:openhall|tests|docs|scripts)/[\w./-]+)`", text):
        is_example = name.startswith("openhall/city/wishes")
        assert is_example or (ROOT / name).exists(), f"{path.name} names {name}"
    known = {command for command in commands if not command.startswith("-")}
    for command in re.findall(r"(?:`|^\$? ?|\.venv/bin/)openhall ([a-z]+)", text, re.MULTILINE):
        assert command in known, f"{path.name} names the command openhall {command}"
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for target in re.findall(r"`make ([a-z]+)", text):
        assert target in targets, f"{path.name} names make {target}"


def test_every_page_of_the_documents_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for path in sorted((ROOT / "docs").rglob("*.md")):
        name = path.relative_to(ROOT / "docs").as_posix()
        assert name == "README.md" or f"]({name})" in index, f"docs/README.md does not list {name}"


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_its_status_its_reason_and_its_test(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    number = path.name[:4]
    assert text.startswith(f"# {number} "), "the title begins with the number"
    assert re.search(r"^Status: (accepted|replaced by \d{4})\b", text, re.MULTILINE)
    assert "**Decision.**" in text
    assert re.search(r"^(## Why|\*\*Why)", text, re.MULTILINE)
    kept = re.search(r"^(?:## |\*\*)Kept by(.*)", text, re.DOTALL | re.MULTILINE)
    assert kept, "no test keeps it"
    assert re.search(r"`tests/[\w/.]+`", kept[1]), "the test that keeps it has a path"


def test_decisions_have_numbers_of_their_own() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(set(numbers)) == len(numbers)
