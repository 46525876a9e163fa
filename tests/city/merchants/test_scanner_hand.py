"""A scanner is a hand of its own: in the book, the table, the day close, shifts, and for who gives money back."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from openhall.base import clock
from openhall.city.merchants.book import jobs
from tests.core.payments.charging.stage import OTHER, OWNER, Stage, set_up
from tests.core.people.test_pages import Browser
from tests.hall import Hall, fresh_key

pytestmark = pytest.mark.anyio

# Of the key that the stage makes.
NAME = "Scanner"


@pytest.fixture
async def stage(hall: Hall) -> Stage:
    """Three payments: 3.50 by the scanner, 1.00 of which it gave back altogether, and 2.00 by the printed code."""
    stage = await set_up(hall)
    assert (await stage.charge(await stage.code(), 350)).status_code == 201
    undone = (await stage.charge(await stage.code(), 100)).json()["id"]
    assert (await stage.reverse(undone)).status_code == 200
    assert (await hall.pay(stage.payer, code=stage.shop["code"], amount=200)).status_code == 201
    return stage


async def get(stage: Stage, path: str, language: str = "en") -> Any:
    headers = stage.owner | {"Accept-Language": language}
    answer = await stage.hall.client.get(f"/api/v1/shops/{stage.shop['id']}{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


async def hands(stage: Stage, **days: str) -> dict[str, tuple[str, int, int]]:
    """Of each hand in the book its kind, what it took and what it gave back, by name."""
    found = (await get(stage, "/book?" + "&".join(f"{name}={day}" for name, day in days.items()))).json()["cashiers"]
    return {one["name"] or "": (one["kind"], one["sums"]["total"], one["sums"]["refunded"]) for one in found}


async def test_the_book_tells_the_scanner_from_the_printed_code(stage: Stage) -> None:
    assert await hands(stage) == {NAME: ("scanner", 450, 100), "": ("code", 200, 0)}
    (key,) = (await get(stage, "/keys")).json()["keys"]
    taken = {one["amount"]: one["taken_by"] for one in (await get(stage, "/book")).json()["entries"]}
    assert (taken[350], taken[200]) == (key["id"], None)


async def test_a_closed_day_and_a_revoked_key_change_nothing_of_it(stage: Stage) -> None:
    before = await hands(stage)
    day = (await get(stage, "/book")).json()["from"]
    (key,) = (await get(stage, "/keys")).json()["keys"]
    path = f"/api/v1/shops/{stage.shop['id']}/keys/{key['id']}"
    assert (await stage.hall.client.delete(path, headers=stage.owner)).status_code == 204
    with clock.at(clock.now() + timedelta(days=2)):
        await jobs.run(stage.hall.pool)
    book = (await get(stage, f"/book?from={day}&to={day}")).json()
    assert book["days"][0]["closing"] is not None
    assert await hands(stage, **{"from": day, "to": day}) == before


@pytest.mark.parametrize(("language", "called"), [("en", "Scanner: Scanner"), ("zh-CN", "扫码设备：Scanner")])
async def test_the_table_and_the_page_name_it_in_the_readers_language(stage: Stage, language: str, called: str) -> None:
    text = (await get(stage, "/book.csv", language)).text
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert {(row["received"], row["given_back"]): row["cashier"] for row in rows} == {
        ("2.00", ""): "",
        ("", "1.00"): called,
        ("1.00", ""): called,
        ("3.50", ""): called,
    }
    keeper = Browser(stage.hall)
    await keeper.sign_in(OWNER)
    page = await keeper.get(f"/shops/{stage.shop['id']}/book", **{"Accept-Language": language})
    assert called in page.text


async def test_what_it_charges_stands_apart_in_the_shift_and_its_cashier_may_give_it_back(stage: Stage) -> None:
    hall, path = stage.hall, f"/api/v1/shops/{stage.shop['id']}"
    cashier = await hall.hire(stage.owner, stage.shop, OTHER, "cashier")
    shift = (await hall.client.post(f"{path}/shifts", headers=cashier)).json()["id"]
    charged = (await stage.charge(await stage.code(), 350)).json()["id"]
    gives = {"amount": 1, "reason": "salt"}
    for by in (cashier, stage.owner):
        given = await hall.client.post(f"/api/v1/payments/{charged}/refunds", json=gives, headers=by | fresh_key())
        assert given.status_code == 201, given.text
    closed = (await hall.client.post(f"{path}/shifts/{shift}/close", headers=cashier)).json()
    assert (closed["taken"], closed["poster_taken"], closed["refunds"], closed["refunded"]) == (0, 0, 1, 1)
    assert (closed["scanner_payments"], closed["scanner_taken"]) == (1, 350)
    await hall.books_agree()


async def test_what_it_charged_before_the_shift_is_no_cashiers_to_give_back(stage: Stage) -> None:
    hall, path = stage.hall, f"/api/v1/shops/{stage.shop['id']}"
    cashier = await hall.hire(stage.owner, stage.shop, OTHER, "cashier")
    charged = (await stage.charge(await stage.code(), 350)).json()["id"]
    await hall.client.post(f"{path}/shifts", headers=cashier)
    gives = {"amount": 1, "reason": "salt"}
    refused = await hall.client.post(f"/api/v1/payments/{charged}/refunds", json=gives, headers=cashier | fresh_key())
    assert (refused.status_code, refused.json()["code"]) == (422, "merchants.refund_outside_shift")
    assert (await stage.reverse(charged, by=cashier)).json()["code"] == "merchants.refund_outside_shift"


async def test_a_cashier_of_a_closed_shop_is_not_sent_to_open_a_shift(stage: Stage) -> None:
    await stage.hall.hire(stage.owner, stage.shop, OTHER, "cashier")
    charged = (await stage.charge(await stage.code(), 350)).json()["id"]
    cashier = Browser(stage.hall)
    await cashier.sign_in(OTHER)
    address = f"/payments/{charged}/refund?request_key=one"
    assert f'href="/shops/{stage.shop["id"]}/shifts"' in (await cashier.get(address)).text
    await stage.hall.client.post(f"/api/v1/shops/{stage.shop['id']}/close", headers=stage.owner)
    refused = (await cashier.get(address)).text
    assert f'href="/shops/{stage.shop["id"]}/shifts"' not in refused
    assert "Ask the owner of the shop or a manager" in refused
    counter = (await cashier.get(f"/shops/{stage.shop['id']}/charges/{charged}")).text
    assert "This shop is closed" in counter
    assert f'href="/shops/{stage.shop["id"]}/counter' not in counter


async def test_the_page_of_a_shift_tells_what_scanners_charged_and_gave_back(stage: Stage) -> None:
    keeper = Browser(stage.hall)
    await keeper.sign_in(OWNER)
    shift = (await keeper.post(f"/shops/{stage.shop['id']}/shifts")).headers["location"]
    assert "by scanner" not in (await keeper.get(shift)).text
    charged = (await stage.charge(await stage.code(), 350)).json()["id"]
    assert (await stage.reverse(charged)).status_code == 200
    assert (await stage.charge(await stage.code(), 77)).status_code == 201
    page = (await keeper.get(shift)).text
    assert re.search(r"Meanwhile by scanner.*4\.27 · 2.*Given back by scanner.*3\.50 · 1", page, re.DOTALL)


async def test_what_a_scanner_gives_back_is_no_persons_and_stands_apart_in_the_shift(stage: Stage) -> None:
    hall, path = stage.hall, f"/api/v1/shops/{stage.shop['id']}"
    shift = (await hall.client.post(f"{path}/shifts", headers=stage.owner)).json()["id"]
    charged = (await stage.charge(await stage.code(), 350)).json()["id"]
    assert (await stage.reverse(charged)).status_code == 200
    closed = (await hall.client.post(f"{path}/shifts/{shift}/close", headers=stage.owner)).json()
    assert (closed["taken"], closed["refunds"], closed["refunded"]) == (0, 0, 0)
    assert (closed["scanner_taken"], closed["scanner_refunds"], closed["scanner_refunded"]) == (350, 1, 350)
