"""The counter and the keys, as a browser without scripts gets them."""

import re
from typing import Any
from uuid import uuid4

import pytest

from tests.city.merchants.test_pages import OWNER, PAYER, STRANGER, shop_of
from tests.core.payments.charging.stage import Stage
from tests.core.people.test_pages import Browser
from tests.hall import Hall

pytestmark = pytest.mark.anyio


@pytest.fixture
def browser(hall: Hall) -> Browser:
    return Browser(hall)


async def at_the_counter(browser: Browser, money: int = 1_000_000) -> tuple[str, Stage]:
    """The owner at the counter of an own shop, and a payer with money; the shop's address."""
    path = await shop_of(browser)
    payer = await browser.hall.sign_in(PAYER)
    if money:
        await browser.hall.give(payer, money)
    shop = {"id": path.rpartition("/")[2]}
    return path, Stage(browser.hall, await browser.hall.sign_in(OWNER), payer, shop, {})


async def charge(browser: Browser, path: str, code: str, amount: int = 350, key: str | None = None) -> Any:
    form = {"amount": str(amount), "pay_code": code, "request_key": key or str(uuid4())}
    return await browser.post(f"{path}/counter", **form)


async def test_an_amount_and_typed_digits_pay_the_shop(browser: Browser) -> None:
    path, stage = await at_the_counter(browser)
    assert f'href="{path}/counter"' in (await browser.get(path)).text
    assert 'name="amount"' in (await browser.get(f"{path}/counter")).text
    asked = await browser.get(f"{path}/counter?amount=3.50")
    assert 'name="pay_code"' in asked.text
    assert 'name="amount" value="350"' in asked.text
    code = await stage.code()
    paid = await charge(browser, path, f" {code[:4]} {code[4:8]} {code[8:12]} {code[12:]} ")
    assert paid.status_code == 303, paid.text
    shown = await browser.get(paid.headers["location"])
    assert "Payment received" in shown.text
    assert "data-refresh" not in shown.text
    assert [one["amount"] for one in await stage.taken()] == [350]
    await browser.hall.books_agree()


async def test_a_double_tap_is_one_charge(browser: Browser) -> None:
    path, stage = await at_the_counter(browser)
    code, key = await stage.code(), str(uuid4())
    first, second = [await charge(browser, path, code, key=key) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert len(await stage.taken()) == 1


async def test_a_refusal_is_shown_where_the_code_is_asked_for_and_the_next_try_is_another(browser: Browser) -> None:
    path, stage = await at_the_counter(browser, money=0)
    code, key = await stage.code(), str(uuid4())
    refused = await charge(browser, path, code, key=key)
    assert refused.status_code == 422
    assert "The payer does not have enough money." in refused.text
    assert key not in refused.text
    await browser.hall.give(stage.payer, 1000)
    again = re.search(r'name="request_key" value="([^"]+)"', refused.text)
    assert again is not None
    assert (await charge(browser, path, code, key=again[1])).status_code == 303


async def test_a_wrong_amount_is_asked_for_again(browser: Browser) -> None:
    path, _ = await at_the_counter(browser)
    for typed in ("three", "0", "-1"):
        refused = await browser.get(f"{path}/counter?amount={typed}")
        assert refused.status_code == 400
        assert f'value="{typed}"' in refused.text


async def test_a_waiting_charge_is_looked_at_again_and_can_be_undone(browser: Browser) -> None:
    path, stage = await at_the_counter(browser)
    asked = await charge(browser, path, await stage.code(), 250_000)
    where = asked.headers["location"]
    waiting = await browser.get(where)
    assert "The payer is asked on the phone" in waiting.text
    assert "data-refresh" in waiting.text
    assert f'href="{where}"' in waiting.text, "without a script there is a link"
    await browser.get(f"{where}/undo")
    assert (await browser.post(f"{where}/undo")).status_code == 303
    assert "Undone. Nothing was paid." in (await browser.get(where)).text
    late = await stage.confirm(where.rpartition("/")[2], PAYER)
    assert late.status == 422
    await browser.hall.books_agree()


async def test_a_paid_charge_is_undone_once(browser: Browser) -> None:
    path, stage = await at_the_counter(browser)
    where = (await charge(browser, path, await stage.code())).headers["location"]
    for _ in range(2):
        assert (await browser.post(f"{where}/undo")).status_code == 303
    assert "Undone. The money went back." in (await browser.get(where)).text
    assert await browser.hall.balance(stage.payer) == 1_000_000
    await browser.hall.books_agree()


async def test_the_camera_stays_chosen_for_the_next_payer(browser: Browser) -> None:
    path, stage = await at_the_counter(browser)
    form = {"amount": "350", "pay_code": await stage.code(), "request_key": str(uuid4()), "camera": "1"}
    paid = await browser.post(f"{path}/counter", **form)
    assert f'href="{path}/counter?camera=1"' in (await browser.get(paid.headers["location"])).text
    assert 'name="camera" value="1"' in (await browser.get(f"{path}/counter?camera=1")).text


async def test_strangers_find_no_counter(browser: Browser) -> None:
    path, stage = await at_the_counter(browser)
    where = (await charge(browser, path, await stage.code())).headers["location"]
    await browser.sign_in(STRANGER)
    for page in (f"{path}/counter", where, f"{where}/undo", f"{path}/keys", f"{path}/keys/new"):
        assert (await browser.get(page)).status_code == 404


async def test_a_key_is_shown_once_listed_and_revoked(browser: Browser) -> None:
    path, _ = await at_the_counter(browser)
    asked = await browser.get(f"{path}/keys/new")
    form = await browser.get(asked.headers["location"])
    key = re.search(r'name="request_key" value="([^"]+)"', form.text)
    assert key is not None
    typed = {"key_name": "Scanner 1", "scopes": "charges:write", "request_key": key[1]}
    made = await browser.post(f"{path}/keys/new", **typed)
    text = re.search(r"ohk_[A-Za-z0-9_-]{43}", made.text)
    assert text is not None
    again = await browser.post(f"{path}/keys/new", **typed)
    assert text[0] in again.text, "a double tap shows the same key"
    listed = await browser.get(f"{path}/keys")
    assert "Scanner 1" in listed.text
    assert text[0] not in listed.text
    revoke = re.search(rf'action="({path}/keys/[^"]+/revoke)"', listed.text)
    assert revoke is not None
    assert (await browser.post(revoke[1])).status_code == 303
    assert "Scanner 1" not in (await browser.get(f"{path}/keys")).text


async def test_a_key_without_a_name_or_anything_to_do_is_asked_for_again(browser: Browser) -> None:
    path, _ = await at_the_counter(browser)
    nothing = await browser.post(f"{path}/keys/new", key_name="Scanner", request_key=str(uuid4()))
    assert (nothing.status_code, "The key may do nothing yet." in nothing.text) == (400, True)
    nameless = await browser.post(f"{path}/keys/new", key_name=" ", scopes="charges:write", request_key=str(uuid4()))
    assert (nameless.status_code, "The key needs a name of 1 to 40 characters." in nameless.text) == (400, True)
