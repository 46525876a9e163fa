"""The pages of messages: read without a script, escaped, and one cheap question for the badge."""

import re
from uuid import UUID

import pytest

from openhall.base import db
from openhall.core.messages.package import q
from tests.core.messages.stage import MUST, NEWS, Stage, text
from tests.house.visitor import enter

pytestmark = pytest.mark.anyio


async def seen(stage: Stage, path: str) -> str:
    answer = await stage.hall.client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    return answer.text


def badge(page: str) -> str | None:
    found = re.search(r'class="count"><span aria-hidden="true">([^<]+)<', page)
    return found[1] if found else None


async def post(stage: Stage, path: str, **form: object) -> int:
    token = {"_csrf_token": stage.hall.client.cookies["openhall_csrf"]}
    return (await stage.hall.client.post(path, data=token | form)).status_code


@pytest.fixture
async def inside(stage: Stage) -> Stage:
    await enter(stage.hall, stage.phone)
    # The first of them says that this browser is new.
    for one in (await stage.api("GET", "/messages")).json()["messages"]:
        assert (await stage.api("POST", f"/messages/{one['id']}/read")).status_code in (200, 204)
    return stage


async def test_the_badge_counts_on_every_page_and_goes_when_all_is_read(inside: Stage) -> None:
    assert badge(await seen(inside, "/wallet")) is None
    told = [await inside.tell(thing=str(number)) for number in range(3)]
    for path in ("/", "/wallet", "/me", "/messages"):
        assert badge(await seen(inside, path)) == "3", path
    page = await seen(inside, f"/messages/{told[0]}")
    assert badge(page) == "2", "the page that reads it counts it no more"
    assert "About 0" in page
    assert badge(await seen(inside, f"/messages/{told[0]}")) == "2"
    assert await post(inside, "/messages/read-all", until=str(told[1])) == 303
    assert badge(await seen(inside, "/messages")) == "1"
    assert await post(inside, "/messages/read-all", until="nonsense") == 400


async def test_the_badge_has_room_for_one_digit_and_the_words_for_two(inside: Stage) -> None:
    for number in range(10):
        await inside.tell(thing=str(number))
    page = await seen(inside, "/me")
    assert badge(page) == "9+"
    assert "10 unread" in page
    assert "9+ unread" not in page
    for number in range(90):
        await inside.tell(thing=str(number))
    page = await seen(inside, "/me")
    assert badge(page) == "9+"
    assert "99+ unread" in page


async def test_the_badge_is_one_question_and_asked_of_no_stranger(
    inside: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    execute = db._execute

    async def noting(conn: db.ReadConn, query: db.Query, parameters: dict[str, object]) -> object:
        asked.append(query.name)
        return await execute(conn, query, parameters)

    monkeypatch.setattr(db, "_execute", noting)
    await inside.tell()
    asked.clear()
    await seen(inside, "/me")
    assert asked.count("unread") == 1
    for number in range(20):
        await inside.tell(thing=str(number))
    asked.clear()
    await seen(inside, "/messages")
    assert asked == ["visit", "unread", "inbox"], "no more of them for more messages"
    inside.hall.client.cookies.clear()
    asked.clear()
    await seen(inside, "/")
    assert asked == []


async def test_the_badge_is_counted_by_its_index(stage: Stage) -> None:
    async with stage.pool.write() as conn, conn.transaction(force_rollback=True):
        await conn.execute(
            "insert into messages.templates values "
            "(gen_random_uuid(), 't', 1, 'news', '{\"en\": 1, \"zh_CN\": 1}', now())"
        )
        await conn.execute(
            "insert into messages.messages select gen_random_uuid(), t.id, md5((n % 500)::text)::uuid, t.id, 'news', "
            "false, '{}', null, now(), null, null, case when n % 7 > 0 then now() end "
            "from messages.templates t, generate_series(1, 20000) n"
        )
        await conn.execute("analyze messages.messages")
        plan = await conn.execute(
            f"explain {q.unread.sql}".encode(), {"resident": UUID(int=1), "now": "2030-01-01", "most": 100}
        )
        shown = "\n".join(row[0] for row in await plan.fetchall())
        assert "unread" in shown
        assert "Seq Scan" not in shown


async def test_the_inbox_is_narrowed_and_turned_over_without_a_script(inside: Stage) -> None:
    for number in range(35):
        await inside.tell(MUST if number % 2 else NEWS, thing=f"({number})")
    page = await seen(inside, "/messages")
    assert "(34)" in page
    assert "(4)" not in page
    older = re.search(r'href="(/messages\?before=[^"]+)"', page)
    assert older
    assert "(4)" in await seen(inside, older[1])
    only = await seen(inside, "/messages?category=news")
    assert "(34)" in only
    assert "(33)" not in only
    assert "Nothing of this kind" in await seen(inside, "/messages?category=reminder")
    assert "(34)" in await seen(inside, "/messages?category=nonsense&unread=1")


async def test_what_facts_bring_stays_text(inside: Stage) -> None:
    told = await inside.tell(thing="<script>alert(1)</script> מקהי 👩‍🍳" + "长" * 5_000)
    for path in ("/messages", f"/messages/{told}"):
        page = await seen(inside, path)
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
        assert "👩‍🍳" in page
        assert len(page) < 20_000


async def test_choosing_works_without_a_script(inside: Stage) -> None:
    page = await seen(inside, "/me/messages")
    assert 'value="must.sms" checked disabled' in page
    assert 'value="news.sms">' in page
    form = {"chosen": ["news.sms", "case.push"], "quiet": "1", "quiet_from": "22:30", "quiet_to": "07:00"}
    assert await post(inside, "/me/messages", **form, letter_to="") == 303
    page = await seen(inside, "/me/messages?saved=1")
    assert 'value="must.sms" checked disabled' in page
    assert 'value="news.sms" checked' in page
    assert 'value="case.sms">' in page
    assert 'value="22:30"' in page
    assert (
        await post(inside, "/me/messages", chosen=["news.letter"], quiet="1", quiet_from="22:30", quiet_to="07:00")
        == 400
    )
    assert await post(inside, "/me/messages", quiet="1", quiet_from="late", quiet_to="07:00") == 400
    assert await post(inside, "/me/messages", quiet_from="late", quiet_to="") == 303
    wish = (await inside.api("GET", "/me/message-preferences")).json()["preferences"]
    assert wish["quiet"] is None


async def test_a_browser_turns_itself_on_and_off(inside: Stage) -> None:
    keys = {"p256dh": text(inside.keys.point), "auth": text(inside.keys.auth)}
    assert await post(inside, "/me/push", endpoint="https://push.example/1", **keys) == 204
    assert await post(inside, "/me/push", endpoint="https://10.0.0.1/1", **keys) == 400
    page = await seen(inside, "/me/messages")
    (ending,) = re.findall(r'action="(/me/push/[^"]+/end)"', page)
    assert await post(inside, "/me/push/end", endpoint="https://push.example/other") == 204
    assert ending in await seen(inside, "/me/messages")
    assert await post(inside, ending) == 303
    assert await post(inside, ending) == 404
    await post(inside, "/me/push", endpoint="https://push.example/1", **keys)
    assert await post(inside, "/me/push/end", endpoint="https://push.example/1") == 204
    assert ending.rpartition("/push/")[0] + "/push/" not in await seen(inside, "/me/messages")


async def test_the_worker_of_the_browser_stands_at_the_top(stage: Stage) -> None:
    script = await stage.hall.client.get("/service-worker.js")
    assert script.status_code == 200
    assert script.headers["content-type"].startswith("text/javascript")
    assert "showNotification" in script.text
