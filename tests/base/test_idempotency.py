"""The contract of docs/reference/idempotency.md, line by line."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from openhall.base import clock, db, idempotency
from openhall.base.errors import Kind, Problem, malformed, rate_limited
from openhall.base.idempotency import Answer, Key

pytestmark = pytest.mark.anyio

NO_FUNDS = "payments.insufficient_funds"
ADD_LIMIT = db.parse(
    "tests", "-- name: add\ninsert into base.limits (key, window_ends, count) values (:key, now(), 1);"
).add
COUNT = db.parse(
    "tests",
    "-- name: limits\nselect count(*) from base.limits;\n-- name: answers\nselect count(*) from base.idempotency;",
)


def key(name: str = "k", body: bytes = b"{}", principal: str = "somebody", scope: str = "POST /x") -> Key:
    return Key(principal, scope, name, idempotency.body_hash(body))


class Deed:
    """Something that can be done, and counts how often it was."""

    def __init__(self, problem: Problem | None = None) -> None:
        self.done = 0
        self.problem = problem

    async def __call__(self) -> Answer:
        self.done += 1
        if self.problem:
            raise self.problem
        return Answer(201, f'{{"done":{self.done}}}')


async def ask(pool: db.Pool, named: Key, deed: Callable[[], Awaitable[Answer]], *, keep: bool = False) -> Answer:
    async with pool.write() as conn:
        return await idempotency.once(conn, named, deed, keep=keep)


def refusal() -> Problem:
    from openhall.core.payments import problems

    return problems.insufficient_funds(short=1)


async def test_the_same_wish_is_carried_out_once(pool: db.Pool) -> None:
    deed = Deed()
    first = await ask(pool, key(), deed)
    again = await ask(pool, key(), deed)
    assert (first.status, first.body, first.replayed) == (201, '{"done":1}', False)
    assert (again.status, again.body, again.replayed) == (201, '{"done":1}', True)
    assert deed.done == 1


async def test_another_body_under_the_same_key_is_refused(pool: db.Pool) -> None:
    await ask(pool, key(), Deed())
    with pytest.raises(Problem) as refused:
        await ask(pool, key(body=b'{"amount":1}'), Deed())
    assert (refused.value.code, refused.value.kind) == ("hall.idempotency_key_reused", Kind.REFUSED)


@pytest.mark.parametrize("other", [key("another"), key(principal="somebody else"), key(scope="POST /y")])
async def test_a_key_belongs_to_one_person_and_one_operation(pool: db.Pool, other: Key) -> None:
    deed = Deed()
    await ask(pool, key(), deed)
    await ask(pool, other, deed)
    assert deed.done == 2


async def test_a_refusal_stays_one_and_speaks_again(pool: db.Pool) -> None:
    deed = Deed(refusal())
    first = await ask(pool, key(), deed)
    deed.problem = None
    again = await ask(pool, key(), deed)
    assert deed.done == 1
    assert (first.status, first.replayed, again.replayed) == (422, False, True)
    assert again.problem is not None
    assert (again.problem.code, again.problem.data) == (NO_FUNDS, {"short": 1})
    assert "wallet" not in again.body, "words are added when it is asked, in the language of whoever asks"


async def test_what_a_refused_wish_began_is_undone(pool: db.Pool) -> None:
    async def begin_and_refuse() -> Answer:
        await db.run(conn, ADD_LIMIT, key="begun")
        raise refusal()

    async with pool.write() as conn:
        answer = await idempotency.once(conn, key(), begin_and_refuse)
    assert answer.status == 422
    async with pool.read() as reader:
        assert await db.one(reader, COUNT.limits, int) == 0
        assert await db.one(reader, COUNT.answers, int) == 1


@pytest.mark.parametrize("problem", [malformed(), rate_limited(retry_after=1), RuntimeError("a crash")])
async def test_what_decides_nothing_leaves_the_key_free(pool: db.Pool, problem: Exception) -> None:
    async def fail() -> Answer:
        raise problem

    with pytest.raises(type(problem)):
        await ask(pool, key(), fail)
    assert (await ask(pool, key(body=b"corrected"), Deed())).replayed is False


async def test_a_wish_in_flight_is_a_conflict(pool: db.Pool) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> Answer:
        begun.set()
        await go_on.wait()
        return Answer(201, "{}")

    first = asyncio.create_task(ask(pool, key(), slowly))
    await begun.wait()
    with pytest.raises(Problem) as refused:
        await ask(pool, key(), Deed())
    assert (refused.value.code, refused.value.kind) == ("hall.idempotency_in_flight", Kind.CONFLICT)
    go_on.set()
    assert (await first).status == 201
    assert (await ask(pool, key(), Deed())).replayed


async def test_of_thirty_two_racers_one_acts(pool: db.Pool) -> None:
    deed = Deed()
    answers = await asyncio.gather(*(ask(pool, key(), deed) for _ in range(32)), return_exceptions=True)
    assert deed.done == 1
    codes = {answer.code for answer in answers if isinstance(answer, Problem)}
    assert codes <= {"hall.idempotency_in_flight"}
    assert all(isinstance(answer, Answer | Problem) for answer in answers)


async def test_money_is_remembered_for_ever_and_the_rest_for_a_day(pool: db.Pool) -> None:
    now = clock.now()
    await ask(pool, key("short"), Deed())
    await ask(pool, key("money"), Deed(), keep=True)
    forget = db.load("openhall.base").forget_answers
    async with pool.write() as conn:
        assert await db.run(conn, forget, now=now + timedelta(hours=23)) == 0
        assert await db.run(conn, forget, now=now + timedelta(hours=25)) == 1
        assert await db.run(conn, forget, now=now + timedelta(days=36_500)) == 0
    assert (await ask(pool, key("money"), Deed())).replayed
    assert not (await ask(pool, key("short"), Deed())).replayed


@pytest.mark.parametrize("good", ["x", "x" * 255, "!~", "7e8c6f3a-0000-4000-8000-000000000000"])
def test_a_proper_key_is_taken(good: str) -> None:
    assert idempotency.check_key(good) == good


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (None, "hall.idempotency_key_missing"),
        ("", "hall.idempotency_key_malformed"),
        ("x" * 256, "hall.idempotency_key_malformed"),
        ("two words", "hall.idempotency_key_malformed"),
        ("长安", "hall.idempotency_key_malformed"),
        ("tab\t", "hall.idempotency_key_malformed"),
    ],
)
def test_an_improper_key_is_refused(bad: str | None, code: str) -> None:
    with pytest.raises(Problem) as refused:
        idempotency.check_key(bad)
    assert refused.value.code == code


async def test_keys_are_looked_up_by_index_however_small_the_table_was(pool: db.Pool) -> None:
    async with pool.write() as conn:
        for number in range(20):
            await idempotency.once(conn, Key("somebody", "POST /x", f"key-{number}", b"body"), _nothing)
    async with pool.write() as conn:
        await conn.execute("analyze base.idempotency")
    async with pool.write() as conn:
        before = await _whole_reads(conn)
        await idempotency.claim(conn, "POST /x", [("somebody", f"key-{number}") for number in range(30)])
        assert await _whole_reads(conn) == before


async def _nothing() -> Answer:
    return Answer(201, "{}")


async def _whole_reads(conn: db.Conn) -> int:
    found = await (
        await conn.execute("select seq_scan from pg_stat_xact_user_tables where relid = 'base.idempotency'::regclass")
    ).fetchone()
    return int(found[0]) if found else 0
