"""A shop reads a code: whose it is, once, for a minute, and nothing learned by guessing."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from openhall.base import clock, db
from openhall.core.payments import paycodes
from openhall.core.payments.codes import pay
from openhall.core.payments.paycodes import rules
from tests.core.payments.paycodes.counter import SECRET, SHOP, ask, code_of, join, read, words

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
USED, INVALID, EXPIRED = "payments.pay_code_used", "payments.pay_code_invalid", "payments.pay_code_expired"


async def test_a_code_tells_who_shows_it(conn: db.Conn) -> None:
    resident = await join(conn)
    asked = ask(await code_of(conn, resident))
    (answer,) = await read(conn, [asked])
    assert isinstance(answer, paycodes.Consumed)
    assert (answer.charge, answer.resident, answer.wallet) == (asked.charge, resident.id, resident.wallet)
    assert (answer.masked, answer.offline, answer.requires_action, answer.again) == ("138****0001", False, False, False)
    assert answer.payer.wallet == resident.wallet


async def test_pitfall_11_a_code_is_replayed_in_vain(conn: db.Conn) -> None:
    """The same digits, seen over a shoulder or relayed, pay nobody else; the first charge gets its answer again."""
    digits = await code_of(conn, await join(conn))
    first = ask(digits)
    assert [words(answer) for answer in await read(conn, [first])] == ["consumed"]
    assert [words(answer) for answer in await read(conn, [ask(digits), first, ask(digits, shop=uuid4())])] == [
        USED, "again", USED,
    ]  # fmt: skip


async def test_pitfall_11_a_code_is_bound_to_shop_and_amount_at_first_use(conn: db.Conn) -> None:
    digits = await code_of(conn, await join(conn))
    first = ask(digits, amount=350)
    await read(conn, [first])
    dearer = ask(digits, amount=3500, charge=first.charge)
    elsewhere = ask(digits, amount=350, charge=first.charge, shop=uuid4())
    assert [words(answer) for answer in await read(conn, [dearer, elsewhere])] == [USED, USED]


async def test_of_two_charges_in_one_batch_the_first_has_the_code(conn: db.Conn) -> None:
    digits = await code_of(conn, await join(conn))
    first = ask(digits)
    answers = await read(conn, [first, ask(digits), first])
    assert [words(answer) for answer in answers] == ["consumed", USED, "again"]


@pytest.mark.parametrize(
    ("seconds", "answer"), [(0, "consumed"), (59.999999, "consumed"), (60, EXPIRED), (3600, EXPIRED)]
)
async def test_a_code_lives_sixty_seconds_to_the_instant(conn: db.Conn, seconds: float, answer: str) -> None:
    with clock.at(NOW):
        digits = await code_of(conn, await join(conn))
    assert [words(given) for given in await read(conn, [ask(digits, now=NOW + timedelta(seconds=seconds))])] == [answer]


async def test_a_retry_gets_its_answer_after_the_code_has_ended(conn: db.Conn) -> None:
    with clock.at(NOW):
        digits = await code_of(conn, await join(conn))
    charge = uuid4()
    later = NOW + timedelta(hours=1)
    await read(conn, [ask(digits, charge=charge, now=NOW)])
    answers = await read(conn, [ask(digits, charge=charge, now=later), ask(digits, now=later)])
    assert [words(answer) for answer in answers] == ["again", USED]


async def test_what_was_never_issued_looks_like_what_is_wrong(conn: db.Conn) -> None:
    real = await code_of(conn, await join(conn))
    wrong = [real[:-1] + str((int(real[-1]) + 1) % 10), "71" + "0" * 16, "72" + "0" * 16, "123", "", "hello"]
    answers = await read(conn, [ask(digits) for digits in wrong])
    assert {words(answer) for answer in answers} == {INVALID}
    assert all(not answer.data for answer in answers if not isinstance(answer, paycodes.Consumed))


async def test_another_wallets_code_is_named_and_is_no_guess(conn: db.Conn) -> None:
    asks = [ask("135112298638468293"), ask("28763443825664394"), ask(await code_of(conn, await join(conn)))]
    answers = await read(conn, asks, pay_code_guesses=1)
    assert [words(answer) for answer in answers] == ["payments.pay_code_foreign"] * 2 + ["consumed"]
    assert [answer.data for answer in answers[:2] if not isinstance(answer, paycodes.Consumed)] == [
        {"network": "WeChat Pay"}, {"network": "Alipay"},
    ]  # fmt: skip


async def test_all_forms_of_a_code_are_the_same_code(conn: db.Conn) -> None:
    digits = await code_of(conn, await join(conn))
    first = ask(pay.payload(digits))
    spaced = ask(" ".join(pay.show(digits)), charge=first.charge)
    assert [words(answer) for answer in await read(conn, [first])] == ["consumed"]
    assert [words(answer) for answer in await read(conn, [spaced, ask(digits)])] == ["again", USED]


async def test_pitfall_11_guesses_are_limited_per_shop(conn: db.Conn) -> None:
    digits = await code_of(conn, await join(conn))
    wrong, other = [ask("71" + f"{n:016d}") for n in range(3)], uuid4()
    answers = await read(conn, [*wrong, ask(digits), ask(digits, shop=other)], pay_code_guesses=3)
    assert [words(answer) for answer in answers] == [INVALID] * 3 + ["hall.rate_limited", "consumed"]
    (still,) = await read(conn, [ask(digits)], pay_code_guesses=3)
    assert words(still) == "hall.rate_limited"
    assert not isinstance(still, paycodes.Consumed)
    assert 0 < still.data["retry_after"] <= rules.GUESS_WINDOW.total_seconds()


async def test_a_shop_that_guessed_may_go_on_when_the_window_is_over(conn: db.Conn) -> None:
    resident = await join(conn)
    with clock.at(NOW):
        await read(conn, [ask("71" + "0" * 16, now=NOW)] * 2, pay_code_guesses=2)
    for after, answer in ((timedelta(minutes=9, seconds=59), "hall.rate_limited"), (rules.GUESS_WINDOW, "consumed")):
        with clock.at(NOW + after):
            asked = ask(await code_of(conn, resident), now=NOW + after)
        assert [words(given) for given in await read(conn, [asked], pay_code_guesses=2)] == [answer]


async def test_above_the_limit_the_payer_must_confirm(conn: db.Conn) -> None:
    resident = await join(conn)
    asks = [ask(await code_of(conn, resident), amount=amount) for amount in (1000, 1001)]
    answers = await read(conn, asks, pay_code_max=1000)
    assert [answer.requires_action for answer in answers if isinstance(answer, paycodes.Consumed)] == [False, True]
    (again,) = await read(conn, asks[1:], pay_code_max=5000)
    assert isinstance(again, paycodes.Consumed)
    assert (again.again, again.requires_action) == (True, True), "a retry is answered as it was then"


async def test_a_closed_account_pays_nothing(conn: db.Conn) -> None:
    resident = await join(conn)
    digits = await code_of(conn, resident)
    await conn.execute("update people.residents set state = 'closed' where id = %s", [resident.id])
    assert [words(answer) for answer in await read(conn, [ask(digits)])] == ["payments.not_possible"]


async def test_a_charge_that_is_given_up_leaves_the_code_free(pool: db.Pool) -> None:
    async with pool.write() as conn:
        digits = await code_of(conn, await join(conn))

    async def give_up() -> None:
        async with pool.write() as conn:
            assert [words(answer) for answer in await read(conn, [ask(digits)])] == ["consumed"]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await give_up()
    async with pool.write() as conn:
        assert [words(answer) for answer in await read(conn, [ask(digits)])] == ["consumed"]


async def test_three_unused_codes_live_and_the_oldest_ends(conn: db.Conn) -> None:
    resident = await join(conn)
    made = [await code_of(conn, resident) for _ in range(rules.MOST_LIVE)]
    await read(conn, [ask(made[0])])
    made += [await code_of(conn, resident), await code_of(conn, resident)]
    answers = await read(conn, [ask(digits) for digits in made[1:]])
    assert [words(answer) for answer in answers] == [EXPIRED, "consumed", "consumed", "consumed"]


async def test_a_new_code_leaves_other_peoples_codes_alone(conn: db.Conn) -> None:
    one, other = await join(conn), await join(conn, "+8613800000002")
    digits = await code_of(conn, one)
    for _ in range(5):
        await code_of(conn, other)
    assert [words(answer) for answer in await read(conn, [ask(digits)])] == ["consumed"]


async def test_the_database_holds_no_digits(conn: db.Conn) -> None:
    digits = await code_of(conn, await join(conn))
    found = await (await conn.execute("select code from payments.pay_codes")).fetchall()
    assert found == [(rules.code_hash(SECRET, digits),)]
    with pytest.raises(psycopg.errors.CheckViolation):
        async with conn.transaction():
            await conn.execute("update payments.pay_codes set expires_at = expires_at + interval '1 second'")


async def test_nothing_asked_is_nothing_done(conn: db.Conn) -> None:
    assert await read(conn, []) == []


async def test_a_batch_whose_statements_travel_together_gets_the_same_answers(pool: db.Pool) -> None:
    async with pool.write() as conn:
        resident = await join(conn)
        one, two = await code_of(conn, resident), await code_of(conn, resident)
    async with pool.pipelined(lock_ms=5000) as conn:
        answers = await read(conn, [ask(one), ask(one), ask("71" + "0" * 16), ask(two)])
    assert [words(answer) for answer in answers] == ["consumed", USED, INVALID, "consumed"]
    async with pool.pipelined(lock_ms=5000) as conn:
        assert [words(answer) for answer in await read(conn, [ask(two)])] == [USED]


async def test_a_batch_takes_three_statements_at_most(conn: db.Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    resident = await join(conn)
    made = [await code_of(conn, resident) for _ in range(3)]
    said: list[str] = []
    asked = db.all

    async def counting(conn: db.ReadConn, query: db.Query, into: type, /, **given: object) -> list[object]:
        said.append(query.name)
        return await asked(conn, query, into, **given)

    monkeypatch.setattr(db, "all", counting)
    await read(conn, [ask(made[0]), ask(made[1])])
    assert said == ["recognise_codes", "use_codes"]
    said.clear()
    await read(conn, [ask(made[2]), ask(made[2]), ask("71" + "0" * 16), ask("hello", shop=SHOP)])
    assert said == ["recognise_codes", "use_codes", "uses_of"]
