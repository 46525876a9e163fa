"""Migrations go forward only, once, one process at a time, and never make a city wait."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from openhall.base import db, migrate
from openhall.base.migrate import MigrationError
from openhall.base.postgres import Cluster
from openhall.web.discover import modules

pytestmark = pytest.mark.anyio


@pytest.fixture
def empty(cluster_dsn: str, worker_id: str) -> Iterator[str]:
    """A database in which nothing is."""
    name = f"empty_{worker_id}"
    with psycopg.connect(cluster_dsn, autocommit=True) as admin:
        admin.execute(f'drop database if exists "{name}" with (force)'.encode())
        admin.execute(f'create database "{name}"'.encode())
        yield make_conninfo(cluster_dsn, dbname=name)
        admin.execute(f'drop database "{name}" with (force)'.encode())


class Example:
    """A package with migrations of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "an_example" / "migrations"
        self.folder.mkdir(parents=True)
        (folder / "an_example" / "__init__.py").touch()
        self.write("0001_first.sql", "create schema an_example; create table an_example.t (id int);")

    def write(self, name: str, sql: str) -> None:
        (self.folder / name).write_text(sql, encoding="utf-8")


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Example]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Example(tmp_path)
    sys.modules.pop("an_example", None)


def ask(dsn: str, sql: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(sql.encode())
        return cursor.fetchall() if cursor.description else None


async def test_everything_is_applied_once_and_in_order(empty: str, example: Example) -> None:
    told: list[str] = []
    count = await migrate.apply(empty, ["an_example"], lambda migration: told.append(migration.name))
    assert told[0] == "0001_base.sql"
    assert told[-1] == "0001_first.sql"
    assert count == len(told) == 3
    assert await migrate.apply(empty, ["an_example"]) == 0
    assert await migrate.pending(empty, ["an_example"]) == []
    example.write("0002_second.sql", "alter table an_example.t add column name text;")
    assert [migration.name for migration in await migrate.pending(empty, ["an_example"])] == ["0002_second.sql"]
    assert await migrate.apply(empty, ["an_example"]) == 1


@pytest.mark.parametrize("name", ["0003_gap.sql", "2_short.sql", "0002_Big.sql", "0002-dash.sql"])
async def test_a_number_that_is_wrong_is_refused_before_anything_is_done(
    empty: str, example: Example, name: str
) -> None:
    example.write(name, "select 1;")
    with pytest.raises(MigrationError, match="numbered"):
        await migrate.apply(empty, ["an_example"])
    assert ask(empty, "select to_regclass('base.migrations')") == [(None,)]


async def test_a_database_of_a_newer_hall_is_refused(empty: str, example: Example) -> None:
    example.write("0002_second.sql", "select 1;")
    await migrate.apply(empty, ["an_example"])
    (example.folder / "0002_second.sql").unlink()
    with pytest.raises(MigrationError, match=r"newer than this openhall.*0002 of an_example"):
        await migrate.apply(empty, ["an_example"])
    with pytest.raises(MigrationError, match="newer"):
        await migrate.pending(empty, ["an_example"])


async def test_a_file_that_was_changed_after_it_was_applied_is_refused(empty: str, example: Example) -> None:
    await migrate.apply(empty, ["an_example"])
    example.write("0001_first.sql", "create schema an_example; -- changed")
    with pytest.raises(MigrationError, match="changed after it was applied"):
        await migrate.apply(empty, ["an_example"])


async def test_a_migration_that_breaks_leaves_nothing_of_itself(empty: str, example: Example) -> None:
    example.write("0002_second.sql", "create table an_example.half (id int); select 1/0;")
    with pytest.raises(MigrationError, match=r"0002_second\.sql.*division by zero"):
        await migrate.apply(empty, ["an_example"])
    assert ask(empty, "select to_regclass('an_example.t'), to_regclass('an_example.half')") == [("an_example.t", None)]
    example.write("0002_second.sql", "create table an_example.half (id int);")
    assert await migrate.apply(empty, ["an_example"]) == 1


async def test_a_busy_table_makes_the_migration_give_up_not_the_city(
    empty: str, example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate.apply(empty, ["an_example"])
    example.write("0002_second.sql", "set local lock_timeout = '50ms'; alter table an_example.t add column x int;")
    with psycopg.connect(empty) as busy:
        busy.execute("lock table an_example.t in access share mode")
        with pytest.raises(MigrationError, match="run `openhall migrate` again"):
            await migrate.apply(empty, ["an_example"])
    assert await migrate.apply(empty, ["an_example"]) == 1


async def test_the_lock_timeout_is_set_by_itself(empty: str, example: Example) -> None:
    example.write("0002_second.sql", "create table an_example.said as select current_setting('lock_timeout') as it;")
    await migrate.apply(empty, ["an_example"])
    assert ask(empty, "select it from an_example.said") == [("5s",)]


async def test_processes_that_start_together_take_turns(empty: str, example: Example) -> None:
    example.write("0002_second.sql", "select pg_sleep(0.1); create table an_example.once (id int);")
    counts = await asyncio.gather(*(migrate.apply(empty, ["an_example"]) for _ in range(4)))
    assert sorted(counts) == [0, 0, 0, 4]


def test_the_whole_hall_stands_on_postgresql_16_without_extensions(tmp_path: Path) -> None:
    """Every migration and every statement of the hall, on the oldest PostgreSQL that must do."""
    with Cluster(tmp_path, major=16, settings={"fsync": "off", "shared_buffers": "16MB"}) as cluster:
        dsn = cluster.start()
        asyncio.run(migrate.apply(dsn, modules(demo=True)))
        with psycopg.connect(make_conninfo(dsn, options=f"-c search_path={db.SEARCH_PATH}"), autocommit=True) as hall:
            assert hall.info.server_version // 10_000 == 16
            for module in ["openhall.base", *modules(demo=False)]:
                for query in db.load(module):
                    numbers = {name: f"${number}" for number, name in enumerate(sorted(query.parameters), start=1)}
                    text = query.sql.replace("%(", "{").replace(")s", "}").replace("%%", "%")
                    hall.execute(f"prepare it as {_filled(text, numbers)}".encode())
                    hall.execute(b"deallocate it")
            found = hall.execute("select extname from pg_extension").fetchall()
    assert found == [("plpgsql",)]


def _filled(text: str, numbers: dict[str, str]) -> str:
    for name, number in numbers.items():
        text = text.replace("{" + name + "}", number)
    return text
