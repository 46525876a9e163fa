"""The outbox: delivered by the web process or by the job, never after expiry, wiped when done."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec import Struct

from openhall.base import clock, db
from openhall.base.config import Settings
from openhall.core.people.actions import codes, messages
from openhall.core.people.ports import HttpSms, SmsRefusedError, SmsUnansweredError, sms_of
from openhall.core.people.types import Delivery, Lang
from tests.outside_fixture import OutsideProgram

pytestmark = pytest.mark.anyio
q = db.load("openhall.core.people")
NUMBERS = iter(range(10_000_000, 99_999_999))


class Row(Struct, frozen=True):
    state: str
    text: str | None


@pytest.fixture
def phone() -> str:
    """A phone no other test sends to: the gateway keeps its messages."""
    return f"+86131{next(NUMBERS)}"


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that were deferred; these tests run no queue."""
    deferred: list[str] = []

    async def defer(conn: db.Conn, task: object, /, *, in_seconds: int = 0, message: str) -> None:
        deferred.append(message)

    monkeypatch.setattr("openhall.base.jobs.defer", defer)
    return deferred


async def ask(pool: db.Pool, settings: Settings, phone: str) -> UUID:
    async with pool.write() as conn:
        sent = await codes.ask_code(conn, settings, phone=phone, lang=Lang.ZH_CN)
    assert sent.message is not None
    return sent.message


async def row(pool: db.Pool, message: UUID) -> Row:
    async with pool.read() as conn:
        cursor = await conn.execute("select state, text from people.messages where id = %s", [message])
        found = await cursor.fetchone()
    assert found is not None
    return Row(*found)


async def test_a_delivered_message_keeps_no_text(
    pool: db.Pool, settings: Settings, outside: OutsideProgram, phone: str, queued: list[str]
) -> None:
    message = await ask(pool, settings, phone)
    assert queued == [str(message)]
    assert await messages.deliver(pool, sms_of(settings), message) is Delivery.DONE
    assert await row(pool, message) == Row("sent", None)
    (arrived,) = outside.messages(phone)
    assert arrived["text"].startswith("【长安市民大厅】登录验证码 ")


async def test_the_web_process_and_the_job_together_send_once(
    pool: db.Pool, settings: Settings, outside: OutsideProgram, phone: str, queued: list[str]
) -> None:
    message = await ask(pool, settings, phone)
    told = await asyncio.gather(*(messages.deliver(pool, sms_of(settings), message) for _ in range(16)))
    assert Delivery.DONE in told
    assert await messages.deliver(pool, sms_of(settings), message) is Delivery.DONE
    assert len(outside.messages(phone)) == 1


async def test_a_refused_message_waits_and_is_sent_by_the_next_attempt(
    pool: db.Pool, settings: Settings, outside: OutsideProgram, phone: str, queued: list[str]
) -> None:
    outside.plan(on="sms", who=phone, outcome="never")
    message = await ask(pool, settings, phone)
    assert await messages.deliver(pool, sms_of(settings), message) is Delivery.WAITING
    assert (await row(pool, message)).state == "waiting"
    assert await messages.deliver(pool, sms_of(settings), message) is Delivery.DONE
    assert len(outside.messages(phone)) == 1


async def test_an_unreachable_gateway_loses_nothing(
    pool: db.Pool, settings: Settings, outside: OutsideProgram, phone: str, queued: list[str]
) -> None:
    message = await ask(pool, settings, phone)
    nowhere = HttpSms("http://127.0.0.1:9", "secret")
    assert await messages.deliver(pool, nowhere, message) is Delivery.WAITING
    assert await messages.deliver(pool, HttpSms("", ""), message) is Delivery.WAITING
    assert await messages.deliver(pool, sms_of(settings), message) is Delivery.DONE
    assert len(outside.messages(phone)) == 1


async def test_an_unanswered_message_is_left_alone_until_its_lease_is_over(
    pool: db.Pool, settings: Settings, outside: OutsideProgram, phone: str, queued: list[str]
) -> None:
    outside.plan(on="sms", who=phone, answer="drop")
    message = await ask(pool, settings, phone)
    assert await messages.deliver(pool, sms_of(settings), message) is Delivery.WAITING
    assert await messages.deliver(pool, sms_of(settings), message) is Delivery.WAITING
    assert len(outside.messages(phone)) == 1
    with clock.at(clock.now() + messages.LEASE + timedelta(seconds=1)):
        assert await messages.deliver(pool, sms_of(settings), message) is Delivery.DONE
    # The first one had arrived after all: at least once, and both carry the same code.
    assert len({text["text"] for text in outside.messages(phone)}) == 1


async def test_a_message_is_not_sent_after_its_code_expired(
    pool: db.Pool, settings: Settings, outside: OutsideProgram, phone: str, queued: list[str]
) -> None:
    message = await ask(pool, settings, phone)
    with clock.at(clock.now() + codes.CODE_LIFE):
        assert await messages.deliver(pool, sms_of(settings), message) is Delivery.DONE
        async with pool.write() as conn:
            await messages.sweep(conn)
    assert outside.messages(phone) == []
    assert await row(pool, message) == Row("dropped", None)


async def test_a_superseded_message_is_not_sent_after_the_new_one(
    pool: db.Pool, settings: Settings, outside: OutsideProgram, phone: str, queued: list[str]
) -> None:
    old = await ask(pool, settings, phone)
    with clock.at(clock.now() + codes.RESEND_PAUSE):
        new = await ask(pool, settings, phone)
        assert old != new
        assert await messages.deliver(pool, sms_of(settings), old) is Delivery.DONE
        assert outside.messages(phone) == []
        assert await messages.deliver(pool, sms_of(settings), new) is Delivery.DONE


async def test_after_a_day_nothing_is_left_of_codes_and_messages(
    pool: db.Pool, settings: Settings, phone: str, queued: list[str]
) -> None:
    await ask(pool, settings, phone)
    for days in (1, 3):
        with clock.at(clock.now() + timedelta(days=days)):
            async with pool.write() as conn:
                await messages.sweep(conn)
    async with pool.read() as conn:
        cursor = await conn.execute(
            "select (select count(*) from people.codes), (select count(*) from people.messages)"
        )
        assert await cursor.fetchone() == (0, 0)


@pytest.mark.parametrize("answer", ["drop", "error", "redirect"])
async def test_an_answer_that_says_nothing_is_unknown(
    settings: Settings, outside: OutsideProgram, phone: str, answer: str
) -> None:
    outside.plan(on="sms", who=phone, answer=answer)
    with pytest.raises(SmsUnansweredError):
        await sms_of(settings).send(message=UUID(int=1), to=phone, text="hello")


async def test_a_slow_gateway_is_not_waited_for(
    settings: Settings, outside: OutsideProgram, phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openhall.core.people.ports.TIMEOUT_S", 0.1)
    outside.plan(on="sms", who=phone, answer_after=1500)
    with pytest.raises(SmsUnansweredError):
        await sms_of(settings).send(message=UUID(int=1), to=phone, text="hello")


async def test_a_wrong_gateway_secret_is_a_refusal(settings: Settings, outside: OutsideProgram, phone: str) -> None:
    with pytest.raises(SmsRefusedError):
        await HttpSms(settings.sms_url, "wrong").send(message=UUID(int=1), to=phone, text="hello")
    assert outside.messages(phone) == []
