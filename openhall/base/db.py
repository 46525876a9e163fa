"""PostgreSQL: connections, transactions, and statements that live in `queries.sql`.

Statements are named (`-- name: lock_bill`) and take named parameters (`:bill`). A reading connection and a writing
one are different types, so that a page cannot write by mistake. Functions take a connection and never commit;
the edge, a job or a batch opens the transaction.
"""

import re
import struct
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import cache
from importlib.resources import files
from typing import Any, Generic, NewType, TypeVar, cast
from uuid import UUID

import msgspec
import psycopg
from msgspec import Struct
from psycopg.adapt import Dumper
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool

# msgspec reads and writes JSON several times faster than the standard library, and dates and UUIDs too.
set_json_loads(msgspec.json.decode)
set_json_dumps(lambda value: msgspec.json.encode(value).decode())

ReadConn = NewType("ReadConn", psycopg.AsyncConnection[tuple[Any, ...]])
Conn = NewType("Conn", ReadConn)
T = TypeVar("T")

# The job tables of procrastinate have no schema option: they are found through the search path of every connection.
SEARCH_PATH = "jobs"


class Query(Struct, frozen=True):
    """One named statement. `sql` has psycopg placeholders; `source` is the text as written; `parameters` its names."""

    package: str
    name: str
    source: str
    sql: str
    parameters: frozenset[str]


class Queries:
    """The statements of one package, as attributes."""

    def __init__(self, package: str, queries: dict[str, Query]) -> None:
        self._package = package
        self._queries = queries

    def __getattr__(self, name: str) -> Query:
        try:
            return self._queries[name]
        except KeyError:
            raise AttributeError(f"{self._package}/queries.sql has no statement named {name!r}") from None

    def __iter__(self) -> Iterator[Query]:
        return iter(self._queries.values())


_FILE = re.compile(r"^queries(_[a-z]+)?\.sql$")
_NAME = re.compile(r"^--\s*name:\s*(\w+)\s*$", re.MULTILINE)
# Literals, quoted names, comments and casts are passed over, so that 'HH24:mi' and ::uuid are not taken for parameters.
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|::|:([a-z_][a-z0-9_]*)", re.DOTALL)


def parse(package: str, text: str) -> Queries:
    """The statements of a queries.sql text."""
    parts = _NAME.split(text)
    queries: dict[str, Query] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        if name in queries:
            raise ValueError(f"{package}/queries.sql defines {name} twice")
        parameters: set[str] = set()

        def placeholder(match: re.Match[str], found: set[str] = parameters) -> str:
            if match[1] is None:
                return match[0]
            found.add(match[1])
            return f"%({match[1]})s"

        source = body.strip().rstrip(";")
        queries[name] = Query(
            package, name, source, _TOKEN.sub(placeholder, source.replace("%", "%%")), frozenset(parameters)
        )
    return Queries(package, queries)


@cache
def load(package: str) -> Queries:
    """The statements of `package` (a dotted name): its queries.sql, and those of its pieces, queries_<piece>.sql."""
    found = sorted(entry.name for entry in files(package).iterdir() if _FILE.match(entry.name))
    return parse(package, "\n".join(files(package).joinpath(name).read_text(encoding="utf-8") for name in found))


def rows(items: Iterable[Any]) -> str:
    """Structs or dicts as one JSON parameter for `json_to_recordset(:rows) as r(id uuid, amount bigint)`.

    One statement then works on the whole list: cheaper by far than arrays built value by value in Python.
    """
    return msgspec.json.encode(list(items)).decode()


def words(values: Iterable[int | str | None]) -> str:
    """Numbers, or texts free of control characters, as one parameter for `any(:words)` or `unnest(:words)`.

    Of such values PostgreSQL reads an array as JSON writes it, but for the brackets. Far quicker than psycopg's way
    with a list. ValueError for a control character, which the two write differently.
    """
    text = msgspec.json.encode(list(values)).decode()[1:-1]
    if "\\" in text and "\\" in text.replace("\\\\", "").replace('\\"', ""):
        raise ValueError("a control character has no place in a list of words")
    return "{" + text + "}"


class Ids(Struct, frozen=True, gc=False):
    """Ids as one parameter, for `any(:ids)` or `unnest(:ids)`; made by `ids`. `binary`: as PostgreSQL sends it."""

    binary: bytes


_NULL = b"\xff\xff\xff\xff"
_ID_LENGTH = b"\x00\x00\x00\x10"


def ids(values: Collection[UUID | None]) -> Ids:
    """A list of ids as a PostgreSQL array in its binary form (array_recv: dimensions, nulls, type, length, elements).

    As text a thousand ids cost more to read than to insert, and psycopg builds either form value by value.
    """
    if not values:
        return Ids(_array_header(0, nulls=False, dimensions=0))
    elements = [_NULL if id_ is None else _ID_LENGTH + id_.int.to_bytes(16, "big") for id_ in values]
    return Ids(_array_header(len(values), nulls=_NULL in elements) + b"".join(elements))


def _array_header(length: int, *, nulls: bool, dimensions: int = 1) -> bytes:
    size = struct.pack("!ii", length, 1) if dimensions else b""
    return struct.pack("!iiI", dimensions, nulls, _UUID_OID) + size


class _IdsDumper(Dumper):
    format = psycopg.pq.Format.BINARY
    oid = psycopg.adapters.types["uuid"].array_oid

    def dump(self, obj: Ids) -> bytes:
        return obj.binary


_UUID_OID = psycopg.adapters.types["uuid"].oid
psycopg.adapters.register_dumper(Ids, _IdsDumper)


async def _execute(conn: ReadConn, query: Query, parameters: dict[str, Any]) -> psycopg.AsyncCursor[tuple[Any, ...]]:
    return await conn.execute(cast("Any", query.sql), parameters)


def _converted(cursor: psycopg.AsyncCursor[tuple[Any, ...]], found: list[tuple[Any, ...]], into: type[T]) -> list[T]:
    """Rows as checked values: a Struct by column names, anything else from the only column."""
    if not issubclass(into, Struct):
        return [msgspec.convert(row[0], into) for row in found]
    names = [column.name for column in cursor.description or ()]
    return [msgspec.convert(dict(zip(names, row, strict=True)), into) for row in found]


async def all(conn: ReadConn, query: Query, into: type[T], /, **parameters: Any) -> list[T]:  # noqa: A001  read as db.all
    """Every row, converted into `into`."""
    cursor = await _execute(conn, query, parameters)
    return _converted(cursor, await cursor.fetchall(), into)


async def maybe(conn: ReadConn, query: Query, into: type[T], /, **parameters: Any) -> T | None:
    """The only row, or None."""
    found = await all(conn, query, into, **parameters)
    if len(found) > 1:
        raise LookupError(f"{query.package}.{query.name} returned {len(found)} rows where one was expected")
    return found[0] if found else None


async def one(conn: ReadConn, query: Query, into: type[T], /, **parameters: Any) -> T:
    """The only row; LookupError when there is none."""
    found = await maybe(conn, query, into, **parameters)
    if found is None:
        raise LookupError(f"{query.package}.{query.name} returned no row")
    return found


async def run(conn: Conn, query: Query, /, **parameters: Any) -> int:
    """Run a statement for its effect; the number of rows it touched."""
    if not conn.pgconn.pipeline_status:
        return (await _execute(conn, query, parameters)).rowcount
    # Where statements travel together, the answer is there when those until here have been waited for: a round trip,
    # and one before it when others were sent and not read.
    async with conn.pipeline():
        cursor = await _execute(conn, query, parameters)
    return cursor.rowcount


async def send(conn: Conn, query: Query, /, **parameters: Any) -> None:
    """Run a statement whose answer nobody reads. Where statements travel together its failure comes out later, at the
    latest at the end of the transaction."""
    await _execute(conn, query, parameters)


class Reply(Generic[T]):
    """The rows that a statement sent by `ask` will have answered."""

    def __init__(self, cursor: psycopg.AsyncCursor[tuple[Any, ...]], into: type[T]) -> None:
        self._cursor = cursor
        self._into = into

    async def all(self) -> list[T]:
        return _converted(self._cursor, await self._cursor.fetchall(), self._into)


async def ask(conn: ReadConn, query: Query, into: type[T], /, **parameters: Any) -> Reply[T]:
    """Send a statement now and read its answer later, so that it travels with the next ones."""
    return Reply(await _execute(conn, query, parameters), into)


async def portions(
    conn: ReadConn, query: Query, /, *, size: int, **parameters: Any
) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows of a statement that may have many, as dicts by column, `size` at a time and never all in memory."""
    async with conn.cursor(name=query.name) as cursor:
        await cursor.execute(cast("Any", query.sql), parameters)
        names = [column.name for column in cursor.description or ()]
        while found := await cursor.fetchmany(size):
            yield [dict(zip(names, row, strict=True)) for row in found]


# Our statements are short and repeated: planning each one anew would cost more than any better plan gives. A
# transaction left open by a stuck process must not hold its locks for long, and nobody waits for a lock without end.
_OPTIONS = (
    f"-c search_path={SEARCH_PATH} -c plan_cache_mode=force_generic_plan -c idle_in_transaction_session_timeout=30s"
    " -c lock_timeout=5s"
)
# A server that vanished without a word (its machine died, the network was cut) is given up after half a minute, and not
# after the quarter of an hour that TCP would wait: until then requests hang, and tills hear nothing.
_ALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
    "connect_timeout": 10,
}


def watchful(dsn: str) -> str:
    """The DSN with which a connection notices that its server is gone; what the DSN itself says stands."""
    return make_conninfo(dsn, **(_ALIVE | conninfo_to_dict(dsn)))


class Pool:
    """The connections of one process. Every block is one transaction, committed at its end."""

    def __init__(self, dsn: str, size: int) -> None:
        self._size = size
        self._pool = AsyncConnectionPool(
            watchful(dsn),
            min_size=min(2, size),
            max_size=size,
            open=False,
            timeout=10,
            kwargs={"options": _OPTIONS, "application_name": "openhall"},
            configure=_configure,
        )

    @property
    def raw(self) -> AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]:
        """The psycopg pool itself, for the job queue."""
        return self._pool

    async def open(self) -> None:
        await self._pool.open(wait=True, timeout=30)

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Conn]:
        """One transaction that may write."""
        async with self._begun(read_only=False) as connection:
            yield Conn(ReadConn(connection))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadConn]:
        """One transaction that PostgreSQL itself keeps from writing, on one snapshot."""
        async with self._begun(read_only=True) as connection:
            yield ReadConn(connection)

    @asynccontextmanager
    async def pipelined(self, *, lock_ms: int | None = None) -> AsyncIterator[Conn]:
        """One transaction that may write, whose statements travel together until an answer is read; COMMIT leaves with
        the last of them. No statement waits for a lock for longer than `lock_ms` milliseconds, or than five seconds.

        When the block itself raises, COMMIT was never sent: only an error that comes out after the block's own end can
        mean that the outcome is unknown.
        """
        async with self._pool.connection() as connection:
            async with connection.pipeline() as pipeline:
                await connection.execute(_BEGIN)
                if lock_ms is not None:
                    await connection.execute(f"set local lock_timeout = {lock_ms:d}".encode())
                # Without this answer psycopg would not know that a transaction is open, and take a savepoint inside it
                # for the whole.
                await pipeline.sync()
                try:
                    yield Conn(ReadConn(connection))
                except BaseException:
                    # What was sent and not read may have failed as well; only the first failure is of interest.
                    with suppress(psycopg.Error):
                        await pipeline.sync()
                    raise
                ended = await connection.execute(b"commit")
            # In a transaction that had failed, with its error swallowed by somebody, COMMIT is a rollback.
            if ended.statusmessage != "COMMIT":
                raise psycopg.errors.InFailedSqlTransaction("the transaction had failed, and was not committed")

    async def check(self) -> None:
        """Replace the connections that died while they were idle."""
        await self._pool.check()

    @asynccontextmanager
    async def _begun(self, *, read_only: bool) -> AsyncIterator[psycopg.AsyncConnection[tuple[Any, ...]]]:
        """A connection inside a transaction. BEGIN is also the test of a connection that lay idle.

        When the server was restarted every idle connection is dead; nothing was asked yet, so the next one is tried.
        """
        for tries_left in reversed(range(self._size + 1)):
            async with AsyncExitStack() as stack:
                connection = await stack.enter_async_context(self._pool.connection())
                try:
                    await _set_mode(connection, read_only=read_only)
                    await stack.enter_async_context(connection.transaction())
                except psycopg.OperationalError:
                    if not tries_left:
                        raise
                    continue
                yield connection
                return


# Writers lock first and read in the next statement: that is right at READ COMMITTED alone, so the default of a
# database, which may be another, does not count.
_BEGIN = b"begin isolation level read committed read write"


async def _set_mode(connection: psycopg.AsyncConnection[Any], *, read_only: bool) -> None:
    """Sent with the next BEGIN; costs nothing by itself. For writers the same as `_BEGIN`."""
    level = psycopg.IsolationLevel.REPEATABLE_READ if read_only else psycopg.IsolationLevel.READ_COMMITTED
    await connection.set_read_only(read_only)
    await connection.set_isolation_level(level)


async def _configure(connection: psycopg.AsyncConnection[Any]) -> None:
    # Autocommit means that `transaction()` alone begins and commits: nothing is left open by a forgotten SELECT.
    await connection.set_autocommit(True)
    connection.prepare_threshold = 2
    connection.prepared_max = 500
