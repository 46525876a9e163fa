"""Many connections at once: guesses are counted, joining happens once."""

import asyncio
from uuid import UUID

import pytest

from openhall.base import db
from openhall.base.config import Settings
from openhall.base.errors import Problem
from openhall.base.package import JoinHook
from openhall.core import ledger, people
from openhall.core.people.actions import codes, entrance, residents
from openhall.core.people.types import Lang, SessionKind, SignedIn

pytestmark = pytest.mark.anyio
PHONE = "+8613800138000"
q = db.load("openhall.core.people")


async def guess(pool: db.Pool, settings: Settings, code: str) -> str:
    """One attempt in a transaction of its own, as the edge makes it; "in" or the refusal's code."""

    async def act(conn: db.Conn) -> SignedIn:
        return await codes.sign_in(
            conn,
            settings,
            phone=PHONE,
            code=code,
            kind=SessionKind.API,
            user_agent=None,
            lang=None,
            on_joined=(),
            device=None,
        )

    try:
        await entrance.answered(pool, act)
    except Problem as refused:
        return refused.code
    return "in"


async def code_of(pool: db.Pool, settings: Settings, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr("openhall.core.people.rules.new_code", lambda: code)
    async with pool.write() as conn:
        await codes.ask_code(conn, settings, phone=PHONE, lang=Lang.EN)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that were deferred; these tests run no queue."""
    deferred: list[str] = []

    async def defer(conn: db.Conn, task: object, /, *, in_seconds: int = 0, message: str) -> None:
        deferred.append(message)

    monkeypatch.setattr("openhall.base.jobs.defer", defer)
    return deferred


async def test_thirty_two_parallel_wrong_guesses_are_five_guesses(
    pool: db.Pool, settings: Settings, monkeypatch: pytest.MonkeyPatch, queued: list[str]
) -> None:
    await code_of(pool, settings, monkeypatch, "424242")
    told = await asyncio.gather(*(guess(pool, settings, f"{number:06d}") for number in range(32)))
    # Four are told that tries are left, the fifth that none is, and the other 27 were never compared.
    assert told.count("people.code_wrong") == 4
    assert told.count("people.code_spent") == 28
    assert await guess(pool, settings, "424242") == "people.code_spent"


async def test_the_right_code_raced_by_many_lets_one_in(
    pool: db.Pool, settings: Settings, monkeypatch: pytest.MonkeyPatch, queued: list[str]
) -> None:
    await code_of(pool, settings, monkeypatch, "424242")
    told = await asyncio.gather(*(guess(pool, settings, "424242") for _ in range(32)))
    assert told.count("in") == 1
    assert told.count("people.code_expired") == 31


async def test_racing_requests_for_a_code_send_one_message(
    pool: db.Pool, settings: Settings, queued: list[str]
) -> None:
    async def ask() -> people.CodeSent:
        async with pool.write() as conn:
            return await codes.ask_code(conn, settings, phone=PHONE, lang=Lang.ZH_CN)

    sent = await asyncio.gather(*(ask() for _ in range(32)))
    assert len(queued) == 1
    assert {one.message for one in sent} == {UUID(queued[0])}
    assert len({one.expires_at for one in sent}) == 1


async def test_racing_joins_make_one_resident_one_wallet_and_run_each_hook_once(pool: db.Pool) -> None:
    hooked: list[UUID] = []

    async def hook(conn: db.Conn, *, resident: UUID, phone: str) -> None:
        hooked.append(resident)

    async def join() -> tuple[people.Resident, bool]:
        async with pool.write() as conn:
            return await residents.find_or_join(conn, phone=PHONE, lang=None, currency="CNY", on_joined=[hook])

    outcomes = await asyncio.gather(*(join() for _ in range(32)))
    (resident,) = {resident for resident, _ in outcomes}
    assert [joined for _, joined in outcomes].count(True) == 1
    assert hooked == [resident.id]
    async with pool.read() as conn:
        assert [wallet.id for wallet in await ledger.accounts_of(conn, resident.id)] == [resident.wallet]
        assert await db.all(conn, q.check_one_wallet_each, UUID) == []


async def test_a_hook_that_fails_undoes_the_joining(pool: db.Pool) -> None:
    async def failing(conn: db.Conn, *, resident: UUID, phone: str) -> None:
        raise RuntimeError("the hook failed")

    async def join(hooks: list[JoinHook]) -> bool:
        async with pool.write() as conn:
            _, joined = await residents.find_or_join(conn, phone=PHONE, lang=None, currency="CNY", on_joined=hooks)
            return joined

    with pytest.raises(RuntimeError, match="the hook failed"):
        await join([failing])
    assert await join([]) is True
    async with pool.read() as conn:
        assert await db.all(conn, q.check_one_wallet_each, UUID) == []
