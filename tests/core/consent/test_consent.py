"""Giving a consent, taking it back, and what is done by it."""

import asyncio
from typing import Any
from uuid import UUID

import psycopg
import pytest

from openhall.base.agreeing import Agreement
from openhall.base.errors import Problem
from openhall.core import consent
from openhall.core.consent.package import PACKAGE
from tests.core.consent.agreements import BY_LAW, NEWER, PENSION, WORDS
from tests.core.people.pins.steps import id_of, told
from tests.hall import Hall

pytestmark = pytest.mark.anyio
PHONE, OTHER = "13800000001", "13800000002"


async def give(hall: Hall, who: UUID, agreement: Agreement = PENSION) -> None:
    async with hall.pool.write() as conn:
        await consent.give(
            conn,
            resident=who,
            agreement=agreement,
            words=consent.worded(agreement).id,
            channel=consent.Channel.PAGE,
        )


async def withdraw(hall: Hall, who: UUID, agreement: Agreement = PENSION) -> None:
    async with hall.pool.write() as conn:
        await consent.withdraw(conn, resident=who, agreement=agreement)


async def is_given(hall: Hall, who: UUID, agreement: Agreement = PENSION) -> bool:
    """As a page asks and as an act asks: both say the same."""
    async with hall.pool.write() as conn:
        shown = await consent.given(conn, who, agreement)
        if shown:
            await consent.required(conn, who, agreement)
            return True
        with pytest.raises(Problem) as refused:
            await consent.required(conn, who, agreement)
    assert (refused.value.code, refused.value.data) == ("consent.missing", {"agreement": agreement.code})
    return False


async def test_what_somebody_agreed_to_may_be_done_until_they_take_it_back(hall: Hall) -> None:
    headers = await hall.sign_in(PHONE)
    me, other = await id_of(hall, headers), await id_of(hall, await hall.sign_in(OTHER))
    assert not await is_given(hall, me)
    await give(hall, me)
    assert await is_given(hall, me)
    assert not await is_given(hall, other), "it is of one person alone"
    await withdraw(hall, me)
    assert not await is_given(hall, me)
    await give(hall, me)
    assert await is_given(hall, me)
    assert await told(hall, headers) == ["consent.given", "consent.withdrawn", "consent.given"]
    await hall.books_agree()


async def test_agreeing_twice_is_agreeing_once(hall: Hall) -> None:
    headers = await hall.sign_in(PHONE)
    me = await id_of(hall, headers)
    await asyncio.gather(*(give(hall, me) for _ in range(8)))
    async with hall.pool.read() as reader:
        assert len(await consent.consents_of(reader, me, limit=9)) == 1
    assert await told(hall, headers) == ["consent.given"]


async def test_other_words_are_another_agreement_and_end_the_older_one_when_they_are_given(hall: Hall) -> None:
    me = await id_of(hall, await hall.sign_in(PHONE))
    await give(hall, me)
    assert not await is_given(hall, me, NEWER), "who agreed to less did not agree to more"
    await give(hall, me, NEWER)
    assert await is_given(hall, me, NEWER)
    assert not await is_given(hall, me, PENSION)
    async with hall.pool.read() as reader:
        now, before = await consent.consents_of(reader, me, code=PENSION.code, limit=9)
    assert (now.version, now.ending, before.version, before.ending) == (2, None, 1, consent.Ending.REPLACED)
    assert before.texts["en"].fields == ("Name", "Year of birth"), "the words of then"


async def test_who_took_back_older_words_took_it_back(hall: Hall) -> None:
    me = await id_of(hall, await hall.sign_in(PHONE))
    await give(hall, me)
    await withdraw(hall, me, NEWER)
    assert not await is_given(hall, me)


REFUSALS: dict[str, tuple[Agreement, UUID]] = {
    "consent.not_by_consent": (BY_LAW, WORDS),
    "consent.agreement_changed": (NEWER, WORDS),
}


@pytest.mark.parametrize("code", REFUSALS)
async def test_refusals_come_in_their_order(hall: Hall, code: str) -> None:
    me = await id_of(hall, await hall.sign_in(PHONE))
    agreement, words = REFUSALS[code]
    with pytest.raises(Problem) as refused:
        async with hall.pool.write() as conn:
            await consent.give(conn, resident=me, agreement=agreement, words=words, channel=consent.Channel.API)
    assert refused.value.code == code


async def test_only_what_was_given_is_taken_back(hall: Hall) -> None:
    me = await id_of(hall, await hall.sign_in(PHONE))
    for agreement, code in ((PENSION, "consent.not_given"), (BY_LAW, "consent.not_by_consent")):
        with pytest.raises(Problem) as refused:
            await withdraw(hall, me, agreement)
        assert refused.value.code == code


async def test_taking_it_back_waits_for_what_is_being_done_by_it(hall: Hall) -> None:
    me = await id_of(hall, await hall.sign_in(PHONE))
    await give(hall, me)
    async with hall.pool.write() as conn:
        await consent.required(conn, me, PENSION)
        ending = asyncio.create_task(withdraw(hall, me))
        await hall.somebody_waits()
        assert not ending.done()
    await ending
    assert not await is_given(hall, me)


@pytest.mark.parametrize(
    "statement",
    [
        b"update consent.consents set given_at = now()",
        b"update consent.consents set ended_at = now(), ending = 'withdrawn', channel = 'api'",
        b"delete from consent.consents",
        b"update consent.agreements set texts = texts",
        b"delete from consent.agreements",
    ],
)
async def test_what_was_agreed_to_stays(hall: Hall, statement: bytes) -> None:
    await give(hall, await id_of(hall, await hall.sign_in(PHONE)))
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        async with hall.pool.write() as conn:
            await conn.execute(statement)


BREACHES = {
    "consent.basis": b"update consent.consents set code = 'pension.other'",
    "consent.told": b"delete from messages.states; delete from messages.messages",
}


@pytest.mark.parametrize("name", BREACHES)
async def test_each_check_finds_its_breach(hall: Hall, name: str) -> None:
    await give(hall, await id_of(hall, await hall.sign_in(PHONE)))
    (check,) = [one for one in PACKAGE.checks if one.name == name]
    assert await _broken(hall, check.query.sql) == []
    async with hall.pool.write() as conn:
        await conn.execute(b"set local session_replication_role = replica")
        for statement in BREACHES[name].split(b"; "):
            await conn.execute(statement)
    assert len(await _broken(hall, check.query.sql)) == 1


async def _broken(hall: Hall, sql: str) -> list[Any]:
    async with hall.pool.read() as reader:
        return await (await reader.execute(sql.encode(), {})).fetchall()
