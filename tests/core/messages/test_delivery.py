"""What leaves the hall: over which channel, when, in which words, and what becomes of it."""

import asyncio
import re
from datetime import timedelta
from uuid import UUID

import pytest

from openhall.base import clock
from openhall.core import messages
from openhall.core.messages import webpush
from openhall.core.messages.actions import deliver
from openhall.core.messages.actions.plan import plan
from openhall.core.messages.jobs import collect_printed
from openhall.core.messages.letters import INDEX, name_of
from openhall.core.messages.types import State, Verdict
from tests.core.messages.stage import ALARM, MUST, NEWS, NIGHT, THING, Stage, at, rows, template
from tests.core.webhooks.receiver import hang, hang_up, status

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


async def test_a_message_goes_by_text_message_in_the_words_of_its_template(stage: Stage) -> None:
    told = await stage.tell()
    assert stage.texts() == []
    await stage.work()
    assert stage.texts() == ["Chang'an Hall: Tea!"]
    assert await stage.way(told) == [("sms", "waiting", None), ("sms", "sent", None)]
    await stage.work()
    assert len(stage.texts()) == 1


async def test_news_rings_nobody_who_did_not_ask_for_it(stage: Stage) -> None:
    await stage.subscribe()
    told = await stage.tell(NEWS)
    await stage.work()
    assert (stage.texts(), stage.rung(), await stage.way(told)) == ([], [], [])
    await stage.channels(news={"push": True})
    await stage.tell(NEWS)
    await stage.work()
    assert [one["title"] for one in stage.rung()] == ["About Tea"]
    assert stage.texts() == []


async def test_a_browser_is_rung_with_what_only_it_can_read(stage: Stage) -> None:
    await stage.subscribe()
    told = await stage.tell(ALARM, "茶 🍵")
    await stage.work()
    (got,) = stage.calls()
    assert got.headers["content-encoding"] == "aes128gcm"
    assert (got.headers["ttl"], got.headers["urgency"]) == ("86400", "high")
    key = webpush.public_key(stage.hall.settings.secret)
    assert got.headers["authorization"].startswith("vapid t=")
    assert got.headers["authorization"].endswith(f", k={key}")
    assert stage.rung() == [{"title": "About 茶 🍵", "body": "茶 🍵!", "href": f"/messages/{told}"}]
    assert ("push", "sent", None) in await stage.way(told)


async def test_a_browser_that_is_gone_is_forgotten(stage: Stage) -> None:
    await stage.subscribe()
    stage.service.next(status(410))
    told = await stage.tell()
    await stage.work()
    assert ("push", "failed", "gone") in await stage.way(told)
    assert (await stage.api("GET", "/me/push-subscriptions")).json() == {"subscriptions": []}
    await stage.tell()
    await stage.work()
    assert len(stage.calls()) == 1
    assert len(stage.texts()) == 2


async def test_a_push_service_with_too_much_to_do_is_left_alone_for_as_long_as_it_says(stage: Stage) -> None:
    await stage.subscribe()
    stage.service.next(status(429, retry_after="900"))
    told = await stage.tell()
    await stage.work()
    await stage.work(timedelta(seconds=890))
    assert len(stage.calls()) == 1
    await stage.work(timedelta(seconds=910))
    assert len(stage.calls()) == 2
    way = [one for one in await stage.way(told) if one[0] == "push"]
    assert way == [("push", "waiting", None), ("push", "waiting", "slow"), ("push", "sent", None)]


async def test_a_slow_push_service_keeps_no_text_message_waiting_and_is_asked_again(stage: Stage) -> None:
    await stage.subscribe()
    stage.service.next(hang(stage.service.release), hang_up, status(500))
    told = await stage.tell()
    await stage.work()
    assert stage.texts() == ["Chang'an Hall: Tea!"]
    for minutes in (1, 10, 60):
        await stage.work(timedelta(minutes=minutes))
    assert len(stage.calls()) == 4
    whys = [why for channel, _, why in await stage.way(told) if channel == "push"]
    assert whys == [None, "unanswered", "unanswered", "refused", None]


async def test_a_channel_is_given_up_after_its_last_attempt(stage: Stage) -> None:
    stage.hall.outside.plan(on="sms", who=f"+86{stage.phone}", outcome="never", times=50)
    told = await stage.tell()
    with at(clock.now()):
        for hours in range(12):
            await stage.work(timedelta(hours=hours))
    assert (await stage.way(told))[-1] == ("sms", "failed", "refused")
    assert stage.texts() == []
    assert (await stage.api("GET", f"/messages/{told}")).status_code == 200


async def test_at_night_only_what_is_about_safety_rings_and_the_rest_comes_together_in_the_morning(
    stage: Stage,
) -> None:
    with at(NIGHT):
        held = [await stage.tell(MUST, name) for name in ("Tea", "Milk")]
        await stage.tell(ALARM, "Fire")
        await stage.work()
        assert stage.texts() == ["Chang'an Hall: Fire!"]
        assert await stage.way(held[0]) == [("sms", "waiting", "held")]
        await stage.work(timedelta(hours=9, minutes=59))
        assert len(stage.texts()) == 1
        await stage.work(timedelta(hours=10))
    digest = "Chang'an Hall: 2 messages wait for you in the hall: About Milk; About Tea"
    assert stage.texts() == ["Chang'an Hall: Fire!", digest]
    assert [(await stage.way(one))[-1] for one in held] == [("sms", "sent", None)] * 2


async def test_own_quiet_hours_count_and_so_do_none(stage: Stage) -> None:
    await stage.prefer(quiet={"from": "11:00", "to": "13:30"})
    await stage.tell()
    await stage.work()
    await stage.work(timedelta(minutes=89))
    assert stage.texts() == []
    await stage.work(timedelta(minutes=90))
    assert len(stage.texts()) == 1
    await stage.prefer(quiet=None)
    with at(NIGHT):
        await stage.tell()
        await stage.work()
    assert len(stage.texts()) == 2


async def test_too_many_in_a_day_come_together_in_the_evening(stage: Stage) -> None:
    for number in range(13):
        await stage.tell(thing=str(number))
    await stage.work()
    assert len(stage.texts()) == 10
    await stage.work(timedelta(hours=6))
    assert len(stage.texts()) == 11
    assert stage.texts()[-1].endswith("3 messages wait for you in the hall: About 12; About 11; About 10")


async def test_what_is_no_longer_true_is_sent_to_nobody(stage: Stage) -> None:
    soon = template(code="tests.soon", lives=timedelta(hours=1))
    stage.hall.outside.plan(on="sms", who=f"+86{stage.phone}", outcome="never", times=1)
    tried = await stage.tell(soon)
    await stage.work()
    await stage.work(timedelta(hours=2))
    assert (await stage.way(tried))[-1] == ("sms", "dropped", "late")
    with at(NIGHT):
        slept = await stage.tell(soon)
        await stage.work()
        assert await stage.way(slept) == [("sms", "dropped", "late")]
    assert stage.texts() == []


async def test_a_letter_lies_in_the_print_rooms_folder_until_it_is_printed(stage: Stage) -> None:
    assert (await stage.prefer(letter_to=" 王  小明 \n\n钟楼  1 号 ")).json()["preferences"][
        "letter_to"
    ] == "王 小明\n钟楼 1 号"
    await stage.channels(case={"letter": True, "sms": False})
    told = await stage.tell(thing="An approval " * 20)
    await stage.work()
    (name,) = [path.name for path in stage.letters.out.iterdir() if path.name != INDEX]
    written = (stage.letters.out / name).read_text("utf-8")
    assert written.startswith("Chang'an Hall\n\n王 小明\n钟楼 1 号\n\n5 Mar 2030, 12:00\n\nAbout An approval")
    assert max(len(line) for line in written.splitlines()) <= 72
    index = (stage.letters.out / INDEX).read_text("utf-8")
    assert name in index
    assert await stage.way(told) == [("letter", "waiting", None), ("letter", "sent", None)]
    (stage.letters.out / name).rename(stage.letters.printed / name)
    await collect_printed(stage.pool, stage.outside)
    assert (await stage.way(told))[-1] == ("letter", "delivered", None)
    assert list(stage.letters.printed.iterdir()) == []
    await collect_printed(stage.pool, stage.outside)
    await stage.tell(thing="Another")
    await stage.work()
    assert name not in (stage.letters.out / INDEX).read_text("utf-8")


async def test_a_letter_without_an_address_any_more_is_not_written(stage: Stage) -> None:
    await stage.prefer(letter_to="王小明")
    await stage.channels(case={"letter": True, "sms": False})
    told = await stage.tell()
    async with stage.pool.write() as conn:
        await plan(conn, zone=stage.hall.settings.zone, letters=True)
    await stage.channels(case={"letter": False})
    await stage.prefer(letter_to=None)
    await stage.work()
    assert (await stage.way(told))[-1] == ("letter", "failed", "no_address")
    assert not (stage.letters.out / name_of(told)).exists()


async def test_a_full_disk_in_the_print_room_is_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.prefer(letter_to="王小明")
    await stage.channels(case={"letter": True, "sms": False})
    told = await stage.tell()
    with monkeypatch.context() as broken:

        def full(letters: object) -> None:
            raise OSError(28, "No space left on device")

        broken.setattr(stage.letters, "post", full)
        await stage.work()
    assert (await stage.way(told))[-1] == ("letter", "waiting", "refused")
    await stage.work(timedelta(minutes=1))
    assert (await stage.way(told))[-1] == ("letter", "sent", None)


async def test_nothing_leaves_the_hall_for_somebody_who_left_it(stage: Stage) -> None:
    await stage.subscribe()
    with at(NIGHT):
        planned = await stage.tell(MUST)
        await stage.work()
        await stage.close_account()
        unplanned = await stage.tell(ALARM)
        await stage.work()
        await stage.work(timedelta(hours=11))
    assert (stage.texts(), stage.rung()) == ([], [])
    async with stage.pool.read() as conn:
        ended = await rows(
            conn, f"select distinct state, why from messages.states where message = '{planned}' and why = 'closed'"
        )
        none = await rows(conn, f"select 1 from messages.deliveries where message = '{unplanned}'")
    assert (ended, none) == ([("dropped", "closed")], [])


async def test_a_browser_is_not_rung_after_its_session_ended(stage: Stage) -> None:
    await stage.subscribe()
    other = await stage.hall.sign_in(stage.phone)
    assert (await stage.api("DELETE", "/auth/session")).status_code in (200, 204)
    stage.headers = other
    await stage.tell()
    await stage.work()
    assert stage.calls() == []
    warned, told = sorted(stage.texts(), key=lambda text: "Tea!" in text)
    assert "Python signed in to your account" in warned
    assert "Tea!" in told


async def test_a_worker_that_died_in_the_middle_leaves_a_message_that_goes_again(stage: Stage) -> None:
    told = await stage.tell()
    async with stage.pool.write() as conn:
        await plan(conn, zone=stage.hall.settings.zone, letters=False)
    async with stage.pool.write() as conn:
        (parcel,) = await deliver.claim(conn, language="en", limit=10)
    await stage.work()
    assert stage.texts() == []
    await stage.work(deliver.LEASE)
    assert len(stage.texts()) == 1
    async with stage.pool.write() as conn:  # The dead one wakes up, and has lost its say.
        await deliver.settle(conn, parcel, Verdict(State.FAILED, "refused"))
    assert (await stage.way(told))[-1] == ("sms", "sent", None)


async def test_each_is_written_to_in_their_own_language(stage: Stage) -> None:
    async with stage.pool.write() as conn:
        await conn.execute("update people.residents set lang = 'zh_CN' where id = %s", [stage.me])
    with at(NIGHT):
        await stage.tell(MUST, "茶")
        await stage.tell(MUST, "奶")
        await stage.work()
        await stage.work(timedelta(hours=11))
    assert stage.texts() == ["【长安市民大厅】您在市民大厅有 2 条消息：About 奶；About 茶"]


async def test_two_workers_send_once(stage: Stage) -> None:
    await asyncio.gather(*(stage.tell(thing=str(number)) for number in range(5)))
    await asyncio.gather(*(stage.work() for _ in range(4)))
    assert sorted(stage.texts()) == [f"Chang'an Hall: {number}!" for number in range(5)]


async def test_telling_many_is_one_statement_in_the_callers_transaction(stage: Stage) -> None:
    async with stage.pool.write() as conn:
        async with conn.transaction(force_rollback=True):
            many = [messages.Telling(stage.me, THING, {"thing": str(n)}) for n in range(500)]
            assert len(set(await messages.tell_all(conn, many))) == 500
            assert await messages.unread(conn, stage.me) == 100
        assert await messages.tell_all(conn, []) == []
        assert await messages.unread(conn, stage.me) == 0
        with pytest.raises(messages.MissingFactError, match=r"tests\.thing needs thing"):
            await messages.tell(conn, stage.me, THING)
        await messages.tell(conn, stage.me, THING, thing="Tea")
        other = UUID(int=7)
        await messages.tell_all(conn, [messages.Telling(stage.me, THING, {"thing": "Milk"}, about=other)])
    listed = (await stage.api("GET", "/messages")).json()["messages"]
    assert [(one["title"], one["subject_id"]) for one in listed] == [("About Milk", str(other)), ("About Tea", None)]


async def test_what_must_be_known_stands_first_in_a_digest_and_the_rest_is_counted(stage: Stage) -> None:
    noise = template("case", code="tests.noise", title="¥0.01 from {thing}")
    with at(NIGHT):
        for number in range(14):
            await stage.tell(noise, f"张* ({number:02d}8****0001)")
        await stage.tell(MUST, "500 yuan")
        await stage.work()
        await stage.work(timedelta(hours=10))
    (said,) = stage.texts()
    assert said.startswith("Chang'an Hall: 11 messages wait for you in the hall: About 500 yuan; ¥0.01 from 张* (098")
    assert re.search(r"; and \d more$", said)


async def test_alarms_that_come_too_fast_are_counted_and_told_together_at_the_full_hour(stage: Stage) -> None:
    for number in range(9):
        await stage.tell(ALARM, f"Fire {number}")
    await stage.tell(template("must", code="tests.other_alarm", safety=True), "Flood")
    await stage.work()
    assert len(stage.texts()) == 4, "three of the one kind, and another is not kept waiting by them"
    await stage.work(timedelta(minutes=59))
    assert len(stage.texts()) == 4
    await stage.work(timedelta(hours=1))
    assert stage.texts()[4:] == ["Chang'an Hall: 6 times in the last hour: Fire 8!"]


async def test_nobody_is_rung_after_signing_out(stage: Stage) -> None:
    await stage.subscribe()
    with at(NIGHT):
        await stage.tell(MUST, "Secret")
        await stage.work()
    with at(NIGHT + timedelta(hours=9, minutes=58)):
        assert (await stage.hall.client.delete("/api/v1/auth/session", headers=stage.headers)).status_code == 204
    with at(NIGHT + timedelta(hours=10)):
        await stage.work()
    assert stage.rung() == []
    async with stage.pool.read() as reader:
        assert await rows(reader, f"select id from messages.subscriptions where resident = '{stage.me}'") == []


async def test_a_browser_whose_session_ran_out_is_not_rung_for_what_was_planned_before(stage: Stage) -> None:
    await stage.subscribe()
    with at(NIGHT):
        told = await stage.tell(MUST, "Secret")
        await stage.work()
    async with stage.pool.write() as conn:
        await conn.execute(
            "update people.sessions set expires_at = created_at + interval '1 hour' where resident = %s", [stage.me]
        )
    with at(NIGHT + timedelta(hours=10)):
        await stage.work()
    assert stage.rung() == []
    async with stage.pool.read() as reader:
        states = await rows(reader, f"select state, why from messages.states where message = '{told}' and why = 'gone'")
    assert states == [("failed", "gone")]
