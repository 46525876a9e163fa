"""The pages of a merchant's money and of the operator, as people without JavaScript meet them."""

import re

import pytest

from tests.core.payouts.stage import OWNER, Stage
from tests.core.rails.test_pages import Person

pytestmark = pytest.mark.anyio


@pytest.fixture
async def person(stage: Stage) -> Person:
    """The owner at a browser."""
    at = Person(stage.hall)
    await at.sign_in(OWNER)
    return at


async def withdraw(person: Person, **fields: str) -> str:
    """The withdrawal form, filled in; where it led, or what it said."""
    page = await person.look("/money/withdraw")
    key = page.text.partition('name="request_key" value="')[2].partition('"')[0]
    answer = await person.send("/money/withdraw", request_key=key, **fields)
    return answer.headers["location"] if answer.status_code == 303 else answer.text


async def test_an_amount_and_then_everything_is_withdrawn(stage: Stage, person: Person) -> None:
    shop = str(stage.source.id)
    place = await withdraw(person, shop=shop, amount="300.50")
    assert place.startswith("/money/withdrawals/")
    assert await stage.balance() == 100_000 - 30_050
    assert "Goes to your bank soon" in (await person.look(place)).text
    assert "Withdraw everything: ¥699.50" in (await person.look("/money/withdraw")).text
    last_look = (await person.look(f"/money/withdraw/everything?shop={shop}")).text
    assert "Withdraw ¥699.50" in last_look
    assert await stage.balance() == 69_950, "looking moves nothing"
    key, typed = (re.findall(rf'name="{name}" value="([^"]+)"', last_look)[0] for name in ("request_key", "amount"))
    await person.send("/money/withdraw", request_key=key, shop=shop, amount=typed)
    assert await stage.balance() == 0
    await stage.go()
    assert "Arrived in your bank account" in (await person.look(place)).text
    assert (await person.look("/money")).text.count("Arrived in your bank account") == 2
    assert "There is nothing to withdraw" in (await person.look("/money/withdraw")).text


async def test_from_which_shop_is_asked_of_who_has_two_with_money(stage: Stage, person: Person) -> None:
    alone = (await person.look("/money/withdraw")).text
    assert "From which shop?" not in alone
    assert f'type="hidden" name="shop" value="{stage.source.id}"' in alone
    assert stage.source.name in alone
    await stage.shop(500, "Second")
    both = (await person.look("/money/withdraw")).text
    assert both.count('type="radio" name="shop"') == 2
    assert "From which shop?" in both


async def test_a_double_tap_is_one_withdrawal(stage: Stage, person: Person) -> None:
    page = await person.look("/money/withdraw")
    key = page.text.partition('name="request_key" value="')[2].partition('"')[0]
    fields = {"shop": str(stage.source.id), "amount": "1", "request_key": key}
    first, second = [await person.send("/money/withdraw", **fields) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert await stage.balance() == 99_900


async def test_what_the_bank_did_not_take_is_said_with_the_reason(stage: Stage, person: Person) -> None:
    stage.plan("reject", reason="AC04")
    place = await withdraw(person, shop=str(stage.source.id), amount="10")
    await stage.go()
    text = (await person.look(place)).text
    assert "Not taken by the bank; the money is back in your shop" in text
    assert "The account is closed." in text
    assert "Check the bank account" in text


async def test_the_bank_account_is_typed_twice_and_then_cools(stage: Stage, person: Person) -> None:
    await person.look("/money/bank-account")
    typed = {"holder": "李秀英", "number": "DE89370400440532013000", "again": "DE02120300000000202051"}
    refused = await person.send("/money/bank-account", **typed)
    assert (refused.status_code, "The two account numbers are not the same." in refused.text) == (400, True)
    typed |= {"again": typed["number"], "bank_code": "COBA DE"}
    refused = await person.send("/money/bank-account", **typed)
    assert (refused.status_code, "This is not the code of a bank." in refused.text) == (400, True)
    assert 'value="COBA DE"' in refused.text
    linked = await person.send("/money/bank-account", **typed | {"bank_code": "COBA DE FF"})
    assert linked.headers["location"] == "/money"
    assert "COBADEFF" in (await person.look("/money/bank-account")).text
    assert "Your bank account is new" in (await person.look("/money")).text
    said = await withdraw(person, shop=str(stage.source.id), amount="1")
    assert "Your bank account was changed lately, so withdrawals wait." in said
    assert await stage.balance() == 100_000


async def test_every_day_by_itself_is_switched_on_and_off(stage: Stage, person: Person) -> None:
    path = f"/money/automatic/{stage.source.id}"
    await person.look(path)
    for keep in ("abc", "-1"):
        assert (await person.send(path, keep=keep)).status_code == 400
    for keep, shown in (("50", "¥50.00 stays"), ("0", "¥0.00 stays")):
        assert (await person.send(path, keep=keep)).status_code == 303
        assert shown in (await person.look("/money")).text
        await person.look(path)
    assert (await person.send(path, end="1")).status_code == 303
    assert "Withdrawn when you say so" in (await person.look("/money")).text


async def test_an_operator_sees_batches_files_and_differences_and_resolves_them(stage: Stage, person: Person) -> None:
    assert (await person.look("/operator/bank")).status_code == 404
    await stage.operator()
    first = (await person.look("/operator/bank")).text
    assert "No statement has come from the bank yet" in first
    assert "Our books and the bank" not in first, "nothing was compared"
    await stage.withdraw(1)
    await stage.go()
    stage.end_day()
    await stage.exchange()
    assert "Our books and the bank" in (await person.look("/operator/bank")).text
    stage.plan("double")
    await stage.withdraw(100)
    await stage.go()
    stage.drop("broken.xml", b"<Document")
    stage.end_day()
    await stage.exchange()
    page = (await person.look("/operator/bank")).text
    assert "The bank booked it twice" in page
    assert "It is cut off, or it is no XML." in page
    place = "/operator/bank/breaks/" + page.partition("/operator/bank/breaks/")[2][:36]
    await person.look(place)
    assert (await person.send(place, reason=" ")).status_code == 400
    assert (await person.send(place, reason="They gave it back.")).status_code == 303
    assert "They gave it back." in (await person.look(place)).text


async def test_a_batch_is_sent_again_as_the_same_file(stage: Stage, person: Person) -> None:
    await stage.operator()
    await stage.withdraw(100)
    await stage.exchange()
    (path,) = stage.folder.out.glob("*.xml")
    content = path.read_bytes()
    path.unlink()
    page = (await person.look("/operator/bank")).text
    place = "/operator/bank/batches/" + page.partition("/operator/bank/batches/")[2][:36]
    await person.look(place)
    assert (await person.send(f"{place}/resend")).status_code == 303
    assert path.read_bytes() == content
