"""The API of webhooks: for their owner, and for nobody else."""

import base64
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from openhall.base.config import Settings
from openhall.base.events import Fact, publish
from openhall.core.webhooks import rules
from tests.conftest import open_hall
from tests.core.webhooks.receiver import Receiver
from tests.core.webhooks.stage import URL, Stage
from tests.hall import Hall, Headers, fresh_key
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio

GOOD = {"url": "https://shop.example/hook", "events": ["payment.succeeded"]}


@pytest.fixture
async def me(hall: Hall) -> Headers:
    return await hall.sign_in("13900000001")


async def make(hall: Hall, me: Headers, key: Headers | None = None, **changes: Any) -> Any:
    return await hall.client.post(URL, json=GOOD | changes, headers=me | (key or fresh_key()))


async def test_a_webhook_is_made_shown_listed_and_deleted(hall: Hall, me: Headers) -> None:
    made = await make(hall, me)
    assert made.status_code == 201
    assert set(made.json()) == {"id", "secret"}
    assert made.json()["secret"].startswith("whsec_")
    path = f"{URL}/{made.json()['id']}"
    shown = (await hall.client.get(path, headers=me)).json()
    assert (shown["url"], shown["events"], shown["state"]) == (GOOD["url"], GOOD["events"], "active")
    assert "secret" not in shown
    assert (await hall.client.get(URL, headers=me)).json() == {"webhooks": [shown]}
    assert (await hall.client.get(f"{path}/deliveries", headers=me)).json() == {"deliveries": [], "next_cursor": None}
    assert (await hall.client.delete(path, headers=me)).status_code == 204
    assert (await hall.client.delete(path, headers=me)).status_code == 404
    assert (await hall.client.get(URL, headers=me)).json() == {"webhooks": []}
    await hall.books_agree()


async def test_the_same_key_makes_one_webhook_and_gets_the_same_secret(hall: Hall, me: Headers) -> None:
    key = fresh_key()
    first, again = await make(hall, me, key), await make(hall, me, key)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len((await hall.client.get(URL, headers=me)).json()["webhooks"]) == 1
    other = await make(hall, me, key, events=["*"])
    assert (other.status_code, other.json()["code"]) == (422, "hall.idempotency_key_reused")
    path = f"{URL}/{first.json()['id']}/rotate"
    key = fresh_key()
    rotated, replayed = [await hall.client.post(path, headers=me | key) for _ in range(2)]
    assert rotated.json() == replayed.json()
    assert rotated.json()["secret"] != first.json()["secret"]


async def test_without_a_key_each_request_makes_one(hall: Hall, me: Headers) -> None:
    made = [await hall.client.post(URL, json=GOOD, headers=me) for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    assert len({one.json()["secret"] for one in made}) == 2


async def test_the_secret_stands_nowhere_in_the_database(hall: Hall, me: Headers) -> None:
    """Neither in the tables of webhooks, nor in the recorded answer that a retry gets."""
    secret = (await make(hall, me)).json()["secret"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    async with hall.pool.read() as conn:
        found = await conn.execute(
            b"select format('%I.%I', table_schema, table_name) from information_schema.tables "
            b"where table_schema in ('base', 'webhooks', 'people') and table_type = 'BASE TABLE'"
        )
        tables = [str(name) for (name,) in await found.fetchall()]
        assert "webhooks.keys" in tables
        assert "base.idempotency" in tables
        for table in tables:
            rows = await (await conn.execute(f"select t::text from {table} t".encode())).fetchall()
            text = "\n".join(str(row) for (row,) in rows)
            assert secret.removeprefix("whsec_") not in text, table
            assert key.hex() not in text, table


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"url": "no address"}, "webhooks.url_invalid"),
        ({"url": "http://shop.example/"}, "webhooks.url_not_https"),
        ({"url": "https://10.0.0.1/"}, "webhooks.url_not_public"),
        ({"url": "https://db.internal/"}, "webhooks.url_not_public"),
        ({"events": ["payment.suceeded"]}, "webhooks.events_unknown"),
        ({"events": []}, "hall.malformed"),
        ({"events": ["*"] * 21}, "hall.malformed"),
        ({"url": "https://shop.example/" + "x" * 500}, "hall.malformed"),
        ({"url": "no address", "events": ["nothing"]}, "webhooks.url_invalid"),
        ({"secret": "whsec_mine"}, "hall.malformed"),
    ],
)
async def test_what_is_wrong_is_refused_with_its_code(
    hall: Hall, me: Headers, changes: dict[str, Any], code: str
) -> None:
    refused = await make(hall, me, **changes)
    assert (refused.status_code, refused.json()["code"]) == (400, code)


async def test_one_person_has_a_bounded_number_of_webhooks(hall: Hall, me: Headers) -> None:
    made = [await make(hall, me) for _ in range(rules.MOST_ENDPOINTS + 1)]
    assert [one.status_code for one in made] == [201] * rules.MOST_ENDPOINTS + [422]
    assert made[-1].json()["code"] == "webhooks.too_many_endpoints"
    other = await hall.sign_in("13900000002")
    assert (await make(hall, other)).status_code == 201


async def test_making_webhooks_again_and_again_is_limited(hall: Hall, me: Headers) -> None:
    webhook = (await make(hall, me)).json()["id"]
    answers = [
        (await hall.client.post(f"{URL}/{webhook}/rotate", headers=me | fresh_key())).status_code for _ in range(60)
    ]
    assert answers == [201] * 59 + [429]


async def test_the_events_are_listed_in_the_language_of_the_request(hall: Hall, me: Headers) -> None:
    for language, title in (("en", "A payment was received"), ("zh-CN", "收到一笔付款")):
        listed = (await hall.client.get(f"{URL}/events", headers=me | {"Accept-Language": language})).json()["events"]
        assert {"type": "payment.succeeded", "title": title} in listed


@pytest.mark.parametrize(
    ("allowed", "url", "code"),
    [
        (True, "http://127.0.0.1:1/", None),
        (True, "http://10.0.0.1/", "webhooks.url_not_https"),
        (True, "https://10.0.0.1/", "webhooks.url_not_public"),
        (False, "http://127.0.0.1:1/", "webhooks.url_not_https"),
        (False, "https://127.0.0.1:1/", "webhooks.url_not_public"),
        (False, "https://localhost:1/", "webhooks.url_not_public"),
    ],
)
async def test_this_machine_is_told_only_with_the_setting(
    settings: Settings, outside: OutsideProgram, allowed: bool, url: str, code: str | None
) -> None:
    assert settings.webhooks_to_loopback is False, "it is off unless somebody asks for it"
    async with open_hall(msgspec.structs.replace(settings, webhooks_to_loopback=allowed), outside) as hall:
        made = await make(hall, await hall.sign_in("13900000001"), url=url)
        assert made.json().get("code") == code


async def test_pausing_and_resuming_twice_is_doing_it_once(stage: Stage) -> None:
    webhook = await stage.add()
    for what, state in (("pause", "paused"), ("pause", "paused"), ("resume", "active"), ("resume", "active")):
        assert (await stage.act(webhook, what))["state"] == state


async def test_the_log_is_read_page_by_page_and_by_state(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    for _ in range(3):
        await stage.pay()
    await stage.work()
    async with stage.pool.write() as conn:
        await publish(conn, [Fact(f"shop:{stage.shop['id']}", "payment.tested", {"id": str(n)}) for n in range(60)])
    await stage.collect()
    path = f"{URL}/{webhook['id']}/deliveries"
    first = (await stage.hall.client.get(path, headers=stage.keeper)).json()
    rest = (await stage.hall.client.get(path, params={"cursor": first["next_cursor"]}, headers=stage.keeper)).json()
    assert (len(first["deliveries"]), rest["next_cursor"]) == (50, None)
    assert [one["number"] for one in first["deliveries"] + rest["deliveries"]] == list(range(63, 0, -1))
    assert [one["number"] for one in await stage.log(webhook, state="delivered")] == [3, 2, 1]
    assert await stage.log(webhook, state="failed") == []


async def test_a_span_that_ends_before_it_begins_is_refused(stage: Stage) -> None:
    webhook = await stage.add()
    span = {"since": "2026-11-21T08:00:00Z", "until": "2026-11-21T08:00:00Z"}
    refused = await stage.hall.client.post(f"{URL}/{webhook['id']}/replay", json=span, headers=stage.keeper)
    assert (refused.status_code, refused.json()["code"]) == (400, "webhooks.range_invalid")
    local = {"since": "2026-11-21T08:00:00"}
    refused = await stage.hall.client.post(f"{URL}/{webhook['id']}/replay", json=local, headers=stage.keeper)
    assert (refused.status_code, refused.json()["code"]) == (400, "hall.malformed")


async def test_a_delivery_is_found_under_its_own_webhook_only(stage: Stage) -> None:
    webhook, second = await stage.add(), await stage.add()
    await stage.pay()
    await stage.work()
    (logged,) = await stage.log(webhook)
    for path in (f"{second['id']}/deliveries/{logged['id']}", f"{webhook['id']}/deliveries/{uuid4()}"):
        found = await stage.hall.client.get(f"{URL}/{path}", headers=stage.keeper)
        assert (found.status_code, found.json()["code"]) == (404, "webhooks.delivery_not_found")
        found = await stage.hall.client.post(f"{URL}/{path}/replay", headers=stage.keeper)
        assert (found.status_code, found.json()["code"]) == (404, "webhooks.delivery_not_found")


async def test_a_stranger_finds_nothing_and_changes_nothing(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    await stage.pay()
    await stage.work()
    (logged,) = await stage.log(webhook)
    stranger = await stage.hall.sign_in("13900000009")
    one, delivery = f"{URL}/{webhook['id']}", f"{URL}/{webhook['id']}/deliveries/{logged['id']}"
    asked = [
        ("GET", one, None), ("DELETE", one, None), ("POST", f"{one}/rotate", None), ("POST", f"{one}/pause", None),
        ("POST", f"{one}/resume", None), ("POST", f"{one}/replay", {"delivered": True}),
        ("GET", f"{one}/deliveries", None),
        ("GET", delivery, None), ("POST", f"{delivery}/replay", None),
    ]  # fmt: skip
    for method, path, body in asked:
        answer = await stage.hall.client.request(method, path, json=body, headers=stranger | fresh_key())
        assert (answer.status_code, answer.json()["code"]) == (404, "webhooks.not_found"), path
    assert (await stage.hall.client.get(URL, headers=stranger)).json() == {"webhooks": []}
    assert (await stage.webhook(webhook))["state"] == "active"
    await stage.work()
    assert len(receiver.got) == 1
