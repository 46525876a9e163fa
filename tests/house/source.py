"""The source as the house tests see it: every module of openhall, read once."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parent.parent.parent
FLOORS = ("base", "core", "city")


class Module(Struct, frozen=True):
    """One Python file of openhall."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The dotted name: openhall.core.ledger for its __init__.py."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def floor(self) -> str:
        """base, core, city, web, cli, demo or bench; "" for openhall itself."""
        parts = self.path.relative_to(ROOT).parts
        return parts[1] if len(parts) > 2 else ""

    @property
    def package(self) -> str:
        """The dotted name of the domain package it belongs to, openhall.core.ledger; else of its floor."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        depth = 3 if self.floor in ("core", "city") and len(parts) > 3 else 2
        return ".".join(parts[:depth])

    @property
    def is_edge(self) -> bool:
        """Part of the web floor, though api.py and pages.py lie in their package's folder."""
        return self.floor == "web" or self.path.name in ("api.py", "pages.py")

    @property
    def tree(self) -> ast.Module:
        return _tree(self.path)

    def imports(self) -> Iterator[tuple[str, int]]:
        """Each imported dotted name with its line; `from a import b` is a.b when that is a module, else a."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, node.lineno
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    deeper = f"{node.module}.{alias.name}"
                    yield (deeper if deeper in _names() else node.module), node.lineno

    def at(self, line: int) -> str:
        """A place for a message: openhall/base/db.py:12."""
        return f"{self.path.relative_to(ROOT)}:{line}"


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def modules() -> tuple[Module, ...]:
    """Every module of openhall."""
    found = sorted((ROOT / "openhall").rglob("*.py"))
    return tuple(Module(path, path.read_text(encoding="utf-8")) for path in found if "vendor" not in path.parts)


@cache
def _names() -> frozenset[str]:
    return frozenset(module.name for module in modules())


def packages() -> list[Path]:
    """The folders of the domain packages."""
    found = [path.parent for floor in ("core", "city") for path in (ROOT / "openhall" / floor).glob("*/__init__.py")]
    return sorted(found)


def package_name(folder: Path) -> str:
    """openhall.core.ledger"""
    return ".".join(folder.relative_to(ROOT).parts)


def below(name: str, roof: str) -> bool:
    """Whether a dotted name is `roof` or lies in it."""
    return name == roof or name.startswith(f"{roof}.")
