"""Chinese and English are both complete: every text a person may read has its translation, and none is left over."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from tests.house.source import ROOT

KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
OPTIONS = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
# Where texts of the folder may be translated: its own catalogue, before those that every page has.
FOLDERS = sorted(path.parent.parent for path in (ROOT / "openhall").rglob("locale/zh_CN.po"))
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")


def _owner(path: Path) -> Path:
    """The folder whose catalogue speaks for a file: the nearest one above it."""
    owners = [folder for folder in FOLDERS if path.is_relative_to(folder)]
    assert owners, f"no catalogue speaks for {path}"
    return max(owners, key=lambda folder: len(folder.parts))


@cache
def said() -> dict[Path, dict[str, str]]:
    """The texts of each folder, with where they stand."""
    found: dict[Path, dict[str, str]] = {folder: {} for folder in FOLDERS}
    for path in sorted((ROOT / "openhall").rglob("*")):
        if path.suffix not in (".py", ".html"):
            continue
        method = "jinja2" if path.suffix == ".html" else "python"
        for line, text, _, _ in extract_from_file(method, str(path), KEYWORDS, options=OPTIONS):
            for one in [text] if isinstance(text, str) else text:
                found[_owner(path)][one] = f"{path.relative_to(ROOT)}:{line}"
    return found


def _forms(value: object) -> list[str]:
    """A msgid or msgstr with its plural forms as a list."""
    return [value] if isinstance(value, str) else [str(one) for one in value if one]  # type: ignore[attr-defined]


@cache
def translated(folder: Path) -> dict[str, Message]:
    with (folder / "locale" / "zh_CN.po").open("rb") as file:
        messages = [message for message in read_po(file, locale="zh_CN") if message.id]
    return {form: message for message in messages for form in _forms(message.id)}


def test_every_floor_that_speaks_has_a_catalogue() -> None:
    assert {folder.name for folder in FOLDERS} >= {"base", "people", "rails", "payments", "merchants", "web", "demo"}
    assert sum(len(texts) for texts in said().values()) > 200


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_text_is_translated(folder: Path) -> None:
    everywhere = translated(ROOT / "openhall/base") | translated(ROOT / "openhall/web") | translated(folder)
    missing = [
        f"{place}: {text!r}"
        for text, place in said()[folder].items()
        if text not in everywhere or not all(_forms(everywhere[text].string))
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_translation_is_left_over(folder: Path) -> None:
    # Layout and components speak for all packages, so a package's text may be translated by the roof.
    texts = said()[folder] if folder.name not in ("web", "base") else {t for of in said().values() for t in of}
    left = [text for text in translated(folder) if text not in texts]
    assert not left, f"{folder.name}: nobody says {left}"


def test_the_same_english_is_the_same_chinese_everywhere() -> None:
    """The catalogues of all packages are read as one: of two translations, one page would get that of another."""
    chinese: dict[str, dict[str, str]] = {}
    for folder in FOLDERS:
        for text, message in translated(folder).items():
            chinese.setdefault(text, {})[folder.name] = str(message.string)
    assert not {text: found for text, found in chinese.items() if len(set(found.values())) > 1}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_translations_keep_their_places(folder: Path) -> None:
    """A place that is lost or invented breaks the page, or hides whom it is about."""
    for message in translated(folder).values():
        wanted = {place for form in _forms(message.id) for place in PLACES.findall(form)}
        for form in _forms(message.string):
            assert set(PLACES.findall(form)) == wanted, f"{message.id!r} -> {form!r}"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_translations_are_chinese_and_none_is_doubtful(folder: Path) -> None:
    for message in translated(folder).values():
        assert not message.fuzzy, f"{message.id!r} is marked fuzzy"
        for form in _forms(message.string):
            same = form == message.id or not re.search(r"[A-Za-z]{3}", str(message.id))
            assert same or re.search(r"[\u4e00-\u9fff]", form), f"{message.id!r} -> {form!r} is not Chinese"
