"""The API of messages: the inbox page by page, reading, choosing, browsers; and whose a message is."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from openhall.core import messages
from openhall.core.messages.actions.subscriptions import MOST
from tests.core.messages.stage import MUST, NEWS, NIGHT, NOON, Stage, at, rows, text

pytestmark = pytest.mark.anyio


async def listed(stage: Stage, query: str = "") -> dict[str, Any]:
    found = await stage.api("GET", f"/messages{query}")
    assert found.status_code == 200, found.text
    answer: dict[str, Any] = found.json()
    return answer


async def test_the_inbox_is_read_page_by_page_and_nothing_is_shown_twice(stage: Stage) -> None:
    async with stage.pool.write() as conn:
        told = await messages.tell_all(
            conn, [messages.Telling(stage.me, MUST if n % 3 else NEWS, {"thing": str(n)}) for n in range(107)]
        )
    seen, cursor = [], ""
    while True:
        page = await listed(stage, cursor)
        seen += [one["id"] for one in page["messages"]]
        if page["next_cursor"] is None:
            break
        cursor = f"?before={page['next_cursor']}"
        await stage.tell()  # What comes meanwhile moves nothing.
    assert seen == [str(one) for one in reversed(told)]
    news = await listed(stage, "?category=news")
    assert {one["category"] for one in news["messages"]} == {"news"}
    assert len(news["messages"]) == 36
    assert page["unread"] == 100, "a hundred stands for more"


async def test_a_message_is_read_once_and_the_badge_follows(stage: Stage) -> None:
    first, second = await stage.tell(), await stage.tell()
    assert (await listed(stage))["unread"] == 2
    assert (await stage.api("GET", f"/messages/{first}")).json()["message"]["read_at"] is None
    answers = [(await stage.api("POST", f"/messages/{first}/read")).json() for _ in range(2)]
    assert answers == [{"read": 1}, {"read": 0}]
    page = await listed(stage, "?unread=true")
    assert ([one["id"] for one in page["messages"]], page["unread"]) == ([str(second)], 1)


async def test_reading_in_many_places_at_once_counts_once(stage: Stage) -> None:
    told = [await stage.tell() for _ in range(3)]
    answers = await asyncio.gather(
        *(stage.api("POST", f"/messages/{told[0]}/read") for _ in range(8)),
        *(stage.api("POST", "/messages/read-all", {}) for _ in range(4)),
    )
    assert sum(answer.json()["read"] for answer in answers) == 3
    async with stage.pool.read() as conn:
        (times,) = await rows(conn, "select count(distinct read_at) from messages.messages where read_at is not null")
    assert times[0] == 1


async def test_marking_all_leaves_what_came_after_the_page_was_drawn(stage: Stage) -> None:
    seen = [await stage.tell() for _ in range(2)]
    late = await stage.tell()
    answer = await stage.api("POST", "/messages/read-all", {"until": str(seen[-1])})
    assert answer.json() == {"read": 2}
    assert [one["id"] for one in (await listed(stage, "?unread=true"))["messages"]] == [str(late)]


async def test_a_strangers_message_is_not_there(stage: Stage) -> None:
    told = await stage.tell()
    stranger = await stage.hall.sign_in("13900000009")
    for method, path in (("GET", f"/messages/{told}"), ("POST", f"/messages/{told}/read")):
        refused = await stage.hall.client.request(method, f"/api/v1{path}", headers=stranger)
        assert (refused.status_code, refused.json()["code"]) == (404, "messages.not_found")
    await stage.hall.client.post("/api/v1/messages/read-all", json={}, headers=stranger)
    assert (await listed(stage))["unread"] == 1


async def test_preferences_are_whole_and_what_must_be_known_stays_on(stage: Stage) -> None:
    usual = (await stage.api("GET", "/me/message-preferences")).json()
    assert usual["preferences"]["quiet"] == {"from": "21:00", "to": "08:00"}
    assert usual["preferences"]["channels"]["must"] == {"sms": True, "push": True, "letter": False}
    refused = await stage.channels(must={"sms": False})
    assert (refused.status_code, refused.json()["code"]) == (422, "messages.must_stays_on")
    kept = await stage.prefer(quiet=None, letter_to="王小明")
    assert (kept.status_code, kept.json()["preferences"]["quiet"]) == (200, None)
    await stage.channels(must={"letter": True}, case={"sms": False})
    now = (await stage.api("GET", "/me/message-preferences")).json()["preferences"]
    assert now["channels"]["must"] == {"sms": True, "push": True, "letter": True}
    assert now["channels"]["case"] == {"sms": False, "push": True, "letter": False}
    assert (now["quiet"], now["letter_to"]) == (None, "王小明")
    wrong: list[dict[str, Any]] = [{"quiet": {"from": "9", "to": "10:00"}}, {"channels": {}}, {"letter_to": 7}]
    for broken in wrong:
        assert (await stage.prefer(**broken)).status_code == 400


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://10.0.0.1/push",
        "https://[fe80::1]/push",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest",
        "http://push.example/abc",
        "https://localhost.localdomain.internal/",
        "https://someone:secret@push.example/",
        "ftp://push.example/",
        "nonsense",
    ],
)
async def test_a_browser_is_rung_on_the_public_internet_only(stage: Stage, endpoint: str) -> None:
    keys = {"p256dh": text(stage.keys.point), "auth": text(stage.keys.auth)}
    refused = await stage.api("POST", "/me/push-subscriptions", {"endpoint": endpoint, "keys": keys})
    assert (refused.status_code, refused.json()["code"]) == (400, "messages.subscription_invalid")


@pytest.mark.parametrize(
    ("p256dh", "auth"), [("", ""), ("!!", "!!"), (text(b"\x04" + b"\x01" * 64), text(b"a" * 16)), (None, text(b"a"))]
)
async def test_keys_that_are_none_are_refused(stage: Stage, p256dh: str | None, auth: str) -> None:
    keys = {"p256dh": text(stage.keys.point) if p256dh is None else p256dh, "auth": auth}
    body = {"endpoint": "https://push.example/a", "keys": keys}
    refused = await stage.api("POST", "/me/push-subscriptions", body)
    assert (refused.status_code, refused.json()["code"]) == (400, "messages.subscription_invalid")


async def test_a_browser_belongs_to_whoever_subscribed_last_with_it(stage: Stage) -> None:
    mine = (await stage.subscribe()).json()
    other = await stage.hall.sign_in("13900000009")
    before, stage.headers = stage.headers, other
    theirs = (await stage.subscribe()).json()
    assert theirs["id"] == mine["id"]
    stage.headers = before
    assert (await stage.api("GET", "/me/push-subscriptions")).json() == {"subscriptions": []}
    refused = await stage.api("DELETE", f"/me/push-subscriptions/{mine['id']}")
    assert (refused.status_code, refused.json()["code"]) == (404, "messages.subscription_not_found")
    stage.headers = other
    assert (await stage.api("DELETE", f"/me/push-subscriptions/{mine['id']}")).status_code == 204


async def test_nobody_has_more_than_a_few_browsers(stage: Stage) -> None:
    for number in range(MOST + 2):
        assert (await stage.subscribe(str(number))).status_code == 201
    assert len((await stage.api("GET", "/me/push-subscriptions")).json()["subscriptions"]) == MOST


async def test_what_others_tell(stage: Stage) -> None:
    """A sign-in with another device, and somebody who works at my shop now."""
    shop = await stage.hall.open_shop(stage.headers)
    await stage.hall.hire(stage.headers, shop, "13900000009", "cashier")
    phone = {"User-Agent": "Mozilla/5.0 (Linux; Android 15) Chrome/140.0"}
    stage.hall.client.headers.update(phone)
    again = await stage.hall.sign_in(stage.phone)
    found = (await stage.hall.client.get("/api/v1/messages", headers=again | {"Accept-Language": "zh"})).json()
    assert [(one["template"], one["title"], one["link"]) for one in found["messages"]] == [
        ("people.new_device", "有新设备登录", "/me/sessions"),
        ("merchants.worker_joined", "139****0009已加入王记早餐", f"/shops/{shop['id']}/staff"),
    ]
    assert "Android 上的 Chrome" in found["messages"][0]["body"]
    await stage.work()
    texts = stage.texts()
    assert "Chrome on Android signed in to your account" in " ".join(texts)


async def test_every_change_of_what_reaches_me_is_told_at_once_and_at_night(stage: Stage) -> None:
    with at(NIGHT):
        assert (await stage.prefer()).status_code == 200
        assert (await stage.api("GET", "/messages")).json()["messages"] == []
        assert (await stage.prefer(quiet={"from": "20:00", "to": "08:00"})).status_code == 200
        await stage.channels(case={"sms": False})
        told = (await stage.api("GET", "/messages")).json()["messages"]
        assert [one["template"] for one in told] == ["messages.choices_changed"] * 2
        await stage.work()
        assert len([one for one in stage.hall.outside.messages(f"+86{stage.phone}") if "Not you?" in one["text"]]) == 2


async def test_where_letters_go_is_changed_by_a_fresh_proof_alone(stage: Stage) -> None:
    with at(NOON + timedelta(minutes=6)):
        refused = await stage.prefer(letter_to="A thief\nElsewhere 1")
        assert (refused.status_code, refused.json()["code"]) == (403, "people.proof_too_old")
        assert (await stage.api("GET", "/me/message-preferences")).json()["preferences"]["letter_to"] is None
    assert (await stage.prefer(letter_to="王小明\n钟楼 1 号")).status_code == 200
    (told,) = (await stage.api("GET", "/messages")).json()["messages"]
    assert told["template"] == "messages.letters_moved"


async def test_choices_are_changed_so_often_and_not_more_often(stage: Stage) -> None:
    wish = (await stage.api("GET", "/me/message-preferences")).json()["preferences"]
    answers = [(await stage.api("PUT", "/me/message-preferences", wish)).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
