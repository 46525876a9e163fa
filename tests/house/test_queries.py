"""Statements live in queries.sql, fit the migrated schema, are all used, and write only where they may."""

import ast
import re
from collections.abc import Iterator

import psycopg
import pytest

from openhall.base import db
from tests.house.source import ROOT, Module, modules
from tests.postgres_fixture import database

FILES = sorted((ROOT / "openhall").rglob("queries.sql"))
OWNERS = [".".join(path.parent.relative_to(ROOT).parts) for path in FILES]
QUERIES = [query for owner in OWNERS for query in db.load(owner)]
CALLS = frozenset({"all", "maybe", "one", "run", "send"})

# A package asks by its own statements. These use the base's too, on purpose: the functions of the base take one key at
# a time, and a batch answers many.
LOADS_BASE = {"openhall.core.payments.answering", "openhall.web.health"}
# Each knows why it speaks SQL outside a queries.sql: there is no package, or no migrated database, to hold it.
SPEAKS_SQL = {
    "openhall.base.live": "LISTEN takes no parameters and must name the channel itself",
    "openhall.base.postgres": "makes the database, before there are any tables",
}

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_WRITES = re.compile(
    r"\b(?:insert\s+into|update(?=\s+(?:only\s+)?[\w.]+(?:\s+(?:as\s+)?\w+)?\s+set\b)|delete\s+from|merge\s+into|"
    r"truncate(?!\s+on\b)(?:\s+table)?|nextval\s*\(\s*')\s*(?:only\s+)?([\w.]+)",
    re.IGNORECASE,
)
_SQL = re.compile(
    r"^\s*(select\s|insert\s+into|update\s+\w+\s+set|delete\s+from|create\s+(table|schema|database|role)|alter\s|"
    r"drop\s|truncate\s|with\s+\w+\s+as|listen\s|notify\s|copy\s|vacuum\b|grant\s)",
    re.IGNORECASE,
)


def written(sql: str) -> set[str]:
    """The tables and sequences that a statement writes."""
    return set(_WRITES.findall(_COMMENT.sub("", sql)))


@pytest.fixture(scope="module")
def migrated(cluster_dsn: str, template: str, worker_id: str) -> Iterator[psycopg.Connection]:
    """A connection to a copy: nobody can copy the template itself while somebody is connected to it."""
    options = f"-c search_path={db.SEARCH_PATH}"
    with (
        database(cluster_dsn, f"queries_{worker_id}", template) as dsn,
        psycopg.connect(dsn, autocommit=True, options=options) as connection,
    ):
        yield connection


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: f"{query.package}:{query.name}")
def test_every_statement_fits_the_schema(migrated: psycopg.Connection, query: db.Query) -> None:
    numbers = {name: f"${number}" for number, name in enumerate(sorted(query.parameters), start=1)}
    text = query.sql % numbers
    migrated.execute(f"prepare a_statement as {text.replace('%(', '').replace(')s', '')}".encode())
    migrated.execute(b"deallocate a_statement")


def test_what_a_statement_writes_is_found() -> None:
    assert written("insert into a.b values (1) on conflict do update set x = 1") == {"a.b"}
    assert written("select 1 from a.b for update -- update a.c set\n; update a.d as d set x = 1") == {"a.d"}
    assert written("with gone as (delete from only a.b returning *) select nextval('a.c')") == {"a.b", "a.c"}


def _schema(owner: str) -> str:
    """The third name: a part of a large package that keeps statements of its own writes to the package's schema."""
    return ".".join(owner.split(".")[1:3]).rpartition(".")[2]


@pytest.mark.parametrize("owner", OWNERS)
def test_a_package_writes_only_its_own_schema(owner: str) -> None:
    schema = _schema(owner)
    for query in db.load(owner):
        for table in written(query.source):
            assert table.startswith(f"{schema}."), f"{owner}: {query.name} writes {table}"


@pytest.mark.parametrize("path", FILES, ids=OWNERS)
def test_a_package_migrates_only_its_own_schema(path: object, request: pytest.FixtureRequest) -> None:
    folder = ROOT.joinpath(*request.node.callspec.id.split("."))
    schemas = {folder.name} | ({"jobs"} if folder.name == "base" else set())
    for file in sorted((folder / "migrations").glob("*.sql")):
        sql = _COMMENT.sub("", file.read_text(encoding="utf-8"))
        made = re.findall(
            r"\b(?:create(?:\s+or\s+replace)?(?:\s+(?:unlogged|unique|constraint))?|alter|drop)\s+"
            r"(?:table|view|materialized view|function|sequence|schema|type|domain)\s+(?:if\s+(?:not\s+)?exists\s+)?"
            r"(\w+)",
            sql,
            re.IGNORECASE,
        )
        assert made, f"{file.name} makes nothing"
        assert set(made) <= schemas, f"{file}: {set(made) - schemas}"
        assert {table.partition(".")[0] for table in written(sql)} <= schemas, file


def _loads(module: Module) -> dict[str, str]:
    """Names in the module that hold statements, with their package: {"q": "openhall.core.ledger"}."""
    found = {}
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            call = node.value
            if ast.unparse(call.func) == "db.load" and isinstance(node.targets[0], ast.Name):
                assert isinstance(call.args[0], ast.Constant), module.at(call.lineno)
                found[node.targets[0].id] = str(call.args[0].value)
    return found


def _uses(module: Module) -> Iterator[tuple[str, str, int]]:
    """Each statement that the module names: package, name, line."""
    loads = _loads(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in loads:
            yield loads[node.value.id], node.attr, node.lineno


def test_a_package_asks_by_its_own_statements() -> None:
    for module in modules():
        for package in _loads(module).values():
            own = f"{package}.".startswith(f"{module.package}.")
            assert own or (package == "openhall.base" and module.name in LOADS_BASE), f"{module.name} loads {package}"


def test_every_named_statement_exists_and_every_statement_is_used() -> None:
    used = set()
    for module in modules():
        for package, name, line in _uses(module):
            assert name in {query.name for query in db.load(package)}, f"{module.at(line)}: no statement {name}"
            used.add((package, name))
    unused = {(query.package, query.name) for query in QUERIES} - used
    assert not unused, f"nobody uses {sorted(unused)}"


def test_every_call_gives_the_parameters_of_its_statement() -> None:
    checked = 0
    for module in modules():
        loads = _loads(module)
        for call in ast.walk(module.tree):
            if not isinstance(call, ast.Call) or ast.unparse(call.func) not in {f"db.{name}" for name in CALLS}:
                continue
            statement = call.args[1]
            if not (isinstance(statement, ast.Attribute) and ast.unparse(statement.value) in loads):
                continue
            query = getattr(db.load(loads[ast.unparse(statement.value)]), statement.attr)
            given = {keyword.arg for keyword in call.keywords}
            wanted = set(query.parameters)
            place = f"{module.at(call.lineno)}: {query.name} takes {sorted(wanted)}, given {given}"
            assert (given - {None} <= wanted) if None in given else given == wanted, place
            checked += 1
    assert checked > 50


def test_no_sql_outside_the_sql_files() -> None:
    spoken, wrong = set(), []
    for module in modules():
        if module.floor == "bench":  # it measures other ways of asking, and has no package of its own
            continue
        docstrings = _docstrings(module)
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str | bytes):
                continue
            text = node.value.decode(errors="replace") if isinstance(node.value, bytes) else node.value
            if text in docstrings or not _SQL.match(text):
                continue
            spoken.add(module.name)
            if module.name not in SPEAKS_SQL:
                wrong.append(f"{module.at(node.lineno)}: {text[:60]!r}")
    assert not wrong, "\n".join(wrong)
    assert spoken == set(SPEAKS_SQL), "take those that no longer speak SQL off the list"


def _docstrings(module: Module) -> set[str | None]:
    return {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    }
