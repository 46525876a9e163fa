"""Numbered, forward-only SQL migrations. Every package has its own `migrations/NNNN_name.sql`.

Packages are migrated floor by floor, each in the order of its numbers, one transaction a file, under one advisory
lock and a lock timeout: a busy table makes the migration give up, not the city wait. A database that knows a
migration which this openhall does not is newer, and is refused.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from importlib.resources import files

import procrastinate
import psycopg
from msgspec import Struct
from procrastinate.schema import SchemaManager

from openhall.base import clock, db

q = db.load("openhall.base")

_FILE = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
# Any fixed number will do: it names the lock that keeps two migrating processes apart.
_LOCK = 7_206_405_511


class MigrationError(RuntimeError):
    """The database cannot be brought to this version; the message says why and what to do."""


class Migration(Struct, frozen=True):
    """One numbered step of one package; `package` is the dotted name of where it lies."""

    package: str
    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known(modules: Iterable[str]) -> list[Migration]:
    """The migrations in the order in which they are applied: the base, the job queue's tables, then the packages."""
    queue = Migration("procrastinate", 1, f"procrastinate {procrastinate.__version__}", SchemaManager.get_schema())
    return [*_of_modules(["openhall.base"]), queue, *_of_modules(modules)]


def _of_modules(modules: Iterable[str]) -> list[Migration]:
    found: list[Migration] = []
    for module in modules:
        folder = files(module) / "migrations"
        names = (
            sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql")) if folder.is_dir() else []
        )
        for expected, name in enumerate(names, start=1):
            match = _FILE.match(name)
            if match is None or int(match[1]) != expected:
                raise MigrationError(
                    f"{module}/migrations/{name}: migrations are numbered 0001, 0002, ... without a gap"
                )
            found.append(Migration(module, expected, name, (folder / name).read_text(encoding="utf-8")))
    return found


async def pending(dsn: str, modules: Iterable[str]) -> list[Migration]:
    """The migrations that `apply` would run."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        return await _missing(db.Conn(db.ReadConn(connection)), known(modules))


async def apply(dsn: str, modules: Iterable[str], report: Callable[[Migration], None] = lambda migration: None) -> int:
    """Bring the database up to date; the number of migrations that were run."""
    migrations = known(modules)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        conn = db.Conn(db.ReadConn(connection))
        await db.all(conn, q.lock_migrations, str, lock=_LOCK)
        missing = await _missing(conn, migrations)
        for migration in missing:
            report(migration)
            await _apply_one(conn, migration)
        return len(missing)


async def _missing(conn: db.Conn, migrations: list[Migration]) -> list[Migration]:
    if not await db.one(conn, q.has_migrations, bool):
        return migrations
    applied = {(row.package, row.number): row for row in await db.all(conn, q.applied_migrations, _Applied)}
    ours = {(migration.package, migration.number): migration for migration in migrations}
    if newer := sorted(applied.keys() - ours.keys()):
        package, number = newer[0]
        raise MigrationError(
            f"this database is newer than this openhall: it has migration {number:04d} of {package}. "
            "Install the openhall version that made it, or restore an older backup."
        )
    for key in applied.keys() & ours.keys():
        # The queue's own schema is the library's to change between releases; ours never changes once applied.
        if ours[key].package != "procrastinate" and applied[key].sha256 != ours[key].sha256:
            raise MigrationError(
                f"{ours[key].package}/migrations/{ours[key].name} was changed after it was applied. "
                "Restore the file, and put the change into a new migration."
            )
    return [migration for migration in migrations if (migration.package, migration.number) not in applied]


async def _apply_one(conn: db.Conn, migration: Migration) -> None:
    try:
        async with conn.transaction():
            await db.run(conn, q.begin_migration)
            # Without parameters PostgreSQL takes several statements at once.
            await conn.execute(migration.sql.encode())
            await db.run(
                conn,
                q.record_migration,
                package=migration.package,
                number=migration.number,
                name=migration.name,
                sha256=migration.sha256,
                now=clock.now(),
            )
    except psycopg.errors.LockNotAvailable as busy:
        raise MigrationError(
            f"{migration.package}/{migration.name}: a table was in use; run `openhall migrate` again"
        ) from busy
    except psycopg.Error as broken:
        raise MigrationError(f"{migration.package}/{migration.name}: {broken}") from broken


class _Applied(Struct, frozen=True):
    package: str
    number: int
    sha256: str
