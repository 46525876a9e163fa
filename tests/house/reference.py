"""Writes the reference pages that come from the code: `make docs`, or `python -m tests.house.reference`.

tests/house/test_docs.py compares what is committed with what this makes, so the pages cannot lie.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from openhall.base.config import PREFIX, describe
from openhall.base.errors import REGISTRY
from openhall.cli import app as commands
from openhall.web import reference
from openhall.web.discover import packages
from tests.house.source import ROOT
from tests.house.the_app import app, the_document

FOLDER = ROOT / "docs" / "reference"
_MADE = "<!-- Made from the code by `make docs`: change the code, not this page. -->\n\n"

_SETTINGS = """Read once at start: first the TOML file that `OPENHALL_CONFIG` names, then the environment, which wins.
The setting `pool_size` is `pool_size = 8` in the file and `OPENHALL_POOL_SIZE=8` in the environment. Unknown names are
refused, so that a typing slip is not ignored."""
_ERRORS = """Every refusal of the API is a problem+json body (RFC 9457): `type`, `title`, `status`, `detail`, `code`,
and for some codes members of their own. The code is the contract; words may change and follow the language of the
request. Within a package the codes stand in the order in which they are checked: of two things that are wrong, the
upper one is answered."""
_CHECKS = """`openhall check` asks the database for every row that breaks one of these promises. It changes nothing, may
run at any time, and ends with status 1 when a promise is broken. The story tests end with it."""
_API = """The same as a page of the hall at `/docs`, and for machines at `/api/openapi.json`. A story with curl:
[use the API](../howto/use-the-api.md). Refusals: [problem codes](errors.md). Retries: [idempotency](idempotency.md).

Amounts are integers in minor units (350 is ¥3.50) beside a `currency`. Times are ISO 8601 with a zone, dates are
business dates of the hall. `Authorization: Bearer <token>` says who calls."""


def pages() -> dict[str, str]:
    """The pages by name."""
    texts = {
        "settings.md": settings(),
        "commands.md": command_line(),
        "errors.md": errors(),
        "api.md": api(),
        "checks.md": checks(),
    }
    return {name: _MADE + text.strip() + "\n" for name, text in texts.items()}


def settings() -> str:
    """Every setting with its unit and default."""
    lines = [
        "# Settings",
        "",
        _SETTINGS,
        "",
        "| Setting | In the environment | Default | Meaning |",
        "|---|---|---|---|",
    ]
    for name, description, default in describe():
        shown = "required" if default is None else f"`{_toml(default)}`"
        lines.append(f"| `{name}` | `{PREFIX}{name.upper()}` | {shown} | {description} |")
    return "\n".join(lines)


def _toml(value: Any) -> str:
    # Texts, numbers and truth values are written alike in JSON and TOML.
    return msgspec.json.encode(value).decode()


def command_line() -> str:
    """Every command with its options and examples."""
    parts = ["# Commands", str(commands.help).strip()]
    for command in commands:
        if command.startswith("-"):
            continue
        own = commands[command]
        text = own.generate_docs(output_format="markdown", heading_level=2, usage_name=f"openhall {command}")
        text = re.sub(r"^## .*$", f"## openhall {command}", text.strip(), count=1, flags=re.MULTILINE)
        # A command within a command is named after the program that writes this page.
        text = re.sub(rf"^(openhall {command} \w+) .*(\[OPTIONS\])$", r"\1 \2", text, flags=re.MULTILINE)
        title, _, examples = str(own.help_epilogue).partition("\n\n")
        parts.append(f"{text}\n\n{title}\n\n```console\n{_dedent(examples)}\n```")
    return "\n\n".join(parts)


def _dedent(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def errors() -> str:
    """Every problem code, in the order in which it is checked within its package."""
    app()
    lines = [
        "# Problem codes",
        "",
        _ERRORS,
    ]
    # Not in the order of the registry: that depends on what was imported first.
    for owner in ("hall", *(package.name for package in packages(demo=True))):
        lines += ["", f"## {owner}", "", "| Code | Status | What happened | What to do |", "|---|---|---|---|"]
        lines += [
            f"| `{problem.code}` | {problem.kind.value} | {problem.title} | {problem.remedy} |"
            for problem in REGISTRY.values()
            if problem.code.startswith(f"{owner}.")
        ]
    return "\n".join(lines)


def checks() -> str:
    """Every promise that `openhall check` proves."""
    lines = [
        "# Checks",
        "",
        _CHECKS,
        "",
        "| Check | Promise |",
        "|---|---|",
    ]
    lines += [f"| `{check.name}` | {check.promise} |" for package in packages(demo=False) for check in package.checks]
    return "\n".join(lines)


def api() -> str:
    """Every operation of the API."""
    parts = ["# API", _API]
    for section in reference.sections(the_document()):
        parts.append(f"## {section['title']}")
        parts += ["\n\n".join(_operation(operation)) for operation in section["operations"]]
    return "\n\n".join(parts)


def _operation(operation: dict[str, Any]) -> Iterator[str]:
    yield f"### {operation['method']} {operation['path']}"
    yield operation["description"]
    notes = ["anybody may call it" if operation["who"] == "public" else "needs a bearer token"]
    if operation["idempotent"]:
        notes.append("takes an `Idempotency-Key`")
    yield f"*{'; '.join(notes).capitalize()}.*"
    for title, fields in (("Parameter", operation["parameters"]), ("Body", operation["body"])):
        if fields:
            rows = [f"| {title} | Type | Meaning |", "|---|---|---|"]
            for field in fields:
                kind = str(field["type"]).replace("|", "\\|") + ("" if field["required"] else ", optional")
                place = f" ({field['place']})" if "place" in field else ""
                rows.append(f"| `{field['name']}`{place} | {kind} | {field['text']} |")
            yield "\n".join(rows)
    for answer in operation["answers"]:
        yield f"**{answer['status']}** {answer['text']}"
        if answer["example"]:
            yield f"```\n{answer['example']}\n```"


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
