"""Sessions over the API: who am I, where am I signed in, and what a token is worth when it is over."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from openhall.base import clock, db
from openhall.core import people
from openhall.core.people.actions import sessions
from openhall.core.people.package import CHECKS
from tests.hall import Hall

pytestmark = pytest.mark.anyio
ONE, OTHER = "13800138000", "13700137000"


async def status_of(hall: Hall, headers: dict[str, str]) -> tuple[int, str | None]:
    me = await hall.client.get("/api/v1/me", headers=headers)
    return me.status_code, me.json().get("code")


async def test_without_a_token_one_is_asked_to_sign_in(hall: Hall) -> None:
    me = await hall.client.get("/api/v1/me")
    assert (me.status_code, me.json()["code"]) == (401, "hall.sign_in_required")
    assert me.headers["WWW-Authenticate"] == "Bearer"


async def test_an_invented_token_is_invalid(hall: Hall) -> None:
    for token in ("x", "A" * 43, "A" * 10_000, "é" * 43, "' or 1=1 --"):
        me = await hall.client.get("/api/v1/me", headers={b"Authorization": f"Bearer {token}".encode()})
        assert (me.status_code, me.json()["code"]) == (401, "people.session_invalid"), token


async def test_after_signing_out_the_token_is_worthless(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    gone = await hall.client.delete("/api/v1/auth/session", headers=mine)
    assert (gone.status_code, gone.content) == (204, b"")
    assert await status_of(hall, mine) == (401, "people.session_invalid")
    again = await hall.client.delete("/api/v1/auth/session", headers=mine)
    assert again.status_code == 401


async def test_a_session_ends_by_itself_after_ninety_days(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    with clock.at(clock.now() + timedelta(days=hall.settings.api_session_days, seconds=-1)):
        assert (await status_of(hall, mine))[0] == 200
    with clock.at(clock.now() + timedelta(days=hall.settings.api_session_days, seconds=1)):
        assert await status_of(hall, mine) == (401, "people.session_invalid")


async def test_the_sessions_are_listed_with_their_devices(hall: Hall) -> None:
    first, second = await hall.sign_in(ONE), await hall.sign_in(ONE)
    listed = (await hall.client.get("/api/v1/auth/sessions", headers=second)).json()["sessions"]
    assert [session["current"] for session in listed] == [True, False]
    assert {session["kind"] for session in listed} == {"api"}
    seen_by_first = (await hall.client.get("/api/v1/auth/sessions", headers=first)).json()["sessions"]
    assert [session["current"] for session in seen_by_first] == [False, True]


async def test_another_of_ones_sessions_can_be_ended(hall: Hall) -> None:
    stolen, mine = await hall.sign_in(ONE), await hall.sign_in(ONE)
    listed = (await hall.client.get("/api/v1/auth/sessions", headers=mine)).json()["sessions"]
    (other,) = (session["id"] for session in listed if not session["current"])
    ended = await hall.client.delete(f"/api/v1/auth/sessions/{other}", headers=mine)
    assert ended.status_code == 204
    assert await status_of(hall, stolen) == (401, "people.session_invalid")
    assert (await status_of(hall, mine))[0] == 200
    again = await hall.client.delete(f"/api/v1/auth/sessions/{other}", headers=mine)
    assert (again.status_code, again.json()["code"]) == (404, "people.session_not_found")


async def test_a_strangers_session_does_not_exist(hall: Hall) -> None:
    mine, theirs = await hall.sign_in(ONE), await hall.sign_in(OTHER)
    (session,) = (await hall.client.get("/api/v1/auth/sessions", headers=theirs)).json()["sessions"]
    for unknown in (session["id"], str(uuid4())):
        refused = await hall.client.delete(f"/api/v1/auth/sessions/{unknown}", headers=mine)
        assert (refused.status_code, refused.json()["code"]) == (404, "people.session_not_found")
    assert (await status_of(hall, theirs))[0] == 200


async def test_a_closed_account_is_signed_out_everywhere_and_cannot_return(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    async with hall.pool.write() as conn:
        await conn.execute("update people.residents set state = 'closed'")
    assert await status_of(hall, mine) == (401, "people.session_invalid")
    await hall.client.post("/api/v1/auth/otp", json={"phone": ONE})
    messages = await hall.client.get(f"/demo/phone/{ONE}", headers={"Accept": "application/json"})
    body = {"phone": ONE, "code": messages.json()[0]["code"]}
    refused = await hall.client.post("/api/v1/auth/session", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "people.number_resting")


async def test_a_last_sighting_is_written_at_most_every_five_minutes(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)

    async def seen() -> str:
        (session,) = (await hall.client.get("/api/v1/auth/sessions", headers=mine)).json()["sessions"]
        return str(session["seen_at"])

    at_first, start = await seen(), clock.now()
    with clock.at(start + timedelta(minutes=4)):
        assert await seen() == at_first
    with clock.at(start + timedelta(minutes=6)):
        assert await seen() != at_first


async def test_a_token_in_the_database_is_a_hash(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    token = mine["Authorization"].removeprefix("Bearer ")
    async with hall.pool.read() as conn:
        cursor = await conn.execute("select token_hash, s::text from people.sessions s")
        ((stored, row),) = await cursor.fetchall()
    assert stored == people.token_hash(token)
    assert token not in row


async def test_preferences_and_name_are_kept_with_the_resident(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    changes = {"name": "  王 \t小明 ", "lang": "en", "mode": "elder"}
    changed = await hall.client.patch("/api/v1/me", json=changes, headers=mine)
    assert changed.status_code == 200
    me = (await hall.client.get("/api/v1/me", headers=mine)).json()
    assert me == changed.json()
    assert (me["name"], me["lang"], me["mode"], me["theme"]) == ("王 小明", "en", "elder", "auto")
    removed = await hall.client.patch("/api/v1/me", json={"name": ""}, headers=mine)
    assert (removed.json()["name"], removed.json()["mode"]) == (None, "elder")


async def test_an_unknown_preference_is_refused(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    for change in ({"lang": "fr"}, {"mode": "tiny"}, {"theme": 1}, {"name": "x" * 201}):
        refused = await hall.client.patch("/api/v1/me", json=change, headers=mine)
        assert (refused.status_code, refused.json()["code"]) == (400, "hall.malformed"), change


async def trail(pool: db.Pool) -> list[str]:
    async with pool.read() as conn:
        cursor = await conn.execute("select act from people.audit order by id")
        return [act for (act,) in await cursor.fetchall()]


async def test_the_trail_says_what_happened_and_cannot_be_changed(hall: Hall) -> None:
    first, second = await hall.sign_in(ONE), await hall.sign_in(ONE)
    listed = (await hall.client.get("/api/v1/auth/sessions", headers=second)).json()["sessions"]
    (other,) = (session["id"] for session in listed if not session["current"])
    await hall.client.delete(f"/api/v1/auth/sessions/{other}", headers=second)
    await hall.client.delete("/api/v1/auth/session", headers=second)
    assert (await status_of(hall, first))[0] == 401
    assert await trail(hall.pool) == ["joined", "signed_in", "signed_in", "session_ended", "signed_out"]
    for change in (b"update people.audit set act = 'joined'", b"delete from people.audit", b"truncate people.audit"):
        with pytest.raises(Exception, match="append-only"):
            async with hall.pool.write() as conn:
                await conn.execute(change)


async def test_many_tokens_are_resolved_by_one_statement_in_order(hall: Hall) -> None:
    one, other, ended = [await hall.sign_in(phone) for phone in (ONE, OTHER, ONE)]
    await hall.client.delete("/api/v1/auth/session", headers=ended)
    hashes = [people.token_hash(headers["Authorization"].removeprefix("Bearer ")) for headers in (one, ended, other)]
    asked = [hashed or b"" for hashed in (*hashes, b"\0" * 32, hashes[0])]
    async with hall.pool.read() as conn:
        found = await (await people.ask_bearers(conn, asked, people.SessionKind.API)).all()
        pages = await (await people.ask_bearers(conn, asked, people.SessionKind.PAGE)).all()
    assert [bearer.masked if bearer else None for bearer in found] == [
        "138****8000",
        None,
        "137****7000",
        None,
        "138****8000",
    ]
    assert pages == [None] * 5


async def test_the_checks_of_people_are_clean_after_all_this(hall: Hall) -> None:
    mine = await hall.sign_in(ONE)
    await hall.sign_in(OTHER)
    await hall.client.delete("/api/v1/auth/session", headers=mine)
    async with hall.pool.read() as conn:
        broken = {check.name: await db.all(conn, check.query, object) for check in CHECKS}
    assert broken
    assert not any(broken.values())


async def test_the_check_of_wallets_finds_a_resident_without_one(hall: Hall) -> None:
    await hall.sign_in(ONE)
    async with hall.pool.write() as conn:
        await conn.execute("update people.residents set wallet = gen_random_uuid()")
        (check,) = (check for check in CHECKS if check.name == "people.one_wallet_each")
        assert len(await db.all(conn, check.query, UUID)) == 1


async def test_whoever_signs_in_very_often_is_signed_out_where_they_were_longest_not_seen(hall: Hall) -> None:
    first, second = await hall.sign_in(ONE), await hall.sign_in(ONE)
    with clock.at(clock.now() + timedelta(hours=1)):
        assert (await status_of(hall, second))[0] == 200
        async with hall.pool.write() as conn:
            await conn.execute(
                "insert into people.sessions"
                " (id, token_hash, resident, kind, device, created_at, seen_at, expires_at, proved_at)"
                " select gen_random_uuid(), sha256(n::text::bytea), resident, 'api', '', seen_at, seen_at, expires_at,"
                " seen_at from generate_series(1, 48) n,"
                " (select * from people.sessions order by seen_at desc limit 1) s"
            )
        newest = await hall.sign_in(ONE)
        assert [(await status_of(hall, who))[0] for who in (first, second)] == [401, 200]
        listed = (await hall.client.get("/api/v1/auth/sessions", headers=newest)).json()["sessions"]
        assert len(listed) == sessions.MOST


async def test_sessions_that_are_long_over_are_forgotten_and_the_trail_is_not(hall: Hall) -> None:
    ended, expires = await hall.sign_in(ONE), await hall.sign_in(ONE)
    await hall.client.delete("/api/v1/auth/session", headers=ended)
    for days, left in ((89, 2), (91, 1), (hall.settings.api_session_days + 91, 0)):
        with clock.at(clock.now() + timedelta(days=days)):
            async with hall.pool.write() as conn:
                await sessions.forget_ended(conn)
                found = await conn.execute("select count(*) from people.sessions")
                assert await found.fetchone() == (left,), days
    async with hall.pool.read() as conn:
        found = await conn.execute("select count(*) from people.audit where act = 'signed_in'")
        assert await found.fetchone() == (2,)
    assert expires
    await hall.books_agree()
