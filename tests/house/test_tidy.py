"""Small files, small functions, our own words, nothing dead, nothing that belongs to one machine."""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.house.source import ROOT, Module, modules

FILE_LINES = 500
FUNCTION_LINES = 70

# In Python code, comments and docstrings: the word and what to write instead.
BANNED = {
    r"\bTODO\b|\bFIXME\b|\bXXX\b": "do it, or write an issue",
    r"\busers?\b": "resident, payer, owner, person",
    r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|time\.time\(": "clock.now()",
    r"(?<![.\w])print\(": "a log line, or the command line",
}
# Where a banned word is right, with the reason.
ALLOWED = {
    ("openhall/base/clock.py", "datetime.now("): "it is the clock",
    ("openhall/base/postgres_place.py", "user"): "the name that setpriv gives its option",
    ("openhall/demo/outside/notices.py", "time.time("): "a partner's program has its own clock",
}
PRINTING = ("cli", "demo", "bench")  # floors that speak to a person at a terminal
FLOATS = {
    "openhall/base/batch.py": "seconds in which a batch gathers",
    "openhall/base/config.py": "seconds of a time-out",
    "openhall/base/postgres.py": "seconds between looks at the server",
    "openhall/core/payments/codes/qr.py": "pixels of a picture",
    "openhall/core/people/ports.py": "seconds of a time-out",
    "openhall/core/people/names/ports.py": "seconds of a time-out",
    "openhall/core/rails/ports.py": "seconds of a time-out",
    "openhall/core/rails/calling.py": "seconds of a time-out",
    "openhall/core/cards/ports.py": "seconds of a time-out",
    "openhall/core/webhooks/names.py": "seconds of a time-out",
    "openhall/core/rails/rules.py": "seconds since 1970 in a notice's header",
    "openhall/base/i18n.py": "quality values of Accept-Language",
    "openhall/base/live.py": "seconds between heartbeats",
    "openhall/base/metrics.py": "seconds of a request",
}
# Nobody's machine, network or tools may be known to the project.
FOREIGN = re.compile(
    r"pypi\.org|pythonhosted|registry\.npmjs|npmmirror|unpkg|jsdelivr|proxy\.golang|"
    r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/|/tmp/(?:brief|v/)|"
    r"\b(?:chatgpt|openai|anthropic|claude|copilot|language model|LLM)\b|\bAI\b"
)
# Programs: nobody imports them, somebody starts them by this text.
STARTED_BY = {
    "openhall.web.asgi": '"openhall.web.asgi:create"',
    "openhall.cli.__main__": '"openhall.cli"',
    "openhall.demo.load": '"openhall.demo.load"',
    "openhall.demo.outside.__main__": '"openhall.demo.outside"',
    "openhall.demo.clearing.__main__": '"openhall.demo.clearing"',
}


def python_files() -> list[Path]:
    return sorted(
        path
        for folder in ("openhall", "tests", "scripts")
        for path in (ROOT / folder).rglob("*.py")
        if "vendor" not in path.parts
    )


def test_files_are_small() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in [*python_files(), *text_of("sql")]}
    large = {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > FILE_LINES}
    assert not large, f"longer than {FILE_LINES} lines: {large}"


def test_functions_are_small() -> None:
    large = []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    large.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {lines} lines")
    assert not large, "\n".join(large)


def test_banned_words_are_not_used() -> None:
    wrong, met = [], set()
    for module in modules():
        place = str(module.path.relative_to(ROOT))
        for number, line in _lines_without_strings(module):
            for pattern, instead in BANNED.items():
                found = re.search(pattern, line, re.IGNORECASE if "user" in pattern else 0)
                if found is None or ("print" in pattern and module.floor in PRINTING):
                    continue
                allowed = [key for key in ALLOWED if key[0] == place and found[0].lower().startswith(key[1])]
                met.update(allowed)
                if not allowed:
                    wrong.append(f"{place}:{number}: {found[0]!r}; better {instead}")
    assert not wrong, "\n".join(wrong)
    assert met == set(ALLOWED), f"no longer needed: {set(ALLOWED) - met}"


def _lines_without_strings(module: Module) -> Iterator[tuple[int, str]]:
    """Code, comments and docstrings; other strings are data."""
    kept: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.STRING and not token.string.startswith('"""'):
            continue
        kept[token.start[0]] = kept.get(token.start[0], "") + (token.string if token.type != tokenize.OP else "")
        if token.type == tokenize.OP:
            kept[token.start[0]] += token.string
    yield from kept.items()


def test_no_floats_near_money() -> None:
    """Floating numbers stand only where time is measured, a header is read or a picture is drawn."""
    wrong, met = [], set()
    for module in modules():
        place = str(module.path.relative_to(ROOT))
        if module.floor in ("demo", "bench", "cli"):
            continue
        for node in ast.walk(module.tree):
            if (isinstance(node, ast.Name) and node.id in ("float", "round")) or (
                isinstance(node, ast.Constant) and isinstance(node.value, float)
            ):
                met.add(place)
                if place not in FLOATS:
                    wrong.append(f"{module.at(node.lineno)}: {ast.unparse(node)}")
    assert not wrong, "\n".join(wrong)
    assert met == set(FLOATS), f"no longer needed: {set(FLOATS) - met}"


def test_no_file_is_dead() -> None:
    imported = {name for module in modules() for name, _ in module.imports()}
    texts = "\n".join(path.read_text(encoding="utf-8") for path in python_files() if path != Path(__file__))
    dead = [
        module.name
        for module in modules()
        if module.name not in imported
        and module.path.name not in ("package.py", "__init__.py")
        and not (module.name in STARTED_BY and STARTED_BY[module.name] in texts)
    ]
    assert not dead, f"nobody imports {dead}"


def test_pages_speak_of_residents() -> None:
    for path in text_of("html", "po"):
        found = re.search(r"(?<![-\w/])users?(?![-\w/=])", path.read_text(encoding="utf-8"), re.IGNORECASE)
        assert found is None, f"{path} speaks of a {found[0]}"


def test_templates_are_used() -> None:
    templates = [path for path in (ROOT / "openhall").rglob("*.html") if "templates" in path.parts]
    texts = "\n".join([module.text for module in modules()] + [path.read_text(encoding="utf-8") for path in templates])
    for path in templates:
        name = "/".join(path.parts[path.parts.index("templates") + 1 :])
        assert f'"{name}"' in texts, f"nobody renders {name}"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that belongs to the project."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(ROOT / name for name in listed if (ROOT / name).is_file())


def text_of(*endings: str) -> list[Path]:
    return [path for path in tracked() if path.suffix.lstrip(".") in endings]


def test_nothing_names_a_registry_a_machine_or_its_tools() -> None:
    wrong = []
    for path in tracked():
        if path == Path(__file__) or path.suffix in (".png", ".wasm", ".woff2", ".ico", ".mp3", ".wav"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if found := FOREIGN.search(line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {found[0]}")
    assert not wrong, "\n".join(wrong)


def test_every_module_and_public_class_says_what_it_is() -> None:
    silent = [module.name for module in modules() if not ast.get_docstring(module.tree)]
    silent += [
        f"{module.at(node.lineno)} {node.name}"
        for module in modules()
        for node in module.tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent, f"no docstring: {silent}"
