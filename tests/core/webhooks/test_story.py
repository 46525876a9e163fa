"""From a payment to the merchant's own program, through everything that goes wrong on the way."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook

from openhall.base.events import Fact, publish
from openhall.core.payments import paycodes
from openhall.core.webhooks.actions import collect as collecting
from openhall.core.webhooks.rules import PAUSES
from tests.city.campaigns.sponsor import Sponsor, refund
from tests.core.webhooks.receiver import Receiver, hang, hang_up, status
from tests.core.webhooks.stage import Stage, payments_of
from tests.hall import fresh_key

pytestmark = pytest.mark.anyio

MOMENT = timedelta(seconds=6)


def ends_of_pauses() -> list[timedelta]:
    """When each attempt of a schedule is due at the latest, from its beginning on."""
    ends, total = [timedelta()], 0
    for pause in PAUSES:
        total += pause + pause // 10 + 1
        ends.append(timedelta(seconds=total))
    return ends


async def test_a_payment_is_told_signed_and_verified_by_the_standards_own_library(
    stage: Stage, receiver: Receiver
) -> None:
    webhook = await stage.add()
    paid = await stage.pay(350)
    await stage.work()
    (got,) = receiver.got
    told = Webhook(webhook["secret"]).verify(got.body, got.headers)
    assert told["type"] == "payment.succeeded"
    assert told["data"] == {
        "id": paid["id"],
        "amount": 350,
        "paid": 350,
        "discount": 0,
        "currency": "CNY",
        "receipt_no": paid["receipt_no"],
        "at": paid["at"],
        "payer_masked": "139****0002",
        "stream": f"shop:{stage.shop['id']}",
        "number": 1,
    }
    assert set(told) == {"type", "timestamp", "data"}
    (logged,) = await stage.log(webhook)
    assert (logged["state"], logged["status"], logged["attempts"]) == ("delivered", 204, 1)
    assert logged["message"] == got.headers["webhook-id"]
    assert (await stage.webhook(webhook))["heard_at"] is not None


async def test_a_program_is_told_what_an_offer_added_and_what_of_a_refund_went_to_the_payer(
    stage: Stage, receiver: Receiver
) -> None:
    await stage.add(("payment.*",))
    sponsor = await Sponsor.enter(stage.hall)
    await sponsor.run(amount=350)
    bounty = await sponsor.run(title="Thanks", kind="bounty", amount=0, low=10, high=10, min_spend=10)
    paid = await stage.pay(700)
    assert (await refund(stage.hall, stage.keeper, paid["id"], 700)).status_code == 201
    await stage.work()
    succeeded, refunded = [json.loads(got.body) for got in receiver.got]
    assert (succeeded["type"], refunded["type"]) == ("payment.succeeded", "payment.refunded")
    assert {name: succeeded["data"][name] for name in ("amount", "paid", "discount")} == {
        "amount": 700,
        "paid": 350,
        "discount": 350,
    }
    assert (refunded["data"]["amount"], refunded["data"]["to_payer"]) == (700, 350), "the red packet is not told"
    assert "bounty" not in succeeded["data"], "what its payer got besides is not the shop's to know"
    seen = (await stage.hall.client.get(f"/api/v1/payments/{paid['id']}", headers=stage.payer)).json()
    assert seen["bounty"] == 10
    assert (await sponsor.look(bounty["id"]))["spent"] == 0, "it went back"


async def test_all_is_told_once_and_only_from_the_webhooks_beginning_on(stage: Stage, receiver: Receiver) -> None:
    await stage.pay(100)
    await stage.add()
    paid = [(await stage.pay(amount))["id"] for amount in range(200, 230)]
    await stage.work()
    await stage.work()
    assert sorted(payments_of(receiver)) == sorted(paid)
    assert sorted(json.loads(got.body)["data"]["number"] for got in receiver.got) == list(range(2, 32))


async def test_a_shop_opened_later_is_told_from_its_first_payment_on(stage: Stage, receiver: Receiver) -> None:
    await stage.add()
    second = await stage.hall.open_shop(stage.keeper, "二号店")
    paid = [(await stage.pay(shop=second))["id"] for _ in range(3)]
    await stage.work()
    assert sorted(payments_of(receiver)) == sorted(paid)


async def test_somebody_elses_shop_is_not_told(stage: Stage, receiver: Receiver) -> None:
    await stage.add()
    other = await stage.hall.sign_in("13900000003")
    await stage.pay(shop=await stage.hall.open_shop(other))
    await stage.work()
    assert receiver.got == []


async def test_only_the_wanted_events_are_told_and_the_cursor_passes_the_others(
    stage: Stage, receiver: Receiver
) -> None:
    webhook = await stage.add(events=("payment.succeeded",))
    everything = await stage.add(events=("*",))
    stream = f"shop:{stage.shop['id']}"
    async with stage.pool.write() as conn:
        await publish(conn, [Fact(stream, "payment.opened", {}), Fact(stream, "till.closed", {"day": "x"})])
    await stage.pay()
    await stage.work()
    assert [one["type"] for one in await stage.log(webhook)] == ["payment.succeeded"]
    assert [one["number"] for one in await stage.log(everything)] == [3, 2, 1]
    assert not await stage.collect()


async def test_a_500_is_tried_again_by_the_schedule_under_the_same_id(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    await stage.pay()
    receiver.next(status(500), status(503))
    await stage.work()
    (logged,) = await stage.log(webhook)
    assert (logged["state"], logged["status"]) == ("pending", 500)
    await stage.work()
    assert len(receiver.got) == 1, "five seconds have not passed"
    await stage.work(MOMENT)
    await stage.work(MOMENT + timedelta(minutes=4))
    assert len(receiver.got) == 2, "five minutes have not passed"
    await stage.work(MOMENT + timedelta(minutes=6))
    assert len(set(receiver.ids())) == 1
    assert len({got.body for got in receiver.got}) == 1, "the same bytes each time"
    assert len({got.headers["webhook-timestamp"] for got in receiver.got}) == 3, "the time is that of the attempt"
    (logged,) = await stage.log(webhook)
    assert (logged["state"], logged["attempts"]) == ("delivered", 3)
    assert [one["status"] for one in await stage.attempts(webhook, logged)] == [204, 503, 500]


async def test_a_schedule_that_ran_out_in_silence_switches_the_webhook_off_and_the_owner_on_again(
    stage: Stage, receiver: Receiver
) -> None:
    webhook = await stage.add()
    await stage.pay()
    receiver.next(*[hang_up] * 10)
    for end in ends_of_pauses():
        assert (await stage.webhook(webhook))["state"] == "active"
        await stage.work(end)
    assert len(receiver.got) == 10
    (logged,) = await stage.log(webhook)
    assert (logged["state"], logged["error"], logged["attempts"]) == ("failed", "broken", 10)
    found = await stage.webhook(webhook)
    assert (found["state"], found["why"]) == ("disabled", "silent")
    later = await stage.pay()
    await stage.work(timedelta(days=5))
    assert len(receiver.got) == 10, "nobody is called any more"
    assert (await stage.act(webhook, "resume"))["state"] == "active"
    await stage.work(timedelta(days=5))
    assert payments_of(receiver)[10:] == [later["id"]], (
        "what happened meanwhile is told; what failed waits for a replay"
    )


async def test_one_event_that_is_never_taken_does_not_switch_the_webhook_off(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    await stage.pay()
    receiver.next(status(500))
    await stage.work()
    await stage.pay()
    await stage.work()
    receiver.next(*[status(500)] * 9)
    for end in ends_of_pauses()[1:]:
        await stage.work(end)
    assert [one["state"] for one in await stage.log(webhook)] == ["delivered", "failed"]
    assert (await stage.webhook(webhook))["state"] == "active"


async def test_410_switches_the_webhook_off_at_once(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    await stage.pay()
    receiver.next(status(410))
    await stage.work()
    found = await stage.webhook(webhook)
    assert (found["state"], found["why"]) == ("disabled", "gone")
    await stage.pay()
    await stage.work(timedelta(days=1))
    assert len(receiver.got) == 1


async def test_who_asks_for_a_pause_gets_it_for_all_its_deliveries(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    await stage.pay()
    receiver.next(status(429, retry_after="600"))
    await stage.work()
    second = await stage.pay()
    await stage.work(timedelta(minutes=9))
    assert len(receiver.got) == 1
    await stage.work(timedelta(minutes=11))
    assert len(receiver.got) == 3
    assert second["id"] in payments_of(receiver)
    assert all(one["state"] == "delivered" for one in await stage.log(webhook))


async def test_a_paused_webhook_is_told_of_everything_when_it_is_resumed(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    first = await stage.pay()
    receiver.next(status(500))
    await stage.work()
    assert (await stage.act(webhook, "pause"))["state"] == "paused"
    paid = [first["id"], *[(await stage.pay())["id"] for _ in range(3)]]
    await stage.work(timedelta(hours=1))
    assert len(receiver.got) == 1
    await stage.act(webhook, "resume")
    await stage.work(timedelta(hours=1))
    assert sorted(payments_of(receiver)[1:]) == sorted(paid)


async def test_a_receiver_that_hangs_keeps_nobody_else_waiting(stage: Stage, receiver: Receiver) -> None:
    hanging = Receiver()
    hanging.next(*[hang(hanging.release)] * 20)
    try:
        slow, quick = await stage.add(url=hanging.url), await stage.add()
        paid = [(await stage.pay())["id"] for _ in range(20)]
        await stage.work()
        assert sorted(payments_of(receiver)) == sorted(paid)
        assert {one["state"] for one in await stage.log(quick)} == {"delivered"}
        assert {one["error"] for one in await stage.log(slow)} == {"timeout"}
    finally:
        hanging.close()


async def test_one_endpoint_is_called_four_times_at_once_and_not_more(stage: Stage, receiver: Receiver) -> None:
    await stage.add()
    for _ in range(10):
        await stage.pay()
    await stage.collect()
    first = await stage.claim()
    assert len(first) == 4
    assert await stage.claim() == [], "the four are under way"
    assert len(await stage.claim(timedelta(minutes=1))) == 4, "leases that ran out are free again"


async def test_a_long_backlog_is_told_without_a_gap(
    stage: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "EVENTS", 7)
    monkeypatch.setattr(collecting, "CURSORS", 2)
    webhooks = [await stage.add() for _ in range(3)]
    stream = f"shop:{stage.shop['id']}"
    async with stage.pool.write() as conn:
        await publish(conn, [Fact(stream, "payment.tested", {"id": str(n)}) for n in range(50)])
    while await stage.collect():
        pass
    for webhook in webhooks:
        numbers = [one["number"] for one in await stage.log(webhook)]
        assert numbers == list(range(50, 0, -1))


async def test_a_webhook_paused_for_longer_than_events_live_goes_on_with_what_there_is(
    stage: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "CURSORS", 1)
    webhook = await stage.add()
    await stage.act(webhook, "pause")
    async with stage.pool.write() as conn:
        await publish(conn, [Fact(f"shop:{stage.shop['id']}", "payment.tested", {}) for _ in range(5)])
        await conn.execute(b"delete from base.events")
    await stage.act(webhook, "resume")
    assert await stage.collect(), "there may be more"
    assert not await stage.collect(), "the forgotten ones are not looked for again"
    paid = await stage.pay()
    await stage.work()
    assert payments_of(receiver) == [paid["id"]]


async def test_collectors_that_race_write_each_delivery_once(stage: Stage) -> None:
    webhook = await stage.add()
    stream = f"shop:{stage.shop['id']}"

    async def publish_many() -> None:
        for n in range(20):
            async with stage.pool.write() as conn:
                await publish(conn, [Fact(stream, "payment.tested", {"id": str(n)})])

    async def collect_often() -> None:
        for _ in range(20):
            await stage.collect()

    await asyncio.gather(publish_many(), *[collect_often() for _ in range(4)])
    await stage.collect()
    assert [one["number"] for one in await stage.log(webhook)] == list(range(20, 0, -1))


async def test_an_event_that_is_not_committed_is_not_passed_over(stage: Stage) -> None:
    webhook = await stage.add()
    stream = f"shop:{stage.shop['id']}"
    async with stage.pool.write() as conn:
        await publish(conn, [Fact(stream, "payment.tested", {"id": "1"})])
        assert not await stage.collect()
        assert await stage.log(webhook) == []
    await stage.collect()
    assert [one["number"] for one in await stage.log(webhook)] == [1]


async def test_a_webhook_deleted_in_the_middle_of_a_call_leaves_nothing_behind(
    stage: Stage, receiver: Receiver
) -> None:
    webhook = await stage.add()
    await stage.pay()
    hold = hang(receiver.release)
    receiver.next(hold)
    working = asyncio.create_task(stage.work())
    await asyncio.to_thread(receiver.arrived.acquire, timeout=20)
    gone = await stage.hall.client.delete(f"/api/v1/webhooks/{webhook['id']}", headers=stage.keeper)
    assert gone.status_code == 204
    receiver.release.set()
    await working
    async with stage.pool.read() as conn:
        left = await (await conn.execute(b"select count(*) from webhooks.attempts")).fetchone()
    assert left == (0,)


async def test_replaying_sends_the_same_message_again(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    await stage.pay()
    await stage.work()
    (logged,) = await stage.log(webhook)
    again = await stage.act(webhook, f"deliveries/{logged['id']}/replay")
    assert again["state"] == "pending"
    await stage.act(webhook, f"deliveries/{logged['id']}/replay")
    await stage.work()
    assert len(receiver.got) == 2
    assert len(set(receiver.ids())) == 1
    (logged,) = await stage.log(webhook)
    assert (logged["state"], logged["attempts"]) == ("delivered", 2)


async def test_a_replayed_delivery_has_the_whole_schedule_before_it(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    await stage.pay()
    receiver.next(*[status(500)] * 4)
    for end in ends_of_pauses()[:3]:
        await stage.work(end)
    (logged,) = await stage.log(webhook)
    await stage.act(webhook, f"deliveries/{logged['id']}/replay")
    await stage.work()
    (logged,) = await stage.log(webhook)
    due = datetime.fromisoformat(logged["next_at"]) - datetime.now(UTC)
    assert (logged["attempts"], logged["state"]) == (4, "pending")
    assert due <= timedelta(seconds=6), "the first pause of a schedule"


async def test_a_span_of_time_is_replayed_by_default_only_what_was_not_delivered(
    stage: Stage, receiver: Receiver
) -> None:
    webhook = await stage.add()
    paid = [(await stage.pay())["id"] for _ in range(6)]
    receiver.next(status(204), status(204), *[status(500)] * 4)
    await stage.work()
    missed = sorted(set(paid) - {one for one, got in zip(payments_of(receiver), range(6), strict=True) if got < 2})
    now = datetime.now(UTC)
    empty = {"since": (now - timedelta(hours=2)).isoformat(), "until": (now - timedelta(hours=1)).isoformat()}
    assert await stage.act(webhook, "replay", empty) == {"count": 0}
    assert await stage.act(webhook, "replay", {}) == {"count": 4}
    await stage.work()
    assert sorted(payments_of(receiver)[6:]) == missed
    assert await stage.act(webhook, "replay", {"delivered": True}) == {"count": 6}
    await stage.work()
    assert sorted(payments_of(receiver)[10:]) == sorted(paid)


async def test_while_a_key_is_changed_both_keys_verify_and_a_day_later_the_new_one_alone(
    stage: Stage, receiver: Receiver
) -> None:
    webhook = await stage.add()
    rotated = await stage.act(webhook, "rotate")
    assert rotated["id"] == webhook["id"]
    assert rotated["secret"] != webhook["secret"]
    assert (await stage.webhook(webhook))["old_key_until"] is not None
    await stage.pay()
    await stage.work()
    (got,) = receiver.got
    assert len(got.headers["webhook-signature"].split(" ")) == 2
    for secret in (webhook["secret"], rotated["secret"]):
        assert Webhook(secret).verify(got.body, got.headers)
    await stage.pay()
    await stage.work(timedelta(hours=25))
    assert len(receiver.got[1].headers["webhook-signature"].split(" ")) == 1


async def test_rotating_twice_ends_the_first_key_at_once(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add()
    second = await stage.act(webhook, "rotate")
    third = await stage.act(webhook, "rotate")
    await stage.pay()
    await stage.work()
    (got,) = receiver.got
    for secret in (second["secret"], third["secret"]):
        assert Webhook(secret).verify(got.body, got.headers)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(webhook["secret"]).verify(got.body, got.headers)


async def test_a_refund_and_a_refused_charge_are_told_too(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add(events=("payment.refunded", "charge.*"))
    paid = await stage.pay(350)
    part = {"amount": 100, "reason": "sold out"}
    path = f"/api/v1/payments/{paid['id']}/refunds"
    refund = (await stage.hall.client.post(path, json=part, headers=stage.keeper | fresh_key())).json()
    charge = await stage.hall.ask_payer(stage.payer, stage.shop, 200_000, "table 4")
    me = (await stage.hall.client.get("/api/v1/me", headers=stage.payer)).json()["id"]
    async with stage.pool.write() as conn:
        await paycodes.refuse(conn, resident=UUID(me), charge=charge)
    await stage.work()
    told = {}
    for got in receiver.got:
        message = Webhook(webhook["secret"]).verify(got.body, got.headers)
        told[message["type"]] = message["data"]
    assert set(told) == {"payment.refunded", "charge.refused"}
    refunded, refused = told["payment.refunded"], told["charge.refused"]
    assert (refunded["id"], refunded["payment_id"], refunded["amount"]) == (refund["id"], paid["id"], 100)
    assert (refused["id"], refused["amount"], refused["reference"]) == (str(charge), 200_000, "table 4")
