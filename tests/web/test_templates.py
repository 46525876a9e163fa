"""What every template promises: words in both languages, nothing inline, readable colours, little weight."""

import re
from itertools import chain
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from jinja2 import Environment, nodes

import openhall
from openhall.base.i18n import Translations
from openhall.web import discover

ROOT = Path(openhall.__file__).parent
TEMPLATES = sorted(ROOT.glob("**/templates/**/*.html"))
STATIC = ROOT / "web" / "static"
TEXT_CONTRAST = 7.0
# Every pair of words and ground that the style sheets put together.
PAIRS = [
    (ink, ground)
    for ink, grounds in {
        "--ink": ("--ground", "--surface", "--sunken"),
        "--ink-soft": ("--ground", "--surface"),
        "--blue-ink": ("--ground", "--surface", "--blue-soft"),
        "--on-blue": ("--blue",),
        "--warm": ("--ground", "--surface", "--warm-soft"),
        "--danger": ("--surface", "--danger-soft"),
        "--on-wall": ("--wall", "--wall-deep"),
        "--on-wall-soft": ("--wall", "--wall-deep"),
        "--board-ink": ("--board",),
        "--board-soft": ("--board",),
        "--board-warm": ("--board",),
    }.items()
    for ground in grounds
]


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 20


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_inline_script_or_style(template: Path) -> None:
    source = template.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", source)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", source))


def test_every_word_of_the_templates_is_also_chinese() -> None:
    chinese = Translations(["openhall.base", "openhall.web", *discover.modules(demo=True)]).of("zh_CN")
    found = chain.from_iterable(
        extract_from_dir(str(folder), [("**.html", "jinja2")], {"**.html": {"silent": "false"}})
        for folder in sorted(ROOT.glob("**/templates"))
    )
    singulars = {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}
    plurals = {"%(number)s payment"}
    missing = {text for text in singulars - plurals if chinese.gettext(text) == text}
    assert missing <= {"API", "Webhook"}
    assert all(chinese.ngettext(text, text + "s", 2) == "%(number)s 笔" for text in plurals)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_words_stand_out_from_their_ground(theme: str, ink: str, ground: str) -> None:
    tokens = colours(theme)
    assert contrast(tokens[ink], tokens[ground]) >= TEXT_CONTRAST


def test_the_two_ways_into_the_dark_are_the_same() -> None:
    blocks = re.findall(r":root(?:\[data-theme=\"dark\"\]|:not\(\[data-theme=\"light\"\]\)) \{([^}]*)\}", css("tokens"))
    by_device, by_choice = ([line.strip() for line in block.split("\n") if line.strip()] for block in blocks)
    assert by_device == by_choice


def test_style_sheets_and_scripts_stay_small() -> None:
    # A budget for the whole hall, not for a page: it grows with the number of services, and no faster than they do.
    assert sum(path.stat().st_size for path in (STATIC / "css").glob("*.css")) < 52_000
    assert sum(path.stat().st_size for path in (STATIC / "js").glob("*.js")) < 56_000
    # What every page loads.
    assert sum((STATIC / "js" / f"{name}.js").stat().st_size for name in ("common", "kept")) < 6_000


def css(name: str) -> str:
    return (STATIC / "css" / f"{name}.css").read_text()


def colours(theme: str) -> dict[str, str]:
    light, *_ = re.findall(r"^:root \{(.*?)^\}", css("tokens"), re.MULTILINE | re.DOTALL)
    (dark,) = re.findall(r"^:root\[data-theme=\"dark\"\] \{(.*?)^\}", css("tokens"), re.MULTILINE | re.DOTALL)
    source = light if theme == "light" else light + dark
    return dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6});", source))


def luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _kinds() -> set[str]:
    """Every kind of button that a template asks for by a plain word, whichever way its condition goes."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    found: set[str] = set()
    for path in TEMPLATES:
        for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            place = {"button": 1, "link_button": 2}.get(getattr(call.node, "name", ""))
            if place is not None and len(call.args) > place:
                given = call.args[place]
                ways = [given.expr1, given.expr2] if isinstance(given, nodes.CondExpr) else [given]
                found |= {way.value for way in ways if isinstance(way, nodes.Const)}
    return found


def test_every_kind_of_button_has_a_look() -> None:
    css = (STATIC / "css" / "app.css").read_text(encoding="utf-8")
    assert {"main", "plain", "danger"} <= _kinds()
    assert not {kind for kind in _kinds() if f".button-{kind} {{" not in css}
