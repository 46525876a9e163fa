"""The payment PIN over the API: set, asked for, guessed at; and that a thief locks nobody out with it."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from openhall.base import clock
from openhall.core.people import pins
from openhall.core.people.pins import rules
from tests.authenticator import Authenticator
from tests.core.people.names.people import XIAOMING, be
from tests.core.people.pins.steps import OTHER_PIN, PIN, has_pin, id_of, refusal, set_pin, told
from tests.core.people.test_passkeys_api import step_up
from tests.hall import Hall, Headers

pytestmark = pytest.mark.anyio
PHONE, SELLER = "13800274916", "13800000002"
LARGE = 50_000
LATER = timedelta(minutes=6)


async def _counter(hall: Hall) -> tuple[Headers, dict[str, str]]:
    """Somebody with a PIN and money, and a shop."""
    payer = await hall.sign_in(PHONE)
    await has_pin(hall, payer, OTHER_PIN)
    await hall.give(payer, 10_000_000)
    return payer, await hall.open_shop(await hall.sign_in(SELLER))


async def _pay(hall: Hall, payer: Headers, shop: dict[str, str], pin: str | None, key: str | None = None) -> object:
    more = {} if pin is None else {"pin": pin}
    answer = await hall.pay(payer, key, code=shop["code"], amount=LARGE, **more)
    return answer.status_code if answer.status_code == 201 else refusal(answer)


async def test_more_than_small_money_asks_for_the_pin_and_takes_it_under_the_same_key(hall: Hall) -> None:
    payer, shop = await _counter(hall)
    assert (await hall.pay(payer, code=shop["code"], amount=hall.settings.no_pin_max)).status_code == 201
    assert await _pay(hall, payer, shop, None, "k") == (403, "payments.proof_needed")
    assert await _pay(hall, payer, shop, PIN, "k") == (403, "people.pin_wrong")
    assert await _pay(hall, payer, shop, OTHER_PIN, "k") == 201
    assert await _pay(hall, payer, shop, OTHER_PIN, "k") == 201, "the recorded answer"
    assert await hall.balance(payer) == 10_000_000 - hall.settings.no_pin_max - LARGE
    await hall.books_agree()


async def test_a_fresh_passkey_stands_for_the_pin_and_an_old_one_does_not(hall: Hall) -> None:
    payer, shop = await _counter(hall)
    _, device = await hall.add_passkey(payer)
    assert (await step_up(hall, payer, device)).status_code == 201
    assert await _pay(hall, payer, shop, None) == 201
    with clock.at(clock.now() + LATER):
        assert await _pay(hall, payer, shop, None) == (403, "payments.proof_needed")
        assert await _pay(hall, payer, shop, OTHER_PIN) == 201


async def test_whoever_has_neither_pin_nor_passkey_proves_themselves_by_a_code(hall: Hall) -> None:
    payer = await hall.sign_in(PHONE)
    await hall.give(payer, 1_000_000)
    shop = await hall.open_shop(await hall.sign_in(SELLER))
    assert await _pay(hall, payer, shop, None) == 201, "just signed in"
    assert await _pay(hall, payer, shop, PIN) == (409, "people.pin_not_set")
    with clock.at(clock.now() + LATER):
        assert await _pay(hall, payer, shop, None) == (403, "payments.proof_needed")
    await hall.add_passkey(payer)
    again = await hall.sign_in(PHONE)
    assert await _pay(hall, again, shop, None) == (403, "payments.proof_needed"), "a code is less than their passkey"


async def test_a_pin_that_is_easy_to_guess_is_not_taken(hall: Hall) -> None:
    who = await hall.sign_in(PHONE)
    assert (await be(hall, who, XIAOMING)).status_code == 200  # born on 15 June 1990, id ends 150010
    easy = ("123456", "000000", "987654", "121212", "123123", "274916", "900615", "150690", "199006", "150010")
    for pin in easy:
        assert refusal(await set_pin(hall, who, pin)) == (400, "people.pin_too_easy"), pin
    for pin in ("12345", "1234567", "abcdef", ""):
        assert refusal(await set_pin(hall, who, pin)) == (400, "people.pin_malformed"), pin
    assert (await set_pin(hall, who, "８３０５７２")).status_code == 200, "wide digits are digits"
    assert await told(hall, who) == ["people.pin_set"]


async def test_setting_it_wants_a_fresh_proof(hall: Hall) -> None:
    who = await hall.sign_in(PHONE)
    with clock.at(clock.now() + LATER):
        assert refusal(await set_pin(hall, who)) == (403, "people.proof_too_old")
    _, device = await hall.add_passkey(who)
    again = await hall.sign_in(PHONE)
    assert refusal(await set_pin(hall, again)) == (403, "people.proof_too_old"), "a code is less than their passkey"
    assert (await step_up(hall, again, device)).status_code == 201
    assert (await set_pin(hall, again, OTHER_PIN)).status_code == 200


async def test_wrong_pins_make_the_session_wait_and_shut_it_out_and_no_other(hall: Hall) -> None:
    payer, shop = await _counter(hall)
    thief = await hall.sign_in(PHONE)
    now = clock.now()
    for _ in range(3):
        assert await _pay(hall, thief, shop, PIN) == (403, "people.pin_wrong")
    assert await _pay(hall, thief, shop, PIN) == (429, "people.pin_waits")
    assert await _pay(hall, payer, shop, OTHER_PIN) == 201, "at home nothing is locked"
    with clock.at(now + timedelta(minutes=2)):
        assert await _pay(hall, thief, shop, PIN) == (403, "people.pin_wrong")
        assert await _pay(hall, thief, shop, PIN) == (429, "people.pin_waits")
    with clock.at(now + timedelta(minutes=8)):
        assert await _pay(hall, thief, shop, PIN) == (403, "people.pin_wrong")
        for pin in (PIN, OTHER_PIN):
            assert await _pay(hall, thief, shop, pin) == (403, "people.pin_shut_out")
    assert await _pay(hall, await hall.sign_in(PHONE), shop, OTHER_PIN) == 201, "signed in again"
    assert (await told(hall, payer)).count("people.pin_wrong") == 2, "at the first wait, and at the end"


async def test_guesses_sent_side_by_side_are_all_counted(hall: Hall) -> None:
    payer, shop = await _counter(hall)
    thief = await hall.sign_in(PHONE)
    answers = await asyncio.gather(*(_pay(hall, thief, shop, PIN) for _ in range(20)))
    looked_at = [answer for answer in answers if answer == (403, "people.pin_wrong")]
    assert len(looked_at) == min(rules.WAITS), "the third begins the wait before anybody looks at it"
    assert await _pay(hall, payer, shop, OTHER_PIN) == 201


async def test_many_new_sessions_guess_only_so_often_and_the_owner_goes_on(hall: Hall) -> None:
    payer, shop = await _counter(hall)
    async with hall.pool.write() as conn:
        await conn.execute("update people.pins set wrong = %s", [hall.settings.pin_guesses - 1])
    thief = await hall.sign_in(PHONE)
    assert await _pay(hall, thief, shop, PIN) == (403, "people.pin_wrong")
    for pin in (PIN, OTHER_PIN):
        assert await _pay(hall, thief, shop, pin) == (403, "people.pin_capped"), "not even the right one tells"
    assert refusal(await set_pin(hall, thief)) == (403, "people.pin_capped"), "a code is no way round it"
    assert "people.pin_capped" in await told(hall, payer)
    assert await _pay(hall, payer, shop, PIN) == (403, "people.pin_wrong"), "a slip at home is a slip"
    assert await _pay(hall, payer, shop, OTHER_PIN) == 201, "where the PIN was known it works on"


async def _cap(hall: Hall) -> None:
    async with hall.pool.write() as conn:
        await conn.execute("update people.pins set wrong = %s, capped_at = now()", [hall.settings.pin_guesses])


async def test_whoever_reads_the_messages_makes_no_passkey_that_ends_the_cap(hall: Hall) -> None:
    payer, shop = await _counter(hall)
    early = await hall.sign_in(PHONE)
    options = (await hall.client.post("/api/v1/passkeys/registration-options", headers=early)).json()
    await _cap(hall)
    thief = await hall.sign_in(PHONE)
    asked = await hall.client.post("/api/v1/passkeys/registration-options", headers=thief)
    assert refusal(asked) == (403, "people.pin_capped")
    wish = {"credential": Authenticator(hall.settings.public_url).make(options), "name": ""}
    made = await hall.client.post("/api/v1/passkeys/registrations", json=wish, headers=early)
    assert refusal(made) == (403, "people.pin_capped"), "asked for before the cap, answered after it"
    _, young = await hall.add_passkey(payer)
    assert (await step_up(hall, thief, young)).status_code == 201
    assert refusal(await set_pin(hall, thief)) == (403, "people.pin_capped"), "only one that is older"
    await step_up(hall, payer, young)
    await has_pin(hall, payer, PIN)
    assert await _pay(hall, thief, shop, PIN) == 201, "where the PIN was known it is changed, and that ends the cap"


@pytest.mark.parametrize("way", ["passkey", "counter"])
async def test_a_passkey_or_the_counter_ends_what_guessing_began(hall: Hall, way: str) -> None:
    payer, shop = await _counter(hall)
    fresh = await hall.sign_in(PHONE)
    device = (await hall.add_passkey(fresh))[1] if way == "passkey" else None
    await _cap(hall)
    assert await _pay(hall, fresh, shop, OTHER_PIN) == (403, "people.pin_capped")
    if device is not None:
        assert (await step_up(hall, fresh, device)).status_code == 201
        await has_pin(hall, fresh, PIN)
        assert await _pay(hall, fresh, shop, PIN) == 201
        return
    operator = await id_of(hall, await hall.sign_in("13800000007"))
    async with hall.pool.write() as conn:
        assert await pins.clear_wrong(conn, operator=operator, resident=await id_of(hall, payer))
    assert await _pay(hall, fresh, shop, OTHER_PIN) == 201


async def test_a_new_pin_is_news_to_the_other_sessions(hall: Hall) -> None:
    payer, shop = await _counter(hall)
    other = await hall.sign_in(PHONE)
    await has_pin(hall, other, PIN)
    assert await _pay(hall, payer, shop, OTHER_PIN) == (403, "people.pin_wrong")
    assert await _pay(hall, payer, shop, PIN) == 201


async def test_the_database_alone_yields_nothing_to_try(hall: Hall) -> None:
    payer, _ = await _counter(hall)
    resident = await id_of(hall, payer)
    async with hall.pool.read() as conn:
        ((stored,),) = await (await conn.execute(b"select hash from people.pins")).fetchall()
    assert stored.startswith("$argon2id$")
    assert rules.matches(hall.settings.secret, resident, OTHER_PIN, stored)
    assert not rules.matches("another secret", resident, OTHER_PIN, stored)
    assert not rules.matches(hall.settings.secret, UUID(int=1), OTHER_PIN, stored)


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("update people.residents set pin_at = null", "people.pins_are_marked"),
        ("alter table people.audit disable trigger user; delete from people.audit", "people.pins_in_the_trail"),
    ],
)
async def test_what_breaks_the_promises_about_pins_is_found(hall: Hall, sql: str, broken: str) -> None:
    from openhall.core.people.package import CHECKS

    await _counter(hall)
    (check,) = [check for check in CHECKS if check.name == broken]
    async with hall.pool.write() as conn:
        assert not await (await conn.execute(check.query.sql.encode())).fetchall()
        for statement in sql.split(";"):
            await conn.execute(statement.encode())
        assert await (await conn.execute(check.query.sql.encode())).fetchall()


async def test_the_pin_is_not_set_without_end(hall: Hall) -> None:
    me = await hall.sign_in(PHONE)
    statuses = [(await set_pin(hall, me, f"83{number}57")).status_code for number in range(10, 21)]
    assert statuses == [200] * 10 + [429]


async def test_a_retry_of_what_was_paid_is_answered_though_the_session_waits(hall: Hall) -> None:
    payer, shop = await _counter(hall)
    body = {"code": shop["code"], "amount": LARGE, "pin": OTHER_PIN}
    first = await hall.pay(payer, "k", **body)
    assert first.status_code == 201, first.text
    for number in range(3):
        await hall.pay(payer, f"w{number}", **(body | {"pin": "111223"}))
    again = await hall.pay(payer, "k", **body)
    assert (again.status_code, again.json()) == (201, first.json())
    assert refusal(await hall.pay(payer, "k2", **body))[1] == "people.pin_waits"
