"""Statements are read from their file as they stand there, and connections survive what happens to servers."""

import asyncio
from contextlib import suppress
from uuid import UUID

import psycopg
import pytest
from msgspec import Struct, ValidationError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from openhall.base import db, ids


def parsed(sql: str) -> db.Query:
    (query,) = db.parse("tests", f"-- name: it\n{sql}")
    return query


def test_parameters_are_found() -> None:
    query = parsed("select :a1, :b_c from t where x = :a1;")
    assert query.parameters == {"a1", "b_c"}
    assert query.sql == "select %(a1)s, %(b_c)s from t where x = %(a1)s"


@pytest.mark.parametrize(
    "sql",
    [
        "select to_char(now(), 'HH24:mi')",
        "select 'it''s :no parameter'",
        'select 1 as ":no"',
        "select 1 -- not :here\n",
        "select 1 /* nor\n :there */",
        "select '{}'::uuid[]",
        "select x::text",
    ],
)
def test_what_only_looks_like_a_parameter_is_left_alone(sql: str) -> None:
    query = parsed(sql)
    assert not query.parameters
    assert query.sql == sql.strip()


def test_a_percent_sign_is_a_percent_sign() -> None:
    assert parsed("select 5 % 2, x like 'a%' where y = :y").sql == "select 5 %% 2, x like 'a%%' where y = %(y)s"


def test_a_statement_is_defined_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        db.parse("tests", "-- name: one\nselect 1;\n-- name: one\nselect 2;")


def test_an_unknown_statement_is_named() -> None:
    with pytest.raises(AttributeError, match="no statement named 'nonsense'"):
        _ = db.load("openhall.base").nonsense


class Row(Struct, frozen=True):
    """A row of these tests."""

    number: int
    text: str | None


@pytest.mark.anyio
async def test_rows_are_checked_on_their_way_in(pool: db.Pool) -> None:
    queries = db.parse(
        "tests",
        "-- name: good\nselect n as number, null as text from generate_series(1, :count) as n;\n"
        "-- name: bad\nselect 'three' as number, 'x' as text;\n-- name: percent\nselect 5 % 3;\n"
        "-- name: same\nselect :id::uuid;",
    )
    async with pool.read() as conn:
        assert await db.all(conn, queries.good, Row, count=2) == [Row(1, None), Row(2, None)]
        assert await db.maybe(conn, queries.good, Row, count=0) is None
        with pytest.raises(LookupError):
            await db.one(conn, queries.good, Row, count=0)
        with pytest.raises(LookupError):
            await db.maybe(conn, queries.good, Row, count=2)
        with pytest.raises(ValidationError):
            await db.all(conn, queries.bad, Row)
        assert await db.one(conn, queries.percent, int) == 2
        some = ids.new()
        assert await db.one(conn, queries.same, UUID, id=some) == some


COUNT_LIMITS = db.parse("tests", "-- name: count\nselect count(*) from base.limits;").count
ADD_LIMIT = db.parse(
    "tests", "-- name: add\ninsert into base.limits (key, window_ends, count) values (:key, now(), 1);"
).add


@pytest.mark.anyio
async def test_a_block_is_one_transaction(pool: db.Pool) -> None:
    async def change_my_mind() -> None:
        async with pool.write() as conn:
            await db.run(conn, ADD_LIMIT, key="undone")
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await change_my_mind()
    async with pool.write() as conn:
        assert await db.run(conn, ADD_LIMIT, key="kept") == 1
    async with pool.read() as reader:
        assert await db.one(reader, COUNT_LIMITS, int) == 1


@pytest.mark.anyio
async def test_a_reader_cannot_write(pool: db.Pool) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        async with pool.read() as reader:
            await db.run(db.Conn(reader), ADD_LIMIT, key="never")
    async with pool.write() as conn:
        assert await db.run(conn, ADD_LIMIT, key="the same connection writes again") == 1


@pytest.mark.anyio
async def test_a_reader_sees_one_moment(pool: db.Pool) -> None:
    async with pool.read() as reader:
        assert await db.one(reader, COUNT_LIMITS, int) == 0
        async with pool.write() as conn:
            await db.run(conn, ADD_LIMIT, key="meanwhile")
        assert await db.one(reader, COUNT_LIMITS, int) == 0
    async with pool.read() as reader:
        assert await db.one(reader, COUNT_LIMITS, int) == 1


def kill_connections(dsn: str, application: str = "openhall") -> int:
    """End every connection of that application to this database, as a restarting server does."""
    with psycopg.connect(make_conninfo(dsn, application_name="killer"), autocommit=True) as admin:
        ended = admin.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid() and application_name like %s",
            [application],
        ).fetchone()
    assert ended is not None
    return int(ended[0])


@pytest.mark.anyio
async def test_connections_that_died_while_idle_are_not_noticed(pool: db.Pool, database_url: str) -> None:
    together = asyncio.Barrier(8)

    async def hold() -> None:
        async with pool.read():
            await together.wait()

    await asyncio.gather(*(hold() for _ in range(8)))
    assert kill_connections(database_url) >= 8
    async with pool.write() as conn:
        assert await db.run(conn, ADD_LIMIT, key="as if nothing had happened") == 1
    async with pool.read() as reader:
        assert await db.one(reader, COUNT_LIMITS, int) == 1


@pytest.mark.anyio
async def test_a_connection_that_dies_at_work_is_an_error_and_the_next_one_works(
    pool: db.Pool, database_url: str
) -> None:
    async def die_at_work() -> None:
        async with pool.write() as conn:
            await db.run(conn, ADD_LIMIT, key="lost")
            kill_connections(database_url)
            await db.run(conn, ADD_LIMIT, key="never")

    with pytest.raises(psycopg.OperationalError):
        await die_at_work()
    async with pool.read() as reader:
        assert await db.one(reader, COUNT_LIMITS, int) == 0


@pytest.mark.anyio
async def test_pipelined_statements_fail_together(pool: db.Pool) -> None:
    async def send_the_same_twice() -> None:
        async with pool.pipelined(lock_ms=1000) as conn:
            await db.send(conn, ADD_LIMIT, key="one")
            await db.send(conn, ADD_LIMIT, key="one")

    with pytest.raises(psycopg.errors.UniqueViolation):
        await send_the_same_twice()
    async with pool.read() as reader:
        assert await db.one(reader, COUNT_LIMITS, int) == 0


@pytest.mark.anyio
async def test_pipelined_statements_are_undone_together(pool: db.Pool) -> None:
    async def think_better_of_it() -> None:
        async with pool.pipelined(lock_ms=1000) as conn:
            await db.send(conn, ADD_LIMIT, key="one")
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await think_better_of_it()
    async with pool.pipelined(lock_ms=1000) as conn:
        assert await db.run(conn, ADD_LIMIT, key="two") == 1
        count = await db.ask(conn, COUNT_LIMITS, int)
        await db.send(conn, ADD_LIMIT, key="three")
        assert await count.all() == [1], "a statement sees those before it and none after"
    async with pool.read() as reader:
        assert await db.one(reader, COUNT_LIMITS, int) == 2


@pytest.mark.anyio
async def test_a_savepoint_inside_a_pipeline_is_no_more_than_one(pool: db.Pool) -> None:
    async def think_better_of_it() -> None:
        async with pool.pipelined(lock_ms=1000) as conn:
            assert await db.one(conn, COUNT_LIMITS, int) == 0
            async with conn.transaction():
                await db.run(conn, ADD_LIMIT, key="one")
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await think_better_of_it()
    async with pool.read() as reader:
        assert await db.one(reader, COUNT_LIMITS, int) == 0


@pytest.mark.anyio
async def test_a_failure_that_somebody_swallowed_is_no_commit(pool: db.Pool) -> None:
    async def look_away() -> None:
        async with pool.pipelined(lock_ms=1000) as conn:
            await db.run(conn, ADD_LIMIT, key="one")
            with suppress(psycopg.errors.UniqueViolation):
                await db.run(conn, ADD_LIMIT, key="one")

    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        await look_away()
    async with pool.write() as conn:
        assert await db.one(conn, COUNT_LIMITS, int) == 0, "and the connection is as good as new"


@pytest.mark.anyio
@pytest.mark.parametrize("said", ["plain", 'a "quoted" one', "back\\slash", "{a,b}", "NULL", "", "长安 🥟", "\\x41"])
async def test_words_arrive_as_they_were(pool: db.Pool, said: str) -> None:
    async with pool.read() as conn:
        found = await (await conn.execute("select %s::text[]", [db.words([said, None])])).fetchone()
    assert found == ([said, None],)


@pytest.mark.parametrize("said", ["a\tb", "\n", "\x01", "\\\n"])
def test_words_with_control_characters_are_refused(said: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        db.words(["fine", said])


@pytest.mark.anyio
async def test_ids_arrive_as_they_were(pool: db.Pool) -> None:
    asked = [UUID(int=0), None, UUID(int=2**128 - 1), *(ids.new() for _ in range(300))]
    async with pool.read() as conn:
        for some in (asked, asked[:1], []):
            found = await (await conn.execute("select %s::uuid[]", [db.ids(some)])).fetchone()
            assert found == (some,)


async def test_a_server_that_vanished_is_given_up_soon(pool: db.Pool) -> None:
    async with pool.read() as conn:
        said = conn.info.get_parameters()
    assert (said["keepalives_idle"], said["tcp_user_timeout"]) == ("10", "30000")
    mine = conninfo_to_dict(db.watchful("host=db.example password='a b' connect_timeout=3"))
    assert (mine["connect_timeout"], mine["password"], mine["keepalives_count"]) == ("3", "a b", "4")


async def test_the_defaults_of_a_database_do_not_count(database_url: str) -> None:
    name = conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(f"alter database \"{name}\" set default_transaction_isolation = 'serializable'".encode())
        admin.execute(f'alter database "{name}" set default_transaction_read_only = on'.encode())
    pool = db.Pool(database_url, 1)
    await pool.open()
    said = {}
    for name, opened in (("write", pool.write), ("read", pool.read)):
        async with opened() as conn:
            cursor = await conn.execute(
                "select current_setting('transaction_isolation'), current_setting('transaction_read_only')"
            )
            said[name] = await cursor.fetchone()
    await pool.close()
    assert said == {"write": ("read committed", "off"), "read": ("repeatable read", "on")}
