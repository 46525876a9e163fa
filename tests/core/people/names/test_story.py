"""A real name at the API: confirmed, refused, unknown and asked again."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from openhall.base import clock
from openhall.base.config import Settings
from openhall.core.people import names
from openhall.core.people.names.actions.claims import PATIENCE
from tests.conftest import open_hall
from tests.core.people.names.people import (
    CHILD,
    DAUGHTER,
    DECEASED,
    FATHER,
    OTHER,
    PHONE,
    RARE,
    XIAOMING,
    be,
    claim,
    due_now,
    id_of,
    rows,
    state,
    told,
    trail,
)
from tests.hall import Hall
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio


async def test_a_name_is_confirmed_and_shown_masked(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    assert (await state(hall, me))["state"] == "none"
    confirmed = await be(hall, me, XIAOMING)
    assert confirmed.status_code == 200
    body = confirmed.json()
    assert (body["state"], body["name_masked"], body["national_id_masked"]) == ("matched", "王*", "610***********0010")
    assert body["is_minor"] is False
    assert await state(hall, me) == body
    assert await trail(hall, me) == ["asked", "matched"]
    (named,) = await rows(hall, "select named_at is not null from people.residents where phone = %s", f"+86{PHONE}")
    assert named == (True,)
    await hall.books_agree()


async def test_the_database_holds_neither_the_name_nor_the_number(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    await be(hall, me, RARE)
    tables = await rows(hall, "select tablename from pg_tables where schemaname in ('people', 'base', 'jobs')")
    for (table,) in tables:
        schema = "people" if table.startswith(("name", "ident", "resid", "aud", "mess")) else None
        if schema is None:
            continue
        for (row,) in await rows(hall, f"select t::text from people.{table} t"):
            assert RARE.national_id not in row
            assert RARE.name not in row
            assert "19580228" not in row


async def test_a_rare_character_of_four_bytes_is_confirmed_and_its_lookalike_is_not(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    refused = await claim(hall, me, "张吉祥", RARE.national_id)
    assert (refused.status_code, refused.json()["code"]) == (422, "people.name_not_matched")
    assert (await state(hall, me))["state"] == "refused"
    assert (await be(hall, me, RARE)).status_code == 200
    assert (await state(hall, me))["name_masked"] == "张*"
    assert await trail(hall, me) == ["asked", "refused", "asked", "matched"]
    await hall.books_agree()


@pytest.mark.parametrize("name", ["王小明", DECEASED.name])
async def test_wrong_names_and_the_deceased_are_told_the_same(hall: Hall, name: str) -> None:
    me = await hall.sign_in(PHONE)
    refused = await claim(hall, me, name, DECEASED.national_id)
    wrong = await claim(hall, me, "李四", FATHER.national_id)
    assert refused.status_code == 422
    assert refused.json() == wrong.json()


@pytest.mark.parametrize(
    ("name", "national_id", "code", "words"),
    [
        ("王小\u200b明", XIAOMING.national_id, "people.name_invalid", "invisible"),
        ("\u202e王小明", XIAOMING.national_id, "people.name_invalid", "right to left"),
        ("J\u043ehn", XIAOMING.national_id, "people.name_invalid", "another alphabet"),
        ("\uf90a明", XIAOMING.national_id, "people.name_invalid", "only looks like"),
        ("王小明", "610199199006150011", "people.national_id_invalid", "last place"),
        ("王小明", "610199199002300017", "people.national_id_invalid", "date of birth"),
        ("王小明", "61019919580228007\u0425", "people.national_id_invalid", "another alphabet"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_reason_and_nobody_is_asked(
    hall: Hall, name: str, national_id: str, code: str, words: str
) -> None:
    me = await hall.sign_in(PHONE) | {"Accept-Language": "en"}
    refused = await claim(hall, me, name, national_id)
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert words in refused.json()["errors"][0]["message"]
    assert await trail(hall, me) == []


@pytest.mark.parametrize("answer", ["error", "drop", "cut", "wrong", "garbage", "huge", "redirect"])
async def test_a_register_that_does_not_answer_well_is_asked_again_and_never_taken_for_a_no(
    hall: Hall, answer: str
) -> None:
    me = await hall.sign_in(PHONE)
    hall.outside.plan(on="register", answer=answer)
    unknown = await be(hall, me, XIAOMING)
    assert (unknown.status_code, unknown.json()["state"]) == (202, "asking")
    assert await names.ask_due(hall.pool, hall.settings) == 0  # not yet due
    await due_now(hall)
    assert await names.ask_due(hall.pool, hall.settings) == 1
    assert (await state(hall, me))["state"] == "matched"
    assert await told(hall, me) == [("must", "您的账户已完成实名")]
    await hall.books_agree()


async def test_a_slow_register_is_unknown_too(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    hall.outside.plan(on="register", answer_after=3_000)
    assert (await be(hall, me, XIAOMING)).status_code == 202
    (standing,) = await _standings(hall, await id_of(hall, me))
    assert standing.status is names.Status.PENDING


async def test_a_register_that_is_down_is_left_alone_for_longer_each_time(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    hall.outside.plan(on="register", answer="error", times=5)
    began = datetime(2026, 3, 10, 8, tzinfo=UTC)
    with clock.at(began):
        await be(hall, me, XIAOMING)
    waits = []
    for _ in range(3):
        ((next_at,),) = await rows(hall, "select next_at from people.name_claims")
        waits.append(next_at)
        with clock.at(next_at):
            assert await names.ask_due(hall.pool, hall.settings) == 0
    steps = [(later - earlier).total_seconds() for earlier, later in zip([began, *waits], waits, strict=False)]
    assert steps == sorted(steps)
    assert steps[0] < steps[-1]
    assert (await state(hall, me))["state"] == "asking"


async def test_after_three_days_of_silence_nothing_is_refused(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    hall.outside.plan(on="register", answer="error", times=2)
    await be(hall, me, XIAOMING)
    with clock.at(clock.now() + PATIENCE + timedelta(hours=2)):
        await names.ask_due(hall.pool, hall.settings)
    assert (await state(hall, me))["state"] == "given_up"
    assert (await rows(hall, "select box from people.name_claims")) == [(None,)]
    assert (await be(hall, me, XIAOMING)).status_code == 200
    await hall.books_agree()


async def test_a_slip_seen_while_the_register_is_silent_can_be_mended(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    hall.outside.plan(on="register", answer="error")
    assert (await claim(hall, me, "王小名", XIAOMING.national_id)).status_code == 202
    assert (await be(hall, me, XIAOMING)).status_code == 200
    await due_now(hall)
    assert await names.ask_due(hall.pool, hall.settings) == 0
    assert await trail(hall, me) == ["asked", "replaced", "asked", "matched"]


async def test_saying_the_same_again_is_saying_it_once_and_another_name_is_refused(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    assert (await be(hall, me, XIAOMING)).status_code == 200
    assert (await be(hall, me, XIAOMING)).status_code == 200
    other = await be(hall, me, RARE)
    assert (other.status_code, other.json()["code"]) == (409, "people.already_named")
    assert await trail(hall, me) == ["asked", "matched"]


async def test_a_resident_and_an_address_are_locked_out_with_words(settings: Settings, outside: OutsideProgram) -> None:
    tight = msgspec.structs.replace(settings, names_per_resident=2, names_per_address=3)
    async with open_hall(tight, outside) as hall:
        me, other = await hall.sign_in(PHONE), await hall.sign_in(OTHER)
        for _ in range(2):
            assert (await claim(hall, me, "李四", FATHER.national_id)).status_code == 422
        locked = await be(hall, me, XIAOMING)
        assert (locked.status_code, locked.json()["code"]) == (429, "people.names_locked")
        assert int(locked.headers["Retry-After"]) > 0
        # What cannot be an id costs nobody a try.
        assert (await claim(hall, other, "李四", "1")).status_code == 400
        assert (await be(hall, other, XIAOMING)).status_code == 200
        third = await hall.sign_in("13800000009")
        assert (await be(hall, third, RARE)).status_code == 429


async def test_a_hall_without_keys_says_so_and_keeps_nothing(settings: Settings, outside: OutsideProgram) -> None:
    bare = msgspec.structs.replace(settings, identity_keys="")
    async with open_hall(bare, outside) as hall:
        me = await hall.sign_in(PHONE)
        closed = await be(hall, me, XIAOMING)
        assert (closed.status_code, closed.json()["code"]) == (503, "people.names_closed")
        assert await trail(hall, me) == []
        assert await names.ask_due(hall.pool, hall.settings) == 0


async def test_a_minor_is_marked_until_the_eighteenth_birthday_in_the_citys_zone(hall: Hall) -> None:
    child, adult, nobody = await hall.sign_in(PHONE), await hall.sign_in(OTHER), await hall.sign_in("13800000003")
    assert (await be(hall, child, CHILD)).json()["is_minor"] is True
    await be(hall, adult, XIAOMING)
    who = [await id_of(hall, one) for one in (nobody, child, adult)]
    none, young, old = await _standings(hall, *who)
    assert [one.resident for one in (none, young, old)] == who
    assert (none.status, none.name_masked, none.born_band, none.is_minor) == (names.Status.NONE, None, None, False)
    assert (young.status, young.name_masked, young.born_band, young.is_minor) == (
        names.Status.NAMED, "王*", 2010, True,
    )  # fmt: skip
    assert (old.born_band, old.is_minor) == (1990, False)
    # 1 June 2034 begins in Shanghai at 16:00 UTC of the day before.
    for instant, minor in (("2034-05-31T15:59:59", True), ("2034-05-31T16:00:00", False)):
        with clock.at(datetime.fromisoformat(instant).replace(tzinfo=UTC)):
            assert (await _standings(hall, who[1]))[0].is_minor is minor


async def test_the_birthday_of_a_grown_up_is_forgotten(hall: Hall) -> None:
    from openhall.core.people.names.actions.keys import come_of_age

    child = await hall.sign_in(PHONE)
    await be(hall, child, CHILD)
    async with hall.pool.write() as conn:
        assert await come_of_age(conn) == 0
    with clock.at(datetime(2034, 5, 31, 16, tzinfo=UTC)):
        async with hall.pool.write() as conn:
            assert await come_of_age(conn) == 1
    assert await rows(hall, "select adult_on from people.identities") == [(None,)]
    assert (await trail(hall, child))[-1] == "came_of_age"


async def test_the_register_knows_father_and_daughter(hall: Hall) -> None:
    father, daughter = await hall.sign_in(PHONE), await hall.sign_in(OTHER)
    await be(hall, father, FATHER)
    await be(hall, daughter, DAUGHTER)
    one, two = await id_of(hall, father), await id_of(hall, daughter)
    nobody = await id_of(hall, await hall.sign_in("13800000003"))
    assert await names.is_parent(hall.pool, hall.settings, parent=one, child=two)
    assert not await names.is_parent(hall.pool, hall.settings, parent=two, child=one)
    assert not await names.is_parent(hall.pool, hall.settings, parent=one, child=nobody)
    hall.outside.plan(on="register", answer="wrong")
    with pytest.raises(names.RegisterSilentError):
        await names.is_parent(hall.pool, hall.settings, parent=one, child=two)


async def _standings(hall: Hall, *who: object) -> list[names.Standing]:
    async with hall.pool.read() as conn:
        return await names.of(conn, list(who))  # type: ignore[arg-type]
