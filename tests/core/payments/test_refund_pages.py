"""Giving money back on the pages, as a browser gets them."""

import re

import pytest

from openhall.core.payments import pages, receipts
from tests.core.people.test_pages import Browser
from tests.hall import Hall, fresh_key

pytestmark = pytest.mark.anyio

PAYER, OWNER = "13800000001", "13800000003"


@pytest.fixture
async def payment(hall: Hall) -> str:
    """The address of a payment of 3.50."""
    payer, owner = await hall.sign_in(PAYER), await hall.sign_in(OWNER)
    shop = await hall.open_shop(owner)
    await hall.give(payer, 1000)
    paid = await hall.pay(payer, code=shop["code"], amount=350)
    return f"/payments/{paid.json()['id']}"


async def test_the_shop_gives_a_part_back_and_both_see_it(hall: Hall, payment: str) -> None:
    keeper = Browser(hall)
    await keeper.sign_in(OWNER)
    assert f'href="{payment}/refund"' in (await keeper.get(payment)).text
    address = (await keeper.get(f"{payment}/refund")).headers["location"]
    form = (await keeper.get(address)).text
    assert "3.50" in form
    key = re.findall(r'name="request_key" value="([^"]+)"', form)[0]
    wish = {"amount": "1.20", "reason": "Sold out", "request_key": key}
    given = await keeper.post(f"{payment}/refund", **wish)
    assert (given.status_code, given.headers["location"]) == (303, payment)
    assert (await keeper.post(f"{payment}/refund", **wish)).headers["location"] == payment, "a double tap is one refund"
    assert (await keeper.get(address)).headers["location"] == payment, "coming back shows what was done"
    assert "1.20" in (await keeper.get(payment)).text
    payer = Browser(hall)
    await payer.sign_in(PAYER)
    shown = (await payer.get(payment)).text
    assert "Given back" in shown
    assert "Sold out" in shown
    assert f'href="{payment}/refund"' not in shown
    assert "Refund" in (await payer.get("/wallet")).text


async def test_too_much_or_without_a_reason_is_explained_and_keeps_what_was_typed(hall: Hall, payment: str) -> None:
    keeper = Browser(hall)
    await keeper.sign_in(OWNER)
    too_much = await keeper.post(f"{payment}/refund", amount="3.51", reason="Sold out", request_key="one")
    assert too_much.status_code == 422
    assert 'value="3.51"' in too_much.text
    assert "more than is left of the payment" in too_much.text
    unsaid = await keeper.post(f"{payment}/refund", amount="1", reason="none of them", request_key="two")
    assert unsaid.status_code == 400


async def test_the_payer_cannot_open_the_form(hall: Hall, payment: str) -> None:
    payer = Browser(hall)
    await payer.sign_in(PAYER)
    assert (await payer.get(f"{payment}/refund?request_key=one")).status_code == 403


async def test_many_refunds_are_shown_by_pages_and_the_sums_are_those_of_all(
    hall: Hall, payment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "REFUNDS", 2)
    monkeypatch.setattr(receipts, "LINES", 2)
    owner = await hall.sign_in(OWNER)
    for amount in (11, 22, 33, 44, 55):
        body = {"amount": amount, "reason": f"salt {amount}"}
        made = await hall.client.post(f"/api/v1{payment}/refunds", json=body, headers=owner | fresh_key())
        assert made.status_code == 201, made.text
    payer = Browser(hall)
    await payer.sign_in(PAYER)
    shown, more = [], payment
    while more:
        page = (await payer.get(more)).text
        shown.append(re.findall(r"salt (\d+)", page))
        assert "1.65" in page, "what came back in all"
        following = re.search(r'href="([^"]+after=[^"]+)#given-back"', page)
        more = following[1] if following else ""
    assert shown == [["11", "22"], ["33", "44"], ["55"]]
    receipt = (await payer.get(f"{payment}/receipt")).text
    assert re.findall(r"salt (\d+)", receipt) == ["11", "22"]
    assert "3 more refunds, each with a receipt of its own" in receipt
    assert re.findall(r"receipt-sum.*?(\d+\.\d\d)", receipt) == ["3.50", "0.11", "0.22", "1.32", "1.85"]


async def test_right_after_paying_the_receipt_is_at_hand_and_later_what_came_back_stands_among_the_facts(
    hall: Hall, payment: str
) -> None:
    payer, owner = Browser(hall), await hall.sign_in(OWNER)
    await payer.sign_in(PAYER)
    assert f'href="{payment}/receipt"' in (await payer.get(f"{payment}?paid=1")).text
    assert "Came back to you" not in (await payer.get(payment)).text
    body = {"amount": 120, "reason": "salt"}
    await hall.client.post(f"/api/v1{payment}/refunds", json=body, headers=owner | fresh_key())
    facts = re.search(r'<dl class="facts card">.*?</dl>', (await payer.get(payment)).text, re.DOTALL)
    assert facts is not None
    assert re.search(r"Came back to you.*1\.20", facts[0], re.DOTALL)
