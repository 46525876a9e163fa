"""Measures a page that is shown: how it fits its windows, its type and its targets, and what axe finds.

Every question to the browser passes through three programs and costs as much as most answers. So a window is visited
once and asked everything, and what comes back is complaints alone.
"""

from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

MEASURES = Path(__file__).with_name("measures.js").read_text(encoding="utf-8")
# The window in which pages are shown comes first: it needs no change.
WIDTHS = (360, 320, 390, 768)
# A page is drawn up to this height at once; beyond it, axe scrolls.
MOST_HEIGHT = 12_000
# WCAG 2.2, 1.4.4 and 1.4.12.
LARGER = {
    "text of 200 %": ":root { font-size: 200% }",
    "text spacing": "* { line-height: 1.5 !important; letter-spacing: 0.12em !important }"
    " * { word-spacing: 0.16em !important } p { margin-block-end: 2em !important }",
}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# What makes the page wider than the window, if anything does.
SIDEWAYS = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const right = (element) => element.getBoundingClientRect().right;
  const wide = [...document.body.querySelectorAll("*")].filter((element) => right(element) > width + 0.5);
  const scrolled = (element) => element.closest(".scroll, .sample") && !element.matches(".scroll, .sample");
  const named = wide.filter((element) => !scrolled(element)).slice(0, 5);
  return named.map((element) => `${element.tagName}.${element.className} reaches ${right(element)}`);
}"""
VISIT = f"""([mode, sheets]) => {{
  const [sideways, measures] = [{SIDEWAYS}, {MEASURES}];
  const larger = {{}};
  for (const [name, text] of Object.entries(sheets)) {{
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
    larger[name] = [sideways(), measures("cut")];
  }}
  document.adoptedStyleSheets = [];
  const height = document.documentElement.scrollHeight;
  return {{ sideways: sideways(), measures: mode ? measures(mode) : [], larger, height }};
}}"""
# For a context's init script: axe is there in every page, and read only where it is asked.
AXE = f"window.loadAxe = () => {{\n{AXE_SCRIPT}\n}};"
# The HTML of what was found is never shown; to write it costs more than to find it.
AXE_RUNS = """async ([light, dark]) => {
  if (!window.axe) window.loadAxe();
  axe.configure({ noHtml: true });
  const broken = async (run) => {
    const { violations } = await axe.run(document, { ...run, resultTypes: ["violations"] });
    const told = ({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`);
    return violations.flatMap(told);
  };
  const found = [await broken(light)];
  document.documentElement.dataset.theme = "dark";
  return [...found, await broken(dark)];
}"""


def measured(page: Page, mode: str) -> dict[str, list[str]]:
    """Everything that is wrong with a page shown at 360 x 640 px, by what was looked at; leaves it tall and dark."""
    wrong: dict[str, list[str]] = {}
    height = 640
    for width in WIDTHS:
        if width != WIDTHS[0]:
            page.set_viewport_size({"width": width, "height": 640})
        seen = _visited(page, mode, width)
        wrong[f"wider than {width} px"] = seen["sideways"]
        wrong[f"measures at {width} px"] = seen["measures"]
        for name, (wide, cut) in seen["larger"].items():
            wrong[f"wider than {width} px with {name}"] = wide
            wrong[f"cut at {width} px with {name}"] = cut
        if width == WIDTHS[0]:
            height = seen["height"]
    _stretch(page, height)
    return wrong | accessible(page, mode)


def _stretch(page: Page, height: int) -> None:
    """A window as tall as the page: no bar lies over anything then. A picture that grows with the window makes the page
    taller once more."""
    for _ in range(3):
        page.set_viewport_size({"width": WIDTHS[0], "height": max(640, min(height, MOST_HEIGHT))})
        taller: int = page.evaluate("document.documentElement.scrollHeight")
        if taller <= height:
            return
        height = taller


def _visited(page: Page, mode: str, width: int) -> dict[str, Any]:
    """What is to be seen in a window of this width; letters are made larger in the narrowest."""
    is_measured = width in (320, 360) or (mode == "elder" and width == 768)
    seen: dict[str, Any] = page.evaluate(VISIT, [mode if is_measured else None, LARGER if width == 320 else {}])
    return seen


def accessible(page: Page, mode: str) -> dict[str, list[str]]:
    """What axe finds, each rule with the places that break it: all in the light, and what else the dark can change."""
    rules = {rule: {"enabled": True} for rule in contrast(mode)}
    light = {"runOnly": {"type": "tag", "values": TAGS}, "rules": rules}
    dark = {"runOnly": {"type": "rule", "values": contrast(mode)}}
    found: list[list[str]] = page.evaluate(AXE_RUNS, [light, dark])
    return dict(zip(("axe", "axe in the dark"), found, strict=True))


def contrast(mode: str) -> list[str]:
    """7:1 in large type, else 4.5:1."""
    return ["color-contrast-enhanced" if mode == "elder" else "color-contrast"]
