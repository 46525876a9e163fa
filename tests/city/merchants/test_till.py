"""The till: every payment once, in order, spoken in both languages; nothing lost between a page and its stream."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from openhall.base import clock, live
from openhall.city.merchants import till
from tests.city.merchants.streams import following, served, watching
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio

OWNER, PAYER, OTHER = "13900000001", "13900000002", "13900000003"


@pytest.fixture
def quick_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.05)


async def stall(hall: Hall) -> tuple[Headers, Headers, dict[str, str]]:
    """An owner, a payer with 1000 yuan, and the owner's shop."""
    owner, payer = await hall.sign_in(OWNER), await hall.sign_in(PAYER)
    await hall.give(payer, 100_000)
    return owner, payer, await hall.open_shop(owner)


async def pay(hall: Hall, payer: Headers, shop: dict[str, str], amount: int) -> str:
    paid = await hall.pay(payer, code=shop["code"], amount=amount)
    assert paid.status_code == 201, paid.text
    return str(paid.json()["id"])


async def test_each_payment_comes_once_in_order_with_what_to_say(hall: Hall) -> None:
    _, payer, shop = await stall(hall)
    async with watching(hall, shop["id"], 0) as watcher:
        made = [await pay(hall, payer, shop, amount) for amount in (350, 1200, 5)]
        messages = await watcher.take(3)
    assert [message.id for message in messages] == [1, 2, 3]
    assert {message.event for message in messages} == {"payment.succeeded"}
    assert [message.data["id"] for message in messages] == made
    assert [message.data["say"]["zh_CN"] for message in messages] == ["收款三元五角", "收款十二元", "收款五分"]
    assert [message.data["say"]["en"] for message in messages] == [
        "received 3 yuan 50",
        "received 12 yuan",
        "received 5 fen",
    ]
    assert messages[0].data["amount_text"] == {"zh_CN": "¥3.50", "en": "¥3.50"}
    assert messages[0].data["payer_masked"] == "139****0002"
    assert PAYER not in str(messages)
    assert messages[-1].data["today"]["count"] == 3
    assert messages[-1].data["today"]["total"] == 1555
    assert messages[-1].data["today"]["total_text"]["en"] == "¥15.55"


@pytest.mark.usefixtures("quick_heartbeats")
async def test_totals_grow_with_each_payment_that_comes_after_the_page(hall: Hall) -> None:
    _, payer, shop = await stall(hall)
    await pay(hall, payer, shop, 100)
    async with watching(hall, shop["id"]) as watcher:
        await watcher.begun()
        await pay(hall, payer, shop, 20)
        await pay(hall, payer, shop, 3)
        messages = await watcher.take(2)
    assert [message.data["amount"] for message in messages] == [20, 3], "without a last id it begins with what is new"
    assert [(message.data["today"]["count"], message.data["today"]["total"]) for message in messages] == [
        (2, 120),
        (3, 123),
    ]


async def test_a_client_that_comes_back_gets_what_it_missed_and_nothing_twice(hall: Hall) -> None:
    _, payer, shop = await stall(hall)
    async with watching(hall, shop["id"], 0) as watcher:
        await pay(hall, payer, shop, 1)
        (first,) = await watcher.take(1)
    missed = [await pay(hall, payer, shop, amount) for amount in (2, 3)]
    async with watching(hall, shop["id"], first.id) as watcher:
        caught_up = await watcher.take(2)
        last = await pay(hall, payer, shop, 4)
        newest = await watcher.next()
    assert [message.data["id"] for message in caught_up] == missed
    assert (newest.id, newest.data["id"]) == (4, last)
    assert newest.data["today"] == {
        "count": 4,
        "total": 10,
        "total_text": {"zh_CN": "¥0.10", "en": "¥0.10"},
        "refunded": 0,
        "refunded_text": {"zh_CN": "¥0.00", "en": "¥0.00"},
    }


async def test_the_page_and_its_stream_meet_without_gap_or_overlap(hall: Hall) -> None:
    _, payer, shop = await stall(hall)

    async def pay_some() -> list[str]:
        return [await pay(hall, payer, shop, 7) for _ in range(6)]

    paying = [asyncio.create_task(pay_some()) for _ in range(5)]
    snapshots = []
    while not all(task.done() for task in paying):
        async with hall.pool.read() as conn:
            snapshots.append(await till.till(conn, UUID(shop["id"])))
        await asyncio.sleep(0.003)
    made = {payment for task in paying for payment in task.result()}
    assert len(made) == 30
    for snapshot in snapshots[:: max(1, len(snapshots) // 8)]:
        shown = [str(line.id) for line in snapshot.lines]
        assert (len(shown), snapshot.today.count, snapshot.today.total) == (
            snapshot.last_event,
            snapshot.last_event,
            7 * snapshot.last_event,
        )
        async with watching(hall, shop["id"], snapshot.last_event) as watcher:
            followed = [message.data["id"] for message in await watcher.take(30 - snapshot.last_event)]
        assert sorted(shown + followed) == sorted(made)


async def test_a_stream_brings_its_own_shop_only(hall: Hall) -> None:
    owner, payer, shop = await stall(hall)
    neighbour = await hall.open_shop(owner, "Next door")
    async with watching(hall, shop["id"], 0) as watcher:
        await pay(hall, payer, neighbour, 9)
        mine = await pay(hall, payer, shop, 8)
        message = await watcher.next()
    assert (message.id, message.data["id"]) == (1, mine)


@pytest.mark.usefixtures("quick_heartbeats")
async def test_a_number_that_was_never_given_out_means_from_now_on(hall: Hall) -> None:
    _, payer, shop = await stall(hall)
    await pay(hall, payer, shop, 1)
    async with watching(hall, shop["id"], 999) as watcher:
        await watcher.begun()
        made = await pay(hall, payer, shop, 2)
        assert (await watcher.next()).data["id"] == made


async def test_nothing_is_lost_when_the_listening_connection_is_cut(hall: Hall, database_url: str) -> None:
    _, payer, shop = await stall(hall)
    async with watching(hall, shop["id"], 0) as watcher:
        await pay(hall, payer, shop, 1)
        assert (await watcher.next()).id == 1
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as admin:
            await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen %'")
        await pay(hall, payer, shop, 2)
        assert (await watcher.next()).id == 2


@pytest.mark.usefixtures("quick_heartbeats")
async def test_a_new_business_date_begins_with_nothing_taken(hall: Hall) -> None:
    _, payer, shop = await stall(hall)
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, 16, tzinfo=UTC)  # in Chang'an
    with clock.at(midnight - timedelta(milliseconds=1)):
        async with watching(hall, shop["id"], 0) as watcher:
            await watcher.begun()
            await pay(hall, payer, shop, 100)
            with clock.at(midnight):
                await pay(hall, payer, shop, 30)
            before, after = await watcher.take(2)
    assert (before.data["today"]["count"], before.data["today"]["total"]) == (1, 100)
    assert (after.data["today"]["count"], after.data["today"]["total"]) == (1, 30)


@pytest.mark.usefixtures("quick_heartbeats")
async def test_a_quiet_stream_sends_heartbeats_and_ends_after_its_life(hall: Hall) -> None:
    _, _, shop = await stall(hall)
    async with watching(hall, shop["id"]) as watcher:
        assert await watcher.raw() == "event: alive\ndata: {}\n\n"
        with clock.at(clock.now() + till.LIFE), pytest.raises(EOFError, match="ended"):
            await watcher.next()


async def test_the_api_streams_to_the_owner_and_resumes_by_the_last_event_id(hall: Hall) -> None:
    owner, payer, shop = await stall(hall)
    path = f"/api/v1/shops/{shop['id']}/stream"
    async with served(hall) as client:
        async with following(client, f"{path}?after=0", owner) as watcher:
            made = [await pay(hall, payer, shop, amount) for amount in (350, 20)]
            messages = await watcher.take(2)
        assert [(message.id, message.data["id"]) for message in messages] == [(1, made[0]), (2, made[1])]
        # The browser repeats the address it was given, `after` included, and adds the header.
        async with following(client, f"{path}?after=0", owner | {"Last-Event-ID": "1"}) as watcher:
            assert (await watcher.next()).id == 2
        stranger = await hall.sign_in(OTHER)
        refused = await client.get(path, headers=stranger)
        assert (refused.status_code, refused.json()["code"]) == (404, "merchants.shop_not_found")
        assert (await client.get(path)).status_code == 401
        for last in ("-1", "x", "9" * 30):
            malformed = await client.get(path, headers=owner | {"Last-Event-ID": last})
            assert (malformed.status_code, malformed.json()["code"]) == (400, "hall.malformed")


async def test_one_shop_is_not_watched_without_end(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each watcher asks the database at every payment: thousands of them would hold up everybody's payments."""
    monkeypatch.setattr(live, "MOST_WATCHERS", 2)
    owner, payer, shop = await stall(hall)
    path = f"/api/v1/shops/{shop['id']}/stream"
    async with (
        served(hall) as client,
        following(client, path, owner) as first,
        following(client, path, owner) as second,
    ):
        await pay(hall, payer, shop, 350)
        assert (await first.next()).id == (await second.next()).id == 1
        refused = await client.get(path, headers=owner)
        assert (refused.status_code, refused.json()["code"]) == (429, "hall.rate_limited")
        assert refused.headers["Retry-After"] == "60"
